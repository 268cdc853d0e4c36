"""The command line: what it prints where, and with which exit code it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from model.cli import run
from model.commands.parameters import duration
from model.persistence.profiles import PROFILES
from model.report.figures import WIDTH
from scenarios.sample import sample

Captured = pytest.CaptureFixture[str]


def blackstart(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """The command as a user runs it: a process of its own, in a folder of its own."""
    program = f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); from model.cli import main; main()"
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["verify", "--help"], ["sample", "-h"], ["profiles", "--help"]])
def test_help_fits_the_page(arguments: list[str], capsys: Captured) -> None:
    assert run(arguments) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > WIDTH] == []


def test_help_names_the_exit_codes_and_shows_examples(capsys: Captured) -> None:
    run(["--help"])
    shown = capsys.readouterr().out
    assert "0 ok, 1 counterexample, 2 usage, 3 unknown" in shown
    assert "blackstart verify yourmodule:target" in shown


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from model.cli import run; run(['--help']); "
        "heavy = {'hypothesis', 'rich', 'model.explore', 'model.simulation', 'multiprocessing'} & sys.modules.keys(); "
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["verfy"], "No such command 'verfy'"),
        (["verify", "--jobs", "0"], "--jobs"),
        (["verify", "--budget", "soon"], "'soon' is no duration; write 90s, 3m or 1h"),
        (["verify", "--nested", "deep"], "'deep' is neither a number nor 'fixpoint'"),
        (["verify", "--input", "no/such/file"], "no/such/file"),
        (["verify", "no_such_module:target"], "there is no module no_such_module"),
        (["verify", "model.cli"], "a target is named module:name"),
        (["verify", "scenarios.naive:target", "--operation", "putt"], "there is no 'putt'. There are: put, "),
        (["verify", "scenarios.naive:target", "--profile", "ntfs"], "there is no 'ntfs'. There are: process-kill, "),
        (["verify", "scenarios.naive:target", "--entries", "3"], "Leave out --entries"),
        (["sample", "--entries", "-1"], "--entries"),
    ],
)
def test_a_mistake_is_told_with_its_remedy(arguments: list[str], told: str, capsys: Captured) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert told in " ".join(shown.err.split())
    assert "Traceback" not in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(("text", "duration_s"), [("90", 90), ("90s", 90), ("3m", 180), ("1.5h", 5400)])
def test_durations_have_units(text: str, duration_s: float) -> None:
    assert duration(None, None, text) == duration_s  # type: ignore[arg-type]


def test_every_profile_is_described(capsys: Captured) -> None:
    assert run(["profiles"]) == 0
    shown = capsys.readouterr().out
    assert all(f"{name} ({'gate' if profile.gate else 'study'})" in shown for name, profile in PROFILES.items())
    assert [line for line in shown.splitlines() if len(line) > WIDTH] == []


def test_profiles_as_json(capsys: Captured) -> None:
    assert run(["profiles", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] == 1
    assert [row["name"] for row in value["rows"]] == list(PROFILES)


def test_a_sample_is_written_byte_for_byte(tmp_path: Path) -> None:
    done = blackstart("sample", "--entries", "3", "--seed", "5", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.encode() == sample(3, 5)
