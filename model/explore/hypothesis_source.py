"""Hypothesis as the source of choices: what it finds, it also shrinks, and keeps in its example database.

Nothing here imports Hypothesis before the first choice: whoever only explores exhaustively does without it.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from model.simulation.disk import Variable


class Data(Protocol):
    """What `hypothesis.strategies.data()` gives a test."""

    def draw(self, strategy: Any, label: Any = None) -> Any:
        """A value of the strategy."""


class Drawn:
    """Every choice is drawn by Hypothesis, under the name of the question.

    Options come in the order of time, so the last one loses least: a failure shrinks towards that, and what its report
    still says was lost is what must be lost.
    """

    def __init__(self, data: Data) -> None:
        self._data = data

    def __call__(self, count: int, question: Variable, _options: Sequence[Any], /) -> int:
        """Draw one of `count` options; the last is the simplest."""
        return count - 1 - self.number(count - 1, f"{question.kind} {question.name or question.ino}, versions lost")

    def number(self, largest: int, label: str) -> int:
        """Draw a number from 0, the simplest, to `largest`."""
        from hypothesis import strategies

        answer: int = self._data.draw(strategies.integers(0, largest), label=label)
        return answer
