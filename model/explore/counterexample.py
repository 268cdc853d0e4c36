"""From a violating crash state back to the run that leads there."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from model.explore.choices import Replayed
from model.explore.crashes import Found
from model.explore.result import Counterexample
from model.explore.stage import Case
from model.explore.unit import Arrival, Start, Successor
from model.explore.workload import Call, MakeStage, Workload, killed_plays, play_through
from model.observation import READING
from model.persistence.crash import CrashDisk
from model.persistence.frames import Frame
from model.properties import PROPERTIES
from model.simulation import Machine
from model.simulation.tree import describe_answer, describe_bytes, describe_question, paths, tree
from model.target import Target
from store import kernel as seam

PREVIEW_ARGUMENTS = 60


class Step(NamedTuple):
    """One power cut on the way: of the run (nobody arrived yet) or of a recovery, after so many effects of it."""

    recovery: Arrival | None
    effects: int
    frame: Frame


def counterexample(
    case: Case, profile: str, workload: Workload, crash: CrashDisk, found: Found, target: Target, make_stage: MakeStage
) -> Counterexample:
    """Tell how a violating crash state comes about."""
    steps = _steps(found, workload, crash)
    violation = found.violations[0]
    traced = _played_again(case, workload, make_stage)
    trace, cut = _run_trace(traced, steps[0])
    choices: list[tuple[str, str]] = [("cut", f"after {cut} calls")]
    for step in steps[1:]:
        assert step.recovery is not None
        machine, calls = _recovered_again(target, workload.stage.path, step.recovery, reading=False)
        choices.extend(_choices(machine, step.recovery))
        made = [call for call in calls if call.effects < step.effects]
        trace += ["-- power cut; recovery: --", *(render_call(call) for call in made)]
        cut = len(trace)
        trace += [render_call(call) for call in calls[len(made) : len(made) + 3]]
        choices.append(("cut", f"inside recovery, after {len(made)} calls of it"))
    reading = found.observation.looked == READING
    machine, _ = _recovered_again(target, workload.stage.path, found.arrival, reading=reading)
    lost = _choices(machine, found.arrival)
    return Counterexample(
        property=violation.property,
        title=PROPERTIES[violation.property].title,
        operation=case.operation,
        case=case.name,
        profile=profile,
        explanation=violation.sentence,
        trace=tuple(trace),
        cut=cut,
        lost=tuple(f"{question}: {answer}" for question, answer in lost),
        choices=(*choices, *lost),
        shown=_shown(found),
        promised={violation.key: list(violation.promised)},
        tree_before=tree(traced.stage.machine),
        tree_after=tree(machine),
    )


def _shown(found: Found) -> Mapping[str, Any]:
    seen = found.observation
    shown: dict[str, Any] = dict(seen.entries)
    if seen.error is not None:
        shown["(error)"] = ": ".join(seen.error)
    for violation in found.violations:
        shown.setdefault(violation.key, violation.shown)
    return json.loads(json.dumps(shown, default=str))  # type: ignore[no-any-return]


def _steps(found: Found, workload: Workload, crash: CrashDisk) -> list[Step]:
    """The cuts that lead to a crash state, first the one of the run itself."""
    steps: list[Step] = []
    arrival, number = found.arrival, found.number
    while True:
        origin = arrival.unit.came[arrival.frame, number]
        bit = _lowest(origin.classes[arrival.frame])
        if isinstance(origin, Start):
            of_run = crash.frames[bit]
            steps.append(Step(None, workload.moments[of_run.moment], of_run))
            return steps[::-1]
        of_cut = origin.frames[bit]
        if origin.obligations is not None:
            number = min(origin.state.judged[of_cut.base])
        arrival = origin.state.came[_frame_with(origin, arrival.frame, number), number]
        steps.append(Step(arrival, origin.moments[of_cut.moment], of_cut))


def _frame_with(origin: Successor, frame: int, number: int) -> int:
    """A frame of the state before in which these obligations were judged."""
    judged = origin.state.judged
    return next(index for index in range(len(judged)) if origin.sources[frame] >> index & 1 and number in judged[index])


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _played_again(case: Case, workload: Workload, make_stage: MakeStage) -> Workload:
    if workload.kill is None:
        return play_through(case, make_stage, traced=True)
    return next(iter(killed_plays(case, make_stage, traced_kill=workload.kill)))


def _run_trace(workload: Workload, step: Step) -> tuple[list[str], int]:
    """The calls of the run from where it was armed, and how many were complete at the cut."""
    calls = workload.calls[workload.stage.armed_calls :]
    made = sum(1 for call in calls if call.effects < step.effects)
    promised = [promise for promise in workload.stage.promises if promise.effects <= step.effects]
    first = step.frame.moment == 0 or workload.moments[step.frame.moment - 1] != step.effects
    if not first and promised:
        made = max(made, promised[-1].calls - workload.stage.armed_calls)
    trace = [render_call(call) for call in calls]
    return trace, min(made, len(trace))


def _recovered_again(target: Target, path: str, arrival: Arrival, *, reading: bool) -> tuple[Machine, list[Call]]:
    machine = Machine(arrival.unit.disk, Replayed(arrival.path), boot=1)
    calls: list[Call] = []
    machine.tracer = lambda process, name, arguments: calls.append(
        Call(process.pid, name, arguments, len(machine.effects))
    )
    kernel = machine.start().kernel
    if reading:
        assert target.peek is not None
        target.peek(kernel, path)
    else:
        target.examine(kernel, path)
        calls = list(calls)
        machine.tracer = None
        target.examine(machine.start().kernel, path)
    return machine, calls


def _choices(machine: Machine, arrival: Arrival) -> list[tuple[str, str]]:
    names = paths(arrival.unit.disk)
    return [
        (describe_question(decision.question, names), describe_answer(decision.question, decision.answer, names))
        for decision in machine.world.decisions[: len(arrival.path)]
    ]


_FLAGS = {
    seam.O_CREAT: "O_CREAT",
    seam.O_EXCL: "O_EXCL",
    seam.O_TRUNC: "O_TRUNC",
    seam.O_APPEND: "O_APPEND",
    seam.O_NOFOLLOW: "O_NOFOLLOW",
    seam.O_DIRECTORY: "O_DIRECTORY",
}


def render_call(call: Call) -> str:
    """A system call as a line of text."""
    arguments = list(call.arguments)
    if call.name == "open":
        flags = [name for flag, name in _FLAGS.items() if arguments[1] & flag == flag]
        access = {seam.O_RDONLY: "O_RDONLY", seam.O_WRONLY: "O_WRONLY"}.get(arguments[1] & 3, "O_RDWR")
        arguments[1] = "|".join([access, *flags])
        arguments[2] = oct(arguments[2])
    rendered = [
        describe_bytes(argument)[:PREVIEW_ARGUMENTS] if isinstance(argument, bytes) else str(argument)
        for argument in arguments
        if argument is not None
    ]
    return f"[{call.pid}] {call.name}({', '.join(rendered)})"
