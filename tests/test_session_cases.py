"""The cases of the session store: complete, well-behaved without any cut, and confined to the store's folder."""

from collections import Counter
from typing import Any

import pytest

from model.confinement import ConfinedKernel
from model.explore.campaign import run_case
from model.explore.stage import Case, Stage
from model.persistence.profiles import PROFILES
from scenarios.arrangement import file_name
from scenarios.session_cases import ROWS, input_cases, scaling_case, session_cases
from scenarios.sessions import target
from store import names

CASES = session_cases()

INVALID = "invalid: a file that cannot be parsed is refused, and stays unharmed"


def identity(case: Case) -> str:
    return f"{case.operation}: {case.name}"


def case_named(operation: str, name: str) -> Case:
    (found,) = (case for case in CASES if (case.operation, case.name) == (operation, name))
    return found


class ConfinedStage(Stage):
    """A stage whose processes are watched from when the power may go."""

    def __init__(self) -> None:
        super().__init__()
        self.watched: list[ConfinedKernel] = []

    def kernel(self) -> Any:
        self.watched.append(ConfinedKernel(super().kernel(), "/srv"))
        return self.watched[-1]


def test_every_operation_has_its_row_and_every_case_its_name() -> None:
    assert tuple(dict.fromkeys(case.operation for case in CASES)) == ROWS
    assert max(Counter(map(identity, CASES)).values()) == 1


def test_a_campaign_can_ask_for_the_number_of_entries() -> None:
    assert "of 3 entries" in {case.name for case in session_cases(entries=3)}
    assert [scaling_case(count).name for count in (1, 8)] == [
        "of 1 small entries, two puts and a delete",
        "of 8 small entries, two puts and a delete",
    ]


@pytest.mark.parametrize("case", CASES, ids=identity)
def test_without_any_cut_a_case_keeps_its_last_promise_and_stays_in_its_folder(case: Case) -> None:
    stage = ConfinedStage()
    case.play(stage)
    promised = stage.promises[-1].obligations
    seen = target.examine(stage.kernel(), stage.path)
    seen = seen.with_second(target.examine(stage.kernel(), stage.path))
    assert target.judge(promised, seen) == ()
    assert target.peek is not None
    assert target.judge(promised, target.peek(stage.kernel(), stage.path)) == ()
    assert [each for kernel in stage.watched for each in kernel.trespasses] == []


def test_a_delete_leaves_two_crash_states_and_a_second_one_none_more() -> None:
    # By hand, under posix: before the unlink the entry is there; after it, and before the folder's fsync, its name is
    # there or not; after the fsync it is not.  Recovery tells two disks apart, the name there and the name gone.
    # Crash points with these raw disks: one before the unlink, two after it, one after the fsync.
    result = run_case(target, case_named("delete", "of an entry"), PROFILES["posix"])
    assert (result.verdict, result.states) == ("ok", 2)
    nothing = run_case(target, case_named("delete", "of nothing"), PROFILES["posix"])
    assert (nothing.verdict, nothing.states) == ("ok", 1)


@pytest.mark.parametrize("name", ["a new key", "replaces an entry"])
def test_a_put_leaves_three_crash_states(name: str) -> None:
    # By hand, under posix: the name of the temporary has the versions absent, there, absent again; the entry's name has
    # old and new (for a new key: absent and there); the rename ties the temporary's third to the entry's second (P4).
    # That makes (absent, old), (there, old), (absent, new).  What the temporary holds is nothing that recovery looks
    # at: it is swept.  Once the entry has its name, its content was synced, and is the new one.
    result = run_case(target, case_named("put", name), PROFILES["posix"])
    assert (result.verdict, result.states) == ("ok", 3)


@pytest.mark.parametrize("operation", ["put", "update", "save", "merge", "roll back"])
def test_both_sides_of_an_operation_in_flight_are_seen_under_posix(operation: str) -> None:
    case = next(case for case in CASES if case.operation == operation)
    result = run_case(target, case, PROFILES["posix"], nested=0)
    assert result.verdict == "ok"
    sides = {mark for mark in result.sometimes if mark.startswith(f"{operation}: ")}
    assert sides >= {f"{operation}: before", f"{operation}: after"} or operation == "merge"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'{"a": {"updatedAt": 1}, "b": {}, "c": null}', "migrated: 2 entries"),
        (b'{"a": {"updatedAt": 1}, "b": {', INVALID),
        (b'["a"]', INVALID),
        (b'{"a": {"x": NaN}}', INVALID),
        (b'{"a": null}', "invalid: a file without an entry stays"),
        (b"", "skipped: an empty store stays"),
    ],
)
def test_a_file_of_the_users_is_migrated_or_left_unharmed(content: bytes, name: str) -> None:
    (case,) = input_cases(content)
    assert case.name == name
    result = run_case(target, case, PROFILES["posix"], nested=1)
    assert (result.verdict, result.counterexamples) == ("ok", ())


@pytest.mark.parametrize("key", ["a", "agent:main", "x" * 251, "agent:main:" + "k" * 260, "missing too", "é"])
def test_files_are_arranged_under_the_names_that_the_store_gives_them(key: str) -> None:
    assert file_name(key).replace("%20", " ") == names.file_name(key)
