"""Is the target as deterministic as the checker takes it to be?

A counterexample can be replayed, and a green verdict means something, only if the same questions get the same answers.
So every task runs twice, in processes whose hash seeds differ, and the two recordings of its system calls must be the
same to the byte.  Where they are not, the task runs a third time, with the first seed: if that agrees with the first
run, the order of a set is to blame; otherwise a clock, chance, or an address in memory.

Not seen: a clock that shows the same time in both runs, and whatever never reaches a system call or the result.
"""

import gzip
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from model.explore.result import CaseResult
from model.recording import HEADING, RecordingRunner, recording_path
from model.scope import Scope
from model.verdict import Task, Unfinished, Unlike
from model.workers import Outcome, Report, run_tasks

ORDER = "the order of a set, or hash()"
CHANCE = "a clock, chance, or an address in memory"

_SEEDS = (1, 2)
_MOST_BLAMED = 5


@dataclass(frozen=True)
class Difference:
    """Where two runs of a task part: in which of its runs, at which call of that run, and what each called there."""

    run: str
    call: int
    first: str
    second: str


def run_twice(
    tasks: Sequence[Task], scope: Scope, *, jobs: int, report: Report, budget_s: float | None = None
) -> tuple[tuple[Outcome, ...], tuple[Unlike, ...]]:
    """Run every task twice, as `run_tasks` does once; the budget holds for each half.

    Returns:
        The outcomes of the first half, or of the second where only that was cut short; and those tasks that came to an
        end both times and were not the same, with the first call that differs.
    """
    with tempfile.TemporaryDirectory(prefix="blackstart-double-check-") as name:
        folders = [Path(name) / str(number) for number in (1, 2, 3)]
        halves: list[tuple[Outcome, ...]] = []
        for seed, folder in zip(_SEEDS, folders, strict=False):
            if halves and _is_interrupted(halves[0]):  # whoever pressed Ctrl-C waits for no second half
                halves.append(tuple(Unfinished(task, "interrupted") for task in tasks))
            else:
                halves.append(_run(tasks, scope, folder, seed, jobs, report, budget_s))
        unlike: list[Unlike] = []
        ended = sorted(zip(tasks, *halves, strict=True), key=_whose)  # tasks run in the order that is quickest today
        for task, first, second in ended:
            difference = _difference(task, first, second, folders)
            if difference is not None:
                culprit = _culprit(task, scope, folders, budget_s) if len(unlike) < _MOST_BLAMED else ""
                unlike.append(Unlike(task, told(difference, culprit)))
        outcomes = [
            second if isinstance(second, Unfinished) and _is_clean(first) else first
            for first, second in zip(*halves, strict=True)
        ]
        return tuple(outcomes), tuple(unlike)


def told(difference: Difference, culprit: str) -> str:
    """A difference in words, and what it depends on."""
    lines = [
        f"In its {difference.run}, call {difference.call} was",
        f"  {difference.first}",
        "and when the same was run again",
        f"  {difference.second}",
    ]
    return "\n".join([*lines, f"It depends on {culprit}."] if culprit else lines)


def first_difference(first: Path, second: Path) -> Difference | None:
    """Where two recordings part; None if they are the same."""
    run, call = "play", 0
    with ExitStack() as files:
        texts = [files.enter_context(gzip.open(path, "rt", errors="surrogateescape")) for path in (first, second)]
        for one, other in zip_longest(*texts, fillvalue="(nothing: it had ended)\n"):
            call += 1
            if one != other:
                return Difference(run, call, one.rstrip("\n"), other.rstrip("\n"))
            if one.startswith(HEADING):
                run, call = one[len(HEADING) :].rstrip("\n"), 0
    return None


def _run(
    tasks: Sequence[Task], scope: Scope, folder: Path, seed: int, jobs: int, report: Report, budget_s: float | None
) -> tuple[Outcome, ...]:
    folder.mkdir(exist_ok=True)
    with _hash_seed(seed):
        return run_tasks(tasks, RecordingRunner(scope, folder), jobs=jobs, report=report, budget_s=budget_s)


def _whose(ended: tuple[Task, Outcome, Outcome]) -> tuple[int, str]:
    return ended[0].case_index, ended[0].profile


def _is_clean(outcome: Outcome) -> bool:
    """Whether a task came to an end with no counterexample, which would count even if it was found only once."""
    return isinstance(outcome, CaseResult) and outcome.verdict != "counterexample"


def _is_interrupted(outcomes: Sequence[Outcome]) -> bool:
    return any(isinstance(each, Unfinished) and each.reason == "interrupted" for each in outcomes)


def _difference(task: Task, first: Outcome, second: Outcome, folders: Sequence[Path]) -> Difference | None:
    """What two runs that came to an end differ in; None where one of them did not."""
    if not isinstance(first, CaseResult) or not isinstance(second, CaseResult):
        return None
    if "unknown" in (first.verdict, second.verdict):
        return None
    found = first_difference(recording_path(folders[0], task), recording_path(folders[1], task))
    if found is None and replace(first, seconds=0) != replace(second, seconds=0):
        return Difference("judgement", 0, repr(first), repr(second))
    return found


def _culprit(task: Task, scope: Scope, folders: Sequence[Path], budget_s: float | None) -> str:
    _run([task], scope, folders[2], _SEEDS[0], 1, lambda *_: None, budget_s)
    again = first_difference(*(recording_path(folder, task) for folder in (folders[0], folders[2])))
    return ORDER if again is None else CHANCE


@contextmanager
def _hash_seed(seed: int) -> Iterator[None]:
    """Python processes that are started meanwhile hash by this seed."""
    before = os.environ.get("PYTHONHASHSEED")
    os.environ["PYTHONHASHSEED"] = str(seed)
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONHASHSEED"]
        else:
            os.environ["PYTHONHASHSEED"] = before
