"""From a story that was told to the counterexample that reports and files are made of."""

import json
from collections.abc import Mapping
from typing import Any

from model.explore.result import Counterexample
from model.obligations import Violation
from model.properties import PROPERTIES
from model.scenario.explain import sentences
from model.scenario.minimise import Minimiser
from model.scenario.possible import possible_profiles
from model.scenario.retelling import Teller, Told


def counterexample(teller: Teller, told: Told, violated: int) -> Counterexample:
    """The smallest story of a violation, as a value with everything to see it, replay it and keep it."""
    small = Minimiser(teller, violated).minimise(told)
    return value_of(small, violated, possible_profiles(teller, small, violated))


def value_of(told: Told, violated: int, profiles: tuple[str, ...]) -> Counterexample:
    """What was told, as a counterexample."""
    violation = violation_of(told, violated)
    trace, cut = told.rendered()
    choices = [(f"cut {number}", _cut(each.after)) for number, each in enumerate(told.story.cuts, 1)]
    losses = [choice for cut in told.story.cuts for choice in cut.choices]
    return Counterexample(
        property=violation.property,
        title=PROPERTIES[violation.property].title,
        operation=told.story.operation,
        case=told.story.case,
        profile=told.story.profile,
        explanation=violation.sentence,
        trace=trace,
        cut=cut,
        lost=tuple(f"{choice.about}: {choice.answer}" for choice in losses),
        choices=(*choices, *((choice.about, choice.answer) for choice in losses)),
        shown=_shown(told),
        promised={violation.key: list(violation.promised)},
        tree_before=told.tree_before,
        tree_after=told.tree_after,
        story=told.story,
        profiles=profiles,
        because=sentences(told, violation, profiles),
    )


def _cut(after: str) -> str:
    return f"after {after}" if after else "before the first change"


def violation_of(told: Told, violated: int) -> Violation:
    """The violation of a property; the first of any if that one is kept."""
    of_it = [violation for violation in told.violations if violation.property == violated]
    return (of_it or list(told.violations))[0]


def _shown(told: Told) -> Mapping[str, Any]:
    seen = told.observation
    shown: dict[str, Any] = dict(seen.entries)
    if seen.error is not None:
        shown["(error)"] = ": ".join(seen.error)
    for violation in told.violations:
        shown.setdefault(violation.key, violation.shown)
    return json.loads(json.dumps(shown, default=str))  # type: ignore[no-any-return]
