"""What a save does to each key: differences against what the caller had loaded.  Pure."""

from collections.abc import Callable
from typing import Literal, TypeVar

Value = TypeVar("Value")
Decision = Literal["nothing", "write", "remove", "keep"]


def decide(base: Value | None, mine: Value | None, now: Value | None, same: Callable[[Value, Value], bool]) -> Decision:
    """Decide about one key.

    Args:
        base: What the caller had loaded.
        mine: What the caller wants to be there; None for a removal.
        now: What is there.
        same: Tells whether two values are the same.

    Returns:
        `write` or `remove` where the caller changed what is still as loaded, `nothing` where the store has what the
        caller wants, `keep` where others have changed the key since.
    """
    if both_same(mine, now, same):
        return "nothing"
    if not both_same(base, now, same):
        return "keep"
    return "remove" if mine is None else "write"


def both_same(one: Value | None, other: Value | None, same: Callable[[Value, Value], bool]) -> bool:
    """Compare two values either of which may be absent."""
    if one is None or other is None:
        return one is None and other is None
    return same(one, other)
