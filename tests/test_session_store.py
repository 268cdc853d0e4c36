"""The store as its users see it, in both layouts, on the host."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from store import (
    EntryUnreadable,
    InvalidEntry,
    InvalidKey,
    InvalidPath,
    LegacyUnreadable,
    Reentered,
    SaveReport,
    SessionStore,
    StoreError,
    StoreVanished,
)
from tests.stores import Installation, entry


@pytest.fixture(params=["legacy", "live"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    """An open store with the entries a, b and c, in each layout."""
    installation = Installation(tmp_path)
    installation.arrange({key: entry(number) for number, key in enumerate("abc")})
    with installation.opened() as store:
        if request.param == "live":
            assert store.migrate().name == "migrated"
        yield store


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[Installation, SessionStore]]:
    """A store in the live layout, with one entry."""
    installation = Installation(tmp_path)
    installation.arrange({"a": entry(0)})
    with installation.opened() as store:
        store.migrate()
        yield installation, store


def test_what_is_put_can_be_got_loaded_and_deleted(store: SessionStore) -> None:
    store.put(" D ", entry(3, unknown={"kept": [1, None]}))
    assert store.get("d") == store.load()["d"] == entry(3, unknown={"kept": [1, None]})
    assert store.updated_at("D") == entry(3)["updatedAt"]
    assert store.delete("d") is True
    assert store.delete("d") is False
    assert store.get("d") is None
    assert store.updated_at("d") is None
    assert store.load().keys() == {"a", "b", "c"}


def test_what_is_returned_is_the_callers_own(store: SessionStore) -> None:
    for _ in range(3):
        store.load()["a"]["sessionId"] = "changed"
        got = store.get("a")
        assert got is not None
        got["sessionId"] = "changed"
    assert store.get("a") == store.load()["a"] == entry(0)


def test_an_entry_without_a_date_counts_as_oldest(store: SessionStore) -> None:
    store.put("d", {})
    assert store.updated_at("d") == 0


def test_an_update_reads_and_writes(store: SessionStore) -> None:
    assert store.update("a", lambda found: {**(found or {}), "more": 1}) == entry(0, more=1)
    assert store.update("new", lambda found: {"found": found}) == {"found": None}
    assert store.load() == {"a": entry(0, more=1), "b": entry(1), "c": entry(2), "new": {"found": None}}


def test_an_update_may_change_what_it_is_given(store: SessionStore) -> None:
    def change(found: dict[str, Any] | None) -> dict[str, Any]:
        assert found is not None
        found["more"] = 1
        return found

    store.update("a", change)
    assert store.get("a") == entry(0, more=1)


def test_an_update_of_none_changes_nothing(store: SessionStore) -> None:
    assert store.update("a", lambda _: None) == entry(0)
    assert store.update("new", lambda _: None) is None
    assert store.load().keys() == {"a", "b", "c"}


def test_an_update_that_raises_changes_nothing_and_holds_nothing(store: SessionStore) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.update("a", fail)
    with pytest.raises(ZeroDivisionError):
        store.update_many(lambda _: fail(_))
    store.put("a", entry(9))
    assert store.get("a") == entry(9)


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.get("a"),
        lambda store: store.put("b", {}),
        lambda store: store.load(),
        lambda store: store.recover(),
        lambda store: store.update("b", lambda _: None),
    ],
)
def test_calling_the_store_from_a_function_given_to_it_is_an_error(
    store: SessionStore, call: Callable[[SessionStore], object]
) -> None:
    def enter_again(_: object) -> None:
        call(store)

    with pytest.raises(Reentered):
        store.update("a", enter_again)
    with pytest.raises(Reentered):
        store.update_many(lambda loaded: enter_again(loaded))
    assert store.get("a") == entry(0)


def test_a_save_writes_and_removes_what_the_caller_changed(store: SessionStore) -> None:
    base = store.load()
    mapping = {"a": entry(0), "b": entry(8), "d": entry(3)}
    assert store.save(mapping, base=base) == SaveReport(written=("b", "d"), removed=("c",))
    assert store.load() == mapping


def test_a_save_keeps_and_reports_what_others_changed(store: SessionStore) -> None:
    base = store.load()
    store.put("a", entry(10))  # changed by both
    store.put("b", entry(11))  # changed by others only
    store.put("c", entry(12))  # removed by us
    store.put("other", entry(13))  # added by others
    report = store.save({"a": entry(99), "b": entry(1), "mine": entry(4)}, base=base)
    assert report == SaveReport(written=("mine",), kept=("a", "b", "c", "other"))
    assert store.load() == {"a": entry(10), "b": entry(11), "c": entry(12), "other": entry(13), "mine": entry(4)}


def test_a_save_does_not_bring_back_what_others_deleted(store: SessionStore) -> None:
    base = store.load()
    store.delete("a")
    store.delete("b")
    report = store.save({**base, "b": entry(99)}, base=base)
    assert report == SaveReport(kept=("a", "b"))
    assert store.load() == {"c": entry(2)}


def test_a_save_of_what_is_there_already_changes_nothing(store: SessionStore) -> None:
    base = store.load()
    store.put("a", entry(10))
    reordered = dict(reversed(entry(10).items()))
    assert store.save({**base, "a": reordered}, base=base) == SaveReport()


def test_two_spellings_of_a_key_cannot_be_saved_at_once(store: SessionStore) -> None:
    with pytest.raises(InvalidKey, match="spelling"):
        store.save({"A": entry(1), "a ": entry(2)}, base={})


def test_a_bad_entry_among_many_leaves_everything_as_it_was(store: SessionStore) -> None:
    before = store.load()
    for bad in ({"x": entry(1), "y": {"z": float("nan")}}, {"x": entry(1), "y": "no object"}):
        with pytest.raises(InvalidEntry):
            store.save({**before, **bad}, base=before)  # type: ignore[dict-item]
        with pytest.raises(InvalidEntry):
            store.apply(bad)  # type: ignore[arg-type]
    assert store.load() == before


def test_many_are_updated_at_once(store: SessionStore) -> None:
    def change(loaded: dict[str, Any]) -> dict[str, Any]:
        loaded["a"]["more"] = 1
        del loaded["b"]
        return {**loaded, "d": entry(3)}

    assert store.update_many(change) == SaveReport(written=("a", "d"), removed=("b",))
    assert store.update_many(lambda _: None) == SaveReport()
    assert store.load() == {"a": entry(0, more=1), "c": entry(2), "d": entry(3)}


def test_changes_are_applied_without_comparing(store: SessionStore) -> None:
    assert store.apply({"a": entry(0), "D": entry(3)}, ["B", "gone"]) == SaveReport(("a", "d"), ("b",))
    assert store.load() == {"a": entry(0), "c": entry(2), "d": entry(3)}
    with pytest.raises(StoreError, match="at once"):
        store.apply({"a": {}}, ["A"])


def test_a_reader_sees_what_a_writer_wrote_and_writes_nothing(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    with installation.opened(writable=False) as reader:
        assert reader.load() == {}
        assert reader.get("a") is None
        assert not list(tmp_path.iterdir())
        with installation.opened() as writer:
            writer.put("a", entry(0))
            assert reader.load() == {"a": entry(0)}
            writer.migrate()
            assert reader.get("a") == entry(0)
            writer.roll_back()
            assert reader.load() == {"a": entry(0)}
        changes: list[Callable[[], object]] = [
            lambda: reader.put("b", {}),
            lambda: reader.delete("a"),
            lambda: reader.save({}, base={}),
            reader.migrate,
            reader.recover,
        ]
        for change in changes:
            with pytest.raises(StoreError, match="for reading only"):
                change()


def test_the_first_put_makes_the_folder_private(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "state" / "sessions")
    with installation.opened() as store:
        assert store.load() == {}
        assert store.delete("a") is False
        assert store.migrate().name == "skipped"
        assert not (tmp_path / "state").exists()
        store.put("a", entry(0))
    for path in (
        tmp_path / "state",
        installation.folder,
        installation.path,
        tmp_path / "state/sessions/sessions.d.lock",
    ):
        assert path.stat().st_mode & 0o077 == 0


def test_a_folder_that_went_away_is_not_made_again(live: tuple[Installation, SessionStore]) -> None:
    installation, store = live
    installation.folder.rename(installation.folder.with_name("elsewhere"))
    for call in (store.load, lambda: store.put("b", {}), lambda: store.delete("a"), store.migrate):
        with pytest.raises(StoreVanished):
            call()
    assert not installation.folder.exists()


def test_a_live_directory_that_was_deleted_is_made_again_and_stays_the_layout(
    live: tuple[Installation, SessionStore],
) -> None:
    installation, store = live
    for path in installation.live.iterdir():
        path.unlink()
    installation.live.rmdir()
    store.put("b", entry(1))
    assert store.load() == {"b": entry(1)}
    assert [path.name for path in installation.live.iterdir()] == ["b.json"]
    assert not installation.path.exists()


def test_a_live_directory_that_was_rolled_back_by_hand_is_not_made_again(
    live: tuple[Installation, SessionStore],
) -> None:
    installation, store = live
    installation.live.rename(installation.folder / "elsewhere")
    installation.backups[0].rename(installation.path)
    store.put("b", entry(1))
    assert store.load() == {"a": entry(0), "b": entry(1)}
    assert not installation.live.exists()


def test_an_unreadable_entry_is_left_out_told_of_once_and_an_error_to_get(
    live: tuple[Installation, SessionStore],
) -> None:
    installation, store = live
    (installation.live / "b.json").write_bytes(b"")
    assert store.load() == store.load() == {"a": entry(0)}
    assert [notice.kind for notice in installation.notices] == ["unreadable entry"]
    with pytest.raises(EntryUnreadable, match=r"b\.json.*empty"):
        store.get("b")
    with pytest.raises(EntryUnreadable):
        store.update("b", lambda _: {})
    assert [finding.kind for finding in store.check()] == ["unreadable entry"]


def test_a_legacy_file_that_cannot_be_parsed_is_an_error_in_every_way(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.arrange(b'{"a": {')
    with installation.opened() as store:
        calls: list[Callable[[], object]] = [
            store.load,
            lambda: store.get("a"),
            lambda: store.put("a", {}),
            lambda: store.delete("a"),
            lambda: store.apply({"a": {}}),
            lambda: store.save({}, base={}),
        ]
        for call in calls:
            with pytest.raises(LegacyUnreadable, match="line 1 column 8"):
                call()
    assert installation.path.read_bytes() == b'{"a": {'


def test_a_healthy_store_has_no_findings(store: SessionStore) -> None:
    assert store.check() == ()


def test_check_names_everything_that_is_wrong(live: tuple[Installation, SessionStore]) -> None:
    installation, store = live
    installation.path.write_text('{"late": {}, "x": null}')
    (installation.folder / ".sessions.json.0123456789abcdef.tmp").touch()
    (installation.folder / "sessions.d.migrating").mkdir()
    for name in (".tmp-0123456789abcdef", ".unreadable-1-a.json", "a:b.json", "%%no.json", ".DS_Store", ".migrated"):
        (installation.live / name).touch(mode=0o600)
    (installation.live / "b.json").write_text("[]")
    (installation.live / "a.json").chmod(0o644)
    installation.live.chmod(0o755)
    before = installation.tree()
    found = {(finding.kind, finding.name) for finding in store.check()}
    assert found == {
        ("temporary", ".sessions.json.0123456789abcdef.tmp"),
        ("staging", "sessions.d.migrating"),
        ("mode", "sessions.d"),
        ("mode", "sessions.d/a.json"),
        ("temporary", "sessions.d/.tmp-0123456789abcdef"),
        ("set aside", "sessions.d/.unreadable-1-a.json"),
        ("name", "sessions.d/a:b.json"),
        ("name", "sessions.d/%%no.json"),
        ("foreign", "sessions.d/.DS_Store"),
        ("unfinished migration", "sessions.d/.migrated"),
        ("unreadable entry", "sessions.d/b.json"),
        ("not an entry", "sessions.json"),
        ("unmerged legacy", "sessions.json"),
    }
    assert installation.tree() == before


@pytest.mark.parametrize("path", ["sessions", "dir/.json", "sessions.json/", "a\0b.json", ""])
def test_a_path_that_does_not_end_in_a_name_with_json_is_refused(path: str) -> None:
    with pytest.raises(InvalidPath):
        SessionStore(path)


def test_a_relative_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with SessionStore("sessions.json") as store:
        store.put("a", entry(0))
    assert json.loads((tmp_path / "sessions.json").read_text()) == {"a": entry(0)}


def test_a_closed_store_is_of_no_use(store: SessionStore) -> None:
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.load()


def test_two_stores_in_one_folder_share_nothing(tmp_path: Path) -> None:
    with SessionStore(str(tmp_path / "one.json")) as one, SessionStore(str(tmp_path / "two.json")) as two:
        one.put("a", entry(1))
        one.migrate()
        two.put("a", entry(2))
        two.migrate()
        assert (one.get("a"), two.get("a")) == (entry(1), entry(2))
        assert one.check() == two.check() == ()
    assert {name for name in os.listdir(tmp_path) if ".bak." not in name} == {
        "one.d",
        "one.d.lock",
        "two.d",
        "two.d.lock",
    }
