"""Programs that know nothing of the directory and go on rewriting sessions.json: whatever they write is not lost."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from store.errors import StoreError
from tests.interposed import interposed
from tests.stores import Installation, UnsyncedHost, entry

ORIGINAL = {"a": entry(1), "b": entry(2)}
REWRITTEN = {**ORIGINAL, "late": entry(3)}


def replace(path: Path) -> None:
    """As the original does: a temporary, renamed over the name."""
    temporary = path.with_name("sessions.json.4711.tmp")
    temporary.write_text(json.dumps(REWRITTEN))
    temporary.rename(path)


def write_in_place(path: Path) -> None:
    """As it did before that, and on Windows: into the file that is there, or a new one."""
    path.write_text(json.dumps(REWRITTEN))


WRITERS = {"replaces": replace, "writes in place": write_in_place}


def strikes(tmp_path: Path, strike: Callable[[Installation], object]) -> Iterator[tuple[Installation, str]]:
    """Migrate one fresh store for each system call that a migration takes; the strike comes right before that call.

    Yields the installation afterwards, and how the migration ended.
    """
    for step in count(1):
        (tmp_path / str(step)).mkdir()
        installation = Installation(tmp_path / str(step))
        installation.arrange(ORIGINAL)
        calls = count(1)
        struck = False

        def before(
            name: str,
            arguments: tuple[Any, ...],
            named: dict[str, Any],
            calls: Iterator[int] = calls,
            step: int = step,
            installation: Installation = installation,
        ) -> None:
            nonlocal struck
            if next(calls) == step:
                struck = True
                strike(installation)

        try:
            with installation.opened(kernel=interposed(UnsyncedHost(), before)) as store:
                ended: str = store.migrate().name
        except StoreError as error:
            ended = str(error)
        if not struck:
            assert step > 50
            return
        yield installation, f"{ended}, struck before call {step}"


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())
def test_a_rewrite_at_any_step_of_a_migration_is_merged(tmp_path: Path, writer: Callable[[Path], None]) -> None:
    for installation, ended in strikes(tmp_path, lambda installation: writer(installation.path)):
        assert installation.load() == REWRITTEN, ended
        with installation.opened() as store:
            # Invalid: the file was rewritten in place between two reads of it, and the next migration finds it whole.
            assert store.migrate().name in ("migrated", "merged", "finished", "skipped"), ended
            assert store.load() == REWRITTEN, ended
            assert store.check() == (), ended
            store.delete("late")
            assert store.load() == ORIGINAL, ended
        assert not installation.path.exists(), ended
        assert json.dumps(REWRITTEN).encode() in [backup.read_bytes() for backup in installation.backups], ended


def test_a_removal_at_any_step_of_a_migration_takes_everything_or_nothing(tmp_path: Path) -> None:
    for installation, ended in strikes(tmp_path, lambda installation: installation.path.unlink(missing_ok=True)):
        shown = installation.load()
        assert shown in ({}, ORIGINAL), ended
        with installation.opened() as store:
            assert store.load() == shown, ended
            assert store.check() == (), ended
            assert store.migrate().name in ("skipped", "finished"), ended


def test_a_file_that_comes_up_beside_the_directory_is_merged_and_clobbers_nothing(installation: Installation) -> None:
    installation.arrange(ORIGINAL)
    with installation.opened() as store:
        store.migrate()
        store.put("a", entry(5))
        installation.arrange({"a": entry(7, older=False), "c": entry(3)})
        assert store.load() == {"a": entry(5), "b": entry(2), "c": entry(3)}
        assert store.get("c") == entry(3)
        assert store.migrate().name == "merged"
        assert store.load() == {"a": entry(5), "b": entry(2), "c": entry(3)}
    assert "'a' is newer" in installation.warnings
    assert len(installation.backups) == 2


def test_what_is_deleted_beside_an_unmerged_file_does_not_come_back(installation: Installation) -> None:
    installation.arrange(ORIGINAL)
    with installation.opened() as store:
        store.migrate()
        installation.arrange({"c": entry(3), "d": entry(4)})
        assert store.delete("c")
        assert store.load() == {**ORIGINAL, "d": entry(4)}
    assert installation.load() == {**ORIGINAL, "d": entry(4)}


def test_a_taken_backup_name_is_never_overwritten(installation: Installation) -> None:
    """The clock stands still, and every name that the migration could think of first is taken."""

    class StoppedClock(UnsyncedHost):
        def realtime_ns(self) -> int:
            return 1_700_000_000_000 * 1_000_000

    installation.arrange(ORIGINAL)
    original = installation.path.read_bytes()
    taken = [installation.folder / f"sessions.json.bak.{1_700_000_000_000 + after}" for after in range(3)]
    for path in taken:
        path.write_text(path.name)
    with installation.opened(kernel=StoppedClock()) as store:
        store.migrate()
    assert [path.read_text() for path in taken] == [path.name for path in taken]
    assert [path.read_bytes() for path in installation.backups if path not in taken] == [original]


def test_a_backup_name_that_is_taken_meanwhile_is_never_overwritten(tmp_path: Path) -> None:
    """Right before a call somebody takes the very name that the marker has promised to the legacy file.

    Everyone who keeps to the locks is safe.  For a stranger there remains the instant between the last look and the
    rename (which waits for the gate in between): no rename that refuses to replace exists on all platforms.
    """
    taken: list[Path] = []

    def strike(installation: Installation) -> None:
        marker = installation.live / ".migrated"
        if marker.exists() and installation.path.exists():
            taken.append(installation.folder / json.loads(marker.read_text())["backup"])
            taken[-1].write_text("somebody else's")

    overwritten = 0
    for installation, ended in strikes(tmp_path, strike):
        assert installation.load() == ORIGINAL, ended
        assert json.dumps(ORIGINAL).encode() in [backup.read_bytes() for backup in installation.backups], ended
        if taken and taken[-1].parent == installation.folder:
            overwritten += taken[-1].read_text() != "somebody else's"
    assert len(taken) > 5
    assert overwritten <= 4


def test_the_manual_way_back(installation: Installation) -> None:
    """Delete the directory, give the backup its old name: what the documents have always told operators."""
    installation.arrange(ORIGINAL)
    with installation.opened() as store:
        store.migrate()
        for path in installation.live.iterdir():
            path.unlink()
        installation.live.rmdir()
        installation.backups[0].rename(installation.path)
        assert store.load() == ORIGINAL
        store.put("c", entry(3))
        assert store.load() == {**ORIGINAL, "c": entry(3)}
        assert not installation.live.exists()
        assert store.migrate().name == "migrated"
        assert store.load() == {**ORIGINAL, "c": entry(3)}
