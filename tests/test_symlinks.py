"""A symbolic link in any place of a store: refused, and what it leads to left as it was."""

from collections.abc import Callable
from pathlib import Path

import pytest

from store import SessionStore
from store.errors import StoreError, StoreRefused
from tests.interposed import interposed
from tests.stores import Installation, UnsyncedHost, entry


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


WRITES: dict[str, Callable[[SessionStore], object]] = {
    "put": lambda store: store.put("a", entry(9)),
    "update": lambda store: store.update("a", lambda old: entry(9)),
    "delete": lambda store: store.delete("a"),
    "apply": lambda store: store.apply({"b": entry(9)}, ["a"]),
    "migrate": lambda store: store.migrate(),
    "roll back": lambda store: store.roll_back(),
}


def refused_or_told(installation: Installation, act: Callable[[SessionStore], object]) -> bool:
    """Open for writing and act; True when the store would not."""
    try:
        with installation.opened() as store:
            return getattr(act(store), "name", "") == "refused"
    except StoreRefused as error:
        return str(installation.folder) in str(error)


@pytest.mark.parametrize("act", [WRITES[name] for name in WRITES if name != "roll back"])
def test_a_legacy_file_that_is_a_link_is_refused(
    installation: Installation, elsewhere: Path, act: Callable[[SessionStore], object]
) -> None:
    target = elsewhere / "target.json"
    target.write_text('{"a": {"sessionId": "theirs"}}')
    installation.path.symlink_to(target)
    assert refused_or_told(installation, act)
    assert target.read_text() == '{"a": {"sessionId": "theirs"}}'
    assert installation.path.is_symlink()
    assert list(elsewhere.iterdir()) == [target]


def test_a_legacy_file_that_is_a_link_is_not_read(installation: Installation, elsewhere: Path) -> None:
    (elsewhere / "target.json").write_text('{"a": {"sessionId": "theirs"}}')
    installation.path.symlink_to(elsewhere / "target.json")
    with installation.opened(writable=False) as store, pytest.raises(StoreRefused, match="symbolic link"):
        store.load()


@pytest.mark.parametrize("act", WRITES.values(), ids=WRITES.keys())
def test_a_live_directory_that_is_a_link_is_refused(
    installation: Installation, elsewhere: Path, act: Callable[[SessionStore], object]
) -> None:
    (elsewhere / "a.json").write_text('{"sessionId": "theirs"}')
    installation.live.symlink_to(elsewhere)
    installation.arrange({"b": entry(1)})
    before = installation.tree()
    assert refused_or_told(installation, act)
    assert installation.tree() == before
    assert [path.name for path in elsewhere.iterdir()] == ["a.json"]


def test_a_live_directory_that_is_a_link_is_not_read(installation: Installation, elsewhere: Path) -> None:
    (elsewhere / "a.json").write_text('{"sessionId": "theirs"}')
    installation.live.symlink_to(elsewhere)
    with installation.opened(writable=False) as store, pytest.raises(StoreRefused):
        store.load()


def test_staging_that_is_a_link_is_not_followed(installation: Installation, elsewhere: Path) -> None:
    (elsewhere / "x.json").write_text("theirs")
    (installation.folder / "sessions.d.migrating").symlink_to(elsewhere)
    installation.arrange({"a": entry(1)})
    refused_or_told(installation, lambda store: store.migrate())
    assert [path.read_text() for path in elsewhere.iterdir()] == ["theirs"]
    assert installation.load() == {"a": entry(1)}
    assert "sessions.d.migrating" in installation.warnings


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path, elsewhere: Path) -> None:
    (elsewhere / "sessions.json").write_text('{"a": {"sessionId": "theirs"}}')
    (tmp_path / "link").symlink_to(elsewhere)
    linked = Installation(tmp_path / "link")
    for act in WRITES.values():
        assert refused_or_told(linked, act)
    with linked.opened(writable=False) as store, pytest.raises(StoreRefused):
        store.load()
    assert [path.name for path in elsewhere.iterdir()] == ["sessions.json"]


def test_a_lock_file_that_is_a_link_is_refused(installation: Installation, elsewhere: Path) -> None:
    installation.arrange({"a": entry(1)})
    (installation.folder / "sessions.d.lock").symlink_to(elsewhere / "lock")
    assert refused_or_told(installation, lambda store: store.put("a", entry(2)))
    assert list(elsewhere.iterdir()) == []


def test_an_entry_that_is_a_link_is_unreadable_and_never_written_through(
    installation: Installation, elsewhere: Path
) -> None:
    (elsewhere / "target").write_text('{"sessionId": "theirs"}')
    installation.arrange({"a": entry(1)})
    with installation.opened() as store:
        store.migrate()
        (installation.live / "b.json").symlink_to(elsewhere / "target")
        assert store.load() == {"a": entry(1)}
        with pytest.raises(StoreError, match="symbolic link"):
            store.get("b")
        store.put("b", entry(2))
        assert store.get("b") == entry(2)
    assert (elsewhere / "target").read_text() == '{"sessionId": "theirs"}'
    assert not (installation.live / "b.json").is_symlink()


def test_a_marker_that_is_a_link_is_not_followed(installation: Installation, elsewhere: Path) -> None:
    (elsewhere / "marker").write_text('{"sha256": "", "backup": "sessions.json.bak.1"}')
    installation.arrange({"a": entry(1)})
    with installation.opened() as store:
        store.migrate()
    (installation.live / ".migrated").symlink_to(elsewhere / "marker")
    with installation.opened() as store:
        assert store.load() == {"a": entry(1)}
    assert [path.name for path in elsewhere.iterdir()] == ["marker"]


def test_a_marker_that_names_a_backup_elsewhere_leads_nowhere(installation: Installation, elsewhere: Path) -> None:
    (elsewhere / "secret.json").write_text('{"stolen": {"sessionId": "theirs"}}')
    installation.arrange({"a": entry(1)})
    with installation.opened() as store:
        store.migrate()
    (installation.live / ".migrated").write_text(f'{{"sha256": "", "backup": "{elsewhere}/secret.json"}}')
    with installation.opened() as store:
        assert store.load() == {"a": entry(1)}
    assert (elsewhere / "secret.json").exists()


def test_the_host_kernel_never_follows_a_link_that_is_swapped_in(installation: Installation, elsewhere: Path) -> None:
    """The live directory is swapped for a link right before each call of a put; nothing lands elsewhere."""
    installation.arrange({"a": entry(1)})
    with installation.opened() as store:
        store.migrate()
    moved = installation.folder / "moved"
    for step in range(60):
        calls = 0

        def swap(name: str, arguments: tuple[object, ...], named: dict[str, object], step: int = step) -> None:
            nonlocal calls
            calls += 1
            if calls == step + 1:
                installation.live.rename(moved)
                installation.live.symlink_to(elsewhere)

        try:
            with installation.opened(kernel=interposed(UnsyncedHost(), swap)) as store:
                store.put("a", entry(2))
        except StoreError:
            pass
        assert list(elsewhere.iterdir()) == []
        if installation.live.is_symlink():
            installation.live.unlink()
            moved.rename(installation.live)
