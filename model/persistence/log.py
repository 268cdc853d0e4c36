"""What an fsync surely keeps of names where it writes a log of its own, as on btrfs.

Such a log is read on top of the last commit of everything, and holds at least

* the names that the inode has, and that others which it had are not its own any more;
* of every directory above it, that it was made: whatever it was called later, a commit may have come in between;
* of a directory, the names in it (P5).

What else it holds, depends on much: on what stood where those names stand, on what else happened in the directories
that they came from, on what was logged before.  So whatever was done before an fsync may be in its log or not.
"""

from collections.abc import Iterator

from model.persistence.history import History, NameChange, Slot
from model.simulation.disk import ABSENT


def kept_names(history: History) -> dict[Slot, list[tuple[int, int]]]:
    """For each slot: (effect index of an fsync, the version that is the oldest possible one from then on)."""
    found: dict[Slot, list[tuple[int, int]]] = {}
    for sync, ino in history.syncs:
        for slot, version in _kept(history, ino, sync):
            found.setdefault(slot, []).append((sync, version))
    return found


def _kept(history: History, ino: int, sync: int) -> Iterator[tuple[Slot, int]]:
    above = _ancestors(history, ino, sync)
    for change in history.changes:
        if change.effect >= sync:
            break
        slot, version = change.slots[-1]
        named = history.versions[slot][version - 1][1]
        if ino == named or (named == ABSENT and ino in change.inodes):
            yield from change.slots
        elif named in above and _is_new(history, named, change):
            yield slot, version


def _is_new(history: History, ino: int, change: NameChange) -> bool:
    """Whether a change made that inode."""
    return ino in history.created and change is next(each for each in history.changes if ino in each.inodes)


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
