"""The same command prints the same bytes, whatever process, hash seed, number of jobs or folder it runs in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMMAND = (sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); from model.cli import main; main()")


def printed(folder: Path, hash_seed: int, *arguments: str, command: str = "verify") -> bytes:
    folder.mkdir()
    environment = os.environ | {"PYTHONHASHSEED": str(hash_seed)}
    done = subprocess.run(
        [*COMMAND, command, *arguments, "--no-times"], cwd=folder, env=environment, capture_output=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.stdout


def kept(folder: Path) -> dict[str, bytes]:
    """What the run left about its counterexamples."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob(".blackstart/runs/*/counterexamples/*"))}


FORMS = pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])


@FORMS
def test_a_verdict_of_ok(tmp_path: Path, form: tuple[str, ...]) -> None:
    what = ("--operation", "recover", "--operation", "finish", "--profile", "xfs", *form)
    one = printed(tmp_path / "one", 1, *what, "--jobs", "1")
    other = printed(tmp_path / "other", 2, *what, "--jobs", "2")
    assert one == other
    assert b"ok" in one


@FORMS
def test_a_conviction_and_all_that_is_kept_of_it(tmp_path: Path, form: tuple[str, ...]) -> None:
    what = ("scenarios.naive:target", *form)
    one = printed(tmp_path / "one", 1, *what, "--jobs", "1")
    other = printed(tmp_path / "other", 2, *what, "--jobs", "2")
    assert one == other
    assert kept(tmp_path / "one") == kept(tmp_path / "other")
    assert {Path(name).suffix for name in kept(tmp_path / "one")} == {".txt", ".json", ".toml"}


def test_a_sample_by_its_seed(tmp_path: Path) -> None:
    file = tmp_path / "sessions.json"
    file.write_bytes(b'{"a": {"sessionId": "1", "updatedAt": 1, "blob": "' + b"x" * 40_000 + b'"}}')
    what = ("--input", str(file), "--profile", "posix", "--json")
    first = printed(tmp_path / "first", 1, *what, "--seed", "7", "--jobs", "1")
    again = printed(tmp_path / "again", 2, *what, "--seed", "7", "--jobs", "2")
    assert first == again
    assert b"seed 7" in first


@FORMS
@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("coverage", ("scenarios.naive:target",)),
        ("faults", ("tests.only_deletes:target", "--profile", "posix")),
        ("defects", ("write-in-place", "no-fsync-of-the-directory")),
    ],
    ids=["coverage", "faults", "defects"],
)
def test_the_other_campaigns(tmp_path: Path, command: str, what: tuple[str, ...], form: tuple[str, ...]) -> None:
    one = printed(tmp_path / "one", 1, *what, *form, "--jobs", "1", command=command)
    other = printed(tmp_path / "other", 2, *what, *form, "--jobs", "2", command=command)
    assert one == other
    assert len(one.splitlines()) > 5
