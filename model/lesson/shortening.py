"""Texts that are too long for a line, shortened so that what tells one from another stays."""

from collections.abc import Sequence

from model.report.figures import shortened

_BEFORE = 8
"""Characters that stay before the place where texts begin to differ."""


def told_apart(texts: Sequence[str], width: int) -> list[str]:
    """Texts in at most `width` characters each; different ones stay different wherever there is room for it.

    The middle of a text gives way.  Where that would make two of them the same, the beginning of both gives way
    instead, up to shortly before the place where they begin to differ.
    """
    plain = [shortened(text, width) for text in texts]
    found: list[str] = []
    for text, short in zip(texts, plain, strict=True):
        alike = [other for other, its in zip(texts, plain, strict=True) if other != text and its == short]
        begin = min((_common(text, other) for other in alike), default=0) - _BEFORE
        found.append(_from(text, begin, width) if begin > 0 else short)
    return found


def _from(text: str, begin: int, width: int) -> str:
    rest = f"\u2026{text[begin:]}"
    return rest if len(rest) <= width else f"{rest[: width - 1]}\u2026"


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    length = min(len(one), len(other))
    return next((index for index in range(length) if one[index] != other[index]), length)
