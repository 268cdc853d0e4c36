"""`session-store`, as operators use it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from store import errors
from store.command import REMEDIES, main
from store.errors import AccessFailed, Reentered, StoreError
from tests.children import NOBODY, folder_for_everyone, in_child
from tests.stores import Installation, entry


def run(*arguments: str, expect: int = 0) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == expect, result.output
    return result


def run_json(*arguments: str, expect: int = 0) -> Any:
    told = json.loads(run(*arguments, "--json", expect=expect).stdout)
    assert told["schema"] == 1
    return told


@pytest.fixture
def path(installation: Installation) -> str:
    installation.arrange({"agent:main:b": entry(2), "agent:main:a": entry(1)})
    return str(installation.path)


def test_a_store_is_migrated_listed_read_checked_and_rolled_back(path: str, installation: Installation) -> None:
    assert "migrated: 2 entries" in run("migrate", path).stdout
    listed = run("list", path).stdout.splitlines()
    assert listed[0].split() == ["2023-11-14T22:13:20Z", "session-1", "agent:main:a"]
    assert [line.split()[-1] for line in listed] == ["agent:main:a", "agent:main:b"]
    assert json.loads(run("get", path, "AGENT:main:a").stdout) == entry(1)
    assert run("check", path).stdout == "nothing to report\n"
    assert run("recover", path).stdout == "nothing to recover\n"
    assert "rolled-back" in run("roll-back", path).stdout
    assert json.loads(installation.path.read_text()) == {"agent:main:a": entry(1), "agent:main:b": entry(2)}


def test_every_command_tells_the_same_as_json(path: str) -> None:
    assert run_json("migrate", path)["outcome"] == "migrated"
    assert run_json("migrate", path)["outcome"] == "skipped"
    assert run_json("list", path)["entries"] == [
        {"key": f"agent:main:{name}", "sessionId": f"session-{number}", "updatedAt": 1_700_000_000_000 + number}
        for name, number in (("a", 1), ("b", 2))
    ]
    assert run_json("get", path, "agent:main:b")["entry"] == entry(2)
    assert run_json("check", path)["findings"] == []
    assert run_json("recover", path)["steps"] == []
    assert run_json("roll-back", path)["outcome"] == "rolled-back"


def test_check_ends_with_1_when_it_found_something_and_changes_nothing(path: str, installation: Installation) -> None:
    run("migrate", path)
    (installation.live / "broken.json").write_bytes(b"\0\0")
    before = installation.tree()
    assert "sessions.d/broken.json" in run("check", path, expect=1).stdout
    assert [row["name"] for row in run_json("check", path, expect=1)["findings"]] == ["sessions.d/broken.json"]
    assert installation.tree() == before


def test_recover_says_what_it_did(path: str, installation: Installation) -> None:
    run("migrate", path)
    (installation.live / ".tmp-0123456789abcdef").write_bytes(b"half")
    assert run("recover", path).stdout == "swept temporary\n"


def test_an_invalid_file_ends_with_4_and_says_where_and_why(path: str, installation: Installation) -> None:
    installation.path.write_text('{"a": oops}')
    result = run("migrate", path, expect=4)
    assert f"{path}: invalid: line 1 column 7" in result.stdout
    assert f"warning: {path}" in result.stderr
    assert installation.path.read_text() == '{"a": oops}'
    result = run("list", path, expect=4)
    assert result.stdout == ""
    assert path in result.stderr
    assert "Remedy: mend the file" in result.stderr


def test_warnings_go_to_stderr_and_leave_json_alone(path: str, installation: Installation) -> None:
    installation.arrange({"a": entry(1), "b": None})
    result = CliRunner().invoke(main, ["migrate", path, "--json"])
    assert "'b'" in json.loads(result.stdout)["notices"][0]
    assert "'b'" in result.stderr


def test_a_missing_session_ends_with_4(path: str) -> None:
    result = run("get", path, "agent:main:nobody", expect=4)
    assert "no session 'agent:main:nobody'" in result.stderr
    assert run("get", path, "", expect=4).stderr.count("Remedy: use another key") == 1


def test_a_path_that_is_no_store_ends_with_4_and_one_that_is_missing_shows_nothing(tmp_path: Path) -> None:
    assert "Remedy: give the path" in run("list", str(tmp_path / "sessions.d"), expect=4).stderr
    assert run("list", str(tmp_path / "sessions.json")).stdout.strip() == ""
    assert "skipped" in run("migrate", str(tmp_path / "missing" / "sessions.json")).stdout
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage_ends_with_2(path: str) -> None:
    run("migrate", expect=2)
    run("frobnicate", path, expect=2)
    run("list", path, "--lock-timeout", "soon", expect=2)


def test_a_relative_path_and_links_on_the_way_mean_what_the_operator_means(
    path: str, installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = tmp_path_factory.mktemp("links") / "link"
    link.symlink_to(installation.folder)
    run("migrate", str(link / "sessions.json"))
    monkeypatch.chdir(installation.folder)
    assert len(run("list", "sessions.json").stdout.splitlines()) == 2


def test_keys_that_a_terminal_cannot_show_are_quoted(path: str, installation: Installation) -> None:
    installation.arrange({"a\x1b[31m\nb": entry(1), "\ud800": {"updatedAt": "soon"}, "plain": {"updatedAt": 1e300}})
    lines = run("list", path).stdout.splitlines()
    assert [line.split(" ")[-1] for line in lines] == ['"a\\u001b[31m\\nb"', "plain", '"\\ud800"']
    assert json.loads(run("get", path, "plain").stdout) == {"updatedAt": 1e300}


def test_migrate_all_sums_up_and_ends_with_4_when_a_store_needs_somebody(tmp_path: Path) -> None:
    for name, content in {"good": json.dumps({"a": entry(1)}), "bad": "{"}.items():
        folder = tmp_path / "agents" / name / "sessions"
        folder.mkdir(parents=True)
        (folder / "sessions.json").write_text(content)
    result = run("migrate-all", str(tmp_path), expect=4)
    assert "inspected=2 migrated=1" in result.stdout.splitlines()[-1]
    (tmp_path / "agents" / "bad" / "sessions" / "sessions.json").write_text("{}")
    told = run_json("migrate-all", str(tmp_path))
    assert told["counts"]["skipped"] == 2
    assert {store["outcome"] for store in told["stores"]} == {"skipped"}


def test_migrate_all_takes_a_configured_path_and_agents(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"a": entry(1)}))
    template = str(tmp_path / "{agentId}.json")
    told = run_json("migrate-all", str(tmp_path), "--store", template, "--agent", "One", "--agent", "two")
    assert [store["outcome"] for store in told["stores"]] == ["migrated", "migrated"]


def test_help_tells_every_command_and_the_exit_codes() -> None:
    told = run("--help").stdout
    for name in ("migrate", "migrate-all", "list", "get", "check", "roll-back", "recover"):
        assert f"  {name} " in told
        assert len(run(name, "--help").stdout) > 200
    assert "0 done, 1 check found something, 2 wrong usage, 4 refused or failed" in " ".join(told.split())


def test_a_failing_disk_is_named_with_its_remedy() -> None:
    def attempt() -> tuple[int, str]:
        (folder / "store").mkdir()
        installation = Installation(folder / "store")
        installation.arrange({"a": entry(1)})
        installation.folder.chmod(0o500)
        result = CliRunner().invoke(main, ["migrate", str(installation.path)])
        installation.folder.chmod(0o700)
        return result.exit_code, result.stderr

    with folder_for_everyone() as folder:
        code, told = in_child(attempt, uid=NOBODY)
    assert code == 4
    assert str(folder / "store") in told
    assert "Permission denied" in told
    assert "Remedy: see the cause" in told


def test_every_error_that_an_operator_can_meet_has_a_remedy() -> None:
    public = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, StoreError)}
    assert public - set(REMEDIES) == {StoreError, AccessFailed, Reentered}


def test_the_installed_command_works(path: str) -> None:
    command = Path(sys.executable).with_name("session-store")
    done = subprocess.run([command, "migrate", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "migrated" in done.stdout
