"""Convicting a defect: the ordinary cases are run until one shows the property that it breaks."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from model.defects.cost import compare_costs
from model.defects.defect import COST, Defect
from model.defects.touching import CaseName, name_of
from model.explore.campaign import run_case
from model.explore.result import Counterexample
from model.explore.stage import Case, Stage
from model.obligations import Obligations
from model.persistence.profiles import GATES, PROFILES
from model.target import Target

REFERENCE = "posix"
"""The profile that looks first: what any gate shows, it shows."""

BUDGETS_S = (0.1, 1.0, 10.0)
"""How long a case is looked at: a little at first, longer if none of them shows anything so soon.  Cases of the
operations where a defect is looked for first have had the second one before any other is tried.
"""

SMALLER_WITHIN_S = 2.0
"""How long to look on, among the cases of the same operation, for a counterexample that is easier to read."""

GATES_WITHIN_S = 4.0
"""How long to look, among the cases that show it under the reference, for one that shows it under the other gates."""

MANY_GATES = 3
"""For so many gates it pays to know first which cases show anything under the reference: no other can show it there."""


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
        profiles: The gates under which a case was found that shows it, whatever property that breaks.
        is_every_gate: Whether those are all: under each of the others no case shows anything, those undecided aside.
        undecided: Then, gates under which none was found to, and some case took too long.
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
    is_every_gate: bool = False
    undecided: tuple[str, ...] = ()
    explanation: str = ""


SHOWN = "counterexample"


class _Shown(NamedTuple):
    """A counterexample, where it was found, and how much a reader of it has to take in."""

    found: Counterexample
    case: Case
    operations: int

    @property
    def size(self) -> tuple[int, int, int]:
        return (self.operations, len(self.found.lost), len(self.found.trace))


def convict(
    defect: Defect,
    target: Target,
    *,
    is_thorough: bool = True,
    every_gate: bool = False,
    untouched: Collection[CaseName] = (),
) -> Conviction:
    """Look for what a defect breaks.

    Args:
        defect: Is put in force meanwhile.
        target: The store that it is made in.
        is_thorough: Also look for a smaller counterexample, and whether what was found shows under the other gates.
        every_gate: Run every case under each gate under which nothing was found to show it.  Takes long.
        untouched: Cases that run none of the steps that it replaces, as far as that is known.
    """
    fallback = target.cases()
    with defect.in_force():
        if defect.property == COST:
            return _by_cost(defect, target)
        search = _Search(defect, target, fallback, untouched, every_gate=every_gate)
        return search.run(is_thorough=is_thorough)


class _Search:
    def __init__(
        self,
        defect: Defect,
        target: Target,
        fallback: Sequence[Case],
        untouched: Collection[CaseName],
        *,
        every_gate: bool,
    ) -> None:
        self.defect = defect
        self.target = target
        self.fallback = fallback
        self.untouched = frozenset(untouched)
        self.every_gate = every_gate
        self.stages: list[Stage] = []
        self.states = 0
        self.cases = 0
        self.others: list[_Shown] = []

    def run(self, *, is_thorough: bool) -> Conviction:
        began_s = time.monotonic()
        cases = _in_order(self._cases(), self.defect.operations)
        rest = list(cases)
        for likely, budget_s in self._rounds():
            unknown = []
            for case in [case for case in rest if likely(case)]:
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
                    return self._finish(sofar, shown, cases) if is_thorough else _told(sofar, shown)
                if verdict == "unknown":
                    unknown.append(case)
            rest = [case for case in rest if not likely(case)] + unknown
        seconds = time.monotonic() - began_s
        sofar = Conviction(self.defect.name, "otherwise", states=self.states, seconds=seconds, cases=self.cases)
        return _told(sofar, self.others[0]) if self.others else replace(sofar, verdict="survived")

    def _rounds(self) -> Iterator[tuple[Callable[[Case], bool], float]]:
        """Which cases are looked at, and for how long each."""

        def is_likely(case: Case) -> bool:
            return case.operation in self.defect.operations

        *short, _ = BUDGETS_S
        yield from ((is_likely, budget_s) for budget_s in short)
        yield from ((lambda case: not is_likely(case), budget_s) for budget_s in short)
        yield lambda _: True, BUDGETS_S[-1]

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

    def _finish(self, sofar: Conviction, first: _Shown, cases: Sequence[Case]) -> Conviction:
        """The smallest of what the other cases of the same operation show, and the gates under which any does."""
        deadline_s = time.monotonic() + SMALLER_WITHIN_S
        found = [first]
        at = cases.index(first.case)
        for case in (*cases[at + 1 :], *cases[:at]):
            if case.operation == first.case.operation and time.monotonic() < deadline_s:
                _, shown = self._run(case, REFERENCE, BUDGETS_S[1])
                found += [] if shown is None else [shown]
        found.sort(key=lambda shown: shown.size)
        gates = {REFERENCE, *(profile for shown in found for profile in shown.found.profiles)}
        shown_by = [each.case for each in found]
        self._look_for_gates(gates, shown_by)
        undecided = self._look_everywhere(gates, shown_by, cases) if self.every_gate else set()
        return replace(
            _told(sofar, found[0]),
            profiles=tuple(gate for gate in GATES if gate in gates),
            is_every_gate=self.every_gate,
            undecided=tuple(gate for gate in GATES if gate in undecided),
        )

    def _look_for_gates(self, gates: set[str], cases: Sequence[Case]) -> None:
        """Add the gates under which one of these cases shows anything, as far as time allows."""
        deadline_s = time.monotonic() + GATES_WITHIN_S
        for case in cases:
            for gate in GATES:
                if time.monotonic() < deadline_s and gate not in gates and self._verdict(case, gate) == SHOWN:
                    gates.add(gate)

    def _look_everywhere(self, gates: set[str], known: Sequence[Case], cases: Sequence[Case]) -> set[str]:
        """Add every gate under which some case shows anything; return those of which it cannot be said."""
        rest = [case for case in cases if case not in known and name_of(case) not in self.untouched]
        missing = [gate for gate in GATES if gate not in gates]
        if len(missing) >= MANY_GATES:
            rest = [case for case in rest if self._verdict(case, REFERENCE) != "ok"]
        undecided = set()
        for gate in missing:
            verdicts: set[str] = set()
            for case in (*known, *rest):
                verdicts.add(self._verdict(case, gate))
                if SHOWN in verdicts:
                    gates.add(gate)
                    break
            else:
                undecided |= {gate} if "unknown" in verdicts else set()
        return undecided

    def _verdict(self, case: Case, profile: str) -> str:
        """What comes of a case; ok for one that the bad store does not get through: that convicts nobody."""
        try:
            return run_case(self.target, case, PROFILES[profile], budget_s=BUDGETS_S[-1]).verdict
        except Exception:  # whatever a bad store raises
            return "ok"


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
