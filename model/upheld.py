"""Whether a store upholds what a scenario once broke: by its story, or by its whole case where that cannot be told."""

from model.explore.campaign import run_case
from model.persistence.profiles import PROFILES
from model.report.replay import replay_text
from model.scenario.file import Scenario
from model.scenario.replay import find_case, in_force, replay
from model.target import Target


def what_speaks_against(scenario: Scenario, target: Target) -> str:
    """What speaks against a store, for people; empty if nothing does.

    Once a store is mended, or only calls its files by other names, the story can often not be told any more.  That
    alone says nothing for the store: its case is cut everywhere then, under the profile of the story.

    Raises:
        UserMistake: The target has no such case any more, or there is no such defect.
    """
    replayed = replay(scenario, target)
    if replayed.verdict == "ok":
        return ""
    if replayed.verdict == "counterexample":
        return "\n".join(replay_text(replayed, number=1))
    story = scenario.story
    with in_force(scenario.defect, scenario.place("defect")):
        result = run_case(target, find_case(scenario, target), PROFILES[story.profile])
    if result.verdict == "ok":
        return ""
    found = "; ".join(each.explanation for each in result.counterexamples) or "its case could not be judged to the end"
    return (
        f"The story cannot be told any more: {replayed.reason}. Its whole case under {story.profile}, instead: "
        f"{result.verdict}. {found}"
    )
