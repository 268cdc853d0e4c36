"""Runs the tasks of a campaign for what they exercise, not for a verdict on the target."""

import time
from dataclasses import dataclass

from model.explore.exercised import Coverage
from model.explore.result import CaseResult
from model.persistence.profiles import PROFILES
from model.scope import Scope, loaded
from model.verdict import Task


@dataclass(frozen=True)
class CoverageRunner:
    """Runs one task: every crash state of one case under one profile, looked at by recovery and by a reader.

    Nothing is judged: `ok` says that all of it was looked at.  Cases of which `verify` draws a sample are left out.
    """

    scope: Scope

    def __call__(self, task: Task, budget_s: float | None) -> CaseResult:
        """Run one task within so many seconds."""
        from model.explore.coverage import cover
        from model.explore.crashes import OutOfBudget

        began_s = time.monotonic()

        def check_time() -> None:
            if budget_s is not None and time.monotonic() > began_s + budget_s:
                raise OutOfBudget

        target, cases = loaded(self.scope)
        case = cases[task.case_index]
        found, is_whole = Coverage(), True
        try:
            if case.samples is None:
                found = cover(target, case, PROFILES[task.profile], check_time=check_time)
            else:
                found.left_out = 1
        except OutOfBudget:
            is_whole = False
        return CaseResult(
            operation=task.operation,
            case=task.case,
            profile=task.profile,
            crash_points=0,
            raw_states=0,
            recoveries=found.runs,
            nested_recoveries=0,
            states=found.runs,
            bounded=case.samples is not None,
            verdict="ok" if is_whole else "unknown",
            seconds=time.monotonic() - began_s,
            coverage=found,
        )
