"""Whether a scene comes to what its lesson says of it: its own cuts and losses, and every cut, profile by profile."""

from collections.abc import Iterable

from model.comparison import Compared
from model.lesson.lesson import Scene
from model.lesson.rehearsal import Rehearsal
from model.properties import PROPERTIES
from model.scenario.keeping import violation_of
from model.scenario.retelling import Told
from model.scenario.story import CannotReplay

OK = "ok"


def of_the_story(rehearsal: Rehearsal) -> str:
    """How what the lesson suggests comes out otherwise than it says, in a line; empty where it does not."""
    scenario = rehearsal.scene.scenario
    expected = PROPERTIES[scenario.property].title if scenario.verdict == "counterexample" else OK
    try:
        told = rehearsal.teller.tell(scenario.story)
    except CannotReplay as reason:
        return f"the lesson expected {expected}, found that its cuts and losses cannot be: {reason}"
    found = _outcome(told, scenario.property)
    return "" if found == expected else f"the lesson expected {expected}, found {found}"


def _outcome(told: Told, expected: int) -> str:
    return PROPERTIES[violation_of(told, expected).property].title if told.violations else OK


def of_every_cut(scene: Scene, rows: Iterable[Compared]) -> list[str]:
    """How every cut comes out otherwise than the lesson says, a line for each profile."""
    return [
        f"the lesson expected {scene.verdicts[row.profile]} under {row.profile}, found {row.outcome}"
        for row in rows
        if row.outcome != scene.verdicts[row.profile]
    ]
