"""Owners, modes and read-only disks: refused in words, with nothing changed and nothing lost."""

import os
from collections.abc import Callable
from errno import EPERM
from pathlib import Path
from typing import Any

import pytest

from model.explore.discovery import discover
from model.persistence import PROFILES, crash_disk
from model.persistence.profiles import GATES
from model.simulation import Machine, write_file
from store import SessionStore
from store.errors import ReadFailed, StoreError, StoreRefused, WriteFailed
from store.kernel import Kernel
from tests.children import NOBODY, folder_for_everyone, in_child, mount_read_only
from tests.stores import Installation, UnsyncedHost, entry


class SomebodyElse(UnsyncedHost):
    """The host, for a user who owns nothing."""

    def geteuid(self) -> int:
        return os.geteuid() + 1


def migrated(folder: Path) -> Installation:
    installation = Installation(folder)
    installation.arrange({"a": entry(1)})
    with installation.opened() as store:
        assert store.migrate().name == "migrated"
    return installation


def test_a_live_directory_of_another_owner_is_refused_for_writing_and_still_read(tmp_path: Path) -> None:
    installation = migrated(tmp_path)
    before = installation.tree()
    with pytest.raises(StoreRefused, match="owned by user"), installation.opened(kernel=SomebodyElse()) as store:
        store.put("a", entry(2))
    with installation.opened(kernel=SomebodyElse(), writable=False) as store:
        assert store.load() == {"a": entry(1)}
    assert installation.tree() == before


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777, 0o1777])
def test_a_live_directory_that_others_may_write_into_is_refused_for_writing(tmp_path: Path, mode: int) -> None:
    installation = migrated(tmp_path)
    installation.live.chmod(mode)
    before = installation.tree()
    with pytest.raises(StoreRefused, match=r"sessions\.d"), installation.opened() as store:
        store.put("a", entry(2))
    assert installation.load() == {"a": entry(1)}
    assert installation.tree() == before


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_file_that_is_adopted_or_moved_aside_is_closed_to_others_first(tmp_path: Path, is_taken: bool) -> None:
    installation = migrated(tmp_path)
    older = installation.live / "X:y.json"
    older.write_text('{"sessionId": "older"}')
    older.chmod(0o644)
    inode = older.stat().st_ino
    if is_taken:
        (installation.live / "x%3Ay.json").write_text('{"sessionId": "newer"}')
    with installation.opened() as store:
        assert store.get("x:y") == {"sessionId": "newer" if is_taken else "older"}
    (kept,) = (path for path in installation.live.iterdir() if path.stat().st_ino == inode)
    assert kept.name.startswith(".unreadable-") == is_taken
    assert kept.stat().st_mode & 0o7777 == 0o600


def test_a_file_whose_mode_is_not_ours_to_change_is_adopted_and_told(tmp_path: Path) -> None:
    class Guarded(UnsyncedHost):
        def fchmod(self, fd: int, mode: int) -> None:
            raise PermissionError(EPERM, "not the owner")

    installation = migrated(tmp_path)
    older = installation.live / "X:y.json"
    older.write_text('{"sessionId": "older"}')
    older.chmod(0o644)
    with installation.opened(kernel=Guarded()) as store:
        assert store.get("x:y") == {"sessionId": "older"}
    assert "its mode could not be changed" in installation.warnings


def test_the_mode_of_an_adopted_file_is_durable_before_its_name() -> None:
    machine = Machine()
    kernel = machine.start().kernel
    kernel.mkdir("/srv/sessions.d", 0o700)
    write_file(kernel, "/srv/sessions.d/X:y.json", b'{"sessionId": "older"}', mode=0o644)
    machine.settle()
    SessionStore("/srv/sessions.json", machine.start().kernel, notify=lambda _: None)
    end = len(machine.effects)
    for profile in GATES:
        crash = crash_disk(
            machine.disk,
            machine.created,
            machine.effects,
            machine.times,
            [*range(end + 1)],
            PROFILES[profile],
            machine.next_ino,
            start=0,
        )
        modes = {mode for _, mode in discover(crash.disk, lambda after: adopted_mode(after.start().kernel))}
        assert modes == {None, 0o600}, profile


def adopted_mode(kernel: Kernel) -> int | None:
    """The mode under the canonical name, if that is there."""
    try:
        return kernel.stat("/srv/sessions.d/x%3Ay.json").mode & 0o7777
    except FileNotFoundError:
        return None


