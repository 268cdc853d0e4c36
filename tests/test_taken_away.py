"""The live directory is taken away by hand while the store is at work, and the cases that try that at every call."""

from pathlib import Path
from typing import Any

import pytest

from scenarios.session_cases.hands import MOVED, ROLLED_BACK
from scenarios.session_cases.interposing import SILENT, telling
from scenarios.session_cases.vanishing import PUT, WRITES, rehearsed, take_before, undisturbed
from scenarios.session_cases.whereabouts import Whereabouts
from store import SessionStore, StoreVanished
from store.kernel import Kernel
from tests.interposed import interposed
from tests.stores import Installation, UnsyncedHost, entry

LEGACY = {"a": entry(0), "b": entry(1)}


def moved_away_before(installation: Installation, call: str, name: str) -> Kernel:
    """A kernel under which the live directory is moved away before the first such call that is given this name."""

    def before(made: str, arguments: tuple[Any, ...], _: dict[str, Any]) -> None:
        if made == call and name in arguments and installation.live.exists():
            installation.live.rename(installation.folder / "moved")

    return interposed(UnsyncedHost(), before)


def test_a_legacy_file_stays_when_the_directory_it_was_merged_into_is_taken_away(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    with installation.opened() as store:
        store.put("c", entry(2))
        store.migrate()
    installation.arrange(LEGACY)
    backups, original = installation.backups, installation.path.read_bytes()
    kernel = moved_away_before(installation, "rename", ".migrated")
    with pytest.raises(StoreVanished, match="taken away"), installation.opened(kernel=kernel):
        pass
    assert installation.path.read_bytes() == original
    assert installation.backups == backups
    with installation.opened() as store:
        assert store.load() == LEGACY


def test_a_legacy_file_stays_when_the_directory_it_was_moved_into_is_taken_away(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.arrange(LEGACY)
    original = installation.path.read_bytes()
    kernel = moved_away_before(installation, "stat", "sessions.d")
    with installation.opened(kernel=kernel) as store, pytest.raises(StoreVanished, match="taken away"):
        store.migrate()
    assert installation.path.read_bytes() == original
    assert not installation.live.exists()
    with installation.opened() as store:
        assert store.migrate().name == "migrated"
        assert store.load() == LEGACY


def test_a_relative_path_does_not_follow_into_another_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here / "state", there):
        folder.mkdir(parents=True)
    monkeypatch.chdir(here)
    with SessionStore("state/sessions.json", UnsyncedHost()) as store:
        store.put("a", entry(0))
        monkeypatch.chdir(there)
        with pytest.raises(StoreVanished):
            store.put("a", entry(1))
        assert list(there.iterdir()) == []
        monkeypatch.chdir(here)
        assert store.get("a") == entry(0)


@pytest.mark.parametrize("step", WRITES, ids=lambda step: step.call)
def test_what_happens_before_a_silent_call_might_happen_after_it(step: Any) -> None:
    """So that it need not be tried before each call: the disk is the same, and so are all calls that say anything."""
    whereabouts = Whereabouts(step, ROLLED_BACK)
    calls = undisturbed(whereabouts).calls
    tried = [moment.at for moment in telling(undisturbed(whereabouts).moments)]
    assert 0 < len(tried) < len(calls)
    for at in range(len(calls)):
        if at not in tried:
            assert calls[at - 1] in SILENT
            assert traced(whereabouts, at) == traced(whereabouts, at - 1)


def traced(whereabouts: Whereabouts, at: int) -> tuple[object, ...]:
    scene = rehearsed(whereabouts, lambda scene: take_before(scene, whereabouts, at))
    return tuple(map(repr, scene.stage.machine.effects)), scene.calls


def test_the_retry_settles_the_folder_before_it_takes_the_name_and_after_it_has_opened_what_it_made() -> None:
    whereabouts = Whereabouts(PUT, MOVED)
    calls = rehearsed(whereabouts, lambda scene: take_before(scene, whereabouts, 0)).calls
    made = calls.index("mkdir")
    assert calls[made - 1 : made + 4] == ["fsync", "mkdir", "open", "fstat", "fsync"]
