"""What an fsync surely keeps of names where it writes a log of its own, as on btrfs.

Such a log is read on top of the last commit of everything, and holds at least

* the names that the inode has, until something happens to them: one that is replaced later, by a file that was not
  synced, may be gone;
* likewise, that names which it gave up, by unlink or rename, are not its own any more, whoever had them before;
* of every directory above it that still has the name with which it was made, that it has it: if it was renamed, a
  commit may have come in between, and then nobody looks at it;
* of a directory, the names in it (P5).

What else it holds, depends on much: on what stood where those names stand, on what else happened in the directories
that they came from, on what was logged before.  So whatever was done before an fsync may be in its log or not.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from model.persistence.history import History, Slot
from model.simulation.disk import ABSENT


class Claim(NamedTuple):
    """What a log holds of a slot for as long as no version is made after the `newest` that the fsync found.

    That it is at that version or a later one; or at an earlier one in which it held just that inode, or, if the inode
    gave it up, in which it held anything else.
    """

    sync: int
    newest: int
    version: int
    ino: int
    is_held: bool

    def admits(self, version: float, held: AbstractSet[int]) -> bool:
        """Whether the slot may be at a version, given what it may hold there."""
        return version >= self.version or (self.ino in held if self.is_held else held != {self.ino})


Claims = Mapping[Slot, Sequence[Claim]]


def read_claims(history: History) -> Claims:
    """What the log of each fsync holds for certain, slot by slot."""
    made: dict[int, tuple[Slot, int]] = {}
    for change in history.changes:
        slot, version = change.slots[-1]
        made.setdefault(history.versions[slot][version - 1][1], (slot, version))
    found: dict[Slot, list[Claim]] = {}
    for sync, ino in history.syncs:
        for slot, claim in _own(history, ino, sync):
            found.setdefault(slot, []).append(claim)
        for above in _ancestors(history, ino, sync) & history.created.keys():
            slot, version = made[above]
            if version == sum(1 for effect, _ in history.versions[slot] if effect < sync):
                found.setdefault(slot, []).append(Claim(sync, version, version, above, is_held=True))
    return found


def _own(history: History, ino: int, sync: int) -> Iterator[tuple[Slot, Claim]]:
    for slot, versions in history.versions.items():
        before = [held for effect, held in versions if effect < sync]
        if not before:
            continue
        if before[-1] == ino:
            yield slot, Claim(sync, len(before), len(before), ino, is_held=True)
            continue
        since = [version for version, held in enumerate(before, 1) if held == ino]
        if since or history.on_disk(slot) == {ino}:
            last = since[-1] if since else 0
            if before[last] == ABSENT:
                yield slot, Claim(sync, len(before), last + 1, ino, is_held=False)


def _ancestors(history: History, ino: int, before: int) -> set[int]:
    parents = _parents(history, before)
    found: set[int] = set()
    ahead = [ino]
    while ahead:
        for parent in parents.get(ahead.pop(), ()):
            if parent not in found:
                found.add(parent)
                ahead.append(parent)
    return found


def _parents(history: History, before: int) -> dict[int, set[int]]:
    held: dict[Slot, int] = {}
    for ino, inode in [*history.base.inodes.items(), *history.created.items()]:
        for name, child in inode.entries.items():
            held[ino, name] = child
    for slot, versions in history.versions.items():
        for effect, child in versions:
            if effect < before:
                held[slot] = child
    parents: dict[int, set[int]] = {}
    for (directory, _), child in held.items():
        if child != ABSENT:
            parents.setdefault(child, set()).add(directory)
    return parents
