"""How many calls could be lost, torn or overtaken, and how many were: what coverage counts."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class CallCoverage:
    """Of one kind of call: how many could be lost, torn, or overtake another; and how many were, and were noticed."""

    losable: int = 0
    lost: int = 0
    tearable: int = 0
    torn: int = 0
    overtaking: int = 0
    overtook: int = 0

    def add(self, other: "CallCoverage") -> None:
        """Sum up."""
        self.losable += other.losable
        self.lost += other.lost
        self.tearable += other.tearable
        self.torn += other.torn
        self.overtaking += other.overtaking
        self.overtook += other.overtook


@dataclass
class Coverage:
    """What cases exercised under one profile, by kind of call.

    Attributes:
        calls: By kind.
        pairs: (later, earlier) kinds, and in how many cases the later was there without the earlier.
        allowed: The same for what the profile allows.
        runs: Runs of a recovery or a reader.
        narrowed: Cases with a file that may hold too many contents to take in all: their figures are from below.
        left_out: Cases of which only a sample could be drawn.
    """

    calls: dict[str, CallCoverage] = field(default_factory=dict)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    allowed: Counter[tuple[str, str]] = field(default_factory=Counter)
    runs: int = 0
    narrowed: int = 0
    left_out: int = 0

    def add(self, other: "Coverage") -> None:
        """Sum up."""
        for label, call in other.calls.items():
            self.calls.setdefault(label, CallCoverage()).add(call)
        self.pairs.update(other.pairs)
        self.allowed.update(other.allowed)
        self.runs += other.runs
        self.narrowed += other.narrowed
        self.left_out += other.left_out
