"""Under which profiles a cut can leave what it left; and where else the same promise is broken."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from model.lesson.left import Left, is_answer
from model.lesson.tale import Tale
from model.scenario.answers import Labelled
from model.scenario.possible import possible_profiles
from model.scenario.retelling import Chapter, Teller
from model.scenario.story import CannotReplay
from model.scenario.translation import with_losses
from model.simulation.disk import Disk, Variable


class Where(NamedTuple):
    """Profiles, in the order in which they are listed.

    Attributes:
        exactly: Those under which the same cuts can leave these very disks, as far as they were looked at.
        otherwise: The other gates under which the last cut breaks the same promise, by losing something else.
        among: All that were asked about.
    """

    exactly: tuple[str, ...]
    otherwise: tuple[str, ...]
    among: tuple[str, ...]


def where(teller: Teller, tale: Tale, profiles: Sequence[str]) -> Where:
    """Where this can happen.

    Args:
        teller: Tells stories of the same case.
        tale: What came of this one.
        profiles: Those to try; its own is among them.
    """
    told = tale.told
    exactly = tuple(each for each in profiles if each == told.story.profile or _is_admitted(teller, tale, each))
    otherwise: tuple[str, ...] = ()
    if told.violations:
        again = teller.tell(with_losses(told.story, told))
        broken = possible_profiles(teller, again, told.violations[0].property)
        otherwise = tuple(each for each in broken if each not in exactly)
    return Where(exactly, otherwise, tuple(profiles))


def _is_admitted(teller: Teller, tale: Tale, profile: str) -> bool:
    """Whether, under a profile, the same cuts can leave the same disks."""
    story = replace(tale.told.story, profile=profile)
    found: list[Left] = []

    def source(number: int, disk: Disk, chapter: Chapter) -> Labelled:
        found.append(tale.left(number).admitted_by(disk))
        return _Same(found[-1], chapter)

    try:
        teller.tell(story, make_source=source)
    except CannotReplay:
        return False
    return len(found) == len(story.cuts) and all(each.is_possible for each in found)


class _Same(Labelled):
    """Answers as it was on the other disk."""

    def __init__(self, left: Left, chapter: Chapter) -> None:
        super().__init__((), chapter.places, chapter.last)
        self._left = left
        self._kind_of = chapter.last.kind_of

    def answer(
        self, question: Variable, options: Sequence[Any], _about: str, _answers: tuple[str, ...], last: int
    ) -> int:
        """The first option that is true of what is left, as it was last where that is."""
        values = self._left.open.get(question, ())
        fitting = [
            index
            for index, option in enumerate(options)
            if any(is_answer(value, option, self._kind_of, set(values)) for value in values)
        ]
        return last if last in fitting or not fitting else fitting[0]
