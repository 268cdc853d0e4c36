"""The legacy file's bytes: read member by member, joined, and written anew."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.entries import is_same
from store.keys import normalise
from store.legacy import Joined, LegacyInvalid, as_text, candidate_wins, join, members, rewrite

keys = st.text(st.characters(exclude_categories=()), max_size=8)
entries = st.dictionaries(st.text(max_size=4), st.text(st.characters(exclude_categories=()), max_size=4), max_size=3)
stores = st.dictionaries(keys, entries | st.none() | st.integers() | st.lists(st.integers()), max_size=6)


def joined(text: str | bytes) -> Joined:
    return join(members(as_text(text if isinstance(text, bytes) else text.encode())))


def rewritten(text: bytes, changed: dict[str, Any], removed: frozenset[str] = frozenset()) -> bytes:
    return b"".join(rewrite(as_text(text), changed, removed))


@given(stores, st.sampled_from([None, 2]), st.booleans())
def test_members_are_what_json_says(store: dict[str, Any], indent: int | None, escaped: bool) -> None:
    text = json.dumps(store, indent=indent, ensure_ascii=escaped)
    data = text.encode("utf-8", "replace" if escaped else "surrogatepass")
    try:
        expected = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        with pytest.raises(LegacyInvalid, match="UTF-8"):
            list(members(as_text(data)))
        return
    assert is_same({member.key: member.value for member in members(as_text(data))}, expected)


@given(stores, st.dictionaries(st.text(max_size=3).map(normalise).filter(bool), entries, max_size=2))
def test_a_rewrite_is_readable_and_changes_only_what_it_should(store: dict[str, Any], changed: dict[str, Any]) -> None:
    before = json.dumps(store).encode()
    after = rewritten(before, changed)
    shown = joined(after).entries
    kept = {key: value for key, value in joined(before).entries.items() if key not in changed}
    assert {key: value for key, value in shown.items() if key not in changed} == kept
    assert all(json.loads(after)[key] == value for key, value in changed.items())


@pytest.mark.parametrize("text", ["", " \n", "{}", " { } \n"])
def test_an_empty_store_has_no_members(text: str) -> None:
    assert joined(text) == Joined({}, (), had_members=False)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[]", "line 1 column 1"),
        ("null", "expected an object"),
        ("\0\0\0\0", "line 1 column 1"),
        ('{"a": {}', "comma or the end"),
        ('{"a": {},}', "double quotes"),
        ('{"a" {}}', "colon"),
        ("{a: {}}", "double quotes"),
        ('{\n  "a": {"b": }\n}', "line 2 column 14"),
        ("{}x", "something follows"),
        ('{"a": NaN}', "NaN is not JSON"),
        ('{"a": {"b": 1e999}}', "too large"),
        ('{"a": ' + "[" * 300 + "]" * 300 + "}", "nested"),
        ('{"a": ' + "[" * 100_000 + "}", "nested"),
    ],
)
def test_what_cannot_be_parsed_says_where_and_why(text: str, where: str) -> None:
    with pytest.raises(LegacyInvalid, match=where):
        joined(text)


def test_what_is_no_entry_is_dropped_and_named() -> None:
    result = joined('{"a": null, "b": [1], "c": "x", "": {}, "__proto__": {}, "d": {}}')
    assert result.entries == {"d": {}}
    assert result.had_members
    assert [kind for kind, _ in result.warnings] == ["not an entry"] * 3 + ["refused key"] * 2


def test_of_duplicate_keys_the_last_counts_even_if_it_is_no_entry() -> None:
    result = joined('{"a": {"v": 1}, "a": {"v": 2}, "b": {}, "b": null}')
    assert result.entries == {"a": {"v": 2}}
    assert [kind for kind, _ in result.warnings] == ["duplicate key", "duplicate key", "not an entry"]


@pytest.mark.parametrize(("first", "second", "kept"), [(1, 2, "second"), (2, 1, "first"), (1, 1, "first")])
def test_of_two_spellings_the_strictly_newer_wins(first: int, second: int, kept: str) -> None:
    result = joined(f'{{"A": {{"updatedAt": {first}, "v": "first"}}, "a ": {{"updatedAt": {second}, "v": "second"}}}}')
    assert result.entries["a"]["v"] == kept
    assert [kind for kind, _ in result.warnings] == ["case variant"]
    assert candidate_wins(first, second) == (kept == "second")


def test_a_rewrite_keeps_untouched_members_byte_for_byte() -> None:
    before = '{ "odd": [1.50, -0, 1e2],\n "A": {"u": "é\\u00e9", "x" : 1},\n"b": {} }'.encode()
    assert rewritten(before, {"b": {"new": True}}) == (
        '{\n  "odd": [1.50, -0, 1e2],\n  "A": {"u": "é\\u00e9", "x" : 1},\n  "b": {"new":true}\n}\n'.encode()
    )


def test_a_rewrite_takes_every_spelling_of_a_key() -> None:
    before = b'{"A": {"updatedAt": 9}, " a": {}, "a": {"updatedAt": 1}, "B": {}}'
    assert json.loads(rewritten(before, {"a": {"v": 1}}, frozenset("b"))) == {"a": {"v": 1}}


def test_a_rewrite_of_nothing_is_an_empty_object() -> None:
    assert rewritten(b"", {}) == b"{}\n"
    assert rewritten(b'{"a": {}}', {}, frozenset("a")) == b"{}\n"
