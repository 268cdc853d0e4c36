"""One play of a case as the explorer takes it: its crash points, and what was promised at each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from model.explore.stage import Case, Stage, play
from model.persistence.crash import CrashDisk, crash_disk
from model.persistence.frames import UNIT_BYTES
from model.persistence.profiles import Profile
from model.scenario.calls import Call, trace
from model.simulation.power import Killed


@dataclass
class Workload:
    """What was played, and from where on it may be cut.

    `moments[i]` completed effects are judged by `obligations[i]`; effects may repeat (before and after an
    acknowledgement).  `kill` says after which call it was killed, if it was.
    """

    stage: Stage
    moments: list[int]
    obligations: list[Any]
    start: int
    crash_points: int
    kill: int | None = None
    calls: list[Call] = field(default_factory=list)

    def crash(self, profile: Profile) -> CrashDisk:
        """The disk that a power cut at any of the moments leaves."""
        machine = self.stage.machine
        return crash_disk(
            machine.disk,
            machine.created,
            machine.effects,
            machine.times,
            self.moments,
            profile,
            machine.next_ino,
            start=self.start,
        )

    def raw_states(self, crash: CrashDisk) -> int:
        """Different disks at each number of completed effects, summed."""
        return sum(
            crash.raw_states(moment)
            for moment, count in enumerate(self.moments)
            if not moment or self.moments[moment - 1] != count
        )


MakeStage = Callable[[], Stage]


def play_through(case: Case, make_stage: MakeStage = Stage, *, traced: bool = False) -> Workload:
    """Play a case without a kill."""
    stage = make_stage()
    calls = trace(stage.machine) if traced else []
    if play(case, stage):
        raise Killed("nothing was to be killed")
    return _workload(stage, calls, from_effects=None)


def killed_plays(case: Case, make_stage: MakeStage = Stage, *, traced_kill: int | None = None) -> Iterator[Workload]:
    """Play a case again for every call that it can be killed at, and go on with what another process then does.

    Cuts start at the kill.  Only kills that leave the machine in a new state are played on: a process that dies
    between two calls without effects dies the same death.
    """
    assert case.then is not None
    seen: set[tuple[int, int]] = set()
    calls = play_through(case, make_stage, traced=True)
    for number, call in enumerate(calls.calls[calls.stage.armed_calls :]):
        for units in range(_units(call)):
            if traced_kill is not None and (number, units) != divmod(traced_kill, 1 << 20):
                continue
            if traced_kill is None and (call.effects, units) in seen:
                continue
            seen.add((call.effects, units))
            yield _kill(case, make_stage, number, units, traced=traced_kill is not None)


def _kill(case: Case, make_stage: MakeStage, number: int, units: int, *, traced: bool) -> Workload:
    assert case.then is not None
    stage = make_stage()
    calls = trace(stage.machine) if traced else []
    stage.kill_after_calls = number
    stage.kill_units = units
    if not play(case, stage):
        raise AssertionError(f"{case.operation}, {case.name}: call {number} was not made when it was played again")
    stage.machine.kill_at_call = None
    killed_at = len(stage.machine.effects)
    case.then(stage)
    workload = _workload(stage, calls, from_effects=killed_at)
    workload.kill = (number << 20) + units
    return workload


def _units(call: Call) -> int:
    if call.name != "write":
        return 1
    return min(8, -(-len(call.arguments[1]) // UNIT_BYTES) or 1)


def _workload(stage: Stage, calls: list[Call], *, from_effects: int | None) -> Workload:
    armed = stage.armed_effects
    if armed is None or not stage.promises:
        raise AssertionError("a case must arm its stage and promise something")
    start = armed if from_effects is None else from_effects
    moments: list[int] = []
    obligations: list[Any] = []
    for count in range(start, len(stage.machine.effects) + 1):
        for held in _in_force(stage, count):
            moments.append(count)
            obligations.append(held)
    crash_points = stage.machine.calls - stage.armed_calls + 1
    return Workload(stage, moments, obligations, start, crash_points, calls=calls)


def _in_force(stage: Stage, count: int) -> Sequence[Any]:
    """Obligations in force at some time while this many effects were complete."""
    before = [promise.obligations for promise in stage.promises if promise.effects < count]
    now = [promise.obligations for promise in stage.promises if promise.effects == count]
    return [*before[-1:], *now]
