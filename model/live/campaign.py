"""One run on real file systems: everything in the plan, what came of it, and the verdict.

- **counterexample**: a real disk has shown what its profile forbids, or the store has broken a promise on one.
- **unfounded**: nothing of that, but a device that loses data or a store that is known to be bad was not found out, or
  nothing was ever lost by a cut, or no case of the store can be played on a disk: so nothing follows from it.
- **unknown**: a budget, a signal or a worker that died cut short what had to be done.
- **ok**: none of these.  What was left out for lack of time is told as a share.
"""

import os
import platform
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_INTERNAL_ERROR, EXIT_OK, EXIT_UNKNOWN
from model.litmus import Program
from model.live.crew import Finished, run_crew
from model.live.disk import Bench
from model.live.failed_sync import FailedSync
from model.live.plan import LITMUS, THOROUGH_CALLS, Scope, optional, programs_of, required
from model.live.sighting import Harvest
from model.live.stores import StoreRuns
from model.live.tasks import (
    Alone,
    Control,
    Conviction,
    Generated,
    How,
    InStep,
    Logged,
    Outcome,
    Task,
    Together,
)

LiveVerdict = Literal["ok", "counterexample", "unfounded", "unknown"]
Report = Callable[[int, int, Task], None]

_LITMUS = frozenset(LITMUS)

_EXIT_CODES: dict[LiveVerdict, int] = {
    "ok": EXIT_OK,
    "counterexample": EXIT_COUNTEREXAMPLE,
    "unfounded": EXIT_COUNTEREXAMPLE,
    "unknown": EXIT_UNKNOWN,
}


@dataclass
class LiveCampaign:
    """What a run came to.

    Attributes:
        scope: What was to be done.
        kernel: The kernel that did it: "Linux 6.18.44".
        jobs: How many processes.
        harvests: What was seen, by set-up.
        stores: What came of the store's operations, by set-up.
        controls: Devices that lose data.
        convictions: Stores that are known to be bad.
        failed_syncs: Fsyncs that failed.
        meant: Programs that are to be played, by how and number of calls, of all set-ups together; without the litmus
            table's.
        played: Those of them that were.
        listed: How many programs of each number of calls there are.
        left_out: Pieces of what had to be done that were not, and why.
        left_over: How many pieces of the rest there was no time for.
        errors: Tracebacks of pieces that failed.
        interrupted: Whether somebody stopped it.
        seconds: How long it took.
    """

    scope: Scope
    kernel: str
    jobs: int
    harvests: dict[str, Harvest]
    stores: dict[str, StoreRuns]
    controls: list[Control] = field(default_factory=list)
    convictions: list[Conviction] = field(default_factory=list)
    failed_syncs: list[FailedSync] = field(default_factory=list)
    meant: Counter[tuple[How, int]] = field(default_factory=Counter)
    played: Counter[tuple[How, int]] = field(default_factory=Counter)
    listed: Counter[int] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)
    left_over: int = 0
    errors: list[str] = field(default_factory=list)
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def verdict(self) -> LiveVerdict:
        """The worst that is known."""
        harvests, stores = self.harvests.values(), self.stores.values()
        if any(harvest.forbidden for harvest in harvests):
            return "counterexample"
        if any(store.unlike_profile or store.broken_promises for store in stores):
            return "counterexample"
        if not all(failed.is_admitted for failed in self.failed_syncs):
            return "counterexample"
        if self.left_out or self.errors or self.interrupted:
            return "unknown"
        if not all(control.forbidden for control in self.controls) or not all(harvest.lossy for harvest in harvests):
            return "unfounded"
        if not all(conviction.evidence for conviction in self.convictions):
            return "unfounded"
        if any(store.left_out for store in stores) and not any(store.cases for store in stores):
            return "unfounded"
        return "ok"

    @property
    def exit_code(self) -> int:
        """The exit code of `blackstart live`."""
        return EXIT_INTERNAL_ERROR if self.errors else _EXIT_CODES[self.verdict]

    @property
    def states(self) -> int:
        """Different sights, over all set-ups."""
        return sum(len(harvest.seen) for harvest in self.harvests.values())


