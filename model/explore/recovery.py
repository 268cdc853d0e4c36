"""Run recovery once on a booted machine, and tell where the power may go while it runs."""

from collections.abc import Sequence
from typing import NamedTuple

from model.explore.reduction import Reduced, reduce_disk
from model.observation import Observation
from model.persistence.crash import CrashDisk, crash_disk
from model.persistence.profiles import Profile
from model.simulation import Machine
from model.simulation.disk import Disk
from model.simulation.effects import Effect, Sync
from model.target import Target


class Cut(NamedTuple):
    """Cuts of one recovery: at any of its calls, or (`completed`) after its end."""

    crash: CrashDisk
    moments: Sequence[int]
    completed: bool


def crash_state(disk: Disk, labels: Sequence[int], machine: Machine) -> Reduced:
    """The crash state that a machine booted from, as far as it has been looked at."""
    return reduce_disk(disk, labels, machine.world.remaining, machine.world.frames)


def recover_again(target: Target, path: str, machine: Machine, observation: Observation) -> Observation:
    """Recover a second time in another process; the observation says whether that changed anything (property 7)."""
    end = len(machine.effects)
    observation = observation.with_second(target.examine(machine.start().kernel, path))
    if any(not isinstance(effect, Sync) for effect in machine.effects[end:]):
        return observation._replace(second_changed=True)
    return observation


def cuts(machine: Machine, base: Disk, profile: Profile, end: int, observation: Observation) -> list[Cut]:
    """All power cuts while the first `end` effects of a machine came about, and the one after them.

    Args:
        machine: On which recovery has run.
        base: The crash state that it ran on.
        profile: What may persist.
        end: How many effects recovery had.
        observation: What recovery came to.
    """
    moments = _moments(machine.effects[:end], profile)
    found: list[Cut] = []
    if moments:
        found.append(Cut(_crash(machine, base, profile, moments, start=0), moments, completed=False))
    if end and observation.error is None:
        found.append(Cut(_crash(machine, base, profile, [end], start=end), [end], completed=True))
    return found


def _moments(effects: Sequence[Effect], profile: Profile) -> list[int]:
    """Numbers of complete effects at which a cut may leave something that no other cut leaves.

    Until the next sync, what may have persisted only grows: the last moment before it stands for all.  After a kill
    nothing is lost, and every moment is its own.
    """
    if profile.names == "kill":
        return [count for count in range(1, len(effects) + 1) if not isinstance(effects[count - 1], Sync)]
    return [
        count
        for count in range(1, len(effects) + 1)
        if not isinstance(effects[count - 1], Sync) and (count == len(effects) or isinstance(effects[count], Sync))
    ]


def _crash(machine: Machine, base: Disk, profile: Profile, moments: Sequence[int], *, start: int) -> CrashDisk:
    return crash_disk(
        base,
        machine.created,
        machine.effects[: moments[-1]],
        machine.times,
        moments,
        profile,
        machine.next_ino,
        start=start,
        with_times=False,  # a recovery starts with nothing that it could compare them with
    )
