"""What happened to each slot and each file since the machine booted, read off its effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from model.simulation.disk import ABSENT, Disk, Inode
from model.simulation.effects import Effect, Rename, SetMode, SetName, Sync, Truncate, Write

Slot = tuple[int, str]


class Loss(NamedTuple):
    """That version `version` of a slot, made by an effect, took the place of a file that has another name (P4)."""

    version: int
    effect: int


class Coupling(NamedTuple):
    """A rename of `ino`, which made version `i` of its source and `j` of its target (P4).

    `is_one` is false of a file's rename between two directories, which may leave it under both names.
    """

    source: Slot
    i: int
    target: Slot
    j: int
    ino: int
    is_one: bool


@dataclass(slots=True)
class NameChange:
    """One change of names: the slots that it set, each to which version, and the inodes whose names it changed."""

    effect: int
    slots: tuple[tuple[Slot, int], ...]
    inodes: tuple[int, ...]


@dataclass(slots=True)
class History:
    """Versions of every slot (version 0 is what the disk held), changes of every file, and every sync.

    `versions[slot][v]` is (index of the effect that made version v, what the slot holds), from v = 1 at list index 0.
    `syncs` lists (effect index, inode), `failed` the index of a file's first failed sync: from then on none of its data
    is known to be durable (P10).
    """

    base: Disk
    created: Mapping[int, Inode]
    effects: Sequence[Effect]
    times: Sequence[int]
    versions: dict[Slot, list[tuple[int, int]]] = field(default_factory=dict)
    changes: list[NameChange] = field(default_factory=list)
    couplings: list[Coupling] = field(default_factory=list)
    losses: dict[Slot, list[Loss]] = field(default_factory=dict)
    writes: dict[int, list[tuple[int, Write | Truncate]]] = field(default_factory=dict)
    modes: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    syncs: list[tuple[int, int]] = field(default_factory=list)
    failed: dict[int, int] = field(default_factory=dict)

    def inode(self, ino: int) -> Inode:
        """The inode as it was on the disk, or as it was created."""
        found = self.base.inodes.get(ino)
        return found if found is not None else self.created[ino]

    def held(self, slot: Slot) -> int:
        """What a slot holds after the effects read so far; ABSENT for what is open on the disk."""
        versions = self.versions.get(slot)
        if versions:
            return versions[-1][1]
        return self.inode(slot[0]).entries.get(slot[1], ABSENT)

    def may_hold(self, slot: Slot) -> set[int]:
        """All that a slot may hold after the effects read so far."""
        return {self.held(slot)} if slot in self.versions else self.on_disk(slot)

    def is_replacement(self, slot: Slot, version: int) -> bool:
        """Whether a version of a slot took the place of something: its call knew that, whatever else is open."""
        if version > 1:
            return self.versions[slot][version - 2][1] != ABSENT
        return self.on_disk(slot) != {ABSENT}

    def on_disk(self, slot: Slot) -> set[int]:
        """All that a slot may hold before the first effect."""
        for part in self.base.open_parts.get(slot[0], ()):
            if part.variable.kind == "name" and part.variable.name == slot[1]:
                values = [values[part.position] for values, _ in self.base.components[part.component].alternatives]
                return {value for value in values if isinstance(value, int)}
        return {self.inode(slot[0]).entries.get(slot[1], ABSENT)}


def read_history(
    base: Disk,
    created: Mapping[int, Inode],
    effects: Sequence[Effect],
    times: Sequence[int],
    *,
    in_micro_operations: bool = False,
) -> History:
    """Sort the effects by what they touch.

    With `in_micro_operations`, as ALICE has it: a rename first removes what it replaces, which is a version of its own,
    and a file that loses its last name is cut to nothing.  Where it is open which file that is, each one that it may be
    is cut.
    """
    history = History(base, created, effects, times)
    for index, effect in enumerate(effects):
        if isinstance(effect, Sync) and effect.has_failed:
            history.failed.setdefault(effect.ino, index)
        elif isinstance(effect, Sync):
            history.syncs.append((index, effect.ino))
        elif isinstance(effect, SetName):
            if in_micro_operations and effect.ino == ABSENT:
                _cut_what_loses_its_last_name(history, index, (effect.directory, effect.name))
            _set_names(history, index, (((effect.directory, effect.name), effect.ino),))
        elif isinstance(effect, Rename):
            source = (effect.directory, effect.name)
            target = (effect.target_directory, effect.target_name)
            if in_micro_operations:
                _cut_what_loses_its_last_name(history, index, target)
                _set_names(history, index, ((target, ABSENT),))
            loses = any(_may_have_another_name(history, ino, target) for ino in history.may_hold(target) - {ABSENT})
            _set_names(history, index, ((source, ABSENT), (target, effect.ino)))
            i, j = len(history.versions[source]), len(history.versions[target])
            if loses:
                history.losses.setdefault(target, []).append(Loss(j, index))
            is_one = source[0] == target[0] or history.inode(effect.ino).kind == "directory"
            history.couplings.append(Coupling(source, i, target, j, effect.ino, is_one))
        elif isinstance(effect, SetMode):
            history.modes.setdefault(effect.ino, []).append((index, effect.mode))
        else:
            history.writes.setdefault(effect.ino, []).append((index, effect))
    return history


def _set_names(history: History, index: int, settings: tuple[tuple[Slot, int], ...]) -> None:
    inodes: set[int] = set()
    slots: list[tuple[Slot, int]] = []
    for slot, ino in settings:
        inodes.update((history.held(slot), ino))
        versions = history.versions.setdefault(slot, [])
        versions.append((index, ino))
        slots.append((slot, len(versions)))
    history.changes.append(NameChange(index, tuple(slots), tuple(sorted(inodes - {ABSENT}))))


def _cut_what_loses_its_last_name(history: History, index: int, slot: Slot) -> None:
    for ino in history.may_hold(slot) - {ABSENT}:
        if history.inode(ino).kind == "file" and not _has_another_name(history, ino, slot):
            history.writes.setdefault(ino, []).append((index, Truncate(ino)))


def _has_another_name(history: History, ino: int, slot: Slot) -> bool:
    return any(history.may_hold(other) == {ino} for other in _slots(history) if other != slot)


def _may_have_another_name(history: History, ino: int, slot: Slot) -> bool:
    return any(ino in history.may_hold(other) for other in _slots(history) if other != slot)


def _slots(history: History) -> set[Slot]:
    slots = {(directory, name) for directory, inode in _directories(history) for name in inode.entries}
    opened = {(part.variable.ino, part.variable.name) for parts in history.base.open_parts.values() for part in parts}
    return slots | opened | history.versions.keys()


def _directories(history: History) -> list[tuple[int, Inode]]:
    every = [*history.base.inodes.items(), *history.created.items()]
    return [(ino, inode) for ino, inode in every if inode.kind == "directory"]
