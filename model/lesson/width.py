"""How wide what a lesson shows may be: that of the terminal, within reason; in a pipe always the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from model.report import figures

LEAST = 40
_width: ContextVar[int] = ContextVar("width", default=figures.WIDTH)


def width() -> int:
    """Columns that a line may have."""
    return _width.get()


@contextmanager
def columns(most: int) -> Iterator[None]:
    """Show everything in so many columns, at least `LEAST` and at most the usual ones, in the `with` statement."""
    token = _width.set(min(max(most, LEAST), figures.WIDTH))
    try:
        yield
    finally:
        _width.reset(token)


def wrapped(text: str, *, indent: int = 0, hanging: int | None = None, breaks: bool = True) -> list[str]:
    """A text in lines of that width; a word that is longer is broken.

    Args:
        text: The text.
        indent: Spaces before the first line.
        hanging: Spaces before the others; as before the first if None.
        breaks: Whether words that are too long for a line are broken.
    """
    return figures.wrapped(text, indent=indent, hanging=hanging, width=width(), breaks=breaks)
