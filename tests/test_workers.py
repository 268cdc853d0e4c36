"""Worker processes: every task ends in a result or in a reason why there is none."""

import os
from pathlib import Path
from typing import Any

import pytest

from model.explore.result import CaseResult
from model.verdict import Task, Unfinished
from model.workers import run_tasks
from tests.campaign_fakes import Obedient, interrupt_when_one_is_done, result, task


def run(folder: Path, tasks: list[Task], *, jobs: int = 2, **settings: Any) -> list[str]:
    """Run the tasks; one word for each outcome, in order."""
    outcomes = run_tasks(tasks, Obedient(str(folder)), jobs=jobs, **{"report": lambda *_: None, **settings})
    return [out.reason if isinstance(out, Unfinished) else out.verdict for out in outcomes]


def test_outcomes_come_in_the_order_of_the_tasks_whoever_is_first(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rendezvous")
    tasks = [task(0, operation="wait"), task(1, operation="tell"), task(2)]
    outcomes = run_tasks(tasks, Obedient(str(tmp_path)), jobs=2, report=lambda *_: None)
    assert outcomes == tuple(map(result, tasks))


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_number_of_jobs_does_not_change_the_outcomes(tmp_path: Path, jobs: int) -> None:
    tasks = [task(number) for number in range(5)]
    outcomes = run_tasks(tasks, Obedient(str(tmp_path)), jobs=jobs, report=lambda *_: None)
    assert outcomes == tuple(map(result, tasks))


def test_a_dead_worker_leaves_its_task_unknown_and_the_others_are_run(tmp_path: Path) -> None:
    tasks = [task(0, operation="die"), task(1), task(2)]
    assert run(tmp_path, tasks, jobs=1) == ["worker died", "ok", "ok"]


def test_what_ran_beside_the_task_that_killed_its_worker_is_run_again(tmp_path: Path) -> None:
    tasks = [task(0), task(1, operation="die"), *map(task, range(2, 9)), task(9, operation="die")]
    assert run(tmp_path, tasks, jobs=3) == ["ok", "worker died", *["ok"] * 7, "worker died"]


def test_a_worker_that_somebody_killed_beside_others_costs_no_result(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rendezvous")
    tasks = [task(0, operation="hang once"), task(1, operation="die once"), task(2)]
    assert run(tmp_path, tasks, jobs=2) == ["ok", "ok", "ok"]


def test_an_error_in_the_checker_is_kept_with_its_traceback(tmp_path: Path) -> None:
    tasks = [task(0, operation="fail"), task(1)]
    failed, fine = run_tasks(tasks, Obedient(str(tmp_path)), jobs=1, report=lambda *_: None)
    assert isinstance(fine, CaseResult)
    assert isinstance(failed, Unfinished)
    assert failed.reason == "internal error"
    assert "campaign_fakes.py" in failed.text
    assert "ZeroDivisionError: the engine has a bug" in failed.text


def test_an_interrupt_ends_the_running_tasks_and_keeps_the_results(tmp_path: Path) -> None:
    tasks = [task(0), task(1, operation="never end"), task(2)]
    assert run(tmp_path, tasks, jobs=1, report=interrupt_when_one_is_done) == ["ok", "interrupted", "interrupted"]
    assert not (tmp_path / "began-2").exists()


def test_a_task_is_told_what_is_left_of_the_budget(tmp_path: Path) -> None:
    (outcome,) = run_tasks(
        [task(0, operation="take the budget")], Obedient(str(tmp_path)), jobs=1, report=lambda *_: None, budget_s=60
    )
    assert isinstance(outcome, CaseResult)
    assert 0 < outcome.seconds <= 60


def test_without_budget_nothing_is_begun(tmp_path: Path) -> None:
    assert run(tmp_path, [task(0), task(1)], budget_s=0) == ["budget", "budget"]
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_outlasts_the_budget_is_ended(tmp_path: Path) -> None:
    tasks = [task(0, operation="never end"), task(1)]
    assert run(tmp_path, tasks, jobs=1, budget_s=0.1, grace_s=0.1) == ["budget", "budget"]


def test_every_task_that_ends_is_reported(tmp_path: Path) -> None:
    told: list[tuple[int, str]] = []
    tasks = [task(0), task(1, operation="fail")]
    run_tasks(
        tasks,
        Obedient(str(tmp_path)),
        jobs=1,
        report=lambda ended, verdict: told.append((ended.case_index, verdict)),
    )
    assert told == [(0, "ok"), (1, "unknown (internal error)")]
