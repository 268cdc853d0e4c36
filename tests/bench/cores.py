"""The same small campaign on one core and on two, worker processes and their start included."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass

from model.scope import Scope, cases_of
from model.target import load_target
from model.verdict import Campaign, Task
from model.verify import Selection, plan, run_campaign
from tests.bench.spread import Spread, spread

TARGET = "scenarios.sessions:target"
JOBS = (1, 2)
SELECTION = Selection(operations=("put", "delete", "update"), profiles=("posix", "ext4", "btrfs"))
SMALL_SELECTION = Selection(operations=("delete",), profiles=("sequential",))


@dataclass(frozen=True)
class OnCores:
    """How long a campaign took on so many cores, on the clock on the wall.

    `answers` is a digest of all results but their times: the same on any number of cores.
    """

    jobs: int
    tasks: int
    wall_s: Spread
    answers: str


def measure(repeats: int, selection: Selection = SELECTION) -> list[OnCores]:
    """Verify the selection on one core and on two, by turns."""
    scope = Scope(TARGET)
    tasks = plan(cases_of(load_target(TARGET), scope), selection)
    took_s: Mapping[Task, float] = {}
    spent: dict[int, list[float]] = {jobs: [] for jobs in JOBS}
    answers: dict[int, str] = {}
    for _ in range(repeats):
        for jobs in JOBS:
            began = time.perf_counter()
            campaign = run_campaign(
                scope,
                tasks,
                selection=selection,
                sometimes=(),
                jobs=jobs,
                budget_s=None,
                report=lambda *_: None,
                took_s=took_s,
            )
            spent[jobs].append(time.perf_counter() - began)
            if any(missing.reason == "interrupted" for missing in campaign.unfinished):
                raise KeyboardInterrupt
            answers[jobs] = _digest(campaign)
            took_s = dict(zip(tasks, (result.seconds for result in campaign.results), strict=True))
    return [OnCores(jobs, len(tasks), spread(spent[jobs]), answers[jobs]) for jobs in JOBS]


def _digest(campaign: Campaign) -> str:
    """Whatever a campaign says but how long it took."""
    told = [
        (
            result.operation,
            result.case,
            result.profile,
            result.verdict,
            result.raw_states,
            result.states,
            result.recoveries,
            result.nested_states,
            result.nested_recoveries,
        )
        for result in campaign.results
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()
