"""Run recovery once on a booted machine, and tell where the power may go while it runs."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from model.explore.memory import Memory, Run, ask
from model.explore.reduction import Reduced, reduce_disk
from model.observation import Observation
from model.persistence.crash import CrashDisk, crash_disk
from model.persistence.profiles import Profile
from model.simulation import Machine
from model.simulation.disk import ROOT, Disk
from model.simulation.effects import Effect, Sync
from model.simulation.reads import Recorder
from store.kernel import Kernel

Look = Callable[[Kernel, str], Observation]


class Cut(NamedTuple):
    """Cuts of one recovery: at any of its calls, or (`completed`) after its end."""

    crash: CrashDisk
    moments: Sequence[int]
    completed: bool


def crash_state(disk: Disk, labels: Sequence[int], machine: Machine) -> Reduced:
    """The crash state that a machine booted from, as far as it has been looked at."""
    return reduce_disk(disk, labels, machine.world.remaining, machine.world.frames)


def recover(examine: Look, path: str, machine: Machine, seconds: Memory) -> tuple[Recorder, Run]:
    """Recover, then once more in another process; the observation says whether that changed anything (property 7).

    `seconds` remembers second recoveries, which mostly find one of a few disks.
    """
    recorder = machine.recorder = Recorder(machine.next_ino)
    observation = examine(machine.start().kernel, path)
    end = len(machine.effects)
    second = seconds.recall(machine)
    if second is None:
        second = _second(examine, path, machine, recorder, seconds)
    observation = observation.with_second(second.observation)
    if second.observation.second_changed:
        observation = observation._replace(second_changed=True)
    return recorder, _run(machine, recorder, observation, end)


def _second(examine: Look, path: str, machine: Machine, recorder: Recorder, seconds: Memory) -> Run:
    """Recover once more.  Its looks at what the disk held go to the first recovery's `recorder`, too."""
    own = machine.recorder = Recorder(machine.next_ino)
    start = len(machine.effects)
    observation = examine(machine.start().kernel, path)
    changed = any(not isinstance(effect, Sync) for effect in machine.effects[start:])
    second = Run(observation._replace(second_changed=changed), (), (), {}, own.met, own.limit)
    seconds.remember(own, second)
    machine.recorder = recorder
    if own.is_complete and not changed:
        met = [ROOT]
        for asked in own.reads:
            ask(machine, asked.question, met)
    else:
        recorder.is_complete = False
    return second


def read(peek: Look, path: str, machine: Machine) -> tuple[Recorder, Run]:
    """Let a reader look that does not recover; that it changes nothing is part of what it promises."""
    recorder = machine.recorder = Recorder(machine.next_ino)
    observation = peek(machine.start().kernel, path)
    if machine.effects:
        observation = observation._replace(error=("ReaderWrote", str(machine.effects[0])))
    return recorder, _run(machine, recorder, observation, 0)


def _run(machine: Machine, recorder: Recorder, observation: Observation, end: int) -> Run:
    return Run(observation, machine.effects[:end], machine.times, machine.created, recorder.met, machine.disk.next_ino)


def cuts(run: Run, base: Disk, profile: Profile) -> list[Cut]:
    """All power cuts while the effects of a recovery came about, and the one after them.

    Args:
        run: The recovery.
        base: The crash state that it ran on.
        profile: What may persist.
    """
    end = len(run.effects)
    moments = _moments(run.effects, profile)
    found: list[Cut] = []
    if moments:
        found.append(Cut(_crash(run, base, profile, moments, start=0), moments, completed=False))
    if end and run.observation.error is None:
        found.append(Cut(_crash(run, base, profile, [end], start=end), [end], completed=True))
    return found


def _moments(effects: Sequence[Effect], profile: Profile) -> list[int]:
    """Numbers of complete effects at which a cut may leave something that no other cut leaves.

    Until the next sync, what may have persisted only grows: the last moment before it stands for all.  After a kill
    nothing is lost, and every moment is its own; where names are never lost, so is the moment after a sync.
    """
    if profile.names == "immediate":
        return list(range(1, len(effects) + 1))
    if profile.names == "kill":
        return [count for count in range(1, len(effects) + 1) if not isinstance(effects[count - 1], Sync)]
    return [
        count
        for count in range(1, len(effects) + 1)
        if not isinstance(effects[count - 1], Sync) and (count == len(effects) or isinstance(effects[count], Sync))
    ]


def _crash(run: Run, base: Disk, profile: Profile, moments: Sequence[int], *, start: int) -> CrashDisk:
    return crash_disk(
        base,
        run.created,
        run.effects[: moments[-1]],
        run.times,
        moments,
        profile,
        run.next_ino + len(run.created),
        start=start,
        with_times=False,  # a recovery starts with nothing that it could compare them with
    )
