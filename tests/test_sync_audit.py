"""Every sync and every O_EXCL of the store is needed: left out by itself, some power cut convicts the store.

What no case convicts alone stands in `tests/sync_audit/redundant.toml`, with what makes it redundant.
"""

import pytest

from tests.sync_audit.audit import convicting_case, first_positions, is_convicted, traces
from tests.sync_audit.table import REGENERATE, Row, read_table

TABLE = read_table()
REDUNDANT = {row.place for row in TABLE}
OPERATIONS = (
    "put",
    "delete",
    "update",
    "save",
    "migrate",
    "finish",
    "roll back",
    "recover",
    "migrate_all",
    "retry",
)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_sync_of_an_operation_is_convicted_when_it_is_left_out(operation: str) -> None:
    places = [place for place in traces().places if place.operation == operation]
    survivors = [str(place) for place in places if place not in REDUNDANT and convicting_case(place) is None]
    assert not survivors, (
        f"left out, nothing shows it: {survivors}; take it out of the store, or say why not: {REGENERATE}"
    )


def test_every_operation_that_syncs_is_audited() -> None:
    assert {place.operation for place in traces().places} <= set(OPERATIONS)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row.place))
def test_a_row_of_the_table_is_about_a_call_that_is_made_and_gives_a_reason(row: Row) -> None:
    assert row.place in traces().places, f"{row.place} is made no more: {REGENERATE}"
    assert len(row.because) > 20


@pytest.mark.parametrize("row", [row for row in TABLE if row.together], ids=lambda row: str(row.place))
def test_what_is_redundant_is_convicted_together_with_what_makes_it_so(row: Row) -> None:
    case, dropped = first_positions(row.case, [row.place, *row.together])
    assert not any(is_convicted(case, (each,)) for each in dropped)
    assert is_convicted(case, dropped)
