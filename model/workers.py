"""Run tasks on worker processes, and account for every one of them whatever happens.

A task ends in its result, or in an `Unfinished` that says why there is none: the budget ran out, the user interrupted,
its worker died, or the checker itself failed.  Somewhat more tasks are handed out than there are workers, so that no
worker waits for its next.  When one dies, what was handed out is run again, each task alone: so it shows whose fault it
is, and the others get their results.
"""

import multiprocessing
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from model.explore.result import CaseResult
from model.target import UserMistake
from model.verdict import Reason, Task, Unfinished

Run = Callable[[Task, float | None], CaseResult]
"""Runs one task within so many seconds (None: without a limit).  Has to be picklable; each worker gets it once."""

Outcome = CaseResult | Unfinished
Report = Callable[[Task, str], None]

# A worker is told what is left of the budget and stops by itself; this long after its end we no longer wait for it.
GRACE_S = 10.0

_run: Run


def run_tasks(
    tasks: Sequence[Task],
    run: Run,
    *,
    jobs: int,
    report: Report,
    budget_s: float | None = None,
    grace_s: float = GRACE_S,
) -> tuple[Outcome, ...]:
    """Run every task, the first ones first, and return the outcomes in the same order.

    Args:
        tasks: what to run; put the longest first.
        run: how to run one, picklable.
        jobs: how many worker processes.
        report: called with each task that ended and its verdict.
        budget_s: wall-clock seconds for all together; None is no limit.
        grace_s: how long a worker may outlast the budget before it is ended.

    Raises:
        UserMistake: when a worker met one; the other tasks are dropped.
    """
    return _Crew(tasks, run, jobs, report, budget_s, grace_s).work()


class _Crew:
    def __init__(
        self, tasks: Sequence[Task], run: Run, jobs: int, report: Report, budget_s: float | None, grace_s: float
    ) -> None:
        self._tasks = tasks
        self._run = run
        self._jobs = jobs
        self._deadline_s = None if budget_s is None else time.monotonic() + budget_s  # workers read the same clock
        self._report = report
        self._grace_s = grace_s
        self._waiting = deque(tasks)
        self._suspects: deque[Task] = deque()
        self._running: dict[Future[CaseResult], Task] = {}
        self._outcomes: dict[Task, Outcome] = {}
        self._others = set(multiprocessing.active_children())
        self._pool: ProcessPoolExecutor | None = None
        self._abandoned = False

    def work(self) -> tuple[Outcome, ...]:
        try:
            while self._waiting or self._suspects or self._running:
                self._hand_out()
                self._collect()
        except KeyboardInterrupt:
            self._give_up("interrupted")
        finally:
            self._dismiss()
        return tuple(self._outcomes[task] for task in self._tasks)

    def _hand_out(self) -> None:
        if self._remaining_s() == 0:
            self._end_waiting("budget")
        while (queue := self._suspects or self._waiting) and len(self._running) < self._most_at_once():
            try:
                future = self._workers().submit(_run_in_worker, queue[0], self._deadline_s)
            except BrokenProcessPool:
                if self._running:
                    return  # they tell it, too
                self._dismiss()
                continue
            self._running[future] = queue.popleft()

    def _most_at_once(self) -> int:
        return 1 if self._suspects else 2 * self._jobs

    def _collect(self) -> None:
        remaining_s = self._remaining_s()
        patience_s = None if remaining_s is None else remaining_s + self._grace_s
        ended, _ = wait(self._running, patience_s, FIRST_COMPLETED)
        if self._running and not ended:
            self._give_up("budget")
            self._dismiss()
        if any(isinstance(future.exception(), BrokenProcessPool) for future in ended):
            self._rescue()
            return
        for future in [each for each in self._running if each in ended]:
            self._finish(self._running.pop(future), future)

    def _finish(self, task: Task, future: Future[CaseResult]) -> None:
        error = future.exception()
        if isinstance(error, UserMistake):
            raise error
        if error is not None:
            self._end(task, "internal error", "".join(traceback.format_exception(error)))
            return
        self._outcomes[task] = future.result()
        self._report(task, future.result().verdict)

    def _end(self, task: Task, reason: Reason, text: str = "") -> None:
        self._outcomes[task] = Unfinished(task, reason, text)
        self._report(task, f"unknown ({reason})")

    def _rescue(self) -> None:
        """A worker died: what ran alone is to blame, what ran beside others is run again, alone."""
        was_alone = len(self._running) == 1
        died = self._without_result()
        self._dismiss()
        if was_alone:
            for task in died:
                self._end(task, "worker died")
        else:
            self._suspects.extend(died)

    def _give_up(self, reason: Reason) -> None:
        for task in self._without_result():
            self._end(task, reason)
        self._end_waiting(reason)

    def _end_waiting(self, reason: Reason) -> None:
        for queue in (self._suspects, self._waiting):
            while queue:
                self._end(queue.popleft(), reason)

    def _without_result(self) -> list[Task]:
        """Nobody waits any more for what is running: take in the results that there are, return the other tasks."""
        self._abandoned = True
        left: list[Task] = []
        for future in list(self._running):
            task = self._running.pop(future)
            if future.done() and not future.cancelled() and future.exception() is None:
                self._finish(task, future)
            else:
                left.append(task)
        return left

    def _remaining_s(self) -> float | None:
        return None if self._deadline_s is None else max(0.0, self._deadline_s - time.monotonic())

    def _workers(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Spawned, not forked: a fork would copy the progress display's threads and the parent's signal handlers.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._jobs, context, _become_worker, (self._run,))
        return self._pool

    def _dismiss(self) -> None:
        if self._pool is None:
            return
        if self._abandoned or self._running:
            for worker in set(multiprocessing.active_children()) - self._others:
                worker.terminate()
        self._pool.shutdown(cancel_futures=True)
        self._pool = None
        self._abandoned = False


def _become_worker(run: Run) -> None:
    global _run
    # Ctrl-C reaches the whole process group; the parent decides what becomes of the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _run = run


def _run_in_worker(task: Task, deadline_s: float | None) -> CaseResult:
    return _run(task, None if deadline_s is None else max(0.0, deadline_s - time.monotonic()))
