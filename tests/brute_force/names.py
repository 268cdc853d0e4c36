"""P3 and P4 read literally, and what the ordered file systems make of them: every set of names after a power cut.

A slot's versions are its values after none, one, two ... of the name changes that touch it.  Everything here speaks
of positions in the trace: `changes` is the list of (position, name change), `syncs` that of (position, inode).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from tests.brute_force.disk import Slot
from tests.brute_force.effects import NameChange

Names = frozenset[tuple[Slot, int]]
Changes = Sequence[tuple[int, NameChange]]
Syncs = Sequence[tuple[int, int]]
Versions = dict[Slot, int]


def independent(base: Names, changes: Changes, syncs: Syncs, *, torn: bool) -> set[Names]:
    """P3: each slot for itself, not older than its directory's last fsync; P4 couples renames unless they are torn."""
    floor: Versions = {}
    newest: Versions = {}
    couples: list[tuple[Slot, int, Slot, int]] = []
    for position, change in changes:
        for slot, _ in change.slots:
            newest[slot] = newest.get(slot, 0) + 1
            if any(inode == slot[0] and position < synced for synced, inode in syncs):
                floor[slot] = newest[slot]
        if len(change.slots) == 2:
            (source, _), (target, _) = change.slots
            couples.append((source, newest[source], target, newest[target]))
    found: set[Names] = set()
    for numbers in product(*(range(floor.get(slot, 0), newest[slot] + 1) for slot in newest)):
        at = dict(zip(newest, numbers, strict=True))
        if torn or all(_whole(at[a], i, at[b], j) for a, i, b, j in couples):
            found.add(_names(base, changes, at))
    return found


def _whole(at_a: int, i: int, at_b: int, j: int) -> bool:
    """P4: A at exactly i implies B at j or later, and B at exactly j implies A at i or later."""
    return (at_a != i or at_b >= j) and (at_b != j or at_a >= i)


def prefixes(base: Names, changes: Changes, floor: int) -> Iterator[tuple[Changes, Names]]:
    """The name changes in program order, cut after `floor` of them or more."""
    for length in range(floor, len(changes) + 1):
        yield changes[:length], _names(base, changes, _counted(changes[:length]))


def journal_floor(base: Names, changes: Changes, syncs: Syncs) -> int:
    """How many name changes are certain where fsync of an inode commits everything up to its own last change.

    The last change of a directory is the last one of its names or of its own name; of a file, the last one that
    gave it a name or took one.
    """
    floor = 0
    for length in range(1, len(changes) + 1):
        position, change = changes[length - 1]
        own = owners(base, changes, change)
        if any(position < synced and inode in own for synced, inode in syncs):
            floor = length
    return floor


def owners(base: Names, changes: Changes, change: NameChange) -> set[int]:
    """The inodes of which one of the changes is an own one: it is of their name, or of a name in them."""
    return _named(base, changes, change) | {slot[0] for slot, _ in change.slots}


def replacements(base: Names, changes: Changes) -> Changes:
    """The renames that put something in the place of something else."""
    found: list[tuple[int, NameChange]] = []
    for number, (position, change) in enumerate(changes):
        before = dict(_names(base, changes[:number], _counted(changes[:number])))
        if len(change.slots) == 2 and change.slots[1][0] in before:
            found.append((position, change))
    return found


def logged(base: Names, changes: Changes, syncs: Syncs) -> set[Names]:
    """btrfs: any prefix of the name changes, plus whole changes that the log of each fsync holds.

    fsync of a file logs the changes of its names, and those of the names of every directory above it; of a
    directory, the changes of its names as well.  A slot is as new as the newest change that is present.
    """
    log: set[int] = set()
    for position, inode in syncs:
        before = [entry for entry in changes if entry[0] < position]
        above = _ancestors(_names(base, before, _counted(before)), inode)
        for number, (_, change) in enumerate(before):
            if _named(base, before, change) & above or any(slot[0] == inode for slot, _ in change.slots):
                log.add(number)
    found: set[Names] = set()
    for length in range(len(changes) + 1):
        at: Versions = {}
        newest: Versions = {}
        for number, (_, change) in enumerate(changes):
            for slot, _ in change.slots:
                newest[slot] = newest.get(slot, 0) + 1
                if number < length or number in log:
                    at[slot] = newest[slot]
        found.add(_names(base, changes, at))
    return found


def _ancestors(names: Names, inode: int) -> set[int]:
    """The inode and every directory on a way to it."""
    reached: set[int] = set()
    waiting = [inode]
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting += (slot[0] for slot, child in names if child == current)
    return reached


def _named(base: Names, changes: Changes, change: NameChange) -> set[int]:
    """The inodes that one of the changes gives a name or takes one from."""
    before = changes[: next(at for at, (_, this) in enumerate(changes) if this is change)]
    names = dict(_names(base, before, _counted(before)))
    inodes = {inode for slot, new in change.slots for inode in (names.get(slot), new)}
    return {inode for inode in inodes if inode is not None}


def _counted(changes: Changes) -> Versions:
    """How many changes each slot had."""
    at: Versions = {}
    for _, change in changes:
        for slot, _ in change.slots:
            at[slot] = at.get(slot, 0) + 1
    return at


def _names(base: Names, changes: Changes, at: Mapping[Slot, int]) -> Names:
    """The names when every slot is at the given version."""
    versions: dict[Slot, list[int | None]] = {slot: [dict(base).get(slot)] for slot in at}
    for _, change in changes:
        for slot, inode in change.slots:
            if slot in versions:
                versions[slot].append(inode)
    names = dict(base)
    for slot, version in at.items():
        inode = versions[slot][version]
        names.pop(slot, None)
        if inode is not None:
            names[slot] = inode
    return frozenset(names.items())
