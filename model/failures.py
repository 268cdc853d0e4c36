"""Every call that may fail, failing in every way: what the operations then said, and whether anything was lost.

A case of failures has a variant for each of them, which notes on its stage what came of it.  All are played; what they
do to the disk is explored once for all that do the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from model.explore.campaign import identity_of, run_case
from model.explore.failed_calls import NOTE, Failure, Failures
from model.explore.result import CaseResult
from model.explore.stage import Case, Stage
from model.explore.workload import play_through
from model.persistence.profiles import PROFILES
from model.target import Target, UserMistake, load_target
from model.verdict import Task


def failure_cases(target: Target, name: str) -> Sequence[Case]:
    """The cases of failures that a target has.

    Raises:
        UserMistake: It has none.
    """
    if target.failure_cases is None:
        raise UserMistake(name, "it has no cases in which calls fail", "Give the target failure_cases.")
    return target.failure_cases()


@dataclass(frozen=True)
class FailureRunner:
    """Runs one task: one case of failures under one profile.

    Attributes:
        target: The target's name.
    """

    target: str

    def __call__(self, task: Task, budget_s: float | None) -> CaseResult:
        """Run one task within so many seconds."""
        target, case, found = _played(self.target, task.case_index)
        return replace(run_case(target, case, PROFILES[task.profile], budget_s=budget_s), failures=found)


@lru_cache(maxsize=100)
def _played(name: str, index: int) -> tuple[Target, Case, Failures]:
    """A case with those of its variants that differ, and what came of all of them."""
    target = load_target(name)
    case = failure_cases(target, name)[index]
    different, found = played(case)
    return target, different, found


def played(case: Case) -> tuple[Case, Failures]:
    """Play every variant of a case: the case with those that differ, and what was noted of them."""
    assert case.variants is not None
    different: dict[object, Case] = {}
    noted: list[Failure] = []
    for variant in case.variants():
        workload = play_through(variant)
        different.setdefault(identity_of(workload), variant)
        noted += _noted(workload.stage)
    found = Failures(
        calls=len({each.call for each in noted}),
        errors=frozenset(each.error for each in noted),
        plays=len(noted),
        raised=sum(each.has_raised for each in noted),
    )
    return replace(case, variants=lambda: tuple(different.values())), found


def _noted(stage: Stage) -> list[Failure]:
    """What a play noted; nothing if no call failed in it after all."""
    return [stage.notes[NOTE]] if NOTE in stage.notes else []
