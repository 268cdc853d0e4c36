"""Entries: what is JSON, what is the same, what comes back."""

import inspect
import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.entries import DEEPEST, NotAnEntry, check_value, decode_file, encode_file, is_same, parse, updated_at
from store.errors import InvalidEntry
from store.names import file_name

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=()))
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)
entries = st.dictionaries(st.text(), values)


@given(entries)
def test_an_entry_comes_back_from_its_file_as_it_was(entry: dict[str, Any]) -> None:
    key, read = decode_file("a.json", encode_file("a", entry))
    assert key == "a"
    assert is_same(read, json.loads(json.dumps(entry)))


@given(entries)
def test_a_long_key_comes_back_from_its_file(entry: dict[str, Any]) -> None:
    long = "é" * 400
    assert decode_file(file_name(long), encode_file(long, entry))[0] == long


def test_the_bytes_of_an_entry_are_compact_ascii() -> None:
    assert encode_file("a", {"b": ["é", "\ud800", 1.0]}) == b'{"b":["\\u00e9","\\ud800",1.0]}'


@pytest.mark.parametrize(
    "entry",
    [
        [],
        None,
        {"a": float("nan")},
        {"a": float("-inf")},
        {"a": {1: 2}},
        {"a": (1, 2)},
        {"a": {"b": object()}},
        {"a": 10**5000},
    ],
)
def test_what_json_cannot_hold_is_refused(entry: Any) -> None:
    with pytest.raises(InvalidEntry):
        encode_file("a", entry)


def test_an_entry_that_contains_itself_is_refused() -> None:
    entry: dict[str, Any] = {}
    entry["self"] = entry
    with pytest.raises(InvalidEntry, match="contains itself"):
        encode_file("a", entry)


def nested(levels: int) -> Any:
    value: Any = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def test_nesting_ends_at_the_same_level_for_writing_and_reading() -> None:
    deepest = encode_file("a", nested(DEEPEST))
    assert parse(deepest) == nested(DEEPEST)
    with pytest.raises(InvalidEntry, match="nested"):
        encode_file("a", nested(DEEPEST + 1))
    with pytest.raises(NotAnEntry, match="nested"):
        parse(b'{"a":' + deepest + b"}")


def test_nesting_far_beyond_the_interpreters_own_limit_is_no_entry() -> None:
    with pytest.raises(NotAnEntry, match="nested"):
        parse(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")


def test_brackets_inside_of_strings_do_not_nest() -> None:
    entry = {"a": "[{" * DEEPEST + '\\"' * 5}
    assert parse(encode_file("a", entry)) == entry


def test_a_call_stack_that_is_nearly_used_up_does_not_make_an_entry_unreadable() -> None:
    """Otherwise the caller's own recursion would have a good file moved aside."""
    data = encode_file("a", nested(DEEPEST))

    def descend(levels: int) -> object:
        return descend(levels - 1) if levels else parse(data)

    frames = len(inspect.stack(0))
    with pytest.raises(RecursionError):
        descend(sys.getrecursionlimit() - frames - 60)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\0",
        b"{",
        b'{"a":1',
        b"[]",
        b"null",
        b"1",
        b'"a"',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b"\xef\xbb\xbf{}",
        b'{"a":"\xff"}',
        b"{}{}",
        b'{"a":' + b"1" * 5000 + b"}",
    ],
)
def test_bytes_that_are_no_entry(data: bytes) -> None:
    with pytest.raises(NotAnEntry):
        parse(data)


def test_of_duplicate_members_the_last_counts() -> None:
    assert parse(b'{"a":1,"a":2}') == {"a": 2}


@pytest.mark.parametrize(
    "data",
    [b"{}", b'{"sessionKey":"a","entry":{}}', b'{"sessionKey":1,"entry":{}}', b'{"sessionKey":"%s"}' % (b"n" * 300)],
)
def test_a_digest_file_must_hold_its_own_key_and_an_entry(data: bytes) -> None:
    with pytest.raises(NotAnEntry):
        decode_file(file_name("n" * 300), data)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        (True, 1, False),
        (0, False, False),
        (1, 1.0, False),
        (0.0, -0.0, True),
        ("1", 1, False),
        (None, {}, False),
        ({"a": None}, {}, False),
        ([[]], [[], []], False),
        ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 1}]}}, True),
    ],
)
def test_what_is_the_same(one: Any, other: Any, same: bool) -> None:
    assert is_same(one, other) is same
    assert is_same(other, one) is same


def test_comparing_needs_no_stack() -> None:
    one: Any = []
    other: Any = []
    for _ in range(100_000):
        one, other = [one], [other]
    assert is_same(one, other)
    assert check_value(one) is not None
    while one:  # taken apart one by one: freeing it at once would need the stack
        one, other = one[0], other[0]


@pytest.mark.parametrize(
    ("entry", "milliseconds"),
    [({}, 0), ({"updatedAt": 5}, 5), ({"updatedAt": 5.5}, 5), ({"updatedAt": "5"}, 0), ({"updatedAt": True}, 0)],
)
def test_when_an_entry_was_updated(entry: dict[str, Any], milliseconds: int) -> None:
    assert updated_at(entry) == milliseconds


@pytest.mark.parametrize("number", [10**400, -(10**400)])
def test_a_number_that_other_readers_take_for_infinity_is_not_written(number: int) -> None:
    assert check_value({"n": number}) == "a number is too large for a double, which is what other readers make of it"
