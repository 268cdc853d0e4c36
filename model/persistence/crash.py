"""The disk that a power cut leaves.

A power cut does not build disks.  It yields one disk on which everything that was pending is open, for all crash
points at once; a recovery that runs on it discovers the crash states that it can tell apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import prod
from typing import NamedTuple

from model.persistence.attributes import crash_attributes
from model.persistence.frames import Frame, frames_of
from model.persistence.history import Slot, read_history
from model.persistence.names import crash_names, lift
from model.persistence.profiles import Profile
from model.persistence.spans import crash_contents
from model.simulation.disk import ABSENT, Component, Disk, Inode, with_value
from model.simulation.effects import Effect


@dataclass(frozen=True)
class CrashDisk:
    """An undecided disk and what its frames mean."""

    disk: Disk
    frames: Sequence[Frame]
    profile: Profile

    def raw_states(self, moment: int) -> int:
        """How many different disks one crash point can leave, counted exactly, nothing listed.

        A disk is what every slot holds and every byte of every file, also of those that no name reaches; modes and
        times are not counted.  Exact if the machine booted from a disk without open parts.
        """
        table = self._table
        found: dict[tuple[int, ...], int] = {}
        boxes: set[tuple[int, ...]] = set()
        for bit, frame in enumerate(self.frames):
            if frame.moment == moment:
                seen = tuple([column[bit] for column in table.names])
                total = prod([mask.bit_count() for mask in seen]) * prod([column[bit] for column in table.counts])
                key = (*seen, *[column[bit] for column in table.contents])
                found[key] = max(found.get(key, 0), total)
                boxes.add(seen)
        # Where names are counted slot by slot in some frames and decided by others, the latter may be among the former.
        return sum(total for key, total in found.items() if not any(_is_part(key, box) for box in boxes))

    @cached_property
    def _table(self) -> "_Table":
        names = [component for component in self.disk.components if component.variables[0].kind == "name"]
        contents = [component for component in self.disk.components if component.variables[0].kind == "content"]
        size = len(self.frames)
        # Where each frame allows just one content, frames that differ in it are different disks.
        exact = contents if self.profile.contents == "program" else []
        return _Table(
            [component.signatures(size) for component in names],
            [component.counts(size) for component in contents],
            [Component.signatures(component, size) for component in exact],
        )


def _is_part(names: Sequence[int], others: Sequence[int]) -> bool:
    """Whether all that slots may hold they may hold elsewhere, and more."""
    pairs = list(zip(names, others, strict=False))
    return any(one != other for one, other in pairs) and all(not one & ~other for one, other in pairs)


class _Table(NamedTuple):
    """For every component, frame by frame: which names are possible, how many contents, and (exactly) which."""

    names: Sequence[Sequence[int]]
    counts: Sequence[Sequence[int]]
    contents: Sequence[Sequence[int]]


def crash_disk(
    disk: Disk,
    created: Mapping[int, Inode],
    effects: Sequence[Effect],
    times: Sequence[int],
    moments: Sequence[int],
    profile: Profile,
    next_ino: int,
    *,
    start: int = 0,
    with_times: bool = True,
) -> CrashDisk:
    """What a power cut leaves at any of the given moments.

    Args:
        disk: What the machine booted from.
        created: Inodes made since.
        effects: What was done since.
        times: Wall clock of each effect, at the grain of file time stamps.
        moments: Numbers of completed effects, ascending; may repeat (before and after an acknowledgement).
        profile: What may persist.
        next_ino: First inode number never used.
        start: Number of effects that were complete before anything could be cut; a call cut inside comes after it.
        with_times: Leave the times of files open (P11); otherwise they are what the disk before held.
    """
    in_micro_operations = profile.names == "micro-operations"
    history = read_history(disk, created, effects, times, in_micro_operations=in_micro_operations)
    frames = frames_of(history, profile, moments, start)
    lifted = [0] * disk.frame_count
    for bit, frame in enumerate(frames):
        lifted[frame.base] |= 1 << bit
    names = crash_names(history, profile, frames, moments, lifted)
    candidates = [
        *crash_contents(history, profile, frames, moments, lifted),
        *crash_attributes(history, profile, frames, moments, lifted, with_times=with_times),
    ]
    replaced = {component.variables[0] for component in candidates}
    untouched = [
        component.mapped(partial(lift, lifted=lifted))
        for index, component in enumerate(disk.components)
        if index not in names.replaced and component.variables[0] not in replaced
    ]
    inodes = _with_names({**disk.inodes, **created}, names.decided)
    opened = _decide(inodes, candidates)
    return CrashDisk(
        Disk(inodes, (*untouched, *names.components, *opened), frame_count=len(frames), next_ino=next_ino),
        frames,
        profile,
    )


def _with_names(inodes: dict[int, Inode], decided: Mapping[Slot, int]) -> dict[int, Inode]:
    entries: dict[int, dict[str, int]] = {}
    for (directory, name), ino in decided.items():
        names = entries.get(directory)
        if names is None:
            names = entries[directory] = dict(inodes[directory].entries)
        if ino == ABSENT:
            names.pop(name, None)
        else:
            names[name] = ino
    for directory, names in entries.items():
        inodes[directory] = replace(inodes[directory], entries=names)
    return inodes


def _decide(inodes: dict[int, Inode], candidates: Sequence[Component]) -> list[Component]:
    """Write into the inodes what can only be one thing, and return what is open."""
    opened: list[Component] = []
    for component in candidates:
        values = component.only()
        if values is None:
            opened.append(component)
        else:
            ino = component.variables[0].ino
            inodes[ino] = with_value(inodes[ino], component.variables[0], values[0])
    return opened