def test_what_we_make_is_closed_to_others_whatever_the_umask(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        installation = migrated(tmp_path)
        with installation.opened() as store:
            store.put("b", entry(2))
    finally:
        os.umask(umask)
    assert installation.live.stat().st_mode & 0o7777 == 0o700
    for path in [*installation.live.iterdir(), tmp_path / "sessions.d.lock"]:
        assert path.stat().st_mode & 0o7777 == 0o600, path


def test_a_tight_umask_is_no_obstacle(tmp_path: Path) -> None:
    umask = os.umask(0o177)
    try:
        installation = migrated(tmp_path)
        assert installation.load() == {"a": entry(1)}
    finally:
        os.umask(umask)


def _attempt(installation: Installation, **options: Any) -> str:
    """Put, migrate, read; what came of each, in words."""
    told = []
    acts: dict[str, Callable[[SessionStore], object]] = {
        "put": lambda store: store.put("a", entry(2)),
        "delete": lambda store: store.delete("a"),
        "migrate": lambda store: store.migrate().name,
    }
    for name, act in acts.items():
        try:
            with installation.opened(**options) as store:
                told.append(f"{name}: {act(store)}")
        except StoreError as error:
            told.append(f"{name}: {type(error).__name__} {error}")
    return "\n".join(told)


@pytest.mark.parametrize("layout", ["legacy", "directory"])
def test_a_folder_that_may_not_be_written_is_an_error_and_is_still_read(layout: str) -> None:
    """As an unprivileged user: the folder is 0500, so no lock file, no temporary can be made."""

    def run() -> tuple[str, bool]:
        installation = Installation(folder / "store")
        installation.folder.mkdir()
        installation.arrange({"a": entry(1)})
        if layout == "directory":
            with installation.opened() as store:
                store.migrate()
            installation.live.chmod(0o500)
        installation.folder.chmod(0o500)
        before = installation.tree()
        told = _attempt(installation)
        unchanged = installation.tree() == before and installation.load() == {"a": entry(1)}
        installation.folder.chmod(0o700)
        if layout == "directory":
            installation.live.chmod(0o700)
        return told, unchanged

    with folder_for_everyone() as folder:
        told, unchanged = in_child(run, uid=NOBODY)
    assert unchanged
    assert "put: WriteFailed" in told
    assert "Permission denied" in told
    assert "/store/sessions.d" in told


@pytest.mark.parametrize("layout", ["legacy", "directory"])
def test_a_read_only_disk_is_an_error_and_is_still_read(layout: str) -> None:
    """For everyone, root included: a read-only mount that only the child sees."""

    def run() -> tuple[str, bool]:
        mount_read_only(folder)
        before = installation.tree()
        told = _attempt(installation)
        return told, installation.tree() == before and installation.load() == {"a": entry(1)}

    with folder_for_everyone() as folder:
        installation = Installation(folder)
        installation.arrange({"a": entry(1)})
        if layout == "directory":
            migrated(folder)
        told, unchanged = in_child(run)
    assert unchanged
    assert "put: WriteFailed" in told
    assert "Read-only file system" in told
    assert str(folder) in told


def test_a_file_that_may_not_be_read_is_an_error_and_not_an_empty_store() -> None:
    def run() -> tuple[str, str]:
        installation = Installation(folder / "store")
        installation.folder.mkdir()
        installation.arrange({"a": entry(1)})
        installation.path.chmod(0)
        told = [_attempt(installation)]
        with pytest.raises(ReadFailed, match=r"sessions\.json") as raised:
            installation.load()
        installation.path.chmod(0o600)
        assert installation.load() == {"a": entry(1)}
        return "\n".join(told), str(raised.value)

    with folder_for_everyone() as folder:
        told, error = in_child(run, uid=NOBODY)
    assert "Permission denied" in error
    assert "put: None" not in told
    assert "migrate: migrated" not in told


def test_a_directory_that_may_not_be_read_is_an_error_and_not_an_empty_store() -> None:
    def run() -> tuple[str, bool]:
        (folder / "store").mkdir()
        installation = migrated(folder / "store")
        installation.live.chmod(0)
        with pytest.raises(ReadFailed, match=r"sessions\.d") as raised:
            installation.load()
        told = _attempt(installation)
        installation.live.chmod(0o700)
        return f"{raised.value}\n{told}", installation.load() == {"a": entry(1)}

    with folder_for_everyone() as folder:
        told, unchanged = in_child(run, uid=NOBODY)
    assert unchanged
    assert told.count("Permission denied") == 4


def test_an_entry_that_may_not_be_read_is_an_error_and_not_unreadable_content() -> None:
    def run() -> str:
        (folder / "store").mkdir()
        installation = migrated(folder / "store")
        (installation.live / "a.json").chmod(0)
        with installation.opened() as store:
            acts: tuple[Callable[[], object], ...] = (store.load, lambda: store.get("a"), lambda: store.updated_at("a"))
            for act in acts:
                with pytest.raises(ReadFailed, match=r"a\.json"):
                    act()
        return installation.warnings

    with folder_for_everyone() as folder:
        assert "unreadable entry" not in in_child(run, uid=NOBODY)


def test_reading_never_writes() -> None:
    """Opened for reading on a read-only disk, everything that reads works, and nothing else."""

    def run() -> tuple[object, ...]:
        mount_read_only(folder)
        with installation.opened(writable=False) as store:
            told = (store.load(), store.get("a"), store.updated_at("a"), store.check())
            for act in (
                lambda: store.put("a", entry(2)),
                lambda: store.delete("a"),
                lambda: store.migrate(),
                lambda: store.roll_back(),
                lambda: store.recover(),
                lambda: store.apply({}, ["a"]),
                lambda: store.update("a", lambda old: entry(2)),
            ):
                with pytest.raises(StoreError, match="read"):
                    act()
            return told

    with folder_for_everyone() as folder:
        installation = migrated(folder)
        assert in_child(run) == ({"a": entry(1)}, entry(1), entry(1)["updatedAt"], ())


def test_a_failed_write_names_path_and_step(tmp_path: Path) -> None:
    def run() -> tuple[str, str]:
        (folder / "store").mkdir()
        installation = migrated(folder / "store")
        with installation.opened() as store:
            installation.live.chmod(0o500)
            with pytest.raises(WriteFailed) as raised:
                store.put("b", entry(2))
            installation.live.chmod(0o700)
        return raised.value.path, raised.value.step

    with folder_for_everyone() as folder:
        path, step = in_child(run, uid=NOBODY)
    assert path.startswith(str(folder / "store" / "sessions.d" / ".tmp-"))
    assert step == "create"
