"""The campaign: every case of a target under every profile, on all cores, and the verdict on all of them together."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.explore.result import CaseResult
from model.explore.stage import Case
from model.persistence.profiles import GATES, PROFILES
from model.scope import Scope, loaded
from model.target import UserMistake
from model.verdict import Bounds, Campaign, Task, Unfinished, Unlike
from model.workers import Report, Run, run_tasks


@dataclass(frozen=True)
class Selection:
    """What the user asked for by name; empty is everything that a release needs."""

    operations: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing was left out."""
        return not self.operations and not self.profiles


def plan(cases: Sequence[Case], selection: Selection) -> tuple[Task, ...]:
    """Every selected case under every selected profile, in the order of the table.

    Raises:
        UserMistake: an operation or a profile that is not there.
    """
    offered = tuple(dict.fromkeys(case.operation for case in cases))
    operations = _known("--operation", selection.operations, offered) or offered
    profiles = _known("--profile", selection.profiles, tuple(PROFILES)) or GATES
    return tuple(
        Task(index, case.operation, case.name, profile)
        for operation in operations
        for profile in profiles
        for index, case in enumerate(cases)
        if case.operation == operation
    )


def _known(option: str, asked: tuple[str, ...], offered: tuple[str, ...]) -> tuple[str, ...]:
    for name in asked:
        if name not in offered:
            raise UserMistake(option, f"there is no {name!r}", f"There are: {', '.join(offered)}.")
    return tuple(name for name in offered if name in asked)


def longest_first(tasks: Sequence[Task], took_s: Mapping[Task, float]) -> list[Task]:
    """The order to begin in, so that no long task is left for one worker at the end; what is not known may be long."""
    return sorted(tasks, key=lambda task: took_s.get(task, math.inf), reverse=True)


@dataclass(frozen=True)
class CaseRunner:
    """Runs one task: how a worker comes from a task's number back to the case itself."""

    scope: Scope

    def __call__(self, task: Task, budget_s: float | None) -> CaseResult:
        """Explore one case under one profile, within so many seconds."""
        from model.explore.campaign import run_case

        target, cases = loaded(self.scope)
        case, profile = cases[task.case_index], PROFILES[task.profile]
        return run_case(target, case, profile, nested=self.scope.nested, budget_s=budget_s, seed=self.scope.seed)


def run_campaign(
    scope: Scope,
    tasks: Sequence[Task],
    *,
    selection: Selection,
    sometimes: Sequence[str],
    jobs: int,
    budget_s: float | None,
    report: Report,
    run: Run | None = None,
    took_s: Mapping[Task, float] | None = None,
    twice: bool = False,
) -> Campaign:
    """Run the tasks and sum up.  A signal or a used-up budget gives what was found so far, marked as cut short.

    Args:
        scope: Which cases.
        tasks: What to run; the results come in their order.
        selection: What the user asked for by name.
        sometimes: What a whole campaign must reach.
        jobs: Worker processes.
        budget_s: Wall-clock seconds for all of it.
        report: Told of each task that ended.
        run: Runs one task; by default the explorer does.
        took_s: How long tasks took the last time, if anybody knows.
        twice: Run each task twice, and tell those that differ.
    """
    started_s = time.monotonic()
    order = longest_first(tasks, took_s or {})
    unlike: tuple[Unlike, ...] | None = None
    if twice:
        from model.double_check import run_twice

        in_order, unlike = run_twice(order, scope, jobs=jobs, report=report, budget_s=budget_s)
    else:
        in_order = run_tasks(order, run or CaseRunner(scope), jobs=jobs, report=report, budget_s=budget_s)
    outcome_of = dict(zip(order, in_order, strict=True))
    outcomes = [outcome_of[task] for task in tasks]
    whole = selection.whole and scope.input is None
    return Campaign(
        bounds=Bounds(
            target=scope.target,
            entries=scope.entries,
            nested=scope.nested,
            profiles=tuple(dict.fromkeys(task.profile for task in tasks)),
            operations=tuple(dict.fromkeys(task.operation for task in tasks)),
            seed=scope.seed,
            budget_s=budget_s,
        ),
        results=tuple(outcome for outcome in outcomes if isinstance(outcome, CaseResult)),
        unfinished=tuple(outcome for outcome in outcomes if isinstance(outcome, Unfinished)),
        sometimes_required=frozenset(sometimes) if whole else None,
        jobs=jobs,
        seconds=time.monotonic() - started_s,
        unlike=unlike,
    )
