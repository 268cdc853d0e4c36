"""A lesson as a value: its words, its scenes, a question and the answer to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from model.persistence.profiles import PROFILES
from model.scenario.file import Scenario


@dataclass(frozen=True)
class Scene:
    """One run that a lesson plays.

    Attributes:
        text: What it is about.
        scenario: What is played; its cuts and losses are those that the lesson suggests.
        verdicts: What every cut of the case comes to under each gate, and under other profiles that the lesson speaks
            of: "ok", or the title of the broken property.
        shows: Functions whose source is shown, `module:name`; without any, steps of the protocol are named.
    """

    text: str
    scenario: Scenario
    verdicts: Mapping[str, str]
    shows: tuple[str, ...] = ()

    @property
    def is_cut_again(self) -> bool:
        """Whether the recovery is to be cut as well."""
        return len(self.scenario.story.cuts) > 1

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles that it is about, in the order in which they are listed."""
        return tuple(profile for profile in PROFILES if profile in self.verdicts)

    @property
    def profile(self) -> str:
        """The profile that it is played under first."""
        return self.scenario.story.profile


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Attributes:
        number: From 1.
        name: How its file is called, without the number.
        title: In a few words.
        story: What happened, in paragraphs.
        words: Words that it introduces, with what they mean.
        scenes: What is played, in order.
        attempt: Something to try.
        question: What to think about.
        answer: The answer.
    """

    number: int
    name: str
    title: str
    story: str
    words: Mapping[str, str]
    scenes: tuple[Scene, ...]
    attempt: str
    question: str
    answer: str
