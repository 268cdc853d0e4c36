"""What a line of input can mean, at each of the places where something is asked."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from model.lesson.conversation import Misunderstood, Offer
from model.lesson.profiles import in_plain_words
from model.persistence.profiles import GATES, PROFILES
from model.scenario.tables import nearest

GO_ON = "Enter"
"""What is suggested where nothing is to be chosen."""


class Chosen(NamedTuple):
    """A number; or another profile, if there is a name."""

    number: int = 0
    profile: str = ""


class Next(NamedTuple):
    """What comes after an outcome: a part, by its number from 1 (0 for the same once more), and perhaps a profile."""

    part: int = 0
    profile: str = ""


def number(low: int, high: int) -> Callable[[str], int]:
    """Understands a number of a range."""

    def understand(line: str) -> int:
        if not (line.isascii() and line.isdecimal() and low <= int(line) <= high):
            raise Misunderstood(f"Write a number from {low} to {high}, or ? for help.")
        return int(line)

    return understand


def cut_or_profile(low: int, high: int) -> Callable[[str], Chosen]:
    """Understands the number of a call, or `p NAME`."""

    def understand(line: str) -> Chosen:
        return Chosen(profile=profile_in(line)) if _is_profile(line) else Chosen(number(low, high)(line))

    return understand


def after_an_outcome(part: int, total: int) -> Callable[[str], Next]:
    """Understands Enter, `a` for the same once more, `p NAME` for that under another profile, the number of a part.

    Args:
        part: The number of this part.
        total: How many parts there are.
    """

    def understand(line: str) -> Next:
        if line == GO_ON:
            return Next(part + 1)
        if line == "a":
            return Next()
        if _is_profile(line):
            return Next(profile=profile_in(line))
        if total > 1 and line in map(str, range(1, total + 1)):
            return Next(int(line))
        parts = f", 1 to {total}" if total > 1 else ""
        raise Misunderstood(f"Press Enter to go on, or write a, p NAME{parts}, or ? for help.")

    return understand


def offered_profiles(names: Iterable[str], own: str) -> list[Offer]:
    """The lines that choose another of these profiles."""
    return [Offer(f"p {name}", in_plain_words(name)) for name in names if name != own]


def anything(_line: str) -> None:
    """Understands every line as Enter."""


def _is_profile(line: str) -> bool:
    return line.partition(" ")[0] == "p"


def profile_in(line: str) -> str:
    """The profile that a line `p NAME` names.

    Raises:
        Misunderstood: There is no such profile; says which comes nearest.
    """
    name = line.partition(" ")[2].strip()
    if not name:
        raise Misunderstood(f"Name a profile after the p: p {', p '.join(GATES)}.")
    if name not in PROFILES:
        raise Misunderstood(f"There is no profile {name!r}. {nearest(name, tuple(PROFILES))}")
    return name
