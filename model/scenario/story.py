"""A counterexample as a story that can be told again: what is played, where it is cut, and what the cuts left.

Everything in it is named by label, never by position: calls by what they do to which file, choices by what they are
about.  What no choice speaks of has persisted.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One thing that a power cut left otherwise than as it was last: "name /srv/a.json" is "absent"."""

    about: str
    answer: str


@dataclass(frozen=True)
class Kill:
    """A process is killed before a call, or inside a write after some units of it (P9); then the case goes on."""

    before: str
    occurrence: int = 1
    units: int = 0


@dataclass(frozen=True)
class Cut:
    """A power cut: of the run itself, or of the recovery from the cut before.

    Attributes:
        after: The last call that had changed something; empty for none, "the end" of a recovery that was over.
        occurrence: Which one of the calls of this label, from 1.
        promised: How far the operation had come, in the words of the promise that was in force (of the run only).
        choices: What was lost.
    """

    after: str
    occurrence: int = 1
    promised: str = ""
    choices: tuple[Choice, ...] = ()


THE_END = "the end of recovery"


@dataclass(frozen=True)
class Story:
    """A run with its cuts, up to the look that is judged.

    Attributes:
        operation: Row of the table.
        case: Variant of the operation.
        profile: By which rules things are lost.
        cuts: The cut of the run, then those of recoveries.
        kill: Where a process died before, if one did.
        is_read: Whether a reader looked at the last disk, who does not recover.
    """

    operation: str
    case: str
    profile: str
    cuts: tuple[Cut, ...]
    kill: Kill | None = None
    is_read: bool = False

    @property
    def losses(self) -> int:
        """How many choices it takes."""
        return sum(len(cut.choices) for cut in self.cuts)


class CannotReplay(Exception):
    """The program has changed so that the story cannot happen any more; says why."""
