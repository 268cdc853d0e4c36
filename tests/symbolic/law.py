"""What is proved: a law about functions of the store, and the mistakes that it must rule out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Defect:
    """A mistake in a function that a law is about: with it, the law must be refuted.

    Attributes:
        words: What the function does wrong.
        place: The function, as `module.name`.
        broken: What takes its place.
    """

    words: str
    place: str
    broken: Callable[..., Any]

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Put the broken function in the place of the right one."""
        module_name, _, name = self.place.rpartition(".")
        module = import_module(module_name)
        right = getattr(module, name)
        setattr(module, name, self.broken)
        try:
            yield
        finally:
            setattr(module, name, right)


@dataclass(frozen=True, slots=True)
class Law:
    """A contract: true for all arguments that meet its preconditions.

    Attributes:
        contract: Its docstring states the law, in a sentence and then for CrossHair (PEP 316).  It reaches the
            functions that it is about through their modules, so that defects can be planted.
        about: Those functions, as `module.name`.
        defects: Mistakes that break it.
    """

    contract: Callable[..., bool]
    about: tuple[str, ...]
    defects: tuple[Defect, ...]

    @property
    def name(self) -> str:
        """The contract's name, as words."""
        return self.contract.__name__.replace("_", " ")

    @property
    def statement(self) -> str:
        """The law in a sentence."""
        return (self.contract.__doc__ or "").partition("\n\n")[0]
