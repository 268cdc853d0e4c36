"""What was seen of programs after power cuts, whether their profile admits it, and the sums of it all."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from model.litmus import Program, TooWide, Tree, admits, arrange, outcomes, play, read_tree, tree_text
from model.litmus.outcomes import FOLDER
from model.live.file_systems import Setup
from model.simulation import Machine

MOST_TOLD = 50
"""So many contradictions of one set-up are told; the others are counted."""


@dataclass(frozen=True)
class Contradiction:
    """Something that a real disk has shown and that its profile forbids: the profile is wrong.

    Attributes:
        setup: Name of the file system with its options.
        profile: The profile.
        program: What was running.
        after: How many of its calls were complete.
        until: How many may have been.
        how: How the power was cut.
        shown: What the disk held.
    """

    setup: str
    profile: str
    program: str
    after: int
    until: int
    how: str
    shown: str


@dataclass
class Harvest:
    """What some runs on one set-up came to.  Harvests of the same set-up add up.

    Attributes:
        setup: Name of the set-up.
        profile: Name of its profile.
        runs: Programs played.
        disks: Power cuts: disks that were mounted and looked at.
        seen: Different pairs of a program and what was seen of it, as numbers.
        lossy: Those of `seen` in which something of the program was missing.
        admitted: What the profile admits after programs whose outcomes were listed, as numbers of the same kind.
        listed: Programs whose outcomes were listed.
        forbidden: What was seen and the profile forbids, as numbers of the same kind.
        contradictions: The first of that, told.
    """

    setup: str
    profile: str
    runs: int = 0
    disks: int = 0
    seen: set[int] = field(default_factory=set)
    lossy: set[int] = field(default_factory=set)
    admitted: set[int] = field(default_factory=set)
    listed: int = 0
    forbidden: set[int] = field(default_factory=set)
    contradictions: list[Contradiction] = field(default_factory=list)

    def add(self, other: "Harvest") -> None:
        """Add what other runs on the same set-up came to."""
        assert (other.setup, other.profile) == (self.setup, self.profile)
        self.runs += other.runs
        self.disks += other.disks
        self.seen |= other.seen
        self.lossy |= other.lossy
        self.admitted |= other.admitted
        self.listed += other.listed
        self.forbidden |= other.forbidden
        self.contradictions = [*self.contradictions, *other.contradictions][:MOST_TOLD]

    @property
    def seen_and_admitted(self) -> int:
        """How much of what was seen the profile admits."""
        return len(self.seen - self.forbidden)

    @property
    def never_seen(self) -> int:
        """How much the profile admits, of the programs whose outcomes were listed, that no run has shown."""
        return len(self.admitted - self.seen)


class Ledger:
    """Judges sightings as they come, each different one once."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.harvest = Harvest(setup.name, setup.profile)
        self._judged: dict[tuple[Program, int, int, bool], bool] = {}

    def see(
        self,
        program: Program,
        tree: Tree,
        how: str,
        *,
        after: int,
        until: int | None = None,
        others_sync: bool = False,
    ) -> bool:
        """Take down what was seen of a program; whether the profile admits it.

        Args:
            program: What was running.
            tree: What was seen.
            how: How the power was cut.
            after: How many calls were surely complete.
            until: How many may have been; by default as many.
            others_sync: Whether other programs may have synced something on the same disk since this one ended.
        """
        until = after if until is None else until
        begun = Program(program.before, program.calls[:until])
        number = number_of(begun, tree, in_flight=after < until)
        self.harvest.seen.add(number)
        key = (begun, after, number, others_sync)
        known = self._judged.get(key)
        if known is not None:
            return known
        if tree != without_cut(begun):
            self.harvest.lossy.add(number)
        admitted = admits(begun, self.setup.profile, tree, after=after, until=until, others_sync=others_sync)
        self._judged[key] = admitted
        if not admitted:
            self.contradict(begun, tree_text(tree), how, after=after, until=until)
        return admitted

    def contradict(self, program: Program, shown: str, how: str, *, after: int, until: int) -> None:
        """Take down that something was seen which must not be."""
        setup = self.setup
        found = Contradiction(setup.name, setup.profile, str(program), after, until, how, shown)
        number = _number(repr((str(program), after < until, shown)))
        if number not in self.harvest.forbidden:
            self.harvest.forbidden.add(number)
            if len(self.harvest.contradictions) < MOST_TOLD:
                self.harvest.contradictions.append(found)

    def list_outcomes(self, programs: Iterable[Program]) -> None:
        """List what the profile admits at the end of these programs, to say how much of it was never seen."""
        for program in programs:
            try:
                trees = outcomes(program, self.setup.profile)
            except TooWide:
                continue
            self.harvest.listed += 1
            self.harvest.admitted.update(number_of(program, tree) for tree in trees)


@lru_cache(maxsize=256)
def without_cut(program: Program) -> Tree:
    """What the program leaves if nothing happens to it."""
    kernel = Machine().start().kernel
    arrange(program, kernel, FOLDER)
    play(program, kernel, FOLDER)
    return read_tree(kernel, FOLDER)


def number_of(program: Program, tree: Tree, *, in_flight: bool = False) -> int:
    """A number for what was seen of a program, at its end or within its last call; the same in every process."""
    return _number(repr((str(program), in_flight, tree_text(tree))))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
