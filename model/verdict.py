"""From the results of single cases to one verdict: the rows of the table, and what the exit code says.

- **counterexample**: some run violates an always-property.
- **unknown**: a budget, a signal, a dead worker or an error inside the checker cut something short.
- **unreached**: nothing was violated, but a sometimes-property was never reached: the campaign did not test what it
  set out to test, so its green means nothing.
- **ok**: every state of the stated bounds was judged, and every sometimes-property reached.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_INTERNAL_ERROR, EXIT_OK, EXIT_UNKNOWN
from model.explore.result import CaseResult, Counterexample

Verdict = Literal["ok", "counterexample", "unknown"]
Reason = Literal["budget", "interrupted", "worker died", "internal error"]
CampaignVerdict = Literal["ok", "counterexample", "unknown", "unreached"]

_EXIT_CODES: Mapping[CampaignVerdict, int] = {
    "ok": EXIT_OK,
    "counterexample": EXIT_COUNTEREXAMPLE,
    "unreached": EXIT_COUNTEREXAMPLE,
    "unknown": EXIT_UNKNOWN,
}


@dataclass(frozen=True)
class Task:
    """One case under one profile: the unit that a worker runs."""

    case_index: int
    operation: str
    case: str
    profile: str


@dataclass(frozen=True)
class Unfinished:
    """A task without a result, and why."""

    task: Task
    reason: Reason
    text: str = ""  # a traceback


@dataclass(frozen=True)
class Unlike:
    """A task that was not the same when it was run again, and where its two runs part."""

    task: Task
    text: str


@dataclass(frozen=True)
class Row:
    """One operation under one profile, all its cases together."""

    operation: str
    profile: str
    cases: int
    crash_points: int
    raw_states: int
    states: int
    recoveries: int
    nested_recoveries: int
    bounded: bool
    shares: tuple[str, ...]
    verdict: Verdict
    seconds: float
    plays: int


@dataclass(frozen=True)
class Bounds:
    """What the verdict is about, in full: everything that a reader needs to know how far it reaches."""

    target: str
    entries: int | None
    nested: int | None  # None: to a fixpoint
    profiles: tuple[str, ...]
    operations: tuple[str, ...]
    seed: int
    budget_s: float | None


@dataclass(frozen=True)
class Input:
    """The file that the user gave to verify, and what became of it."""

    path: str
    size_bytes: int
    sha256: str
    sha256_afterwards: str | None  # None: it could not be read any more
    outcome: str  # what becomes of it, by the names of its cases
    content: bytes = field(default=b"", repr=False)

    @property
    def untouched(self) -> bool:
        """Whether the file is, byte for byte, what it was before."""
        return self.sha256 == self.sha256_afterwards


@dataclass(frozen=True)
class Campaign:
    """All that a campaign found.  `results` and `unfinished` are in the order of the plan, whoever finished first."""

    bounds: Bounds
    results: tuple[CaseResult, ...]
    unfinished: tuple[Unfinished, ...]
    sometimes_required: frozenset[str] | None  # None: only a part of the target was selected
    jobs: int
    seconds: float
    input: Input | None = None
    unlike: tuple[Unlike, ...] | None = None  # None: nothing was run twice

    @property
    def counterexamples(self) -> tuple[Counterexample, ...]:
        """Every counterexample, in the order of the plan."""
        return tuple(found for result in self.results for found in result.counterexamples)

    @property
    def rows(self) -> tuple[Row, ...]:
        """One row for each operation and profile, operations in the order in which the target names them."""
        return rows(self.results, self.unfinished, self.bounds.operations, self.bounds.profiles)

    @property
    def sometimes(self) -> dict[str, int]:
        """How often each sometimes-property was reached."""
        reached: dict[str, int] = dict.fromkeys(sorted(self.sometimes_required or ()), 0)
        for result in self.results:
            for mark, times in result.sometimes.items():
                reached[mark] = reached.get(mark, 0) + times
        return reached

    @property
    def unreached(self) -> tuple[str, ...]:
        """The sometimes-properties that had to be reached and were not."""
        reached = self.sometimes
        return tuple(sorted(mark for mark in self.sometimes_required or () if not reached[mark]))

    @property
    def verdict(self) -> CampaignVerdict:
        """The worst that is known: a counterexample stands whatever else was cut short."""
        verdicts = {row.verdict for row in self.rows}
        if "counterexample" in verdicts:
            return "counterexample"
        if "unknown" in verdicts or not verdicts or self.unlike:
            return "unknown"
        return "unreached" if self.unreached else "ok"

    @property
    def exit_code(self) -> int:
        """The exit code of `blackstart verify`."""
        if any(unfinished.reason == "internal error" for unfinished in self.unfinished):
            return EXIT_INTERNAL_ERROR
        return _EXIT_CODES[self.verdict]


def without_times(campaign: Campaign) -> Campaign:
    """The same campaign without what no two runs of it share: how long things took, and on how many cores."""
    results = tuple(replace(result, seconds=0.0) for result in campaign.results)
    return replace(campaign, results=results, jobs=0, seconds=0.0)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on several runs together."""
    found = set(verdicts)
    if "counterexample" in found:
        return "counterexample"
    return "unknown" if "unknown" in found else "ok"


def rows(
    results: Sequence[CaseResult],
    unfinished: Sequence[Unfinished],
    operations: Sequence[str],
    profiles: Sequence[str],
) -> tuple[Row, ...]:
    """Sum up the cases of each operation under each profile."""
    cells: dict[tuple[str, str], tuple[list[CaseResult], list[Unfinished]]] = {}
    for result in results:
        cells.setdefault((result.operation, result.profile), ([], []))[0].append(result)
    for missing in unfinished:
        cells.setdefault((missing.task.operation, missing.task.profile), ([], []))[1].append(missing)
    return tuple(
        _row(operation, profile, *cells[operation, profile])
        for operation in operations
        for profile in profiles
        if (operation, profile) in cells
    )


def _row(operation: str, profile: str, results: Sequence[CaseResult], missing: Sequence[Unfinished]) -> Row:
    verdicts: list[Verdict] = [result.verdict for result in results]
    verdicts += ["unknown"] * len(missing)
    return Row(
        operation=operation,
        profile=profile,
        cases=len(results) + len(missing),
        crash_points=sum(result.crash_points for result in results),
        raw_states=sum(result.raw_states for result in results),
        states=sum(result.states for result in results),
        recoveries=sum(result.recoveries for result in results),
        nested_recoveries=sum(result.nested_recoveries for result in results),
        bounded=any(result.bounded for result in results),
        shares=tuple(dict.fromkeys(share for result in results for share in result.shares)),
        verdict=worst(verdicts),
        seconds=sum(result.seconds for result in results),
        plays=sum(result.plays for result in results),
    )
