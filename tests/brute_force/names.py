"""P3 and P4 read literally, and what the ordered file systems make of them: every set of names after a power cut.

A slot's versions are its values after none, one, two ... of the name changes that touch it.  Everything here speaks
of positions in the trace: `changes` is the list of (position, name change), `syncs` that of (position, inode).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from tests.brute_force.disk import Slot
from tests.brute_force.effects import NameChange

Names = frozenset[tuple[Slot, int]]
Changes = Sequence[tuple[int, NameChange]]
Syncs = Sequence[tuple[int, int]]
Versions = dict[Slot, int]
States = Mapping[Slot, float]
"""A version, or the middle before it: what it took the place of is gone, and it has not come."""


class Couple(NamedTuple):
    """A rename: version i of its source and j of its target.

    Attributes:
        holding: Versions of the source, with the file, that must not be there beside version j of the target.
        synced: Whether something was synced after it; before that it is one change.
    """

    source: Slot
    i: int
    target: Slot
    j: int
    holding: set[int]
    synced: bool


def independent(base: Names, changes: Changes, syncs: Syncs, *, torn: bool) -> set[Names]:
    """P3: each slot for itself, not older than its directory's last fsync; P4 couples renames unless they are torn."""
    return _slot_by_slot(base, changes, syncs, set(), torn=torn)


def _slot_by_slot(
    base: Names, changes: Changes, syncs: Syncs, ruled_out: set[tuple[Slot, float]], *, torn: bool
) -> set[Names]:
    """Each slot at any version since its directory's last fsync, or in the middle before one that lost a name."""
    floor: Versions = {}
    newest: Versions = {}
    lost: dict[Slot, list[float]] = {}
    couples: list[Couple] = []
    values: dict[Slot, list[int | None]] = {}
    for number, (position, change) in enumerate(changes):
        for slot, named in change.slots:
            newest[slot] = newest.get(slot, 0) + 1
            values.setdefault(slot, [dict(base).get(slot)]).append(named)
            if any(inode == slot[0] and position < synced for synced, inode in syncs):
                floor[slot] = newest[slot]
        if len(change.slots) == 2:
            (source, _), (target, moved) = change.slots
            holding = {at for at, held in enumerate(values[source][:-1]) if held == moved and not change.parts}
            synced = any(sync > position for sync, _ in syncs)
            couples.append(Couple(source, newest[source], target, newest[target], holding, synced))
            if _is_lost(base, changes, syncs, number):
                lost.setdefault(target, []).append(newest[target] - 0.5)
    found: set[Names] = set()
    possible: list[list[float]] = []
    for slot in newest:
        states = [*range(floor.get(slot, 0), newest[slot] + 1), *lost.get(slot, ())]
        possible.append([each for each in states if each >= floor.get(slot, 0) and (slot, each) not in ruled_out])
    for numbers in product(*possible):
        at = dict(zip(newest, numbers, strict=True))
        if torn or all(_whole(at, couples, couple) for couple in couples):
            found.add(_names(base, changes, at))
    return found


def _is_lost(base: Names, changes: Changes, syncs: Syncs, number: int) -> bool:
    """Whether a rename took the place of a file that has another name, and something was synced after it (P4)."""
    position, change = changes[number]
    target = change.slots[1][0]
    names = dict(_names(base, changes[:number], _counted(changes[:number])))
    others = [slot for slot, held in names.items() if slot != target and held == names.get(target)]
    return bool(others) and any(synced > position for synced, _ in syncs)


def _whole(at: States, couples: Sequence[Couple], couple: Couple) -> bool:
    """P4: A at exactly i implies B at j or later, and B at exactly j implies A at i or later.

    Once something was synced: or the file is wherever it went from B; and A only must not hold the file.
    """
    a, i, b, j, holding, synced = couple
    if not synced:
        return (at[a] != i or at[b] >= j) and (at[b] != j or at[a] >= i)
    places = [couple]
    for later in couples:
        if later.source == places[-1].target and later.i == places[-1].j + 1:
            places.append(later)
    if at[a] == i:
        return any(at[place.target] >= place.j for place in places)
    return at[a] not in holding or at[b] != j


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
    return committed | _slot_by_slot(base, before, syncs, _ruled_out(base, before, syncs), torn=False)


def _ruled_out(base: Names, changes: Changes, syncs: Syncs) -> set[tuple[Slot, float]]:
    """The versions of slots that the log of some fsync leaves no room for, and the middles before them.

    Where the inode has a name at the fsync, it has it: older versions with anything else there are out.  Where it has
    given one up, older versions with that inode are out; not so where another file took its place.  And each directory
    above it that was made, and not renamed since, was made.  But nothing is out where a slot changed later.
    """
    found: set[tuple[Slot, float]] = set()
    for position, inode in syncs:
        before = [entry for entry in changes if entry[0] < position]
        above = _ancestors(_names(base, before, _counted(before)), inode)
        values: dict[Slot, list[int | None]] = {}
        for _, change in before:
            for slot, named in change.slots:
                values.setdefault(slot, [dict(base).get(slot)]).append(named)
        values = {slot: held for slot, held in values.items() if len(held) == 1 + _counted(changes)[slot]}
        born = {change.made: change.slots[0][0] for _, change in before if change.made in above - {inode}}
        for directory, slot in born.items():
            held = values.get(slot, [None])
            if held[-1] == directory and held.count(directory) == 1:
                found.update((slot, version / 2) for version in range(2 * len(held) - 2))
        for slot, held in values.items():
            last = max((version for version, named in enumerate(held) if named == inode), default=None)
            if last == len(held) - 1:
                found.update((slot, version) for version, named in enumerate(held) if named != inode)
                found.update((slot, version + 0.5) for version in range(last))
            elif last is not None and held[last + 1] is None:
                found.update((slot, version) for version, named in enumerate(held) if named == inode)
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
