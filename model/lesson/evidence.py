"""What a rule or a step is for: a store that does without it, run now, and what becomes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from model.defects.conviction import REFERENCE, convict
from model.defects.defect import Defect, Step
from model.explore.campaign import run_case
from model.explore.result import CaseResult, Counterexample
from model.explore.stage import Case
from model.persistence.profiles import PROFILES
from model.scenario.citations import citing
from model.target import Target, UserMistake, load_target


@dataclass(frozen=True)
class Shown:
    """By what a rule or a step is shown; or why nothing shows it.

    Attributes:
        why: In a sentence.
        defect: Name of a known-bad store; empty for a target that needs none.
        target: The target, `module:name`; empty for the usual one.
        case: Which case to play; of a known-bad store all are, if none is named, until one convicts it.
        profile: Under which profile.
    """

    why: str = ""
    defect: str = ""
    target: str = ""
    case: str = ""
    profile: str = REFERENCE


@dataclass(frozen=True)
class Evidence:
    """What was found just now.

    Attributes:
        shown: What was looked at.
        story: What is wrong with that store.
        found: The counterexample; None if nothing shows the rule, or nothing was found any more.
        judged: Crash states judged until then.
        others: Other known-bad stores that make a mistake in this step.
    """

    shown: Shown
    story: str = ""
    found: Counterexample | None = None
    judged: int = 0
    others: tuple[str, ...] = ()


def gather(rule: str, shown: Shown, defects: Sequence[Defect], target: str) -> Evidence:
    """Run what shows a rule.

    Args:
        rule: The rule or step.
        shown: What shows it.
        defects: The known-bad stores.
        target: The usual target.

    Raises:
        UserMistake: What is named there is not there.
    """
    others = tuple(
        each.name for each in defects if each.name != shown.defect and any(_is_in(rule, step) for step in each.steps)
    )
    if shown.defect:
        return _of_defect(shown, _named(defects, shown.defect), load_target(shown.target or target), others)
    if not shown.target:
        return Evidence(shown, others=others)
    played = load_target(shown.target)
    case = next(each for each in played.cases() if each.name == shown.case)
    result = run_case(played, case, PROFILES[shown.profile])
    return Evidence(shown, "", _first(result), max(result.states, result.recoveries), others)


def _of_defect(shown: Shown, defect: Defect, target: Target, others: tuple[str, ...]) -> Evidence:
    if shown.case:
        cases = tuple(case for case in target.cases() if case.name == shown.case)
        target = replace(target, cases=lambda: cases)
    conviction = convict(defect, target, is_thorough=False)
    with defect.in_force():
        case = _case(target.cases(), conviction.operation, conviction.case)
        found = None if case is None else _first(run_case(target, case, PROFILES[shown.profile]))
    return Evidence(shown, defect.story, found, conviction.states, others)


def _case(cases: Sequence[Case], operation: str, name: str) -> Case | None:
    return next((case for case in cases if (case.operation, case.name) == (operation, name)), None)


def _first(result: CaseResult) -> Counterexample | None:
    return next(iter(result.counterexamples), None)


def _named(defects: Sequence[Defect], name: str) -> Defect:
    for defect in defects:
        if defect.name == name:
            return defect
    raise UserMistake(name, "there is no such defect", f"There are: {', '.join(each.name for each in defects)}.")


def _is_in(rule: str, replaced: Step) -> bool:
    """Whether the function that a defect replaces says that it carries out this step."""
    module, _, class_name = replaced.where.partition(":")
    owner: Any = import_module(module)
    function = vars(getattr(owner, class_name) if class_name else owner)[replaced.name]
    return bool(citing(getattr(function, "__doc__", None) or "", rule))


def load_shown(name: str) -> Mapping[str, Shown]:
    """What shows each rule and step, `module:name`."""
    module, _, attribute = name.partition(":")
    found: Mapping[str, Shown] = getattr(import_module(module), attribute)
    return found
