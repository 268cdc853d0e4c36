"""Byte-range locks that belong to an open file (open-file-description locks).

Any number of owners may share a byte; an exclusive owner shares with nobody but itself.  A new lock of an owner
replaces what it held of that range; closing the open file frees the rest.
"""

from typing import NamedTuple

from store.kernel import LockMode


class Range(NamedTuple):
    """Bytes `start` up to, not including, `end`, held by one open file."""

    start: int
    end: int
    exclusive: bool
    owner: object


class RangeLocks:
    """The locks of one file."""

    __slots__ = ("ranges",)

    def __init__(self) -> None:
        self.ranges: list[Range] = []

    def conflict(self, start: int, end: int, owner: object, *, exclusive: bool) -> Range | None:
        """The first lock of somebody else that forbids this one."""
        for held in self.ranges:
            if held.owner is not owner and held.start < end and start < held.end and (exclusive or held.exclusive):
                return held
        return None

    def set(self, start: int, end: int, owner: object, mode: LockMode) -> None:
        """Replace what the owner holds of the range by `mode`; the caller has looked for conflicts."""
        kept: list[Range] = []
        for held in self.ranges:
            if held.owner is not owner or held.end <= start or end <= held.start:
                kept.append(held)
                continue
            if held.start < start:
                kept.append(held._replace(end=start))
            if end < held.end:
                kept.append(held._replace(start=end))
        if mode != "unlock":
            kept.append(Range(start, end, mode == "exclusive", owner))
        self.ranges = kept

    def release(self, owner: object) -> None:
        """Free everything that the owner holds."""
        if self.ranges:
            self.ranges = [held for held in self.ranges if held.owner is not owner]
