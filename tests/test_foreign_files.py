"""Files in the live directory that are no entries, or not in our spelling: told of, kept, and never in the way."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from store.errors import EntryUnreadable
from tests.stores import Installation, entry

UNREADABLE = {
    "no bytes": b"",
    "zeros": b"\0" * 300,
    "cut off": b'{"sessionId": "s", ',
    "an array": b"[1]",
    "null": b"null",
    "NaN": b'{"updatedAt": NaN}',
    "not UTF-8": b'{"x": "\xff"}',
    "nested too deeply": b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.fixture
def migrated(installation: Installation) -> Installation:
    installation.arrange({"a": entry(1), "b": entry(2)})
    with installation.opened() as store:
        assert store.migrate().name == "migrated"
    return installation


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_entry_is_told_of_and_moved_aside_before_its_key_is_written(
    migrated: Installation, content: bytes
) -> None:
    (migrated.live / "a.json").write_bytes(content)
    with migrated.opened() as store:
        assert store.load() == {"b": entry(2)}
        assert "a.json" in migrated.warnings
        with pytest.raises(EntryUnreadable, match=r"a\.json"):
            store.get("a")
        with pytest.raises(EntryUnreadable, match=r"a\.json"):
            store.updated_at("a")
        assert [finding.name for finding in store.check()] == ["sessions.d/a.json"]
        assert (migrated.live / "a.json").read_bytes() == content
        store.put("a", entry(3))
        assert store.load() == {"a": entry(3), "b": entry(2)}
    aside = [path for path in migrated.live.iterdir() if path.name.startswith(".unreadable-")]
    assert [path.read_bytes() for path in aside] == [content]


def test_an_unreadable_entry_survives_deleting_and_saving(migrated: Installation) -> None:
    (migrated.live / "a.json").write_bytes(b"precious, once")
    with migrated.opened() as store:
        store.save({"b": entry(4)}, base={"b": entry(2)})
        store.apply({"a": entry(5)}, [])
        assert store.load() == {"a": entry(5), "b": entry(4)}
    assert b"precious, once" in migrated.tree().values()


def test_a_folder_in_an_entrys_place_is_kept_with_all_that_is_in_it(migrated: Installation) -> None:
    (migrated.live / "c.json").mkdir()
    (migrated.live / "c.json" / "inner").write_bytes(b"precious")
    with migrated.opened() as store:
        assert store.load() == {"a": entry(1), "b": entry(2)}
        with pytest.raises(EntryUnreadable):
            store.get("c")
        store.put("c", entry(3))
        assert store.get("c") == entry(3)
    assert b"precious" in migrated.tree().values()


def test_a_pipe_in_an_entrys_place_is_not_waited_for(migrated: Installation) -> None:
    os.mkfifo(migrated.live / "c.json")
    with migrated.opened() as store:
        assert store.load() == {"a": entry(1), "b": entry(2)}
        with pytest.raises(EntryUnreadable):
            store.get("c")


@pytest.mark.parametrize(
    ("older", "key"),
    [
        ("Agent%3aMain%3aX.json", "agent:main:x"),
        ("%61.json", "a"),
        ("sp ace..json", "sp ace."),
        ("ü.json", "ü"),
        ("C.json", "c"),
        ("%zz.json", "%zz"),
        ("k" * 250 + ".json", "k" * 250),
    ],
)
def test_an_older_writers_file_is_adopted_under_its_canonical_name(
    installation: Installation, older: str, key: str
) -> None:
    installation.arrange({"other": entry(1)})
    with installation.opened() as store:
        store.migrate()
    (installation.live / older).write_text('{"sessionId": "old"}')
    (installation.live / older).chmod(0o600)
    with installation.opened(writable=False) as store:
        if older != "k" * 250 + ".json":
            assert [finding.name for finding in store.check()] == [f"sessions.d/{older}"]
    with installation.opened() as store:
        assert store.get(key) == {"sessionId": "old"}
        assert store.check() == ()
    with installation.opened() as store:
        assert store.recovered.steps == ()


def test_an_older_writers_file_is_moved_aside_where_its_canonical_name_is_taken(migrated: Installation) -> None:
    (migrated.live / "A.json").write_text('{"sessionId": "old"}')
    with migrated.opened() as store:
        assert store.get("a") == entry(1)
    assert b'{"sessionId": "old"}' in migrated.tree().values()
    assert not (migrated.live / "A.json").exists()


FOREIGN: dict[str, Callable[[Path], object]] = {
    ".DS_Store": lambda path: path.write_bytes(b"mac"),
    ".nfs000000000001": lambda path: path.write_bytes(b"nfs"),
    "a.json.1234.uuid.tmp": lambda path: path.write_bytes(b"older writer's temporary"),
    ".tmp-0123456789abcdeF": lambda path: path.write_bytes(b"not one of ours"),
    ".tmp-0123456789abcde": lambda path: path.write_bytes(b"not one of ours"),
    "notes.txt": lambda path: path.write_bytes(b"notes"),
    "%%short.json": lambda path: path.write_bytes(b"{}"),
    "%%" + "0" * 64 + ".json": lambda path: path.write_bytes(b'{"sessionKey": "x", "entry": {}}'),
    ".json": lambda path: path.write_bytes(b"{}"),
    "__proto__.json": lambda path: path.write_bytes(b"{}"),
    "folder": lambda path: path.mkdir(),
    "folder.json": lambda path: path.mkdir(),
    "broken-link": lambda path: path.symlink_to("nowhere"),
    "\udcff.json": lambda path: path.write_bytes(b"{}"),
    "a\nb.json ": lambda path: path.write_bytes(b"{}"),
}


@pytest.mark.parametrize(("name", "make"), FOREIGN.items(), ids=[ascii(name) for name in FOREIGN])
def test_what_is_not_ours_is_reported_kept_and_set_aside_by_a_roll_back(
    migrated: Installation, name: str, make: Callable[[Path], object]
) -> None:
    make(migrated.live / name)
    content = migrated.tree()[f"sessions.d/{name}"]
    with migrated.opened() as store:
        assert store.load() == {"a": entry(1), "b": entry(2)}
        store.put("a", entry(3))
        store.recover()
        store.migrate()
        assert [finding.name for finding in store.check()] == [f"sessions.d/{name}"]
        assert migrated.tree()[f"sessions.d/{name}"] == content
        outcome = store.roll_back()
        assert outcome.name == "rolled-back"
        assert store.load() == {"a": entry(3), "b": entry(2)}
    assert content in [kept for shown, kept in migrated.tree().items() if shown.endswith(name)]


def test_our_own_litter_is_swept_and_nothing_else(migrated: Installation) -> None:
    before = migrated.tree()
    (migrated.live / ".tmp-0123456789abcdef").write_bytes(b"half")
    (migrated.folder / ".sessions.json.0123456789abcdef.tmp").write_bytes(b"half")
    (migrated.folder / ".other.json.0123456789abcdef.tmp").write_bytes(b"another store's")
    (migrated.folder / "sessions.json.123.tmp").write_bytes(b"an older writer's")
    (migrated.folder / "sessions.d.migrating").mkdir()
    (migrated.folder / "sessions.d.migrating" / "x.json").write_bytes(b"{}")
    with migrated.opened(writable=False) as store:
        assert {finding.name for finding in store.check()} >= {
            "sessions.d/.tmp-0123456789abcdef",
            ".sessions.json.0123456789abcdef.tmp",
            "sessions.d.migrating",
        }
    with migrated.opened() as store:
        assert sorted(store.recovered.steps) == ["swept staging", "swept temporary", "swept temporary"]
    expected = {
        ".other.json.0123456789abcdef.tmp": b"another store's",
        "sessions.json.123.tmp": b"an older writer's",
    }
    assert migrated.tree() == before | expected


def test_staging_that_holds_something_foreign_is_refused_and_kept(installation: Installation) -> None:
    installation.arrange({"a": entry(1)})
    staging = installation.folder / "sessions.d.migrating"
    staging.mkdir()
    (staging / "precious.txt").write_bytes(b"precious")
    with installation.opened() as store:
        assert store.load() == {"a": entry(1)}
    assert installation.tree()["sessions.d.migrating/precious.txt"] == b"precious"
    assert "sessions.d.migrating" in installation.warnings
