"""Replay a scenario: find its target and its case, tell its story, compare with what was expected."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from model.explore.result import Counterexample
from model.explore.stage import Case, Stage
from model.scenario.file import Scenario
from model.scenario.given import Given
from model.scenario.keeping import value_of
from model.scenario.retelling import Teller, Told
from model.scenario.story import CannotReplay
from model.scope import Scope, cases_of, takes_entries
from model.target import Target, UserMistake, load_target

INSTALLED = "scenarios"
DEFECTS = "scenarios.defects:DEFECTS"
MOST_LISTED = 20
"""Names that are listed where none is near."""


@dataclass(frozen=True)
class Replay:
    """What came of a replay.

    Attributes:
        scenario: What was replayed.
        verdict: What came of it now; unknown if it cannot happen so any more.
        found: The counterexample, if it is one.
        reason: Why it cannot happen so any more.
    """

    scenario: Scenario
    verdict: Literal["counterexample", "ok", "unknown"]
    found: Counterexample | None = None
    told: Told | None = None
    reason: str = ""

    @property
    def is_as_recorded(self) -> bool:
        """Whether the verdict is the recorded one, and of the same property."""
        if self.verdict != self.scenario.verdict:
            return False
        return self.found is None or self.found.property == self.scenario.property


def check_target(name: str, where: str, *, remedy: str = "") -> None:
    """Refuse a target that a scenario file names, unless it is one that came with blackstart.

    Importing a module runs it.  A file may therefore only name a module of the installed `scenarios` package; whoever
    wants another one says so on the command line.

    Args:
        name: The target, `module:name`.
        where: Where the file names it.
        remedy: What the command that reads the file offers to whoever trusts it.

    Raises:
        UserMistake: It is another module, or the package of that name is not the one that was installed.
    """
    module = name.partition(":")[0]
    if module.partition(".")[0] != INSTALLED or not _is_installed():
        what = f"it names the target {name}, which did not come with blackstart, and importing it would run its code"
        raise UserMistake(where, what, remedy or f"If you trust it: --target {name}, or --allow-target.")


def _is_installed() -> bool:
    found = find_spec(INSTALLED)  # of a package at the top: finds its file, and runs nothing
    here = Path(__file__).resolve().parents[2]
    return found is not None and found.origin is not None and Path(found.origin).resolve().parents[1] == here


def replay(scenario: Scenario, target: Target | None = None) -> Replay:
    """Tell the story again and judge it.

    Args:
        scenario: What to replay.
        target: Of which target; by default of the one that the scenario names, which is imported.

    Raises:
        UserMistake: There is no such target, case or defect.
    """
    if target is None:
        target = target_of(scenario)
    case = _case_of(scenario, target)
    with in_force(scenario.defect, scenario.place("defect")):
        try:
            told = Teller(target, case, Stage).tell(scenario.story)
        except CannotReplay as reason:
            return Replay(scenario, "unknown", reason=str(reason))
        if not told.violations:
            return Replay(scenario, "ok", told=told)
        found = value_of(told, scenario.property, scenario.profiles or (scenario.story.profile,))
        return Replay(scenario, "counterexample", found, told)


def target_of(scenario: Scenario) -> Target:
    """The target that a scenario names, imported.

    Raises:
        UserMistake: There is none.
    """
    try:
        return load_target(scenario.target)
    except UserMistake as mistake:
        what = f"it names {scenario.target}, and {mistake.what}"
        raise UserMistake(scenario.place("target"), what, _nearest_module(scenario) or mistake.remedy) from mistake


def _nearest_module(scenario: Scenario) -> str:
    """The remedy for a misspelt module of those that came with blackstart; empty where it is spelt well, or another."""
    module = scenario.target.partition(":")[0]
    root = Path(__file__).resolve().parents[2]
    offered = [".".join(path.relative_to(root).with_suffix("").parts) for path in (root / INSTALLED).rglob("*.py")]
    close = get_close_matches(module, offered, 1, cutoff=0.8)
    return f"Did you mean {close[0]!r}?" if close and module not in offered and module.startswith(INSTALLED) else ""


def _case_of(scenario: Scenario, target: Target) -> Case:
    """The case as it is made of what the bad store does; of what the good one does, where that cannot be."""
    try:
        with in_force(scenario.defect, scenario.place("defect")):
            return find_case(scenario, target)
    except UserMistake:
        raise
    except Exception:  # whatever a bad store raises
        return find_case(scenario, target)


def find_case(scenario: Scenario, target: Target) -> Case:
    """The case of a scenario, or the variant of one.

    Raises:
        UserMistake: The target has no such case, or the file that it is about is not at hand.
    """
    story = scenario.story
    given = None if scenario.given is None else scenario.given.bytes_at_hand()
    if scenario.entries is not None and given is None and not takes_entries(target):
        what = f"{scenario.target} has no number of entries to choose"
        raise UserMistake(scenario.place("entries"), what, "Leave it out.")
    cases = cases_of(target, Scope(scenario.target, entries=scenario.entries, input=given))
    of_operation = [case for case in cases if case.operation == story.operation]
    if not of_operation:
        offered = tuple(dict.fromkeys(case.operation for case in cases))
        raise _no_such("operation", story.operation, offered, scenario)
    names = []
    for case in (*of_operation, *_variants(of_operation, story.case)):
        if case.name == story.case:
            return case
        names.append(case.name)
    raise _no_such("case", story.case, names, scenario)


def _variants(cases: Sequence[Case], name: str) -> Iterator[Case]:
    """The variants of cases, made only as they are asked for; those of cases first that the name begins with."""
    for case in sorted(cases, key=lambda case: not name.startswith(case.name)):
        if case.variants is not None:
            yield from case.variants()


def _no_such(key: str, name: str, offered: Sequence[str], scenario: Scenario) -> UserMistake:
    close = get_close_matches(name, offered, 1, cutoff=0.5)
    remedy = f"Did you mean {close[0]!r}?" if close else f"There are: {_listed(offered)}."
    return UserMistake(scenario.place(key), f"{scenario.target} has no {key} {name!r}", remedy)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f", and {more} more" if more > 0 else "")


@contextmanager
def in_force(name: str, where: str = "play, defect") -> Iterator[None]:
    """Put the defect with this name in force; none if the name is empty.

    Args:
        name: The defect.
        where: Where it is named, for mistakes.

    Raises:
        UserMistake: There is no such defect.
    """
    with ExitStack() as stack:
        if name:
            stack.enter_context(_defect(name, where).in_force())
        yield


def _defect(name: str, where: str) -> Any:
    from importlib import import_module

    if not _is_installed():
        what = "it names a defect, and the package of defects here is not the one that was installed"
        raise UserMistake(where, what, "Replay it in another folder.")
    module, _, attribute = DEFECTS.partition(":")
    offered = {each.name: each for each in getattr(import_module(module), attribute)}
    if name in offered:
        return offered[name]
    close = get_close_matches(name, offered, 1, cutoff=0.5)
    remedy = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(offered)}."
    raise UserMistake(where, f"there is no defect {name!r}", remedy)


def of_counterexample(
    found: Counterexample,
    target: str,
    *,
    entries: int | None = None,
    given: Given | None = None,
    defect: str = "",
) -> Scenario | None:
    """A counterexample as a scenario; None if there is no story of it."""
    if found.story is None:
        return None
    return Scenario(
        title=f"{found.title}: {found.operation}, {found.case}",
        target=target,
        story=found.story,
        verdict="counterexample",
        property=found.property,
        violation=found.explanation,
        told=found.because,
        profiles=found.profiles,
        entries=entries,
        given=given,
        defect=defect,
    )


def with_input(scenario: Scenario, content: bytes | None) -> Scenario:
    """The scenario with the bytes of the file that it is about.

    Raises:
        UserMistake: It is about no file, or about another one.
    """
    if content is None:
        return scenario
    if scenario.given is None:
        raise UserMistake("--input", "the scenario is about no file of yours", "Leave it out.")
    return replace(scenario, given=scenario.given.with_content(content))


def with_sentences(scenario: Scenario, replayed: Replay) -> Scenario:
    """The scenario with the explanation that its replay gives."""
    return scenario if replayed.found is None else replace(scenario, told=replayed.found.because)
