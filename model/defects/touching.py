"""Which cases run which steps of the store: one that runs none of those that a defect replaces cannot show it.

A case is played, cut and recovered from exactly as without the defect until a replaced step is run for the first time.
So it is enough to know which steps the good store runs in it, under the profile whose crash states include all others'.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from model.defects.defect import Step, forget_answers
from model.explore.campaign import run_case
from model.explore.stage import Case
from model.persistence.profiles import PROFILES
from model.target import Target

CaseName = tuple[str, str]
"""Operation and name of a case."""

StepName = tuple[str, str, bool]
"""Where a step is, its name, and whether it is replaced wherever it was imported."""

Touched = Mapping[CaseName, frozenset[StepName]]


def name_of(case: Case) -> CaseName:
    """What a case is called, the same in every process."""
    return case.operation, case.name


def step_name(step: Step) -> StepName:
    """What a step is called, whatever is run instead."""
    return step.where, step.name, step.everywhere


def touched(target: Target, cases: Iterable[Case], steps: Iterable[Step], profile: str) -> Touched:
    """The steps among these that each case runs: in its play, its variants, and every recovery.

    Args:
        target: The good store.
        cases: Its cases.
        steps: The steps to watch.
        profile: The one whose crash states include those of the others.
    """
    seen: set[StepName] = set()
    found = {}
    with watched(steps, seen):
        for case in cases:
            seen.clear()
            forget_answers("store")
            run_case(target, case, PROFILES[profile])
            found[name_of(case)] = frozenset(seen)
    return found


@contextmanager
def watched(steps: Iterable[Step], seen: set[StepName]) -> Iterator[None]:
    """Note which of these steps are run, and run them."""
    with ExitStack() as stack:
        for each in {step_name(each): each for each in steps}.values():
            stack.enter_context(replace(each, instead=_noting(step_name(each), seen)).replaced())
        yield


def _noting(name: StepName, seen: set[StepName]) -> Any:
    def noted(real: Any, *arguments: Any, **named: Any) -> Any:
        seen.add(name)
        return real(*arguments, **named)

    return noted
