"""Each fsync and each O_EXCL is there for a reason: without it, some power cut breaks a promise.

Every case is played again with one of them left out at a time (the call returns, nothing is synced; or O_EXCL is
cleared, and tokens may repeat a left-over name), until one case convicts the store.  What no case convicts stands in a
table with the reason why, and with what makes up for it.
"""

from difflib import get_close_matches

import pytest

from tests.sync_audit.audit import convicting_case, first_positions, is_convicted, is_minimal, traces
from tests.sync_audit.kernel import EXCLUSIVE, FSYNC, Place
from tests.sync_audit.table import REGENERATE, Row, read_table

OPERATIONS = ("put", "delete", "update", "save", "migrate", "finish", "roll back", "recover", "retry")
"""Whose syncs they are.  A merge is a migration that finishes; the start-up opens stores and migrates them."""

TABLE = read_table()
JOINT = [row for row in TABLE if row.together]


def test_the_cases_make_syncs_in_every_operation() -> None:
    assert {place.operation for place in traces().places} == set(OPERATIONS)
    rows = {case.operation for candidates in traces().places.values() for case, _ in candidates}
    assert rows >= {*OPERATIONS, "merge", "migrate_all"}


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_sync_of_an_operation_is_convicted_when_it_is_left_out_or_stands_in_the_table(operation: str) -> None:
    places = sorted(place for place in traces().places if place.operation == operation)
    redundant = {place for place in places if convicting_case(place) is None}
    listed = {row.place for row in TABLE if row.place.operation == operation}
    missing = [f"nothing needs the {place}: remove it, or say why it stays" for place in sorted(redundant - listed)]
    stale = [f"in the table, but needed, the {place}" for place in sorted(listed & {*places} - redundant)]
    unknown = [_unknown(place, places) for place in sorted(listed - {*places})]
    assert not missing + stale + unknown, "\n".join([*missing, *stale, *unknown, REGENERATE])


def _unknown(place: Place, places: list[Place]) -> str:
    near = get_close_matches(str(place), map(str, places), 1, 0)
    return f"in the table, but in no trace, the {place}; the trace has {near[0] if near else 'nothing like it'}"


@pytest.mark.parametrize("row", JOINT, ids=lambda row: str(row.place))
def test_what_is_redundant_is_needed_when_what_makes_up_for_it_is_missing_too(row: Row) -> None:
    try:
        case, positions = first_positions(row.case, (row.place, *row.together))
    except KeyError as missing:
        pytest.fail(f"{row.place}: there is no longer {missing}; {REGENERATE}")
    assert is_convicted(case, positions), f"{row.place}: not needed any more; {REGENERATE}"
    assert is_minimal(case, positions), f"{row.place}: less is enough; {REGENERATE}"


def test_only_an_o_excl_may_be_made_up_for_by_something_else_than_a_sync() -> None:
    assert [str(row.place) for row in TABLE if not row.together and row.place.kind == FSYNC] == []
    assert [str(row.place) for row in TABLE if len(row.because) < len("because")] == []


def test_places_are_named_by_what_is_synced_and_who_asks() -> None:
    deletes = {place.label for place in traces().places if place.operation == "delete" and place.kind == FSYNC}
    assert deletes >= {
        "sessions.d in _change_live/write_entries",
        "sessions.d in _change_live",
        "the folder in _change_legacy/replace_legacy",
        ".sessions.json.*.tmp in _change_legacy/replace_legacy",
    }
    saves = {place.label for place in traces().places if place.operation == "save"}
    assert "sessions.d/.tmp-* in carry_out/write_entries #3" in saves


def test_a_case_of_which_nothing_is_left_out_is_not_convicted() -> None:
    case, positions = traces().positions["put: a new key"]
    assert {position.place.kind for position in positions} == {FSYNC, EXCLUSIVE}
    assert not is_convicted(case, ())
    assert is_convicted(case, [each for each in positions if each.place.kind == FSYNC])


def test_what_old_writers_sync_in_the_middle_of_an_operation_is_not_the_operations() -> None:
    cases = {name for name in traces().positions if "an old writer comes before " in name}
    assert cases
    assert [place for place in traces().places if ".4711.tmp" in place.label] == []
