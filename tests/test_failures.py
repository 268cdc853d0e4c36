"""Every call fails in every way: what that came to is counted, and a store that keeps it to itself is convicted."""

import json
from typing import Any

import pytest

from model.cli import run
from model.explore.campaign import run_case
from model.failures import failure_cases, played
from model.persistence.profiles import PROFILES
from model.report.figures import WIDTH
from model.scenario.replay import in_force
from model.simulation.faults import SHORT, errors_of
from model.target import UserMistake
from scenarios.session_cases.faults import TRIALS
from scenarios.sessions import target
from tests import leaky_stores, only_deletes

DELETE = next(trial for trial in TRIALS if trial.step.call == "delete('b')")


def test_each_call_of_an_operation_fails_in_each_way_once_and_from_then_on() -> None:
    (case,) = failure_cases(only_deletes.target, "")
    _, found = played(case)
    allowed = [(name, error) for name, arguments in DELETE.calls() for error in errors_of(name, arguments)]
    syncs = sum(name == "fsync" and error != SHORT for name, error in allowed)
    # What a failed fsync loses of a directory is nothing: there it fails in those ways, too.
    assert found.plays == 2 * len(allowed) + 2 * syncs
    assert found.calls == sum(bool(errors_of(*call)) for call in DELETE.calls())
    assert found.raised + found.returned == found.plays
    assert found.errors >= {"EIO", "ESTALE", "ENOSPC", "EROFS", "EINTR", "ENOLCK", "a short count"}


def test_of_those_that_do_the_same_to_the_disk_one_is_explored() -> None:
    (case,) = failure_cases(only_deletes.target, "")
    different, found = played(case)
    assert different.variants is not None
    assert 1 < len(list(different.variants())) < found.plays / 10
    assert run_case(target, different, PROFILES["posix"]).verdict == "ok"


def test_a_store_that_keeps_a_failure_to_itself_is_convicted() -> None:
    with in_force("failed-write-only-warned"):
        (case,) = failure_cases(only_deletes.target, "")
        different, found = played(case)
        result = run_case(target, different, PROFILES["posix"])
    assert found.returned > 10
    assert [each.property for each in result.counterexamples] == [10]


def test_a_store_without_such_cases_is_told() -> None:
    with pytest.raises(UserMistake, match="Give the target failure_cases"):
        failure_cases(leaky_stores.sound, "mine:target")


def test_the_command_tells_operations_calls_and_silent_losses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import scenarios.sessions

    monkeypatch.setattr(scenarios.sessions, "target", only_deletes.target)
    arguments = ["faults", "--profile", "posix", "--jobs", "1"]
    played_here: Any = run_here(monkeypatch)
    assert run(arguments) == 0
    text = capsys.readouterr().out
    assert [line for line in text.splitlines() if len(line) > WIDTH] == []
    assert "0 silent losses, and afterwards the store worked again." in " ".join(text.split())
    assert run([*arguments, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["schema"], value["verdict"], value["counterexamples"]) == (1, "ok", [])
    assert value["total"]["plays"] == value["rows"][0]["plays"] == played_here()


def run_here(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Tasks are run in this process, where the target is the one that was put there."""
    from model import verify

    def in_process(tasks: Any, runner: Any, **_: Any) -> tuple[Any, ...]:
        return tuple(runner(task, None) for task in tasks)

    monkeypatch.setattr(verify, "run_tasks", in_process)
    return lambda: played(failure_cases(only_deletes.target, "")[0])[1].plays
