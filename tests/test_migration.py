"""Migration and recovery on the host: the outcomes, and what is left on the disk."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from store import SessionStore, StoreRefused, WriteFailed
from store.recovery import STEPS
from tests.interposed import interposed
from tests.stores import Installation, UnsyncedHost, entry

LEGACY = {"a": entry(0), "B": entry(1), "c" * 400: entry(2)}
SHOWN = {"a": entry(0), "b": entry(1), "c" * 400: entry(2)}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    installation = Installation(tmp_path)
    installation.arrange(LEGACY)
    return installation


@pytest.fixture
def live(installation: Installation) -> Iterator[tuple[Installation, SessionStore]]:
    with installation.opened() as store:
        assert store.migrate().name == "migrated"
        yield installation, store


def marker(digest: str, backup: str) -> str:
    return json.dumps({"sha256": digest, "backup": backup})


def test_a_migration_moves_every_entry_and_backs_the_file_up(installation: Installation) -> None:
    original = installation.path.read_bytes()
    with installation.opened() as store:
        outcome = store.migrate()
        assert outcome.name == "migrated"
        assert store.load() == SHOWN
    assert not installation.path.exists()
    assert [path.read_bytes() for path in installation.backups] == [original]
    assert installation.backups[0].name in outcome.detail
    assert {path.name for path in installation.live.iterdir()} == {
        "a.json",
        "b.json",
        f"%%{sha256(b'c' * 400).hexdigest()}.json",
    }
    assert installation.live.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in installation.live.iterdir()} == {0o600}


@pytest.mark.parametrize("content", [None, b"", b"  \n", b"{}"])
def test_nothing_to_migrate_is_skipped_and_stays(tmp_path: Path, content: bytes | None) -> None:
    installation = Installation(tmp_path)
    if content is not None:
        installation.arrange(content)
    before = installation.tree()
    with installation.opened() as store:
        assert store.migrate().name == "skipped"
        assert store.load() == {}
    assert installation.tree() == before
    assert not installation.notices


def test_a_migration_done_twice_is_skipped(live: tuple[Installation, SessionStore]) -> None:
    installation, store = live
    before = installation.tree()
    assert store.migrate().name == "skipped"
    assert store.recover().steps == ()
    assert installation.tree() == before


def test_a_file_beside_an_empty_live_directory_is_merged(installation: Installation) -> None:
    installation.live.mkdir(mode=0o700)
    assert installation.load() == SHOWN
    with installation.opened() as store:
        assert store.recovered.steps == ("M5 merged", "M6 backed up", "M8 cleared")
        assert store.migrate().name == "merged"
        assert store.migrate().name == "skipped"
        assert store.load() == SHOWN


def test_a_merge_replaces_nothing_but_what_cannot_be_read(live: tuple[Installation, SessionStore]) -> None:
    installation, store = live
    store.delete("b")
    (installation.live / "a.json").write_bytes(b"\0\0")
    store.put("d", entry(5))
    installation.arrange({"a": entry(10), "b": entry(11), "d": entry(12), "e": entry(13)})
    expected = {"a": entry(10), "b": entry(11), "c" * 400: entry(2), "d": entry(5), "e": entry(13)}
    assert installation.load() == store.load() == expected
    outcome = store.migrate()
    assert outcome.name == "merged"
    assert "'d' is newer there" in installation.warnings
    assert "newer in backup" in {notice.kind for notice in outcome.notices}
    assert store.load() == expected
    assert [path.read_bytes() for path in installation.live.glob(".unreadable-*-a.json")] == [b"\0\0"]
    assert len(installation.backups) == 2


@pytest.mark.parametrize("call", ["put", "delete", "update", "save"])
def test_a_write_finishes_the_migration_first(live: tuple[Installation, SessionStore], call: str) -> None:
    """Otherwise what it deletes would come back from beneath."""
    installation, store = live
    installation.arrange({"late": entry(9), "a": entry(9)})
    base = store.load()
    if call == "put":
        store.put("late", entry(20))
    elif call == "delete":
        assert store.delete("late")
    elif call == "update":
        assert store.update("late", lambda found: {**found, "more": 1} if found else None) == entry(9, more=1)
    else:
        store.save(SHOWN, base=base)
    assert not installation.path.exists()
    late = {"put": entry(20), "delete": None, "update": entry(9, more=1), "save": None}[call]
    assert store.get("late") == late
    assert store.get("a") == entry(0)


@pytest.mark.parametrize("rest", [b"{", b'{"x": null}', b"{}"])
def test_a_file_with_nothing_to_merge_costs_a_write_no_exclusive_lock_once_it_is_known(
    live: tuple[Installation, SessionStore], rest: bytes
) -> None:
    installation, _ = live
    installation.arrange(rest)
    modes: list[str] = []

    def listen(name: str, arguments: tuple[Any, ...], _: object) -> None:
        if name == "lock" and arguments[1] == 0 and arguments[3] != "unlock":
            modes.append(arguments[3])

    kernel = UnsyncedHost()
    ahead = interposed(kernel, listen)
    ahead.realtime_ns = lambda: kernel.realtime_ns() + 3_600_000_000_000  # type: ignore[method-assign]
    with installation.opened(kernel=ahead) as store:
        modes.clear()
        store.put("x", entry(3))
        assert modes == ["shared"]
        installation.arrange({"late": entry(9)})
        store.put("x", entry(4))
        assert modes == ["shared", "shared", "exclusive"]
        assert store.get("late") == entry(9)


def test_every_point_at_which_a_migration_can_stop_is_finished_by_recovery(tmp_path: Path) -> None:
    """The process is stopped before each call; whoever comes next sees every entry, before and after recovering."""
    stopped = 0
    while True:
        installation = Installation(tmp_path / str(stopped))
        installation.folder.mkdir()
        installation.arrange(LEGACY)
        original = installation.path.read_bytes()
        with installation.opened():
            pass
        calls = 0

        def stop(name: str, arguments: object, _: object, *, limit: int = stopped) -> None:
            nonlocal calls
            calls += 1
            if calls > limit and name != "close":
                raise KeyboardInterrupt

        with installation.opened() as store:
            store._context.kernel = interposed(UnsyncedHost(), stop)
            try:
                done = store.migrate().name == "migrated"
            except KeyboardInterrupt:
                done = False
        assert installation.load() == SHOWN
        with installation.opened() as store:
            assert set(store.recovered.steps) <= set(STEPS)
            assert store.load() == SHOWN
            assert store.check() == ()
            assert store.recover().steps == ()
        if done:
            break
        copies = [*installation.backups, *([installation.path] if installation.path.exists() else [])]
        assert [path.read_bytes() for path in copies] == [original]
        stopped += 1
    assert stopped > 60


def test_a_file_that_changes_while_it_is_read_is_read_again(installation: Installation) -> None:
    changed = False

    def change(name: str, arguments: tuple[Any, ...], _: object) -> None:
        nonlocal changed
        if name == "mkdir" and not changed:
            changed = True
            installation.arrange({**LEGACY, "late": entry(7)})

    with installation.opened(kernel=interposed(UnsyncedHost(), change)) as store:
        assert store.migrate().name == "migrated"
        assert store.load() == {**SHOWN, "late": entry(7)}
    assert len(installation.backups) == 1


def test_a_file_that_never_stops_changing_is_left_to_its_writer(installation: Installation) -> None:
    number = 0

    def change(name: str, arguments: tuple[Any, ...], _: object) -> None:
        nonlocal number
        if name == "mkdir":
            number += 1
            installation.arrange({**LEGACY, "late": entry(10**number)})

    with installation.opened(kernel=interposed(UnsyncedHost(), change)) as store:
        assert store.migrate().name == "failed"
        assert store.load().keys() == {*SHOWN, "late"}
    assert set(installation.tree()) == {"sessions.json"}


def test_a_name_of_staging_that_is_taken_is_refused_and_nothing_touched(installation: Installation) -> None:
    (installation.folder / "sessions.d.migrating").write_text("mine")
    before = installation.tree()
    with installation.opened() as store:
        assert store.migrate().name == "refused"
    assert installation.tree() == before


def test_a_full_disk_leaves_no_staging_behind(installation: Installation) -> None:
    def fail(name: str, arguments: tuple[Any, ...], _: object) -> None:
        if name == "write" and b"sha256" in arguments[1]:
            raise OSError(28, "No space left on device")

    with installation.opened(kernel=interposed(UnsyncedHost(), fail)) as store:
        with pytest.raises(WriteFailed, match=r"sessions\.d\.migrating/\.migrated: write failed"):
            store.migrate()
        assert store.load() == SHOWN
    assert set(installation.tree()) == {"sessions.json"}


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"sha256": "x", "backup": "../../etc/passwd"}', b'{"sha256": 1, "backup": 2}']
)
def test_a_marker_that_cannot_be_read_is_moved_aside_and_hides_nothing(
    live: tuple[Installation, SessionStore], content: bytes
) -> None:
    installation, store = live
    (installation.live / ".migrated").write_bytes(content)
    assert installation.load() == SHOWN
    store.delete("b")
    assert store.load().keys() == SHOWN.keys() - {"b"}
    assert [path.read_bytes() for path in installation.live.glob(".unreadable-*")] == [content]


def test_an_old_writer_that_slipped_into_the_backup_is_merged(live: tuple[Installation, SessionStore]) -> None:
    installation, store = live
    backup = installation.backups[0]
    held = sha256(backup.read_bytes()).hexdigest()
    backup.write_text(json.dumps({"a": entry(30), "slipped": entry(31)}))
    (installation.live / ".migrated").write_text(marker(held, backup.name))
    expected = {**SHOWN, "slipped": entry(31)}
    assert installation.load() == expected
    assert store.recover().steps == ("M7 merged late writes", "M8 cleared")
    assert installation.load() == expected


def test_opening_a_store_whose_live_directory_is_a_link_is_refused(installation: Installation) -> None:
    (installation.folder / "elsewhere").mkdir()
    installation.live.symlink_to("elsewhere")
    with pytest.raises(StoreRefused), installation.opened():
        pass
    with pytest.raises(StoreRefused):
        installation.load()
