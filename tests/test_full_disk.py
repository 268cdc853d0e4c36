"""A disk without room: errors that name the step, no debris, nothing lost, and all well once there is room."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from store.errors import WriteFailed
from tests.children import folder_for_everyone, in_child, mount_small_disk
from tests.stores import Installation, entry

DISK_BYTES = 1 << 20


def on_a_small_disk(run: Callable[[Installation], Any]) -> Any:
    def mounted() -> Any:
        mount_small_disk(folder, DISK_BYTES)
        return run(Installation(folder))

    with folder_for_everyone() as folder:
        return in_child(mounted)


def fill(folder: Path) -> Path:
    """Take all the room that is left."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    return ballast


@pytest.mark.parametrize("layout", ["legacy", "directory"])
def test_a_put_without_room_changes_nothing(layout: str) -> None:
    def run(installation: Installation) -> None:
        installation.arrange({"a": entry(1)})
        with installation.opened() as store:
            if layout == "directory":
                store.migrate()
            ballast = fill(installation.folder)
            before = installation.tree()
            with pytest.raises(WriteFailed, match="No space left") as raised:
                store.put("a", entry(2, blob="y" * 8000))
            assert raised.value.step in ("create", "write", "fsync")
            assert str(installation.folder) in str(raised.value)
            assert installation.tree() == before
            assert store.load() == {"a": entry(1)}
            ballast.unlink()
            store.put("a", entry(2))
            assert store.load() == {"a": entry(2)}

    on_a_small_disk(run)


def test_a_save_without_room_changes_nothing() -> None:
    def run(installation: Installation) -> None:
        entries = {str(number): entry(number) for number in range(10)}
        installation.arrange(entries)
        with installation.opened() as store:
            store.migrate()
            before = installation.tree()
            with pytest.raises(WriteFailed, match="No space left"):
                store.apply({f"new {number}": entry(number, blob="y" * 100_000) for number in range(20)}, entries)
            assert installation.tree() == before
            assert store.load() == entries

    on_a_small_disk(run)


def test_a_migration_without_room_leaves_the_file_and_works_later() -> None:
    def run(installation: Installation) -> None:
        entries = {str(number): entry(number, blob="y" * 4000) for number in range(50)}
        installation.arrange(entries)
        original = installation.path.read_bytes()
        ballast = fill(installation.folder)
        with ballast.open("r+b") as file:
            file.truncate(ballast.stat().st_size - 100_000)
        before = installation.tree()
        with installation.opened() as store:
            with pytest.raises(WriteFailed, match="No space left"):
                store.migrate()
            assert installation.tree() == before
            assert store.load() == entries
            ballast.unlink()
            assert store.migrate().name == "migrated"
            assert store.load() == entries
        assert [backup.read_bytes() for backup in installation.backups] == [original]

    on_a_small_disk(run)


def test_a_roll_back_without_room_leaves_the_directory_and_works_later() -> None:
    def run(installation: Installation) -> None:
        entries = {str(number): entry(number, blob="y" * 4000) for number in range(50)}
        installation.arrange(entries)
        with installation.opened() as store:
            store.migrate()
            ballast = fill(installation.folder)
            before = installation.tree()
            with pytest.raises(WriteFailed, match="No space left"):
                store.roll_back()
            assert installation.tree() == before
            assert store.load() == entries
            ballast.unlink()
            assert store.roll_back().name == "rolled-back"
            assert store.load() == entries

    on_a_small_disk(run)


def test_deleting_needs_no_room() -> None:
    def run(installation: Installation) -> None:
        installation.arrange({"a": entry(1), "b": entry(2)})
        with installation.opened() as store:
            store.migrate()
            fill(installation.folder)
            assert store.delete("a")
            assert store.load() == {"b": entry(2)}

    on_a_small_disk(run)
