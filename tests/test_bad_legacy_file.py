"""A sessions.json that is broken, odd or huge: told of clearly, and never made worse."""

import json

import pytest

from store.errors import LegacyUnreadable
from tests.stores import Installation, entry

GOOD = json.dumps({"a": entry(1), "b": entry(2, note="ä")}).encode()
DEEP = b'{"a": {"sessionId": "s", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}"

UNREADABLE = {
    "filled with zeros": b"\0" * 4096,
    "zeros behind good bytes": GOOD + b"\0" * 100,
    "an array": b"[]",
    "a string": b'"text"',
    "null": b"null",
    "two objects": GOOD + GOOD,
    "nested too deeply": DEEP,
    "NaN": b'{"a": {"sessionId": "s", "updatedAt": NaN}}',
    "Infinity": b'{"a": {"sessionId": "s", "updatedAt": -Infinity}}',
    "not UTF-8": b'{"a": {"sessionId": "\xff"}}',
    "a single quote": b"{'a': {}}",
    "a trailing comma": b'{"a": {"sessionId": "s"},}',
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_file_is_called_invalid_and_stays_as_it_is(installation: Installation, content: bytes) -> None:
    installation.arrange(content)
    with installation.opened() as store:
        outcome = store.migrate()
        assert outcome.name == "invalid"
        assert outcome.detail
    assert installation.tree() == {"sessions.json": content}
    assert str(installation.path) in installation.warnings


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_file_is_neither_read_nor_written_over(installation: Installation, content: bytes) -> None:
    installation.arrange(content)
    with installation.opened() as store:
        with pytest.raises(LegacyUnreadable, match=r"sessions\.json"):
            store.load()
        with pytest.raises(LegacyUnreadable, match=r"sessions\.json"):
            store.put("c", entry(3))
        with pytest.raises(LegacyUnreadable, match=r"sessions\.json"):
            store.delete("a")
    assert installation.tree() == {"sessions.json": content}


def test_wherever_the_file_is_cut_off_it_stays_as_it_is(installation: Installation) -> None:
    for length in range(1, len(GOOD)):
        installation.arrange(GOOD[:length])
        with installation.opened() as store:
            assert store.migrate().name == "invalid", GOOD[:length]
        assert installation.tree() == {"sessions.json": GOOD[:length]}


def test_the_warning_says_where_the_file_breaks(installation: Installation) -> None:
    installation.arrange(b'{\n  "a": {"sessionId": "s"},\n  "b": oops\n}')
    with installation.opened() as store:
        assert "line 3 column 8" in store.migrate().detail
    assert "line 3 column 8" in installation.warnings


@pytest.mark.parametrize("content", [b"", b"{}", b" \n{ }\n"], ids=["no bytes", "no members", "white space"])
def test_an_empty_file_is_an_empty_store_and_stays(installation: Installation, content: bytes) -> None:
    installation.arrange(content)
    with installation.opened() as store:
        assert store.migrate().name == "skipped"
        assert store.load() == {}
    assert installation.tree() == {"sessions.json": content}
    with installation.opened() as store:
        store.put("a", entry(1))
        assert store.load() == {"a": entry(1)}


@pytest.mark.parametrize(
    "members", [{"a": None}, {"a": 1, "b": "text", "c": []}, {"": entry(1)}, {"__proto__": entry(1), " ": entry(2)}]
)
def test_a_file_without_a_single_entry_is_invalid_and_stays(
    installation: Installation, members: dict[str, object]
) -> None:
    installation.arrange(members)
    before = installation.tree()
    with installation.opened() as store:
        assert store.migrate().name == "invalid"
    assert installation.tree() == before
    for key in members:
        assert repr(key) in installation.warnings


def test_what_is_no_entry_is_named_and_stays_in_the_backup(installation: Installation) -> None:
    members = {"a": entry(1), "gone": None, "number": 7, "list": [1], "__proto__": entry(2), "  ": entry(3)}
    installation.arrange(members)
    original = installation.path.read_bytes()
    with installation.opened() as store:
        assert store.migrate().name == "migrated"
        assert store.load() == {"a": entry(1)}
    for key in members.keys() - {"a"}:
        assert repr(key) in installation.warnings
    assert [backup.read_bytes() for backup in installation.backups] == [original]


def test_of_duplicate_keys_the_last_counts_and_the_others_are_named(installation: Installation) -> None:
    content = b'{"a": {"sessionId": "first"}, "b": {"sessionId": "b"}, "a": {"sessionId": "last", "x": 1, "x": 2}}'
    installation.arrange(content)
    with installation.opened() as store:
        store.migrate()
        assert store.load() == {"a": {"sessionId": "last", "x": 2}, "b": {"sessionId": "b"}}
    assert "'a' appears twice" in installation.warnings
    assert installation.backups[0].read_bytes() == content


def test_of_case_variants_the_strictly_newest_counts_and_the_others_are_named(installation: Installation) -> None:
    installation.arrange({"Key": entry(5), "KEY": entry(5, tie=True), "key ": entry(9), "kEY": entry(7)})
    with installation.opened() as store:
        store.migrate()
        assert store.load() == {"key": entry(9)}
    for dropped in ("'Key'", "'KEY'", "'kEY'"):
        assert dropped in installation.warnings


def test_lone_surrogates_live_on(installation: Installation) -> None:
    installation.arrange(b'{"k\\ud800": {"sessionId": "s", "text": "\\udfff and \\ud83d\\ude00"}}')
    expected = {"k\ud800": {"sessionId": "s", "text": "\udfff and \U0001f600"}}
    assert installation.load() == expected
    with installation.opened() as store:
        assert store.migrate().name == "migrated"
        assert store.load() == expected
        assert store.get("K\ud800") == expected["k\ud800"]
        store.roll_back()
        assert store.load() == expected


def test_every_field_lives_on_verbatim(installation: Installation) -> None:
    odd = {"big": 10**300, "float": 1.5e-300, "": {"__proto__": [None, True, {}]}, "text": "\0\x7f\u2028</script>"}
    installation.arrange({"a": odd})
    with installation.opened() as store:
        store.migrate()
        assert store.load() == {"a": odd}
        store.put("b", odd)
        assert store.get("b") == odd


def test_writing_into_a_file_keeps_verbatim_what_is_not_understood(installation: Installation) -> None:
    installation.arrange(b'{"gone": null, "__proto__": {"x": 1.50}, "list": [1, 2 ],\n "a": {"sessionId":"old"}}')
    with installation.opened() as store:
        store.put("a", entry(1))
        store.put("b", entry(2))
        store.delete("b")
    kept = installation.path.read_bytes()
    for text in (b'"gone": null', b'"__proto__": {"x": 1.50}', b'"list": [1, 2 ]'):
        assert text in kept
    assert json.loads(kept)["a"] == entry(1)


def test_a_file_of_80_megabytes_is_migrated(installation: Installation) -> None:
    members = {f"agent:main:{number}": entry(number, blob="ä" * 500_000) for number in range(27)}
    installation.path.write_bytes(json.dumps(members, ensure_ascii=True).encode())
    assert installation.path.stat().st_size > 80_000_000
    with installation.opened() as store:
        assert store.migrate().name == "migrated"
        assert store.load() == members


def test_an_unreadable_file_beside_a_live_directory_is_one_warning_and_stays(installation: Installation) -> None:
    installation.arrange({"a": entry(1)})
    with installation.opened() as store:
        store.migrate()
    installation.arrange(b'{"b": ')
    with installation.opened() as store:
        assert store.load() == {"a": entry(1)}
        store.put("c", entry(3))
        assert store.load() == {"a": entry(1), "c": entry(3)}
        assert store.migrate().name == "invalid"
    assert installation.path.read_bytes() == b'{"b": '
    assert len([notice for notice in installation.notices if notice.path == str(installation.path)]) == 1


def test_an_unreadable_file_is_put_aside_by_a_roll_back(installation: Installation) -> None:
    installation.arrange({"a": entry(1)})
    with installation.opened() as store:
        store.migrate()
    installation.arrange(b'{"b": ')
    with installation.opened() as store:
        assert store.roll_back().name == "rolled-back"
        assert store.load() == {"a": entry(1)}
    assert b'{"b": ' in [backup.read_bytes() for backup in installation.backups]
