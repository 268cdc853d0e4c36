"""Run recovery on every crash state of an undecided disk, and collect the cuts inside it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from model.explore.discovery import boots
from model.explore.reduction import Reduced, Remaining, reduce_disk
from model.explore.unit import Leaf
from model.observation import Observation
from model.persistence.crash import CrashDisk, crash_disk
from model.persistence.profiles import Profile
from model.simulation import Machine
from model.simulation.disk import Disk
from model.simulation.effects import Sync
from store.kernel import Kernel


class Examined(Protocol):
    """What exploring needs of a target."""

    def examine(self, kernel: Kernel, path: str, /) -> Observation:
        """Open for writing, recover, look at everything."""


class Cut(NamedTuple):
    """A cut inside one stretch of a recovery: between two choices, or after its end (`completed`)."""

    path: tuple[int, ...]
    base: Reduced
    crash: CrashDisk
    moments: Sequence[int]
    completed: Observation | None


@dataclass(frozen=True)
class Explored:
    """One run of recovery: its crash state, and the cuts inside the part of it that no earlier run went through."""

    leaf: Leaf
    cuts: Sequence[Cut]


def recoveries(
    target: Examined, path: str, disk: Disk, profile: Profile, *, nested: bool, sampled: int | None, samples: int
) -> Iterator[Explored]:
    """Recover every crash state of a disk (or `samples` of them, by the seed `sampled`)."""
    for machine, source, shared in boots(disk, sampled=sampled, samples=samples):
        observation = target.examine(machine.start().kernel, path)
        end = len(machine.effects)
        again = target.examine(machine.start().kernel, path)
        observation = observation.with_second(again)
        if any(not isinstance(effect, Sync) for effect in machine.effects[end:]):
            observation = observation._replace(second_changed=True)
        leaf = Leaf(source.path, machine.world.frames, observation)
        yield Explored(leaf, list(_cuts(machine, disk, profile, shared, end, leaf)) if nested else ())


def readings(
    peek: Callable[[Kernel, str], Observation], path: str, disk: Disk, *, sampled: int | None, samples: int
) -> Iterator[Leaf]:
    """Let a reader that does not recover look at every crash state of a disk."""
    for machine, source, _ in boots(disk, sampled=sampled, samples=samples):
        observation = peek(machine.start().kernel, path)
        if machine.effects:
            observation = observation._replace(error=("ReaderWrote", str(machine.effects[0])))
        yield Leaf(source.path, machine.world.frames, observation)


def _cuts(machine: Machine, disk: Disk, profile: Profile, shared: int, end: int, leaf: Leaf) -> Iterator[Cut]:
    decisions = machine.world.decisions
    for index in range(shared, len(decisions) + 1):
        lower = decisions[index - 1].effect_count if index else 0
        last = index == len(decisions)
        upper = end if last else min(end, decisions[index].effect_count)
        moments = [count for count in range(lower + 1, upper + 1) if not isinstance(machine.effects[count - 1], Sync)]
        if moments:
            remaining = machine.world.remaining if last else decisions[index].remaining
            frames = machine.world.frames if last else decisions[index].frames
            yield _cut(machine, disk, profile, remaining, frames, moments, lower, leaf.path[:index], None)
    if leaf.observation.error is None and machine.effects[:end]:
        world = machine.world
        yield _cut(machine, disk, profile, world.remaining, world.frames, [end], end, leaf.path, leaf.observation)


def _cut(
    machine: Machine,
    disk: Disk,
    profile: Profile,
    remaining: Remaining,
    frames: int,
    moments: Sequence[int],
    lower: int,
    path: tuple[int, ...],
    completed: Observation | None,
) -> Cut:
    base = reduce_disk(disk, remaining, frames)
    count = moments[-1]
    crash = crash_disk(
        base.disk,
        machine.created,
        machine.effects[:count],
        machine.times,
        moments,
        profile,
        machine.next_ino,
        start=lower,
    )
    return Cut(path, base, crash, moments, completed)
