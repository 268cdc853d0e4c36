"""From a violating crash state back to the run that leads there."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from model.explore.choices import Replayed
from model.explore.crashes import Found
from model.explore.result import Counterexample
from model.explore.stage import Case
from model.explore.unit import Arrival, Start
from model.explore.workload import MakeStage, Workload, killed_plays, play_through
from model.obligations import Obligations
from model.observation import READING
from model.persistence.crash import CrashDisk
from model.persistence.frames import Frame
from model.properties import PROPERTIES
from model.scenario import keeping
from model.scenario.calls import Call, render_call, trace
from model.scenario.retelling import Teller
from model.scenario.story import CannotReplay
from model.scenario.translation import Found as Facts
from model.scenario.translation import translate
from model.simulation import Machine
from model.simulation.tree import describe_answer, describe_question, paths, tree
from model.target import Target


class Step(NamedTuple):
    """One power cut on the way: of the run (nobody arrived yet) or of a recovery, after so many effects of it."""

    recovery: Arrival | None
    effects: int
    frame: Frame
    is_over: bool = False


def counterexample(
    case: Case,
    profile: str,
    workload: Workload,
    crash: CrashDisk,
    found: Found,
    target: Target,
    make_stage: MakeStage,
    known: Sequence[Obligations],
) -> Counterexample:
    """Tell how a violating crash state comes about: as a small story, or as it was found if it is none.

    Args:
        case: The case.
        profile: Name of the profile.
        workload: The play that was cut.
        crash: What the cuts of it leave.
        found: The violation.
        target: What is checked.
        make_stage: Where the case is played again.
        known: The explorer's obligations, by number.
    """
    steps = _steps(found, workload, crash, known)
    of_run = steps[0].frame
    facts = Facts(
        case=case,
        profile=profile,
        workload=workload,
        effects=steps[0].effects,
        obligations=workload.obligations[of_run.moment],
        recoveries=[(step.recovery, step.effects, step.is_over) for step in steps[1:] if step.recovery is not None],
        arrival=found.arrival,
        is_read=found.observation.looked == READING,
        property=found.violations[0].property,
    )
    teller = Teller(target, case, make_stage)
    try:
        return keeping.counterexample(teller, translate(facts, teller), facts.property)
    except CannotReplay:
        return _as_found(case, profile, workload, steps, found, target, make_stage)


def _as_found(
    case: Case,
    profile: str,
    workload: Workload,
    steps: list[Step],
    found: Found,
    target: Target,
    make_stage: MakeStage,
) -> Counterexample:
    violation = found.violations[0]
    traced = _played_again(case, workload, make_stage)
    trace, cut = _run_trace(traced, workload, steps[0])
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
    else:
        for violation in found.violations:
            shown.setdefault(violation.key, violation.shown)
    return json.loads(json.dumps(shown, default=str))  # type: ignore[no-any-return]


def _steps(found: Found, workload: Workload, crash: CrashDisk, known: Sequence[Obligations]) -> list[Step]:
    """The cuts that lead to a crash state, first the one of the run itself."""
    steps: list[Step] = []
    arrival, number = found.arrival, found.number
    while True:
        origin = arrival.unit.came[arrival.frame, number]
        merged = _bits(origin.classes[arrival.frame])
        if isinstance(origin, Start):
            of_run = next(
                frame
                for frame in (crash.frames[bit] for bit in merged)
                if workload.obligations[frame.moment] == known[number]
            )
            steps.append(Step(None, workload.moments[of_run.moment], of_run))
            return steps[::-1]
        judged = origin.state.judged
        is_over = origin.obligations is not None
        of_cut = next(
            frame for frame in (origin.frames[bit] for bit in merged) if is_over or number in judged[frame.base]
        )
        if is_over:
            number = min(judged[of_cut.base])
        arrival = origin.state.came[of_cut.base, number]
        steps.append(Step(arrival, origin.moments[of_cut.moment], of_cut, is_over))


def _bits(mask: int) -> list[int]:
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def _played_again(case: Case, workload: Workload, make_stage: MakeStage) -> Workload:
    if workload.kill is None:
        return play_through(case, make_stage, traced=True)
    return next(iter(killed_plays(case, make_stage, traced_kill=workload.kill)))


def _run_trace(traced: Workload, workload: Workload, step: Step) -> tuple[list[str], int]:
    """The calls of the run from where it was armed, and how many were complete at the cut."""
    calls = traced.calls[traced.stage.armed_calls :]
    made = sum(1 for call in calls if call.effects < step.effects)
    held = workload.obligations[step.frame.moment]
    since = [promise.calls for promise in workload.stage.promises if promise.obligations is held]
    if since:
        made = max(made, since[0] - workload.stage.armed_calls)
    trace = [render_call(call) for call in calls]
    return trace, min(made, len(trace))


def _recovered_again(target: Target, path: str, arrival: Arrival, *, reading: bool) -> tuple[Machine, list[Call]]:
    machine = Machine(arrival.unit.disk, Replayed(arrival.path), boot=1)
    calls = trace(machine)
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
