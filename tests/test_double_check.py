"""A target that does not do the same thing twice is found out, and the first call that differs is named."""

import re

import pytest

from model import double_check
from model.cli import run
from model.exit_codes import EXIT_OK, EXIT_UNKNOWN
from model.scope import Scope
from model.verdict import Task, Unfinished
from model.workers import Outcome

Captured = pytest.CaptureFixture[str]


def double_checked(target: str, capsys: Captured, *options: str) -> tuple[int, str]:
    """Exit code and page, its lines joined."""
    code = run(["verify", f"tests.unsteady:{target}", "--profile", "process-kill", "--double-check", *options])
    return code, " ".join(capsys.readouterr().out.split())


def test_a_store_that_does_the_same_thing_twice_passes(capsys: Captured) -> None:
    code, shown = double_checked("steady", capsys)
    assert code == EXIT_OK
    assert "each task twice, with hash seeds of their own: the same system calls and results" in shown


def test_a_clock_read_is_named_by_the_write_that_it_went_into(capsys: Captured) -> None:
    code, shown = double_checked("clock", capsys, "--jobs", "1")
    assert code == EXIT_UNKNOWN
    assert "not the same twice: put: into an empty store" in shown
    writes = re.search(
        r"In its play \(run 1\), call \d+ was (\S+ write\(.+) and when the same was run again (.+)", shown
    )
    assert writes is not None
    assert "It depends on a clock, chance, or an address in memory." in writes[2]


def test_the_order_of_a_set_is_named_by_the_first_call_that_came_out_of_turn(capsys: Captured) -> None:
    code, shown = double_checked("order", capsys)
    assert code == EXIT_UNKNOWN
    calls = re.findall(r"stat\('/srv/sessions.json.(field \d+)'\)", shown)
    assert len(calls) >= 2
    assert calls[0] != calls[1]
    assert "It depends on the order of a set, or hash()." in shown


def test_what_differs_only_in_recovery_is_found_there(capsys: Captured) -> None:
    code, shown = double_checked("recovery", capsys)
    assert code == EXIT_UNKNOWN
    assert "It depends on the order of a set, or hash()." in shown


def test_whoever_interrupts_the_first_half_waits_for_no_second(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task(0, "put", "the only one", "posix")
    halves: list[tuple[Outcome, ...]] = [(Unfinished(task, "interrupted"),)]
    monkeypatch.setattr(double_check, "run_tasks", lambda *_, **__: halves.pop())
    outcomes, unlike = double_check.run_twice([task], Scope("tests.unsteady:steady"), jobs=1, report=lambda *_: None)
    assert outcomes == (Unfinished(task, "interrupted"),)
    assert unlike == ()


def test_what_differs_is_told_in_the_same_order_whatever_ran_first() -> None:
    scope = Scope("tests.unsteady:clock")
    tasks = [Task(index, "put", f"case {index}", "process-kill") for index in (1, 0)]
    _, unlike = double_check.run_twice(tasks, scope, jobs=1, report=lambda *_: None)
    assert [each.task.case_index for each in unlike] == [0, 1]
