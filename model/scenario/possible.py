"""Under which profiles a story can happen."""

from dataclasses import replace

from model.persistence.profiles import GATES
from model.scenario.minimise import Minimiser
from model.scenario.retelling import Teller, Told

MOST_TOLD = 200


def possible_profiles(teller: Teller, told: Told, violated: int) -> tuple[str, ...]:
    """The gates, and the story's own profile, under which the same cuts can lead to the same violation.

    The same losses are tried first; where they cannot be, up to so many others at the same cut.
    """
    own = told.story.profile
    found = {own}
    for profile in GATES:
        if profile != own and _is_possible(teller, told, violated, profile):
            found.add(profile)
    return (*(gate for gate in GATES if gate in found), *(found - set(GATES)))


def _is_possible(teller: Teller, told: Told, violated: int, profile: str) -> bool:
    search = Minimiser(teller, violated, most_told=MOST_TOLD)
    story = replace(told.story, profile=profile)
    same = search.tell(story)
    if same is not None and search.is_violated(same):
        return True
    return search.at_this_cut(story) is not None


def in_words(profiles: tuple[str, ...]) -> str:
    """The profiles as people say it: "posix only", "every gate", "ext4 and btrfs"."""
    if set(GATES) <= set(profiles):
        return "every gate"
    if len(profiles) == 1:
        return f"{profiles[0]} only"
    return f"{', '.join(profiles[:-1])} and {profiles[-1]}"
