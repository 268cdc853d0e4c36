"""The pieces of work that a run on real file systems consists of; each is done by one worker in a few seconds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from model.explore.stage import Case
from model.litmus import Program
from model.litmus.generate import every
from model.live.alone import Play, in_every_way, in_new_ways, play_alone
from model.live.block_states import Device
from model.live.crowd import play_crowd, play_in_step
from model.live.disk import Bench
from model.live.failed_sync import FailedSync, fail_syncs
from model.live.file_systems import Setup, joined
from model.live.replayed import play_recorded
from model.live.sighting import Contradiction, Harvest, Ledger
from model.live.stores import Finding, StoreRuns, play_cases
from model.target import Target


@dataclass(frozen=True)
class Control:
    """What a device showed that does not keep its promise: it must be found out, or looking at logs proves nothing.

    Attributes:
        setup: The file system with its options.
        what: What was wrong with it.
        forbidden: How many different things were seen that the profile forbids.
        example: One of them.
    """

    setup: str
    what: str
    forbidden: int
    example: Contradiction | None


@dataclass(frozen=True)
class Conviction:
    """What became of a store that is known to be bad: a real disk must convict it, or acquitting others proves nothing.

    Attributes:
        store: Its name.
        setup: The file system with its options.
        cuts: How often the power was cut.
        evidence: A promise that it broke, and what the disk held; None if it broke none.
    """

    store: str
    setup: str
    cuts: int
    evidence: Finding | None


How = Literal["together", "in step", "alone", "logged"]
"""How a program is played."""

Outcome = Harvest | Control | Conviction | StoreRuns | Sequence[FailedSync] | Sequence[Program]


@dataclass(frozen=True)
class Alone:
    """Programs one at a time; `thorough` in every way, else only what their beginnings have not shown.

    What the profile admits is listed of those that are `listed`: of long programs that has no end.
    """

    setup: Setup
    programs: tuple[Program, ...]
    thorough: bool
    listed: bool = False

    how: ClassVar[How] = "alone"

    @property
    def what(self) -> str:
        """In a few words."""
        return f"{len(self.programs)} programs, each alone"

    def plays(self, program: Program) -> Iterator[Play]:
        """The ways in which one is played."""
        return in_every_way(program) if self.thorough else in_new_ways(program)

    def run(self, bench: Bench) -> Harvest:
        """Play them."""
        ledger = Ledger(self.setup)
        play_alone(bench, ledger, [play for program in self.programs for play in self.plays(program)])
        if self.listed:
            ledger.list_outcomes(self.programs)
        return ledger.harvest


@dataclass(frozen=True)
class Together:
    """Programs many at a time."""

    setup: Setup
    programs: tuple[Program, ...]

    how: ClassVar[How] = "together"

    @property
    def what(self) -> str:
        """In a few words."""
        return f"{len(self.programs)} programs on one disk"

    def run(self, bench: Bench) -> Harvest:
        """Play them."""
        ledger = Ledger(self.setup)
        play_crowd(bench, ledger, self.programs)
        return ledger.harvest


@dataclass(frozen=True)
class InStep:
    """Programs that sync nothing, all of as many calls: many at a time, with a commit after each number of calls."""

    setup: Setup
    programs: tuple[Program, ...]

    how: ClassVar[How] = "in step"

    @property
    def what(self) -> str:
        """In a few words."""
        return f"{len(self.programs)} programs in step"

    def run(self, bench: Bench) -> Harvest:
        """Play them."""
        ledger = Ledger(self.setup)
        for calls in range(1, len(self.programs[0].calls)):
            play_in_step(bench, ledger, self.programs, calls)
        return ledger.harvest


@dataclass(frozen=True)
class Logged:
    """Programs with the log of their block writes cut everywhere."""

    setup: Setup
    programs: tuple[Program, ...]
    seed: int
    commits: bool

    how: ClassVar[How] = "logged"

    @property
    def what(self) -> str:
        """In a few words."""
        return f"the block log of {len(self.programs)} programs"

    def run(self, bench: Bench) -> Harvest:
        """Play them."""
        ledger = Ledger(self.setup)
        play_recorded(bench, ledger, self.programs, seed=self.seed, commits=self.commits)
        return ledger.harvest


@dataclass(frozen=True)
class Controlled:
    """The same on a device that loses what it has flushed; or on a file system told not to flush."""

    setup: Setup
    programs: tuple[Program, ...]
    seed: int
    without_barriers: bool

    @property
    def what(self) -> str:
        """In a few words."""
        return f"control: {self._wrong}"

    @property
    def _wrong(self) -> str:
        return self.setup.file_system.no_barriers if self.without_barriers else "a device that loses what it flushed"

    def run(self, bench: Bench) -> Control:
        """Play them, until it is found out."""
        setup = self.setup
        if self.without_barriers:
            options = joined(setup.options, setup.file_system.no_barriers)
            setup = Setup(setup.file_system, options, setup.profile)
        ledger = Ledger(setup)
        device: Device = "never asked" if self.without_barriers else "unreliable"
        play_recorded(bench, ledger, self.programs, seed=self.seed, device=device)
        found = ledger.harvest.contradictions
        return Control(self.setup.name, self._wrong, len(ledger.harvest.forbidden), found[0] if found else None)


@dataclass(frozen=True)
class Failing:
    """Fsyncs that fail."""

    setup: Setup

    @property
    def what(self) -> str:
        """In a few words."""
        return "fsyncs that fail"

    def run(self, bench: Bench) -> list[FailedSync]:
        """Let them fail."""
        return fail_syncs(bench, self.setup)


@dataclass(frozen=True)
class Stored:
    """Cases of a store."""

    setup: Setup
    target: Target
    cases: tuple[Case, ...]
    seed: int
    with_log: bool

    @property
    def what(self) -> str:
        """In a few words."""
        return f"{self.target.name}: {self.cases[0].operation}"

    def run(self, bench: Bench) -> StoreRuns:
        """Play them."""
        return play_cases(bench, self.setup, self.target, self.cases, seed=self.seed, with_log=self.with_log)


@dataclass(frozen=True)
class Convicting:
    """A store that is known to be bad."""

    setup: Setup
    target: Target
    seed: int

    @property
    def what(self) -> str:
        """In a few words."""
        return f"known bad: {self.target.name}"

    def run(self, bench: Bench) -> Conviction:
        """Play what it does wrong, and see whether it is found out."""
        runs = play_cases(bench, self.setup, self.target, self.target.cases(), seed=self.seed, with_log=False)
        # What had returned is the plainest evidence; an operation in flight may be told as well.
        found = sorted(runs.broken_promises, key=lambda each: "returned before the cut" not in each.what)
        return Conviction(self.target.name, self.setup.name, runs.cuts, found[0] if found else None)


@dataclass(frozen=True)
class Generated:
    """The programs of a length, which take a while to list."""

    start: str
    length: int

    @property
    def what(self) -> str:
        """In a few words."""
        return f"list the programs of {self.length} calls from {self.start}"

    def run(self, _bench: Bench) -> list[Program]:
        """List them."""
        return list(every(self.start, self.length))


Task = Alone | Together | InStep | Logged | Controlled | Failing | Stored | Convicting | Generated
