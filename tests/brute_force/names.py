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
States = Mapping[Slot, float]
"""A version, or the middle before it: what it took the place of is gone, and it has not come."""


def independent(base: Names, changes: Changes, syncs: Syncs, *, torn: bool) -> set[Names]:
    """P3: each slot for itself, not older than its directory's last fsync; P4 couples renames unless they are torn."""
    return _slot_by_slot(base, changes, syncs, {}, torn=torn)


def _slot_by_slot(
    base: Names, changes: Changes, syncs: Syncs, certain: Mapping[Slot, int], *, torn: bool
) -> set[Names]:
    """Each slot at any version that is not older than a certain one, or in the middle before one that lost a name."""
    floor = dict(certain)
    newest: Versions = {}
    lost: dict[Slot, list[float]] = {}
    couples: list[tuple[Slot, int, Slot, int, bool]] = []
    for number, (position, change) in enumerate(changes):
        for slot, _ in change.slots:
            newest[slot] = newest.get(slot, 0) + 1
            if any(inode == slot[0] and position < synced for synced, inode in syncs):
                floor[slot] = max(newest[slot], floor.get(slot, 0))
        if len(change.slots) == 2:
            (source, _), (target, _) = change.slots
            couples.append((source, newest[source], target, newest[target], change.parts))
            if _is_lost(base, changes, syncs, number):
                lost.setdefault(target, []).append(newest[target] - 0.5)
    found: set[Names] = set()
    for numbers in product(*(_possible(floor.get(slot, 0), newest[slot], lost.get(slot, ())) for slot in newest)):
        at = dict(zip(newest, numbers, strict=True))
        if torn or all(_whole(at, *couple) for couple in couples):
            found.add(_names(base, changes, at))
    return found


def _possible(floor: int, newest: int, lost: Sequence[float]) -> list[float]:
    return [*range(floor, newest + 1), *(middle for middle in lost if middle > floor)]


def _is_lost(base: Names, changes: Changes, syncs: Syncs, number: int) -> bool:
    """Whether a rename took the place of a file that was synced later, when it still had another name (P4)."""
    position, change = changes[number]
    target = change.slots[1][0]
    replaced = dict(_names(base, changes[:number], _counted(changes[:number]))).get(target)
    for synced, inode in syncs:
        if inode == replaced and synced > position:
            before = [entry for entry in changes if entry[0] < synced]
            others = dict(_names(base, before, _counted(before)))
            if any(slot != target and held == inode for slot, held in others.items()):
                return True
    return False


def _whole(at: States, a: Slot, i: int, b: Slot, j: int, parts: bool) -> bool:
    """P4: A at exactly i implies B at j or later; and, unless it `parts`, B at exactly j implies A at i or later."""
    gone_without_trace = at[a] == i and at[b] < j
    under_both_names = at[b] == j and at[a] < i
    return not gone_without_trace and (parts or not under_both_names)


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
    """btrfs: a commit after the last fsync, which is a prefix, or one before: then what its log may hold, or not.

    Of what came before the last fsync each slot is for itself, but for what the logs hold for certain.
    """
    last = max((position for position, _ in syncs), default=-1)
    before = [entry for entry in changes if entry[0] < last]
    committed = {names for _, names in prefixes(base, changes, len(before))}
    return committed | _slot_by_slot(base, before, syncs, _certain(base, before, syncs), torn=False)


def _certain(base: Names, changes: Changes, syncs: Syncs) -> Versions:
    """For each slot the newest version that the log of some fsync holds for certain.

    A log has the inode's own names, as they were given and as they were taken, unless another file took its place; and
    where each directory above it was made.
    """
    found: Versions = {}
    for position, inode in syncs:
        before = [entry for entry in changes if entry[0] < position]
        above = _ancestors(_names(base, before, _counted(before)), inode)
        counted: Versions = {}
        for number, (_, change) in enumerate(before):
            for slot, _ in change.slots:
                counted[slot] = counted.get(slot, 0) + 1
            slot, named = change.slots[-1]
            taken = dict(_names(base, before[:number], _counted(before[:number]))).get(slot) if named is None else None
            if inode in (named, taken) or change.made in above:
                found.update({slot: max(counted[slot], found.get(slot, 0)) for slot, _ in change.slots})
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


def _names(base: Names, changes: Changes, at: States) -> Names:
    """The names when every slot is at the given version."""
    versions: dict[Slot, list[int | None]] = {slot: [dict(base).get(slot)] for slot in at}
    for _, change in changes:
        for slot, inode in change.slots:
            if slot in versions:
                versions[slot].append(inode)
    names = dict(base)
    for slot, version in at.items():
        inode = versions[slot][int(version)] if version == int(version) else None
        names.pop(slot, None)
        if inode is not None:
            names[slot] = inode
    return frozenset(names.items())
