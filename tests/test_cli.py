"""The command line: what it prints where, and with which exit code it ends."""

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from model.cli import run
from model.commands.parameters import duration
from model.persistence.profiles import PROFILES
from model.report.figures import WIDTH
from scenarios.sample import sample

Captured = pytest.CaptureFixture[str]
ROOT = Path(__file__).parent.parent
COMMAND = (sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); from model.cli import main; main()")


def blackstart(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """The command as a user runs it: a process of its own, in a folder of its own."""
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False)


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


def rows_of(done: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(done.stdout)["rows"]
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


def test_a_naive_store_is_convicted_and_its_run_is_kept(tmp_path: Path) -> None:
    done = blackstart("verify", "scenarios.naive:target", folder=tmp_path)
    assert done.returncode == 1
    assert "counterexample 1: " in done.stdout
    assert [line for line in done.stdout.splitlines() if len(line) > WIDTH] == []
    (folder,) = (tmp_path / ".blackstart" / "runs").iterdir()
    assert f".blackstart/runs/{folder.name}" in done.stdout
    assert (folder / "report.txt").read_text() == done.stdout
    assert json.loads((folder / "verdict.json").read_text())["verdict"] == "counterexample"
    assert json.loads((folder / "environment.json").read_text())["argv"] == ["verify", "scenarios.naive:target"]


def test_results_and_progress_do_not_mix(tmp_path: Path) -> None:
    done = blackstart("verify", "scenarios.naive:target", "--operation", "put", "--json", folder=tmp_path)
    assert json.loads(done.stdout)["verdict"] == "counterexample"
    assert "counterexample" in done.stderr


def test_the_result_does_not_depend_on_the_number_of_jobs(tmp_path: Path) -> None:
    one, three = (
        blackstart("verify", "scenarios.naive:target", "--json", "--jobs", jobs, folder=tmp_path) for jobs in "13"
    )
    assert rows_of(one) == rows_of(three)


def test_a_target_is_found_in_the_folder_where_one_is(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from scenarios.naive import target\n")
    done = blackstart("verify", "mine:target", "--profile", "posix", "--operation", "put", folder=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "target         mine:target" in done.stdout


def test_no_budget_is_no_verdict(tmp_path: Path) -> None:
    done = blackstart("verify", "scenarios.naive:target", "--budget", "0s", folder=tmp_path)
    assert done.returncode == 3
    assert "\nunknown: 14 of 14 rows" in done.stdout


def test_a_broken_file_is_refused_unharmed_and_only_read(tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_bytes(sample(3, 5)[:-1000])
    file.chmod(0o400)
    before = file.stat().st_mtime_ns, file.stat().st_mode, file.read_bytes()
    done = blackstart("verify", "--input", "s.json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "outcome        invalid: " in done.stdout
    assert "untouched" in done.stdout
    assert (file.stat().st_mtime_ns, file.stat().st_mode, file.read_bytes()) == before


def test_the_migration_of_a_given_file_is_verified(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"agent:main:main": {"sessionId": "1", "updatedAt": 1}}')
    done = blackstart("verify", "--input", "s.json", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert value["verdict"] == "ok"
    assert value["input"]["untouched"]
    assert value["input"]["outcome"].startswith("migrated: 1 ")


ENDLESS = """
import signal, sys
from dataclasses import replace
from model.explore.stage import Case
from scenarios import naive

def endless(stage):
    print("the endless case has begun", file=sys.stderr, flush=True)
    signal.pause()

target = replace(naive.target, cases=lambda: [Case("hang", "for ever", endless)])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_gives_the_partial_table(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "mine.py").write_text(ENDLESS)
    command = [*COMMAND, "verify", "mine:target", "--profile", "posix"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert running.stderr.readline() == "the endless case has begun\n"
        running.send_signal(number)
        out, err = running.communicate()
    assert running.returncode == 3, err
    assert "Traceback" not in err
    assert out.splitlines()[3].split() == ["hang", "posix", "0", "0", "0", "0.0", "unknown"]
    assert "interrupted    1 task without a result: hang" in out


def test_a_reader_who_goes_away_is_no_counterexample(tmp_path: Path) -> None:
    command = [*COMMAND, "explain", "W"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        assert running.stderr.read() == b""
    assert running.returncode == 3


def test_a_folder_for_the_run_that_cannot_be_made_is_told_before_the_campaign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".blackstart").write_text("")
    assert run(["verify", "scenarios.naive:target", "--profile", "posix"]) == 2
    shown = capsys.readouterr()
    assert "the folder of the run cannot be made" in shown.err
    assert shown.out == ""


def test_closed_standard_streams_are_no_error(tmp_path: Path) -> None:
    for closed in ("<&-", ">&-", "2>&-"):
        line = " ".join([shlex.join([*COMMAND, "teach", "1"]), closed])
        assert (
            subprocess.run(
                ["/bin/sh", "-c", line], cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
            ).returncode
            == 0
        )


@pytest.mark.parametrize("arguments", [["profiles"], ["--help"], ["teach"], ["sample"]])
def test_output_that_cannot_be_written_is_told_in_a_line(arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == "blackstart: the output cannot be written: No space left on device\n"
    assert done.returncode == 4
