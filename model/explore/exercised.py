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
    """What one case exercised under one profile, by kind of call; pairs are (later, earlier) kinds."""

    calls: dict[str, CallCoverage] = field(default_factory=dict)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    runs: int = 0

    def add(self, other: "Coverage") -> None:
        """Sum up."""
        for label, call in other.calls.items():
            self.calls.setdefault(label, CallCoverage()).add(call)
        self.pairs.update(other.pairs)
        self.runs += other.runs
