"""`blackstart compare`: one scenario under several profiles, side by side, with the exit codes of verify."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import model.comparison
from model.cli import run
from model.comparison import Compared, compare
from model.explore.campaign import run_case
from model.lesson.library import lessons, played
from model.persistence.profiles import GATES, PROFILES
from model.properties import ATOMICITY, DURABILITY
from model.report.figures import WIDTH
from model.scenario.library import regressions
from model.scenario.reading import read_scenario
from model.scenario.story import Cut
from model.target import load_target

REGRESSIONS = {path.stem: path for path in regressions()}
LOST = REGRESSIONS["naive-put-never-synced"]


def table(text: str) -> dict[str, list[str]]:
    """The rows of all tables, by profile."""
    rows = [line for line in text.splitlines() if line.split(" ")[0] in PROFILES]
    return {row.split(" ")[0]: re.split(r"  +", row)[1:] for row in rows}


def test_every_gate_has_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "4"]) == 1
    shown = capsys.readouterr().out
    first, second = shown.split("Lesson 4: Why fsync, part 2")
    assert "target     scenarios.lessons.targets:names_synced" in first
    assert table(first) == {
        "process-kill": ["ok", "3", "cannot be"],
        "sequential": ["ok", "3", "cannot be"],
        "posix": ["counterexample", "atomicity", "1", "2", "broken"],
        "ext4": ["counterexample", "atomicity", "1", "2", "broken"],
        "ext4-nodelalloc": ["ok", "3", "cannot be"],
        "xfs": ["counterexample", "atomicity", "1", "2", "broken"],
        "btrfs": ["counterexample", "atomicity", "1", "2", "broken"],
    }
    assert {row[0] for row in table(second).values()} == {"ok"}


def test_only_the_profiles_that_are_named_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "--profile", "xfs,process-kill", "--profile", "posix-minimal", str(LOST)]) == 1
    assert list(table(capsys.readouterr().out)) == ["xfs", "process-kill", "posix-minimal"]


def test_a_profile_for_study_is_added_where_the_story_is_told_under_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "6"]) == 1
    first = capsys.readouterr().out.split("part 2")[0]
    assert list(table(first)) == [*GATES, "ext4-dioread-lock"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--profile", "process-kill", "3"], 0),
        (["--profile", "process-kill,ext4", "3"], 1),
        (["--profile", "posix", "--budget", "0s", "staging-unsynced"], 3),
        (["--profile", "ext5", "3"], 2),
        (["nothing.toml"], 2),
        ([], 2),
    ],
)
def test_exit_codes_are_those_of_verify(arguments: list[str], code: int) -> None:
    assert run(["compare", *arguments]) == code


def test_a_mistyped_profile_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "--profile", "posix,ext5", "3"]) == 2
    assert "--profile: there is no 'ext5'. Did you mean 'ext4'?" in capsys.readouterr().err


def test_a_row_says_what_verify_says_of_that_case_and_profile() -> None:
    scenario = read_scenario(LOST)
    target = load_target(scenario.target)
    (case,) = [
        case
        for case in target.cases()
        if (case.operation, case.name) == (scenario.story.operation, scenario.story.case)
    ]
    for row in compare(scenario, target, GATES):
        result = run_case(target, case, PROFILES[row.profile])
        assert (row.verdict, row.raw_states) == (result.verdict, result.raw_states)
        assert [row.violated] == [found.property for found in result.counterexamples]
        assert [row.losses] == [len(found.lost) for found in result.counterexamples]
        assert [row.explanation] == [found.explanation for found in result.counterexamples]


def test_own_cuts_are_told_apart_from_the_verdict_on_all_cuts() -> None:
    """What a cut halfway through lesson 3 leaves is allowed everywhere, and the program still wrong but under kills."""
    (cut,) = played("3")
    halfway = Cut("write /srv/ben.tmp", promised="put('ben') had not returned")
    killed = replace(cut, story=replace(cut.story, profile="process-kill", cuts=(halfway,)))
    target = load_target(killed.target)
    assert {row.profile: row.story for row in compare(killed, target, ("process-kill", "ext4"))} == {
        "process-kill": "allowed",
        "ext4": "allowed",
    }
    assert [(row.outcome, row.story) for row in compare(cut, target, ("process-kill", "ext4"))] == [
        ("ok", "cannot be"),
        ("durability", "broken"),
    ]


def test_a_defect_is_in_force_and_gone_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "--profile", "posix", "staging-unsynced"]) == 1
    shown = capsys.readouterr().out
    assert "defect     staging-unsynced" in shown
    assert table(shown)["posix"][:2] == ["counterexample", "invisible migration"]
    assert run(["compare", "--profile", "posix", "7"]) == 1
    first = capsys.readouterr().out.split("part 2")[0]
    assert table(first)["posix"][0] == "ok"


def test_every_row_comes_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "--json", "--profile", "posix,ext4-nodelalloc", "4"]) == 1
    value = json.loads(capsys.readouterr().out)
    assert (value["schema"], value["verdict"]) == (1, "counterexample")
    broken, mended = value["rows"]
    assert [(row["profile"], row["verdict"], row["violated"], row["losses"]) for row in broken["profiles"]] == [
        ("posix", "counterexample", ATOMICITY, 1),
        ("ext4-nodelalloc", "ok", 0, None),
    ]
    assert broken["scenario"]["play"]["target"] == "scenarios.lessons.targets:names_synced"
    assert {row["verdict"] for row in mended["profiles"]} == {"ok"}


def test_ctrl_c_reports_what_there_is_and_is_unknown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> Iterator[Compared]:
        yield Compared("posix", "counterexample", DURABILITY, 1, 2, 3, "broken")
        raise KeyboardInterrupt

    monkeypatch.setattr(model.comparison, "compare", interrupted)
    assert run(["compare", "5"]) == 3
    shown = capsys.readouterr()
    assert table(shown.out) == {"posix": ["counterexample", "durability", "1", "2", "broken"]}
    assert shown.err == "interrupted: what follows is not all\n"


@pytest.mark.parametrize("name", ["1", "6", "8", "merge-that-clobbers", "nothing-to-do-acknowledged-unsynced"])
def test_tables_fit_80_columns(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", name]) == 1
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > WIDTH] == []


def test_a_lesson_file_of_one_s_own_is_compared_like_one_of_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "01-mine.toml"
    path.write_text((Path(__file__).parent.parent / "scenarios/lessons/01-one-big-file.toml").read_text("utf-8"))
    assert run(["compare", "--profile", "posix", str(path)]) == 1
    assert "Lesson 1: Why one big file hurts" in capsys.readouterr().out


def test_a_stranger_s_target_is_imported_only_if_one_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "it.toml"
    path.write_text(LOST.read_text("utf-8").replace("scenarios.naive:target", "mischief:target"))
    assert run(["compare", str(path)]) == 2
    assert "importing it would run its code" in capsys.readouterr().err
    assert run(["compare", "--profile", "posix", "--target", "scenarios.naive:target", str(path)]) == 1


def test_what_lessons_play_are_scenarios_with_titles_of_their_own() -> None:
    titles = [each.title for lesson in lessons() for each in played(str(lesson.number))]
    assert len(titles) == len(set(titles))
