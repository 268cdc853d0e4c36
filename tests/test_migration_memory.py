"""A migration of a big file is modest: it holds the file's text or what it will write, and no tree of either."""

import json
import tracemalloc
from sys import float_info

import pytest

from scenarios.sample import sample
from store.entries import encode_file
from store.kernel import Status
from store.legacy import LegacyInvalid
from store.legacy_file import LegacyFile
from tests.stores import Installation, UnsyncedHost

LARGEST = int(float_info.max)


def test_a_migration_takes_less_than_three_times_the_memory_of_its_file(installation: Installation) -> None:
    """Counted, not sampled: every allocation of Python's from the opening to the end.

    A tree of the file takes three to four times its size, because a text with a single dash in it is wide as a whole.
    """
    data = sample(entries=40, seed=1)
    installation.arrange(data)
    with installation.opened() as store:
        tracemalloc.start()
        try:
            assert store.migrate().name == "migrated"
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert len(data) < peak_bytes < 3 * len(data)


def legacy_file(data: bytes) -> LegacyFile:
    status: Status = UnsyncedHost().stat("/")
    return LegacyFile(data, status)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"a": {"updatedAt": 1}, "A": {"updatedAt": 2, "b": "\u00e9\u2014"}, " a": {"updatedAt": 2}}',
        '{"a": {"x": 1}, "a": {"x": 2}, "b": 7, "b": {"y": [1.5, true, null]}}',
        '{"__proto__": {"x": 1}, "": {}, "c": "text", "d": [], "e": {"f": {}}}',
        json.dumps({"k" * 300: {"updatedAt": 3}, "short": {"n": LARGEST, "m": -LARGEST}}),
        '{"a": {"s": "\\ud800", "d": 1, "d": 2}}',
    ],
)
def test_what_is_packed_is_what_would_be_written(text: str) -> None:
    """The same entries, spellings and warnings, whether M2 makes trees or the contents of files."""
    legacy = legacy_file(text.encode())
    joined, moving = legacy.joined(), legacy.moving()
    assert moving.entries == {key: encode_file(key, entry) for key, entry in joined.entries.items()}
    assert (moving.warnings, moving.had_members) == (joined.warnings, joined.had_members)


@pytest.mark.parametrize("number", [LARGEST + 1, -LARGEST - 1, 10**309, -(10**400)])
def test_an_integer_that_no_double_holds_is_refused_where_it_stands(number: int) -> None:
    legacy = legacy_file(f'{{"a": {{}},\n "b": {{"n": {number}}}}}'.encode())
    for read in (legacy.joined, legacy.moving):
        with pytest.raises(LegacyInvalid, match="line 2 column 7: a number is too large for a double"):
            read()
