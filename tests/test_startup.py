"""Migrating every agent's store when a gateway starts."""

import json
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from model.simulation import Machine, make_directory, read_file, write_file
from store import SessionStore
from store.kernel import Kernel
from store.notices import OUTCOMES, Notice
from store.startup import Summary, migrate_all, normalise_agent_id
from tests.interposed import interposed
from tests.stores import UnsyncedHost, entry


def arrange(folder: Path, content: Any = None) -> Path:
    """A store's folder with a legacy file of one entry, or with that content."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "sessions.json"
    path.write_text(content if isinstance(content, str) else json.dumps({"a": entry(1)}))
    return path


def agent(state: Path, name: str, content: Any = None) -> Path:
    return arrange(state / "agents" / name / "sessions", content)


def start(
    state: Path, template: str | None = None, agents: Iterable[str] | None = None, *, kernel: Kernel | None = None
) -> Summary:
    return migrate_all(
        str(state),
        template,
        agents,
        kernel=kernel or UnsyncedHost(),
        notify=lambda notice: None,
        home=str(state / "home"),
    )


def outcomes(summary: Summary) -> dict[str, str]:
    return {store.path: store.outcome.name for store in summary.stores}


def loaded(path: Path) -> dict[str, Any]:
    return SessionStore(str(path), UnsyncedHost(), writable=False).load()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "main"),
        ("", "main"),
        ("  \t", "main"),
        ("Work", "work"),
        (" ops-2_b \ufeff", "ops-2_b"),
        ("../../etc", "etc"),
        ("a/b\\c", "a-b-c"),
        ("###", "main"),
        ("-lead", "lead"),
        ("_lead", "_lead"),
        ("Zoë", "zo"),
        ("x" * 64, "x" * 64),
        ("x" * 65, "x" * 64),
        ("é" * 80, "main"),
        ("a b  c", "a-b-c"),
    ],
)
def test_agent_ids_have_one_spelling(given: str | None, expected: str) -> None:
    assert normalise_agent_id(given) == expected
    assert normalise_agent_id(expected) == expected


def test_every_agent_found_on_disk_is_migrated(tmp_path: Path) -> None:
    paths = [agent(tmp_path, name) for name in ("main", "ops", "work")]
    summary = start(tmp_path)
    assert outcomes(summary) == {str(path): "migrated" for path in paths}
    assert all(loaded(path) == {"a": entry(1)} for path in paths)
    assert not any(path.exists() for path in paths)


def test_a_second_start_finds_nothing_to_do(tmp_path: Path) -> None:
    agent(tmp_path, "main")
    start(tmp_path)
    summary = start(tmp_path)
    assert [store.outcome.name for store in summary.stores] == ["skipped"]
    assert not summary.trouble


def test_the_summary_is_one_line_that_counts_every_outcome(tmp_path: Path) -> None:
    agent(tmp_path, "good")
    agent(tmp_path, "empty", "{}")
    broken = agent(tmp_path, "broken", "{oops")
    summary = start(tmp_path)
    line = summary.line()
    assert "\n" not in line
    assert line.startswith(
        "session stores: inspected=3 migrated=1 merged=0 finished=0 skipped=1 invalid=1 refused=0 failed=0"
    )
    assert f"{broken}: invalid: line 1 column 2" in line
    assert tuple(summary.counts) == OUTCOMES


def test_nothing_on_disk_is_nothing_to_do(tmp_path: Path) -> None:
    assert start(tmp_path).stores == ()
    assert start(tmp_path / "missing").stores == ()
    (tmp_path / "agents" / "new").mkdir(parents=True)
    assert start(tmp_path).stores == ()
    assert [path.name for path in tmp_path.rglob("*")] == ["agents", "new"]


def test_an_agent_without_a_store_is_skipped_and_nothing_is_made_for_it(tmp_path: Path) -> None:
    (tmp_path / "agents" / "new" / "sessions").mkdir(parents=True)
    assert [store.outcome.name for store in start(tmp_path).stores] == ["skipped"]
    assert list((tmp_path / "agents" / "new" / "sessions").iterdir()) == []


def test_a_template_is_expanded_for_every_agent_known_or_found(tmp_path: Path) -> None:
    agent(tmp_path, "found")
    stores = {name: arrange(tmp_path / "custom" / name) for name in ("found", "configured", "other")}
    summary = start(tmp_path, f"{tmp_path}/custom/{{agentId}}/sessions.json", ["Configured", "missing"])
    assert outcomes(summary) == {
        str(tmp_path / "agents" / "found" / "sessions" / "sessions.json"): "migrated",
        str(stores["found"]): "migrated",
        str(stores["configured"]): "migrated",
        str(tmp_path / "custom" / "missing" / "sessions.json"): "skipped",
    }
    assert stores["other"].exists()
    assert not (tmp_path / "custom" / "missing").exists()


def test_stores_that_share_a_folder_each_have_a_directory_of_their_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"sessions-{name}.json").write_text(json.dumps({name: entry(1)}))
    start(tmp_path, f"{tmp_path}/sessions-{{agentId}}.json", ["one", "two"])
    assert loaded(tmp_path / "sessions-one.json") == {"one": entry(1)}
    assert loaded(tmp_path / "sessions-two.json") == {"two": entry(1)}


def test_a_template_without_agents_means_main(tmp_path: Path) -> None:
    path = arrange(tmp_path / "custom" / "main")
    assert outcomes(start(tmp_path, f"{tmp_path}/custom/{{agentId}}/sessions.json")) == {str(path): "migrated"}


def test_a_path_without_placeholder_is_migrated_once(tmp_path: Path) -> None:
    path = arrange(tmp_path / "custom")
    assert outcomes(start(tmp_path, str(path), ["a", "b"])) == {str(path): "migrated"}


def test_a_store_reached_in_two_ways_is_migrated_once(tmp_path: Path) -> None:
    path = agent(tmp_path, "main")
    (tmp_path / "shortcut").symlink_to(tmp_path / "agents")
    for template in (
        f"{tmp_path}/agents/{{agentId}}/sessions/sessions.json",
        f"{tmp_path}/shortcut/main/sessions/sessions.json",
    ):
        assert list(outcomes(start(tmp_path, template))) == [str(path)]


def test_home_is_expanded_and_what_is_not_absolute_is_refused(tmp_path: Path) -> None:
    path = arrange(tmp_path / "home" / "main")
    assert outcomes(start(tmp_path, "~/{agentId}/sessions.json")) == {str(path): "migrated"}
    assert outcomes(start(tmp_path, "relative/sessions.json")) == {"relative/sessions.json": "refused"}
    summary = migrate_all(str(tmp_path), "~/x/sessions.json", kernel=UnsyncedHost(), notify=lambda notice: None)
    assert outcomes(summary) == {"~/x/sessions.json": "refused"}


def test_a_configured_path_that_is_no_store_fails_alone(tmp_path: Path) -> None:
    path = agent(tmp_path, "main")
    summary = start(tmp_path, f"{tmp_path}/agents")
    assert outcomes(summary) == {str(path): "migrated", f"{tmp_path}/agents": "failed"}


def test_symbolic_links_below_the_root_are_refused(tmp_path: Path) -> None:
    outside = arrange(tmp_path / "outside" / "sessions")
    state = tmp_path / "state"
    good = agent(state, "good")
    (state / "agents" / "linked").symlink_to(tmp_path / "outside")
    (state / "agents" / "inner").mkdir()
    (state / "agents" / "inner" / "sessions").symlink_to(outside.parent)
    (state / "agents" / "file-link" / "sessions").mkdir(parents=True)
    (state / "agents" / "file-link" / "sessions" / "sessions.json").symlink_to(outside)
    (state / "agents" / "plain-file").write_text("")
    assert outcomes(start(state)) == {
        str(good): "migrated",
        str(state / "agents" / "linked"): "refused",
        str(state / "agents" / "inner" / "sessions"): "refused",
        str(state / "agents" / "file-link" / "sessions" / "sessions.json"): "refused",
    }
    assert [path.name for path in outside.parent.iterdir()] == ["sessions.json"]


def test_an_agents_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    outside = agent(tmp_path / "outside", "main")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "agents").symlink_to(tmp_path / "outside" / "agents")
    assert outcomes(start(tmp_path / "state")) == {str(tmp_path / "state" / "agents"): "refused"}
    assert outside.exists()


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    agent(tmp_path / "real", "main")
    (tmp_path / "state").symlink_to(tmp_path / "real")
    assert [store.outcome.name for store in start(tmp_path / "state").stores] == ["migrated"]


def test_a_configured_folder_may_be_a_link_that_stays_as_it_is(tmp_path: Path) -> None:
    path = arrange(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert [store.outcome.name for store in start(tmp_path, f"{tmp_path}/link/sessions.json").stores] == ["migrated"]
    assert loaded(path) == {"a": entry(1)}


def at_every_call(run: Callable[[Kernel], object], strike: Callable[[], object], undo: Callable[[], object]) -> None:
    """Run again and again, with a strike before the first call, then before the second, until a run is over sooner."""
    step = 0
    while True:
        step += 1
        calls = 0

        def before(name: str, arguments: tuple[Any, ...], named: dict[str, Any], step: int = step) -> None:
            nonlocal calls
            calls += 1
            if calls == step:
                strike()

        run(interposed(UnsyncedHost(), before))
        undo()
        if calls < step:
            assert step > 50
            return


@pytest.mark.parametrize("link", ["agents", "agents/main", "agents/main/sessions"])
def test_a_link_swapped_in_at_any_moment_is_no_way_out(tmp_path: Path, link: str) -> None:
    state, outside = tmp_path / "state", tmp_path / "outside"
    steps = iter(range(1_000_000))
    theirs = arrange(outside / "main" / "sessions").read_bytes()
    folders = {
        "agents": outside,
        "agents/main": outside / "main",
        "agents/main/sessions": outside / "main" / "sessions",
    }
    place, moved = state / link, tmp_path / "moved"

    def strike() -> None:
        place.rename(moved)
        place.symlink_to(folders[link])

    def undo() -> None:
        assert [path.name for path in (outside / "main" / "sessions").iterdir()] == ["sessions.json"]
        assert (outside / "main" / "sessions" / "sessions.json").read_bytes() == theirs
        if place.is_symlink():
            place.unlink()
            moved.rename(place)
        state.rename(tmp_path / f"done {next(steps)}")
        agent(state, "main")

    agent(state, "main")
    at_every_call(lambda kernel: start(state, kernel=kernel), strike, undo)


def test_a_configured_folder_that_leads_elsewhere_by_now_is_refused(tmp_path: Path) -> None:
    first, second = arrange(tmp_path / "first"), arrange(tmp_path / "second")
    link = tmp_path / "link"
    link.symlink_to(first.parent)
    opened = 0

    def before(name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        nonlocal opened
        if name == "open" and arguments[0] == str(link):
            opened += 1
            if opened == 2:
                link.unlink()
                link.symlink_to(second.parent)

    summary = start(tmp_path, f"{link}/sessions.json", kernel=interposed(UnsyncedHost(), before))
    assert [store.outcome.name for store in summary.stores] == ["refused"]
    assert second.exists()
    assert [path.name for path in second.parent.iterdir()] == ["sessions.json"]


@pytest.mark.parametrize(
    "error", [OSError(5, "Input/output error"), RecursionError("deep"), MemoryError(), ValueError("a bug")]
)
def test_whatever_befalls_one_store_the_others_are_migrated(tmp_path: Path, error: Exception) -> None:
    paths = {name: agent(tmp_path, name) for name in ("first", "second", "third")}
    staging = count(1)

    def before(name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        if name == "mkdir" and next(staging) == 2:
            raise error

    summary = start(tmp_path, kernel=interposed(UnsyncedHost(), before))
    assert outcomes(summary) == {
        str(paths["first"]): "migrated",
        str(paths["second"]): "failed",
        str(paths["third"]): "migrated",
    }
    assert loaded(paths["second"]) == {"a": entry(1)}
    assert str(paths["second"]) in summary.line()


def test_warnings_are_handed_on(tmp_path: Path) -> None:
    path = agent(tmp_path, "main", '{"a": {"sessionId": "s"}, "b": null}')
    notices: list[Notice] = []
    migrate_all(str(tmp_path), kernel=UnsyncedHost(), notify=notices.append)
    assert [(notice.path, "'b'" in notice.text) for notice in notices] == [(str(path), True)]


def test_it_runs_on_the_simulated_computer_alike() -> None:
    machine = Machine()
    kernel = machine.start().kernel
    for name in ("main", "ops"):
        for folder in ("", "/agents", f"/agents/{name}", f"/agents/{name}/sessions"):
            if folder not in ("", "/agents") or name == "main":
                make_directory(kernel, f"/srv/state{folder}")
        write_file(kernel, f"/srv/state/agents/{name}/sessions/sessions.json", json.dumps({"a": entry(1)}).encode())
    machine.symlink("/srv/state/agents/main", "/srv/state/agents/linked")
    summary = migrate_all("/srv/state", kernel=kernel, notify=lambda notice: None)
    assert summary.counts == {**dict.fromkeys(OUTCOMES, 0), "migrated": 2, "refused": 1}
    assert json.loads(read_file(kernel, "/srv/state/agents/main/sessions/sessions.d/a.json") or b"") == entry(1)
