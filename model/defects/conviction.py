"""Convicting a defect: the ordinary cases are run until one shows the property that it breaks."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from model.defects.cost import compare_costs
from model.defects.defect import COST, Defect
from model.explore.campaign import run_case
from model.explore.result import Counterexample
from model.explore.stage import Case, Stage
from model.obligations import Obligations
from model.persistence.profiles import GATES, PROFILES
from model.target import Target

REFERENCE = "posix"
"""The profile that looks first: what any gate shows, it shows."""

BUDGETS_S = (0.1, 1.0, 10.0)
"""How long a case is looked at: a little at first, longer if none of them shows anything so soon."""

SMALLER_WITHIN_S = 2.0
"""How long to look on, among the cases of the same operation, for a counterexample that is easier to read."""

MOST_TRIED = 3
"""Of how many of those cases each gate is asked whether they show it there."""


@dataclass(frozen=True)
class Conviction:
    """What came of a search.

    Attributes:
        defect: The name of the defect.
        verdict: `convicted` by the property that it breaks; `otherwise`, only by others; `survived`.
        property: The property that convicted it.
        states: Crash states judged until then.
        seconds: Seconds until then.
        cases: Cases run until then.
        operation: The row of the case that convicted it.
        case: That case.
        operations: Operations of the run that convicted it, the one in flight included.
        losses: Questions that the power cut answered, on the way there.
        profiles: The gates under which that case shows it.
        explanation: The judge's sentences.
    """

    defect: str
    verdict: Literal["convicted", "otherwise", "survived"]
    property: int = 0
    states: int = 0
    seconds: float = 0.0
    cases: int = 0
    operation: str = ""
    case: str = ""
    operations: int = 0
    losses: int = 0
    profiles: tuple[str, ...] = ()
    explanation: str = ""


class _Shown(NamedTuple):
    """A counterexample, where it was found, and how much a reader of it has to take in."""

    found: Counterexample
    case: Case
    operations: int

    @property
    def size(self) -> tuple[int, int, int]:
        return (self.operations, len(self.found.lost), len(self.found.trace))


def convict(defect: Defect, target: Target, *, is_thorough: bool = True) -> Conviction:
    """Look for what a defect breaks.

    Args:
        defect: Is put in force meanwhile.
        target: The store that it is made in.
        is_thorough: Also look for a smaller counterexample, and for the other gates under which it shows.
    """
    fallback = target.cases()
    with defect.in_force():
        if defect.property == COST:
            return _by_cost(defect, target)
        return _Search(defect, target, fallback).run(is_thorough=is_thorough)


class _Search:
    def __init__(self, defect: Defect, target: Target, fallback: Sequence[Case]) -> None:
        self.defect = defect
        self.target = target
        self.fallback = fallback
        self.stages: list[Stage] = []
        self.states = 0
        self.cases = 0
        self.others: list[_Shown] = []

    def run(self, *, is_thorough: bool) -> Conviction:
        began_s = time.monotonic()
        cases = _in_order(self._cases(), self.defect.operations)
        for budget_s in BUDGETS_S:
            unknown = []
            for position, case in enumerate(cases):
                verdict, shown = self._run(case, REFERENCE, budget_s)
                if shown is not None:
                    sofar = Conviction(
                        self.defect.name,
                        "convicted",
                        states=self.states,
                        seconds=time.monotonic() - began_s,
                        cases=self.cases,
                        profiles=(REFERENCE,),
                    )
                    return self._finish(sofar, shown, cases[position + 1 :]) if is_thorough else _told(sofar, shown)
                if verdict == "unknown":
                    unknown.append(case)
            cases = unknown
        seconds = time.monotonic() - began_s
        sofar = Conviction(self.defect.name, "otherwise", states=self.states, seconds=seconds, cases=self.cases)
        return _told(sofar, self.others[0]) if self.others else replace(sofar, verdict="survived")

    def _cases(self) -> Sequence[Case]:
        """The cases, made of what the bad store does; of what the good one does, where that cannot be."""
        try:
            return self.target.cases()
        except Exception:  # whatever a bad store raises
            return self.fallback

    def _run(self, case: Case, profile: str, budget_s: float) -> tuple[str, _Shown | None]:
        """Run a case: its verdict, and what it shows of the property that the defect breaks."""
        self.stages.clear()
        try:
            result = run_case(self.target, case, PROFILES[profile], budget_s=budget_s, make_stage=self._stage)
        except Exception:  # a case that the bad store does not get through convicts nobody
            return "ok", None
        self.cases += 1
        self.states += max(result.states, result.recoveries)
        if not result.counterexamples:
            return result.verdict, None
        shown = _Shown(result.counterexamples[0], case, max([1, *map(_operations, self.stages)]))
        if shown.found.property == self.defect.property:
            return result.verdict, shown
        self.others.append(shown)
        return result.verdict, None

    def _stage(self) -> Stage:
        self.stages.append(Stage())
        return self.stages[-1]

    def _finish(self, sofar: Conviction, first: _Shown, cases: Iterable[Case]) -> Conviction:
        """The smallest of what the other cases of the same operation show, and where they show it."""
        deadline_s = time.monotonic() + SMALLER_WITHIN_S
        found = [first]
        for case in cases:
            if case.operation == first.case.operation and time.monotonic() < deadline_s:
                _, shown = self._run(case, REFERENCE, BUDGETS_S[1])
                found += [] if shown is None else [shown]
        found.sort(key=lambda shown: shown.size)
        known = {REFERENCE, *(profile for shown in found for profile in shown.found.profiles)}
        gates = tuple(gate for gate in GATES if gate in known or self._shows(gate, found[:MOST_TRIED]))
        return replace(_told(sofar, found[0]), profiles=gates)

    def _shows(self, gate: str, found: Iterable[_Shown]) -> bool:
        return any(self._run(shown.case, gate, BUDGETS_S[2])[1] is not None for shown in found)


def _told(conviction: Conviction, shown: _Shown) -> Conviction:
    found = shown.found
    return replace(
        conviction,
        property=found.property,
        operation=found.operation,
        case=found.case,
        operations=shown.operations,
        losses=len(found.lost),
        explanation=found.explanation,
    )


def _in_order(cases: Sequence[Case], first: tuple[str, ...]) -> list[Case]:
    """The cases, those of the operations named first in front."""
    return sorted(cases, key=lambda case: first.index(case.operation) if case.operation in first else len(first))


def _operations(stage: Stage) -> int:
    """How many operations were run: each makes promises of its own while it is in flight."""
    obligations = [promise.obligations for promise in stage.promises]
    return sum(isinstance(each, Obligations) and bool(each.operation) for each in obligations)


def _by_cost(defect: Defect, target: Target) -> Conviction:
    began_s = time.monotonic()
    difference = compare_costs(target)
    seconds = time.monotonic() - began_s
    if difference is None:
        return Conviction(defect.name, "survived", seconds=seconds)
    return Conviction(
        defect.name,
        "convicted",
        COST,
        seconds=seconds,
        operation=difference.operation,
        case=difference.case,
        operations=1,
        profiles=defect.profiles,
        explanation=difference.sentence,
    )