def run_live(scope: Scope, *, jobs: int, report: Report) -> LiveCampaign:
    """Do what the scope says, and as much more as its time allows.

    Args:
        scope: What to do.
        jobs: How many processes.  They mostly wait for one another's mounts: twice as many as cores are faster.
        report: Told of each piece that has ended: how many have, of how many, and which.
    """
    return _Run(scope, jobs, report).run()


class _Run:
    def __init__(self, scope: Scope, jobs: int, report: Report) -> None:
        self._jobs = jobs
        self._report = report
        self._started_s = time.monotonic()
        self._deadline_s = None if scope.budget_s is None else self._started_s + scope.budget_s
        self._longer: list[Program] = []
        self._campaign = LiveCampaign(
            scope,
            f"{platform.system()} {platform.release().partition('-')[0]}",
            jobs,
            {setup.name: Harvest(setup.name, setup.profile) for setup in scope.setups},
            {setup.name: StoreRuns(setup.name, setup.profile) for setup in scope.setups},
        )

    def run(self) -> LiveCampaign:
        campaign = self._campaign
        for length in range(1, min(campaign.scope.calls, THOROUGH_CALLS) + 1):
            campaign.listed[length] = sum(1 for _ in programs_of(length))
        ended: set[int] = set()
        must = required(campaign.scope)
        for task in must:
            campaign.meant.update(_counted(task))
        try:
            self._work(must, ended)
            if len(ended) == len(must):
                more = optional(campaign.scope, self._longer)
                for task in more:
                    campaign.meant.update(_counted(task))
                done: set[int] = set()
                campaign.left_over = len(more)
                self._work(more, done)
                campaign.left_over = len(more) - len(done)
        except KeyboardInterrupt:
            campaign.interrupted = True
        reason = "interrupted" if campaign.interrupted else "no time left"
        missing = [task for number, task in enumerate(must) if number not in ended]
        campaign.left_out += [f"{name_of(task)}: {reason}" for task in missing]
        campaign.seconds = time.monotonic() - self._started_s
        return campaign

    def _work(self, tasks: Sequence[Task], ended: set[int]) -> None:
        numbered = list(enumerate(tasks))
        for finished in run_crew(numbered, _run_task, jobs=self._jobs, deadline_s=self._deadline_s):
            number, task = finished.task
            ended.add(number)
            self._take(task, finished)
            self._report(len(ended), len(tasks), task)

    def _take(self, task: Task, finished: Finished[tuple[int, Task], Outcome]) -> None:
        campaign = self._campaign
        outcome = finished.result
        if finished.trouble or outcome is None:
            campaign.left_out.append(f"{name_of(task)}: {finished.trouble.strip().splitlines()[-1]}")
            if "Traceback" in finished.trouble:
                campaign.errors.append(f"{name_of(task)}\n{finished.trouble}")
        elif isinstance(outcome, Harvest):
            campaign.harvests[outcome.setup].add(outcome)
            campaign.played.update(_counted(task))
        elif isinstance(outcome, StoreRuns):
            campaign.stores[outcome.setup].add(outcome)
        elif isinstance(outcome, Control):
            campaign.controls.append(outcome)
        elif isinstance(outcome, Conviction):
            campaign.convictions.append(outcome)
        else:
            for each in outcome:
                if isinstance(each, FailedSync):
                    campaign.failed_syncs.append(each)
                else:
                    self._longer.append(each)
                    campaign.listed[len(each.calls)] += 1


def _counted(task: Task) -> Counter[tuple[How, int]]:
    """The programs that a task plays, by how and number of calls; each once, in however many ways."""
    counted: Counter[tuple[How, int]] = Counter()
    if isinstance(task, Alone | Together | InStep | Logged):
        for program in set(task.programs) - _LITMUS:
            if not isinstance(task, Alone) or any(task.plays(program)):
                counted[task.how, len(program.calls)] += 1
    return counted


def _run_task(workshop: str, numbered: tuple[int, Task]) -> Outcome:
    return numbered[1].run(Bench(workshop))


def name_of(task: Task) -> str:
    """A task in a few words, with its set-up."""
    return task.what if isinstance(task, Generated) else f"{task.setup.name}, {task.what}"


def default_jobs() -> int:
    """Twice as many as cores."""
    return 2 * (os.cpu_count() or 1)
