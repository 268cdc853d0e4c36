"""What has been decided so far about an undecided disk.

Looking is deciding: the first look at an open thing asks the source of choices which of the possible answers it is,
and the world remembers.  Answers are values as the looker sees them: two alternatives that look the same stay open.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from model.simulation.disk import Alternative, Component, Disk, OpenPart, Variable


class Choose(Protocol):
    """A source of choices: which of `count` options (at least two) is taken, and what the question is."""

    def __call__(self, count: int, question: Variable, options: Sequence[Any], /) -> int:
        """Return an index below `count`."""


class Decision(NamedTuple):
    """A choice that was made between several answers."""

    question: Variable
    answer: Any


def first(_count: int, _question: Variable, _options: Sequence[Any], /) -> int:
    """The source that always takes the first option (for disks on which nothing is open)."""
    return 0


class World:
    """The open components of one disk, narrowed by every look.

    `frames` is the set of moments that are still possible; `decisions` lists, in order, each look that had more than
    one possible answer.
    """

    __slots__ = ("choose", "components", "decisions", "frames", "remaining")

    def __init__(self, disk: Disk, choose: Choose = first) -> None:
        self.components: tuple[Component, ...] = disk.components
        self.remaining: list[Sequence[Alternative] | None] = [None] * len(disk.components)
        self.frames = disk.all_frames
        self.choose = choose
        self.decisions: list[Decision] = []

    def possible(self, index: int) -> Sequence[Alternative]:
        """The alternatives of a component that nothing decided so far rules out."""
        alternatives = self.remaining[index]
        if alternatives is None:
            alternatives = self.components[index].alternatives
        if len(alternatives) > 1:
            frames = self.frames
            left = [alternative for alternative in alternatives if alternative[1] & frames]
            if len(left) != len(alternatives):
                alternatives = self.remaining[index] = left
        return alternatives

    def look(self, part: OpenPart, see: Callable[[Any], Any] | None) -> Any:
        """Decide as much of one variable as `see` shows of its value (None: all of it), and return what is seen."""
        _, index, position = part
        alternatives = self.possible(index)
        if len(alternatives) == 1:
            value = alternatives[0].values[position]
            return value if see is None else see(value)
        seen: dict[Any, list[Alternative]] = {}
        for alternative in alternatives:
            value = alternative.values[position]
            seen.setdefault(value if see is None else see(value), []).append(alternative)
        if len(seen) == 1:
            return next(iter(seen))
        answers = list(seen)
        answer = answers[self.choose(len(answers), part.variable, answers)]
        self.decisions.append(Decision(part.variable, answer))
        chosen = seen[answer]
        possible = 0
        for alternative in chosen:
            possible |= alternative.frames
        self.frames &= possible
        self.remaining[index] = chosen
        return answer

    def ask(self, what: str, count: int) -> int:
        """A choice that is no question about the disk (what a listing shows of a name that changes meanwhile)."""
        question = Variable("event", 0, what)
        answer = self.choose(count, question, range(count))
        self.decisions.append(Decision(question, answer))
        return answer
