"""The same case without discovery: every raw disk is built, recovered and judged, at every crash point.

The disks come from the brute-force enumerator, which shares nothing with the explorer but the rules.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from model.explore.workload import Workload, play_through
from model.observation import Observation
from model.persistence.profiles import PROFILES
from model.simulation import Machine, effects
from model.simulation.disk import ABSENT, Disk, Inode
from scenarios.look import examine, peek
from scenarios.session_cases import scaling_case
from scenarios.sessions import target
from tests.bench.simulated import PROFILE, SHORTEST_S, verify
from tests.brute_force import effects as raw_effects
from tests.brute_force.crash_states import crash_states
from tests.brute_force.disk import Disk as RawDisk


@dataclass(frozen=True)
class Covered:
    """How long the raw states of one case took, discovered and enumerated."""

    entries: int
    raw_states: int
    discovery_s: float
    enumeration_s: float

    @property
    def ratio(self) -> float:
        """How many times as many raw states discovery covers in the same time."""
        return self.enumeration_s / self.discovery_s


def measure(entries: int, *, shortest_s: float = SHORTEST_S) -> list[Covered]:
    """Verify the scaling case both ways, without kills and without cuts inside recovery."""
    discovered, discovery_s = verify(scaling_case(entries), nested=0, shortest_s=shortest_s)
    began = time.process_time()
    raw_states = sum(1 for _ in judged_disks(entries))
    enumeration_s = time.process_time() - began
    assert raw_states == discovered.raw_states, f"n = {entries}: {raw_states} and {discovered.raw_states} raw states"
    return [Covered(entries, raw_states, discovery_s.median, enumeration_s)]


def judged_disks(entries: int) -> Iterator[tuple[Observation, Observation]]:
    """What a reader sees on each raw disk of the scaling case and what recovery does, judged by all that is promised.

    Raises:
        AssertionError: a promise is broken.
    """
    workload = play_through(scaling_case(entries))
    base, trace = raw_trace(workload)
    for moment in dict.fromkeys(workload.moments):
        held = [kept for at, kept in zip(workload.moments, workload.obligations, strict=True) if at == moment]
        for raw in crash_states(base, trace[:moment], PROFILES[PROFILE].name):
            yield _judged(workload, raw, held)


def _judged(workload: Workload, raw: RawDisk, held: Sequence[Any]) -> tuple[Observation, Observation]:
    disk, path = as_disk(workload.stage.machine, raw), workload.stage.path
    read = peek(Machine(disk, boot=1).start().kernel, path)
    machine = Machine(disk, boot=1)
    recovered = examine(machine.start().kernel, path)
    recovered = recovered.with_second(examine(machine.start().kernel, path))
    for obligations in held:
        for seen in (read, recovered):
            violations = target.judge(obligations, seen)
            assert not violations, violations
    return read, recovered


def raw_trace(workload: Workload) -> tuple[RawDisk, list[raw_effects.Effect]]:
    """The disk before a workload and what was done to it, for the enumerator; one effect for each of the machine's."""
    machine = workload.stage.machine
    inodes = machine.disk.inodes
    names = {((ino, name), child) for ino, inode in inodes.items() for name, child in inode.entries.items()}
    contents = {(ino, _content(inode)) for ino, inode in inodes.items()}
    made: set[int] = set(inodes)
    trace = [_raw(effect, machine, made) for effect in machine.effects]
    return RawDisk(frozenset(names), frozenset(contents)), trace


def _raw(effect: effects.Effect, machine: Machine, made: set[int]) -> raw_effects.Effect:
    match effect:
        case effects.SetName(directory, name, ino):
            is_new = ino != ABSENT and ino not in made
            made.add(ino)
            return raw_effects.NameChange(
                (((directory, name), None if ino == ABSENT else ino),),
                made=ino if is_new else None,
                directory=is_new and machine.created[ino].kind == "directory",
            )
        case effects.Rename(directory, name, target_directory, target_name, ino):
            return raw_effects.NameChange((((directory, name), None), ((target_directory, target_name), ino)))
        case effects.Write(ino, offset, content):
            return raw_effects.Write(ino, offset, content)
        case effects.Truncate(ino):
            return raw_effects.Truncate(ino)
        case effects.Sync(ino, False):
            return raw_effects.Sync(ino)
    raise AssertionError(f"the enumerator knows no {effect}")


def as_disk(machine: Machine, raw: RawDisk) -> Disk:
    """A raw disk as one that a machine can boot from; modes and times are as if nothing of them was lost."""
    inodes: dict[int, Inode] = {**machine.disk.inodes, **machine.created}
    entries: dict[int, dict[str, int]] = {}
    for (directory, name), ino in raw.names:
        entries.setdefault(directory, {})[name] = ino
    decided = {
        ino: replace(inodes[ino], content=content or b"", entries=entries.get(ino, {})) for ino, content in raw.contents
    }
    return Disk(decided, next_ino=machine.next_ino)


def _content(inode: Inode) -> bytes | None:
    return None if inode.kind == "directory" else inode.content
