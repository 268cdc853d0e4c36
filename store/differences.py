"""What a save does to each key: differences against what the caller had loaded.  Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from store.entries import Entry, is_same

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


@dataclass(frozen=True, slots=True)
class Change:
    """What to write, what to remove, and what others have changed and is left alone."""

    puts: Mapping[str, Entry] = field(default_factory=dict)
    removals: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


class Comparison:
    """Gathers the decisions about all keys: `add` whatever is there, in any order, then `add_absent`."""

    def __init__(self, wanted: Mapping[str, Entry], base: Mapping[str, Entry]) -> None:
        self._wanted = wanted
        self._base = base
        self._seen: set[str] = set()
        self._puts: dict[str, Entry] = {}
        self._removals: list[str] = []
        self._kept: list[str] = []

    def add(self, key: str, base: Entry | None, now: Entry | None) -> None:
        """Decide about a key that the caller had loaded as `base` and that is `now` there."""
        self._seen.add(key)
        mine = self._wanted.get(key)
        decision = decide(base, mine, now, is_same)
        if decision == "write" and mine is not None:
            self._puts[key] = mine
        elif decision == "remove":
            self._removals.append(key)
        elif decision == "keep":
            self._kept.append(key)

    def add_absent(self) -> None:
        """Decide about the keys that were not added, for they are not there."""
        for key in (*self._wanted, *self._base):
            if key not in self._seen:
                self.add(key, self._base.get(key), None)

    def change(self) -> Change:
        """Return what to do."""
        return Change(self._puts, tuple(self._removals), tuple(self._kept))
