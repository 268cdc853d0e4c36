"""What a run leaves behind, and what it says while it goes on."""

import io
import json
from pathlib import Path

from model.report.progress import progress
from model.report.run_folder import make_run_folder, seconds_of_last_run, write_run
from model.verdict import Campaign, Unfinished
from tests.campaign_fakes import campaign, counterexample, result, task


def convicted() -> Campaign:
    long_trace = counterexample(task(1), trace=tuple(f"call {number}" for number in range(100)), cut=90)
    return campaign(
        result(task(0), verdict="counterexample", counterexamples=(counterexample(task(0)),)),
        result(task(1), verdict="counterexample", counterexamples=(long_trace,)),
        unfinished=(Unfinished(task(2), "internal error", "Traceback: the engine has a bug"),),
    )


def test_a_run_folder_ignores_itself(tmp_path: Path) -> None:
    folder = make_run_folder(tmp_path / ".blackstart")
    assert folder.parent == tmp_path / ".blackstart" / "runs"
    assert (tmp_path / ".blackstart" / ".gitignore").read_text() == "*\n"


def test_no_two_runs_share_a_folder(tmp_path: Path) -> None:
    assert len({make_run_folder(tmp_path) for _ in range(20)}) == 20


def test_a_run_folder_has_the_verdict_the_report_and_every_counterexample(tmp_path: Path) -> None:
    write_run(tmp_path, convicted(), ["the table"], ["verify", "--jobs", "2"])
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert files == [
        "counterexamples/001.json",
        "counterexamples/001.txt",
        "counterexamples/002.json",
        "counterexamples/002.txt",
        "environment.json",
        "errors/001.txt",
        "report.txt",
        "verdict.json",
    ]
    assert (tmp_path / "report.txt").read_text() == "the table\n"
    assert json.loads((tmp_path / "verdict.json").read_text())["verdict"] == "counterexample"
    assert json.loads((tmp_path / "counterexamples/001.json").read_text())["title"] == "durability"


def test_a_kept_counterexample_has_its_whole_trace(tmp_path: Path) -> None:
    write_run(tmp_path, convicted(), [], [])
    kept = (tmp_path / "counterexamples/002.txt").read_text()
    assert all(f"call {number}\n" in kept for number in range(100))


def test_the_environment_tells_how_to_repeat_the_run(tmp_path: Path) -> None:
    write_run(tmp_path, campaign(result(task(0)), seed=7), [], ["verify", "--seed", "7"])
    environment = json.loads((tmp_path / "environment.json").read_text())
    assert environment["argv"] == ["verify", "--seed", "7"]
    assert environment["seed"] == 7
    assert {"python", "platform", "packages"} <= environment.keys()


def test_names_that_no_encoding_has_are_kept_escaped(tmp_path: Path) -> None:
    found = counterexample(task(0), lost=("name \udc80: absent",), shown={"\ud800": None})
    write_run(tmp_path, campaign(result(task(0), counterexamples=(found,))), ["\ud800"], ["\udcff"])
    assert "name \\udc80: absent" in (tmp_path / "counterexamples/001.txt").read_text()


def test_the_last_run_of_the_same_target_tells_how_long_things_take(tmp_path: Path) -> None:
    for name, seconds, target in (("1", 1.0, "ours:target"), ("2", 2.0, "ours:target"), ("3", 3.0, "theirs:target")):
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        write_run(folder, campaign(result(task(0), seconds=seconds), target=target), [], [])
    assert seconds_of_last_run("ours:target", [task(0), task(1)], tmp_path) == {task(0): 2.0}
    assert seconds_of_last_run("nobody's:target", [task(0)], tmp_path) == {}


def test_a_run_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    for name, content in (("1", "{}"), ("2", "[]"), ("3", "nonsense")):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "verdict.json").write_text(content)
    assert seconds_of_last_run("ours:target", [task(0)], tmp_path) == {}


def test_a_log_gets_a_line_now_and_then() -> None:
    log = io.StringIO()
    times = iter([0.0, 1.0, 11.0, 12.0, 13.0])
    with progress(4, log, clock=lambda: next(times)) as report:
        for number in range(4):
            report(task(number), "ok")
    assert log.getvalue().splitlines() == [
        "2 of 4 in 11 s: put (case 1) under posix: ok",
        "4 of 4 in 13 s: put (case 3) under posix: ok",
    ]


def test_a_log_hears_of_the_first_conviction_at_once() -> None:
    log = io.StringIO()
    with progress(9, log, clock=lambda: 0.0) as report:
        report(task(0), "ok")
        report(task(1), "counterexample")
        report(task(2), "counterexample")
    assert log.getvalue() == "2 of 9 in 0.0 s: put (case 1) under posix: counterexample\n"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_that_goes_away() -> None:
    terminal = Terminal()
    with progress(2, terminal) as report:
        report(task(0), "counterexample")
        report(task(1), "ok")
    assert "2/2" in terminal.getvalue()
    assert "1 conviction" in terminal.getvalue()
