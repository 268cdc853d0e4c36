"""One scenario under several profiles: the verdict on its case, and whether its own cuts can come about."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from model.explore.campaign import run_case
from model.explore.stage import Case, Stage
from model.persistence.profiles import PROFILES
from model.properties import PROPERTIES
from model.scenario.file import Scenario
from model.scenario.replay import find_case, in_force
from model.scenario.retelling import Teller
from model.scenario.story import CannotReplay
from model.target import Target

OK = "ok"


@dataclass(frozen=True)
class Compared:
    """What came of one profile.

    Attributes:
        profile: Its name.
        verdict: On every cut of the case.
        violated: Number of the property that is broken; 0 for none.
        losses: How many losses the smallest counterexample takes; None without one.
        judged: Crash states that recovery could tell apart, judged until the verdict.
        raw_states: Different disks that the cuts can leave, until the verdict.
        story: Of the scenario's own cuts and losses: they break a promise, they are allowed, or they cannot be.
        explanation: The sentence of the judge.
    """

    profile: str
    verdict: Literal["ok", "counterexample", "unknown"]
    violated: int = 0
    losses: int | None = None
    judged: int = 0
    raw_states: int = 0
    story: Literal["broken", "allowed", "cannot be"] = "allowed"
    explanation: str = ""

    @property
    def outcome(self) -> str:
        """The verdict, or the title of the property that is broken."""
        return PROPERTIES[self.violated].title if self.violated else self.verdict


def compare(
    scenario: Scenario, target: Target, profiles: Iterable[str], *, budget_s: float | None = None
) -> Iterator[Compared]:
    """Explore the scenario's case under one profile after another, with its defect in force.

    Args:
        scenario: Names the case, and tells a story of it.
        target: What it is told of.
        profiles: Names of the profiles.
        budget_s: Seconds for each; then the verdict is unknown.

    Raises:
        UserMistake: The target has no such case, or there is no such defect.
    """
    with in_force(scenario.defect, scenario.place("defect")):
        yield from compare_as_it_is(scenario, target, profiles, budget_s=budget_s)


def compare_as_it_is(
    scenario: Scenario, target: Target, profiles: Iterable[str], *, budget_s: float | None = None
) -> Iterator[Compared]:
    """The same with whatever is in force already: for who has put the scenario's defect in force himself.

    Raises:
        UserMistake: The target has no such case.
    """
    case = find_case(scenario, target)
    teller = Teller(target, case, Stage)
    for profile in profiles:
        yield _compared(scenario, target, case, teller, profile, budget_s)


def _compared(
    scenario: Scenario, target: Target, case: Case, teller: Teller, profile: str, budget_s: float | None
) -> Compared:
    result = run_case(target, case, PROFILES[profile], budget_s=budget_s)
    found = next(iter(result.counterexamples), None)
    return Compared(
        profile,
        result.verdict,
        0 if found is None else found.property,
        None if found is None else len(found.lost),
        max(result.states + result.nested_states, result.recoveries + result.nested_recoveries),
        result.raw_states,
        _story(scenario, teller, profile),
        "" if found is None else found.explanation,
    )


def _story(scenario: Scenario, teller: Teller, profile: str) -> Literal["broken", "allowed", "cannot be"]:
    try:
        told = teller.tell(replace(scenario.story, profile=profile))
    except CannotReplay:
        return "cannot be"
    return "broken" if told.violations else "allowed"
