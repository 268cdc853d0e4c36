"""Sources of choices.

Everything that can go one way or another asks `choose(count, question, options)`.  Explorers differ in who answers:
`Exhaustive` goes through the whole tree, depth first, nothing twice; `Sampled` draws from a seed; `Replayed` repeats
the labelled answers of an earlier run.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from model.simulation.disk import Variable


class Exhaustive:
    """Depth-first over every choice: each round answers as the last one did, but for its last open choice.

    Iterate over it: each item is the number of leading choices that are the same as in the round before, and during
    that round the object answers.
    """

    def __init__(self) -> None:
        self._taken: list[int] = []
        self._counts: list[int] = []
        self._position = 0

    def __call__(self, count: int, _question: Variable, _options: Sequence[Any], /) -> int:
        """Answer with the next untried option."""
        position = self._position
        self._position += 1
        if position == len(self._taken):
            self._taken.append(0)
            self._counts.append(count)
        assert self._counts[position] == count, "the same choices led somewhere else: what runs is not deterministic"
        return self._taken[position]

    @property
    def path(self) -> tuple[int, ...]:
        """The answers of this round."""
        return tuple(self._taken)

    def rounds(self) -> Iterator[int]:
        """Go through the tree; yields how many leading choices are those of the round before."""
        shared = 0
        while True:
            self._position = 0
            yield shared
            while self._taken and self._taken[-1] + 1 == self._counts[-1]:
                self._taken.pop()
                self._counts.pop()
            if not self._taken:
                return
            shared = len(self._taken)
            self._taken[-1] += 1


class Sampled:
    """Choices drawn from a seed; the first rounds take the extremes, all first options and all last ones."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  (it must repeat, not be unpredictable)
        self._round = -1
        self._path: list[int] = []

    def __call__(self, count: int, _question: Variable, _options: Sequence[Any], /) -> int:
        """Answer by the seed."""
        if self._round == 0:
            answer = 0
        elif self._round == 1:
            answer = count - 1
        else:
            answer = self._random.randrange(count)
        self._path.append(answer)
        return answer

    @property
    def path(self) -> tuple[int, ...]:
        """The answers of this round."""
        return tuple(self._path)

    def rounds(self, count: int) -> Iterator[int]:
        """Play `count` rounds; nothing is taken to be shared between them."""
        for _ in range(count):
            self._round += 1
            self._path = []
            yield 0


class Replayed:
    """The answers of an earlier run, by position."""

    def __init__(self, path: Sequence[int]) -> None:
        self._path = path
        self._position = 0

    def __call__(self, count: int, question: Variable, _options: Sequence[Any], /) -> int:
        """Answer as before; the first option where the earlier run had no more to say."""
        position = self._position
        self._position += 1
        if position >= len(self._path):
            return 0
        assert self._path[position] < count, f"{question} has fewer answers than when this was recorded"
        return self._path[position]
