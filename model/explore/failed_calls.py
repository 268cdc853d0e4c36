"""What came of the calls that were made to fail: values that a case notes, and their sum."""

from dataclasses import dataclass
from typing import NamedTuple

NOTE = "failure"
"""Under which a play notes on its stage how its call failed."""


class Failure(NamedTuple):
    """A call that failed in a play.

    Attributes:
        call: Which call, by a label of its own.
        error: How it failed: "EIO", "a short count".
        has_raised: Whether the operation then said that it had not succeeded.
    """

    call: str
    error: str
    has_raised: bool


@dataclass(frozen=True)
class Failures:
    """All failures of an operation.

    Attributes:
        calls: Calls of it that may fail.
        errors: Ways in which they may, those of all calls together.
        plays: Plays in which one failed, once or from then on.
        raised: Plays in which the operation then said so.
    """

    calls: int
    errors: frozenset[str]
    plays: int
    raised: int

    @property
    def returned(self) -> int:
        """Plays in which the operation returned all the same: nothing of it may be lost."""
        return self.plays - self.raised
