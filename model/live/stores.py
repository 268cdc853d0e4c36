"""A store's operations on real disks: what cuts leave, against the profile; what recovers, against the promises."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from model.explore.stage import Case
from model.live.cases import Sight, cut_after_commits, cut_as_is, cut_block_log
from model.live.disk import Bench
from model.live.file_systems import Setup
from model.live.stage import OnlySimulated
from model.observation import Observation
from model.target import Target

MOST_TOLD = 20


@dataclass(frozen=True)
class Finding:
    """One thing that must not be.

    Attributes:
        setup: The file system with its options.
        case: Operation and case.
        what: What is wrong, in a sentence.
        how: How the power was cut.
        calls: The system calls up to the cut.
        held: What the disk held when it was mounted again, a line for each path.
    """

    setup: str
    case: str
    what: str
    how: str
    calls: tuple[str, ...]
    held: tuple[str, ...]


@dataclass
class StoreRuns:
    """What some runs of a store on one set-up came to.

    Attributes:
        setup: Name of the set-up.
        profile: Name of its profile.
        cases: Cases played.
        left_out: Cases that only a simulated machine can play.
        cuts: Moments and ways at which the power was cut.
        unlike_profile: Disks that the profile does not admit.
        broken_promises: What recovery showed and must not.
    """

    setup: str
    profile: str
    cases: int = 0
    left_out: int = 0
    cuts: int = 0
    unlike_profile: list[Finding] = field(default_factory=list)
    broken_promises: list[Finding] = field(default_factory=list)

    def add(self, other: "StoreRuns") -> None:
        """Add what other runs on the same set-up came to."""
        self.cases += other.cases
        self.left_out += other.left_out
        self.cuts += other.cuts
        self.unlike_profile = [*self.unlike_profile, *other.unlike_profile][:MOST_TOLD]
        self.broken_promises = [*self.broken_promises, *other.broken_promises][:MOST_TOLD]


def play_cases(
    bench: Bench, setup: Setup, target: Target, cases: Sequence[Case], *, seed: int, with_log: bool
) -> StoreRuns:
    """Play cases on a real disk and cut the power at each of their calls.

    Args:
        bench: Where.
        setup: The file system.
        target: Whose cases they are.
        cases: What to play.
        seed: Which of too many disks of a block log are taken.
        with_log: Whether the log of block writes is cut as well.
    """
    runs = StoreRuns(setup.name, setup.profile)
    for case in cases:
        watch = _Watch(target, setup, case, runs)
        try:
            calls = cut_as_is(bench, setup, case.play, target.examine, watch.judge)
        except OnlySimulated:
            runs.left_out += 1
            continue
        runs.cases += 1
        cut_after_commits(bench, setup, case.play, target.examine, watch.judge, calls=calls)
        if with_log:
            cut_block_log(bench, setup, case.play, target.examine, watch.judge, seed=seed)
            cut_block_log(bench, setup, case.play, target.examine, watch.judge, seed=seed, commits=True)
    return runs


class _Watch:
    def __init__(self, target: Target, setup: Setup, case: Case, runs: StoreRuns) -> None:
        self._target = target
        self._setup = setup
        self._case = f"{case.operation}: {case.name}"
        self._runs = runs

    def judge(self, sight: Sight[Observation]) -> None:
        self._runs.cuts += 1
        if sight.error is not None:
            self._take(self._runs.unlike_profile, sight, f"the disk cannot be used: {sight.error}")
            return
        if not sight.is_admitted(self._setup.profile):
            self._take(self._runs.unlike_profile, sight, f"{self._setup.profile} does not admit this disk")
        assert sight.seen is not None
        for moment in sight.moments:
            for violation in self._target.judge(moment.promised, sight.seen):
                self._take(self._runs.broken_promises, sight, violation.sentence)

    def _take(self, findings: list[Finding], sight: Sight[Observation], what: str) -> None:
        if len(findings) < MOST_TOLD:
            held = tuple(
                f"{path}/" if content is None else f"{path}: {content[:200]!r}"
                for path, content in sorted(sight.held, key=lambda each: each[0])
            )
            findings.append(Finding(self._setup.name, self._case, what, sight.how, sight.calls, held))
