"""The campaign: which cases run under which profiles, and what is said when something cuts it short."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from model.explore.stage import Case, Stage
from model.persistence.profiles import GATES
from model.scope import Scope, cases_of
from model.target import Target, UserMistake
from model.verdict import Task
from model.verify import CaseRunner, Selection, longest_first, plan, run_campaign
from tests.campaign_fakes import Obedient, interrupt_when_one_is_done, task


def idle(_stage: Stage) -> None:
    raise AssertionError("nothing is played here")


CASES = (Case("put", "first", idle), Case("delete", "only", idle), Case("put", "second", idle))
SCOPE = Scope("tests.nowhere:target")


def made(entries: int = 4) -> Sequence[Case]:
    return [Case("put", f"of {entries}", idle)]


def campaign_of(tasks: Sequence[Task], folder: Path, selection: Selection | None = None, **settings: Any) -> Any:
    return run_campaign(
        SCOPE,
        tasks,
        selection=selection or Selection(),
        sometimes=("a mark",),
        jobs=1,
        budget_s=None,
        run=Obedient(str(folder)),
        **{"report": lambda *_: None, **settings},
    )


def test_every_case_meets_every_gate() -> None:
    tasks = plan(CASES, Selection())
    assert {(each.case, each.profile) for each in tasks} == {(case.name, gate) for case in CASES for gate in GATES}
    assert len(tasks) == len(CASES) * len(GATES)


def test_the_plan_is_in_the_order_of_the_table() -> None:
    tasks = plan(CASES, Selection(profiles=("posix", "ext4")))
    assert [(each.operation, each.profile, each.case, each.case_index) for each in tasks] == [
        ("put", "posix", "first", 0),
        ("put", "posix", "second", 2),
        ("put", "ext4", "first", 0),
        ("put", "ext4", "second", 2),
        ("delete", "posix", "only", 1),
        ("delete", "ext4", "only", 1),
    ]


def test_a_selection_is_kept_to() -> None:
    tasks = plan(CASES, Selection(operations=("delete",), profiles=("posix-minimal",)))
    assert [(each.operation, each.profile) for each in tasks] == [("delete", "posix-minimal")]


@pytest.mark.parametrize("selection", [Selection(operations=("puts",)), Selection(profiles=("ext5",))])
def test_an_unknown_name_is_a_mistake_that_lists_the_known_ones(selection: Selection) -> None:
    with pytest.raises(UserMistake, match=r"There are: .*(put|ext4)"):
        plan(CASES, selection)


def test_the_number_of_entries_reaches_the_cases() -> None:
    target = Target("scaled", idle, cases=made)  # type: ignore[arg-type]
    assert [case.name for case in cases_of(target, Scope("scaled", entries=7))] == ["of 7"]
    assert [case.name for case in cases_of(target, Scope("scaled"))] == ["of 4"]


def test_cases_without_a_number_of_entries_say_so() -> None:
    target = Target("fixed", idle, cases=lambda: CASES)  # type: ignore[arg-type]
    with pytest.raises(UserMistake, match="Leave out --entries"):
        cases_of(target, Scope("fixed", entries=7))


def test_a_file_is_verified_by_the_cases_made_of_it() -> None:
    target = Target("filed", idle, cases=made, input_cases=lambda data: [Case("migrate", data.decode(), idle)])  # type: ignore[arg-type]
    assert [case.name for case in cases_of(target, Scope("filed", input=b"{}"))] == ["{}"]


def test_a_target_that_takes_no_file_says_so() -> None:
    target = Target("filed", idle, cases=made)  # type: ignore[arg-type]
    with pytest.raises(UserMistake, match="Leave out --input"):
        cases_of(target, Scope("filed", input=b"{}"))


def test_what_took_longest_is_begun_first_and_what_is_not_known_before_that() -> None:
    short, unknown, long, other = (task(number) for number in range(4))
    assert longest_first([short, unknown, long, other], {short: 1, long: 9}) == [unknown, other, long, short]


def test_the_order_of_beginning_is_not_the_order_of_the_results(tmp_path: Path) -> None:
    tasks = [task(0), task(1), task(2)]
    whole = campaign_of(tasks, tmp_path, took_s={tasks[0]: 1, tasks[1]: 3, tasks[2]: 2})
    assert [found.case for found in whole.results] == ["case 0", "case 1", "case 2"]


def test_workers_can_be_sent_what_to_run() -> None:
    runner = CaseRunner(Scope("tests.nowhere:target", entries=3, nested=1, seed=5, input=b"{}"))
    assert pickle.loads(pickle.dumps(runner)) == runner


def test_a_whole_campaign_must_reach_its_sometimes_properties(tmp_path: Path) -> None:
    whole = campaign_of([task(0), task(1)], tmp_path)
    assert (whole.verdict, whole.unreached, whole.exit_code) == ("unreached", ("a mark",), 1)


@pytest.mark.parametrize("selection", [Selection(operations=("put",)), Selection(profiles=("posix",))])
def test_a_part_of_a_campaign_need_not(tmp_path: Path, selection: Selection) -> None:
    assert campaign_of([task(0)], tmp_path, selection).verdict == "ok"


def test_an_interrupted_campaign_tells_what_it_found(tmp_path: Path) -> None:
    tasks = [task(0), task(1, operation="never end"), task(2)]
    broken_off = campaign_of(tasks, tmp_path, report=interrupt_when_one_is_done)
    assert broken_off.verdict == "unknown"
    assert broken_off.exit_code == 3
    assert broken_off.results[0].operation == "put"
    assert "interrupted" in {missing.reason for missing in broken_off.unfinished}
    assert [row.operation for row in broken_off.rows] == ["put", "never end"]
