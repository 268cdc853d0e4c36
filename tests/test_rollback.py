"""Rolling back on the host."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.interposed import interposed
from tests.stores import Installation, UnsyncedHost, entry

ENTRIES = {"a": entry(0), "b": entry(1), "c" * 400: entry(2)}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    installation = Installation(tmp_path)
    installation.arrange(ENTRIES)
    with installation.opened() as store:
        store.migrate()
    return installation


def test_a_roll_back_writes_all_entries_into_one_file_and_sets_the_directory_aside(installation: Installation) -> None:
    with installation.opened() as store:
        store.put("d", entry(3, text="é\ud800"))
        outcome = store.roll_back()
        assert outcome.name == "rolled-back"
        assert store.load() == {**ENTRIES, "d": entry(3, text="é\ud800")}
        assert store.roll_back().name == "skipped"
    assert json.loads(installation.path.read_text()) == {**ENTRIES, "d": entry(3, text="é\ud800")}
    assert installation.path.stat().st_mode & 0o777 == 0o600
    (aside,) = installation.folder.glob("sessions.d.bak.*")
    assert aside.name in outcome.detail
    assert len(list(aside.iterdir())) == 4
    assert not installation.live.exists()


def test_a_store_can_be_migrated_and_rolled_back_again_and_again(installation: Installation) -> None:
    with installation.opened() as store:
        for number in range(3):
            assert store.roll_back().name == "rolled-back"
            store.put("d", entry(number))
            assert store.migrate().name == "migrated"
            store.delete("d")
        assert store.load() == ENTRIES
        assert store.check() == ()
    assert len(installation.backups) == 4
    assert len(list(installation.folder.glob("sessions.d.bak.*"))) == 3


def test_an_empty_store_rolls_back_to_an_empty_file(installation: Installation) -> None:
    with installation.opened() as store:
        store.apply({}, ENTRIES)
        assert store.roll_back().name == "rolled-back"
        assert store.load() == {}
    assert installation.path.read_text() == "{}\n"


def test_an_unmerged_file_is_merged_before(installation: Installation) -> None:
    installation.arrange({"late": entry(9), "a": entry(9)})
    with installation.opened() as store:
        assert store.roll_back().name == "rolled-back"
        assert store.load() == {**ENTRIES, "late": entry(9)}
    assert len(installation.backups) == 2


@pytest.mark.parametrize("content", [b"{", b"{}", b'{"x": null}'])
def test_a_file_with_nothing_to_merge_is_put_aside(installation: Installation, content: bytes) -> None:
    installation.arrange(content)
    with installation.opened() as store:
        assert store.roll_back().name == "rolled-back"
        assert store.load() == ENTRIES
    assert content in [path.read_bytes() for path in installation.backups]


def test_a_legacy_file_that_is_none_is_refused(installation: Installation) -> None:
    installation.path.mkdir()
    with installation.opened() as store:
        assert store.roll_back().name == "refused"
        assert store.load() == ENTRIES
    assert installation.live.is_dir()


def test_unreadable_and_foreign_files_stay_and_are_named(installation: Installation) -> None:
    (installation.live / "bad.json").write_text("[]")
    (installation.live / ".DS_Store").touch()
    with installation.opened() as store:
        outcome = store.roll_back()
    assert {"sessions.d/bad.json", "sessions.d/.DS_Store"} <= {
        notice.path.removeprefix(f"{installation.folder}/") for notice in outcome.notices
    }
    (aside,) = installation.folder.glob("sessions.d.bak.*")
    assert (aside / "bad.json").read_text() == "[]"


def test_every_point_at_which_a_roll_back_can_stop_is_completed_either_way(tmp_path: Path) -> None:
    """Before the legacy file is there the directory stays; after that it is set aside; the entries are the same."""
    stopped, layouts = 0, set()
    while True:
        installation = Installation(tmp_path / str(stopped))
        installation.folder.mkdir()
        installation.arrange(ENTRIES)
        calls = 0

        def stop(name: str, arguments: tuple[Any, ...], _: object, *, limit: int = stopped) -> None:
            nonlocal calls
            calls += 1
            if calls > limit and name != "close":
                raise KeyboardInterrupt

        with installation.opened() as store:
            store.migrate()
            store._context.kernel = interposed(UnsyncedHost(), stop)
            try:
                done = store.roll_back().name == "rolled-back"
            except KeyboardInterrupt:
                done = False
        assert installation.load() == ENTRIES
        with installation.opened() as store:
            assert store.load() == ENTRIES
            assert store.check() == ()
            assert store.recover().steps == ()
            layouts.add((store.recovered.steps, installation.live.exists()))
            if store.recovered.steps == ("roll-back completed",):
                assert store.roll_back().name == "rolled-back"
        assert len(installation.backups) == 1
        if done:
            break
        stopped += 1
    assert layouts == {
        ((), True),
        (("swept temporary",), True),
        (("roll-back completed",), False),
        ((), False),
    }


def test_a_file_that_an_old_writer_changed_after_a_cut_roll_back_is_merged(installation: Installation) -> None:
    with installation.opened() as store:
        store.roll_back()
    (aside,) = installation.folder.glob("sessions.d.bak.*")
    aside.rename(installation.live)
    installation.arrange({**ENTRIES, "late": entry(9)})
    with installation.opened() as store:
        assert store.recovered.steps == ("M5 merged", "M6 backed up", "M8 cleared")
        assert store.load() == {**ENTRIES, "late": entry(9)}
