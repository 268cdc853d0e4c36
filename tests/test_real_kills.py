"""SIGKILL on the real kernel, before every call of every operation, beside the same kills in simulation.

The cases are those of the simulated campaign, and so are the judge and what is promised.  A call is one that the store
makes of its kernel; in some cases of each operation it is a system call, whoever makes it.  `make kills` plays all
cases; here are those that nobody interferes with, row by row.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from model.defects.defect import Defect
from model.explore.stage import Case
from model.properties import AFTER, BEFORE, BETWEEN, side_mark
from scenarios.defects import DEFECTS
from scenarios.session_cases import ROWS as ROWS_OF_CAMPAIGN
from scenarios.session_cases.agents import agent_cases
from scenarios.session_cases.migrations import finish_cases, merge_cases, migrate_cases
from scenarios.session_cases.recoveries import recover_cases, roll_back_cases
from scenarios.session_cases.writes import delete_cases, put_cases, save_cases, update_cases
from scenarios.sessions import TWO_SIDED, target
from tests.real_kills.__main__ import Row, page, run_traced
from tests.real_kills.cases import THOROUGH, thorough_cases
from tests.real_kills.killers import AtSystemCall, BeforeCall
from tests.real_kills.sweep import simulated_trees, sweep

MakeCases = Callable[[], Sequence[Case]]

ROWS: tuple[MakeCases, ...] = (
    put_cases,
    delete_cases,
    update_cases,
    save_cases,
    migrate_cases,
    merge_cases,
    finish_cases,
    roll_back_cases,
    recover_cases,
    agent_cases,
)


def named(defects: Sequence[Defect], name: str) -> Defect:
    return next(each for each in defects if each.name == name)


def after_changes(number: int) -> BeforeCall:
    return BeforeCall(number, after_changes=True)


def found(operation: str, name: str) -> Case:
    return next(case for case in target.cases() if (case.operation, case.name) == (operation, name))


@pytest.mark.slow
@pytest.mark.parametrize("make_cases", ROWS)
def test_a_real_kill_leaves_what_a_simulated_one_leaves_and_others_recover_from_it(
    make_cases: MakeCases, tmp_path: Path
) -> None:
    """Whoever is killed between two calls that change nothing dies the same death, so of those one is killed."""
    for case in make_cases():
        result = sweep(target, case, tmp_path, killer=after_changes)
        assert not result.mistakes, f"{case.operation}, {case.name}: {result.mistakes}"
        assert result.kills >= len(result.real) - 1


@pytest.mark.parametrize(("operation", "name"), THOROUGH)
def test_a_kill_before_any_call_of_an_operation_shows_both_of_its_sides_and_nothing_else(
    operation: str, name: str, tmp_path: Path
) -> None:
    result = sweep(target, found(operation, name), tmp_path)
    assert not result.mistakes, result.mistakes
    wanted = [side_mark(operation, side) for side in (BEFORE, AFTER) if operation in TWO_SIDED]
    if operation == "save" and name != "in legacy mode":
        wanted.append(side_mark(operation, BETWEEN))
    assert {*wanted} <= result.marks


def test_every_operation_of_the_campaign_has_a_case_that_is_killed_before_every_system_call() -> None:
    assert (
        {operation for operation, _ in THOROUGH} == set(ROWS_OF_CAMPAIGN) == {case.operation for case in target.cases()}
    )
    assert len(thorough_cases()) == len(THOROUGH)


@pytest.mark.parametrize(("operation", "name"), THOROUGH)
def test_a_process_killed_from_outside_at_any_system_call_leaves_the_same(
    operation: str, name: str, tmp_path: Path
) -> None:
    """Here the calls are counted by the operating system's own tracing, and not at the store's kernel seam."""
    case = found(operation, name)
    traced = sweep(target, case, tmp_path, killer=AtSystemCall)
    assert not traced.mistakes, traced.mistakes
    assert traced.kills > len(traced.real)
    assert len(traced.real) > 1 or operation == "load", "only who reads leaves nothing behind"


def test_a_store_that_writes_in_place_is_convicted_by_a_real_kill(tmp_path: Path) -> None:
    defect, case = named(DEFECTS, "write-in-place"), found("put", "replaces an entry")
    with defect.in_force():
        result = sweep(target, case, tmp_path)
    assert {violation.property for _, violation in result.violations} == {defect.property}


def test_a_simulation_of_another_program_leaves_something_else(tmp_path: Path) -> None:
    """Were the sets of what is left not compared both ways, this would go unnoticed."""
    case = found("put", "replaces an entry")
    good = set(simulated_trees(case))
    with named(DEFECTS, "write-in-place").in_force():
        result = sweep(target, case, tmp_path)
    result.simulated = good
    assert result.real - good
    assert good - result.real
    assert any(each.startswith("no simulated kill leaves") for each in result.mistakes)
    assert any(each.startswith("no real kill leaves") for each in result.mistakes)


def test_the_table_has_a_column_for_kills_before_system_calls_and_counts_their_mistakes(tmp_path: Path) -> None:
    rows = {"delete": Row("delete", cases=2, kills=1_000)}
    run_traced([case for case in thorough_cases() if case.operation == "delete"], rows, tmp_path)
    with named(DEFECTS, "write-in-place").in_force():
        run_traced([found("put", "replaces an entry")], rows, tmp_path)
    assert rows["delete"].traced > 50
    assert not rows["delete"].mistakes
    assert rows["put"].mistakes
    told = page(list(rows.values()), "counterexample")
    header, (_, cases, _, kills, traced, *_) = told[0].split(), told[2].split()
    assert header.index("traced") == header.index("kills") + 1
    assert (cases, kills, traced) == ("2", "1,000", str(rows["delete"].traced))
    assert max(map(len, told)) <= 80
