"""Scenario files: whole, readable, safe to open whoever wrote them, and with mistakes told where they are."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.cli import run
from model.persistence.profiles import PROFILES
from model.report.figures import WIDTH
from model.scenario.file import Scenario, to_toml, to_value
from model.scenario.library import regressions
from model.scenario.places import printable
from model.scenario.reading import MOST_CUTS, TABLES, parse_scenario, read_scenario
from model.scenario.replay import check_target
from model.scenario.story import Choice, Cut, Kill, Story
from model.scenario.tables import LONGEST_TEXT, MOST_BYTES
from model.target import UserMistake

ROOT = Path(__file__).parent.parent
WHOLE = """
schema = 1
title = "a put that is lost"

[play]
target = "scenarios.naive:target"
operation = "put"
case = "into an empty store: put('a', {'version': 1})"
profile = "posix"

[kill]
before = "close /srv/sessions.json"

[[cut]]
after = "write /srv/sessions.json"
promised = "put('a', {'version': 1}) returned before the cut"

[[cut.lost]]
about = "name /srv/sessions.json"
answer = "absent"

[expected]
verdict = "counterexample"
property = 1
profiles = ["posix", "ext4"]
"""
PLAYABLE = WHOLE.replace('[kill]\nbefore = "close /srv/sessions.json"\n', "")

texts = st.text(max_size=30).map(printable)
choices = st.builds(Choice, texts, texts)
cuts = st.builds(
    Cut,
    after=texts,
    occurrence=st.integers(1, 1_000),
    promised=texts,
    choices=st.lists(choices, max_size=3).map(tuple),
)
stories = st.builds(
    Story,
    operation=texts,
    case=texts,
    profile=st.sampled_from(list(PROFILES)),
    cuts=st.lists(cuts, min_size=1, max_size=3).map(tuple),
    kill=st.none() | st.builds(Kill, texts, st.integers(1, 9), st.integers(0, 9)),
    is_read=st.booleans(),
)
found = st.builds(
    Scenario,
    title=texts,
    target=texts,
    story=stories,
    verdict=st.just("counterexample"),
    property=st.integers(1, 15),
    violation=texts,
    told=st.lists(texts, max_size=2).map(tuple),
    profiles=st.lists(st.sampled_from(list(PROFILES)), max_size=3).map(tuple),
    entries=st.none() | st.integers(1, 9),
    defect=texts,
)


@given(found)
def test_a_scenario_reads_back_as_it_was_written(scenario: Scenario) -> None:
    text = to_toml(scenario)
    assert parse_scenario(text.encode(), "it") == replace(scenario, told=())
    assert to_toml(scenario) == text


def test_json_has_the_same_tables_as_the_file() -> None:
    assert set(TABLES[""]) | {"told"} == set(to_value(parse_scenario(WHOLE.encode(), "it"))) | {"kill", "input"}


def test_explanations_are_comments_that_name_no_lines_of_source() -> None:
    told = ("It was lost (store/live.py:96 in write_entries, step S).",)
    lines = to_toml(replace(parse_scenario(WHOLE.encode(), "it"), told=told)).splitlines()
    assert "# It was lost (store/live.py in write_entries, step S)." in lines


def test_every_regression_is_written_as_blackstart_writes_it() -> None:
    for path in regressions():
        written = path.read_text("utf-8")
        assert [line for line in to_toml(read_scenario(path)).splitlines() if line not in written.splitlines()] == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'operation = "put"',
            'opperation = "put"',
            "table play, key opperation: there is no such key. Did you mean",
        ),
        ('operation = "put"', "operation = 1", "table play, key operation: it is a number. It must be a text."),
        ('operation = "put"', "", "table play, key operation: it is missing. It is a text."),
        ('profile = "posix"', 'profile = "posx"', "table play, key profile: there is no 'posx'. Did you mean 'posix'?"),
        (
            'about = "name',
            'abuot = "name',
            "table cut 1, lost 1, key abuot: there is no such key. Did you",
        ),
        ("property = 1", "property = 99", "table expected, key property: there is no property 99"),
        ("property = 1", "property = true", "table expected, key property: it is true or false. It must be a number."),
        ("property = 1", "property = 1.5", "table expected, key property: it is a float"),
        ('"ext4"]', '"ext5"]', "table expected, key profiles: there is no 'ext5'. Did you mean 'ext4'?"),
        ('"ext4"]', "4]", "table expected, key profiles: there is no 4"),
        (
            '"counterexample"',
            '"guilty"',
            "table expected, key verdict: there is no 'guilty'. There are: ",
        ),
        ("schema = 1", "schema = 2", "top level, key schema: schema 2 is not known. This version of blackstart reads"),
        ("schema = 1", "", "top level, key schema: it is missing"),
        ("[kill]", "[kil]", "top level, key kil: there is no such key. Did you mean 'kill'?"),
        ("[[cut.lost]]", "[cut.lost]", "table cut 1, key lost: it is a table. It must be a list."),
        ("[kill]", "[[kill]]", "top level, key kill: it is a list. It must be a table."),
        ("[expected]", "[expected", "it is no TOML"),
        ("schema = 1", "schema = 1\ncut = []", "it is no TOML"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_comes_nearest(
    old: str, new: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert old in WHOLE
    path = tmp_path / "stranger.toml"
    path.write_text(WHOLE.replace(old, new, 1))
    assert run(["replay", str(path)]) == 2
    shown = capsys.readouterr()
    assert f"blackstart: {path}" in shown.err
    assert told in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ('operation = "put"', 'operation = "putt"', "operation", "has no operation 'putt'. Did you mean 'put'?"),
        (
            "{'version': 1})\"\nprofile",
            "{'version': 3})\"\nprofile",
            "case",
            'has no case "into an empty store: ',
        ),
        ('operation = "put"', 'operation = "put"\ndefect = "x"', "defect", "there is no defect 'x'. There are: "),
        ("naive:target", "naive:tarket", "target", "scenarios.naive has no tarket. Targets in it: target."),
        (
            "scenarios.naive",
            "scenarios.native",
            "target",
            "there is no module scenarios.native. Did you mean 'scenarios.naive'?",
        ),
        ('operation = "put"', 'operation = "put"\nentries = 3', "entries", "Leave it out."),
    ],
)
def test_what_the_target_does_not_have_is_told(
    old: str, new: str, key: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "stranger.toml"
    path.write_text(WHOLE.replace(old, new, 1))
    assert run(["replay", str(path)]) == 2
    shown = capsys.readouterr().err
    assert told in shown
    assert f"blackstart: {path}, table play, key {key}: " in shown


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"#" * (MOST_BYTES + 1), "it has more than 262,144 bytes"),
        (b"a = " + b"[" * 50_000, "it is no TOML"),
        (b"a = [[[[[[[[1]]]]]]]]", "it is nested more than 6 deep"),
        (b"\xff\xfe", "it is no TOML"),
        (WHOLE.replace("a put that is lost", "x" * (LONGEST_TEXT + 1)).encode(), "it has more than 4,096 characters"),
        ((WHOLE + '\n[[cut]]\nafter = ""\n' * MOST_CUTS).encode(), "There must be from 1 to 16."),
        (WHOLE.replace("[kill]\n", "[kill]\noccurrence = 99999999\n").encode(), "99999999 is out of range"),
        (
            WHOLE.replace("[play]\n", "[play]\nentries = 10001\n").encode(),
            "table play, key entries: 10001 is out of range. It must be from 1 to 10,000.",
        ),
        (WHOLE.replace("[kill]\n", "[kill]\nunits = -1\n").encode(), "It must be from 0 to 1,000,000."),
    ],
    ids=["large", "deep", "nested", "bytes", "long", "many", "far", "crowded", "negative"],
)
def test_a_file_of_a_stranger_has_limits(content: bytes, told: str) -> None:
    with pytest.raises(UserMistake, match=told.replace(".", r"\.")):
        parse_scenario(content, "stranger.toml")


def test_what_cannot_be_read_is_a_mistake_of_the_user(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", str(tmp_path / "nothing.toml")]) == 2
    assert run(["replay", str(tmp_path)]) == 2
    assert "there is no scenario in it" in capsys.readouterr().err
    with pytest.raises(UserMistake, match="it cannot be read: Is a directory"):
        read_scenario(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "01-pipe.toml").symlink_to("pipe.toml")
    for command, name in (("replay", "pipe.toml"), ("explain", "pipe.toml"), ("teach", "01-pipe.toml")):
        done = blackstart(command, name, folder=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"blackstart: {name}: it is not a regular file." in done.stderr


def test_a_title_of_one_long_word_fits_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "long.toml"
    path.write_text(PLAYABLE.replace("a put that is lost", "x" * 300).replace("posix", "process-kill"))
    for command in ("replay", "explain", "compare"):
        run([command, str(path)])
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if len(line) > WIDTH] == []
        assert sum(line.count("x" * 40) for line in lines) or command == "replay"


MISCHIEF = "import pathlib; pathlib.Path('ran').write_text('this code ran')\n"
COMMAND = (
    sys.executable,
    "-P",
    "-c",
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); from model.cli import main; main()",
)


FOLDER_FIRST = (*COMMAND[:-1], COMMAND[-1].replace("; from", "; sys.path.insert(0, ''); from"))
"""As `python -m` does it: modules of the current folder come before all others."""


def blackstart(*arguments: str, folder: Path, command: tuple[str, ...] = COMMAND) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", ["replay", "explain"])
def test_code_beside_a_stranger_s_scenario_is_not_run(command: str, tmp_path: Path) -> None:
    (tmp_path / "evil.py").write_text(MISCHIEF)
    (tmp_path / "stranger.toml").write_text(WHOLE.replace("scenarios.naive", "evil"))
    done = blackstart(command, "stranger.toml", folder=tmp_path)
    assert done.returncode == 2
    assert "it names the target evil:target, which did not come with blackstart" in done.stderr
    assert "--target evil:target, or --allow-target" in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["evil.py", "stranger.toml"]


@pytest.mark.parametrize("defect", ["", 'defect = "no-fsync-of-the-file"'])
def test_a_package_that_only_has_the_name_of_ours_is_not_run(defect: str, tmp_path: Path) -> None:
    (tmp_path / "scenarios" / "defects").mkdir(parents=True)
    for folder in (tmp_path / "scenarios", tmp_path / "scenarios" / "defects"):
        (folder / "__init__.py").write_text(MISCHIEF)
    (tmp_path / "scenarios" / "naive.py").write_text(MISCHIEF)
    (tmp_path / "stranger.toml").write_text(PLAYABLE.replace('profile = "posix"', f'profile = "posix"\n{defect}'))
    done = blackstart("replay", "stranger.toml", folder=tmp_path, command=FOLDER_FIRST)
    assert done.returncode == 2
    assert "did not come with blackstart" in done.stderr
    assert not (tmp_path / "ran").exists()
    assert blackstart("replay", "stranger.toml", folder=tmp_path).stdout.startswith("counterexample 1: durability")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("command", ["replay", "explain", "compare"])
def test_nothing_in_a_stranger_s_folder_stands_in_for_a_module_of_python_s(command: str, tmp_path: Path) -> None:
    for name in ("tomllib", "difflib", "importlib", "inspect", "textwrap", "decimal", "hypothesis", "rich"):
        (tmp_path / f"{name}.py").write_text(MISCHIEF)
    (tmp_path / "stranger.toml").write_text(PLAYABLE)
    assert blackstart(command, "stranger.toml", folder=tmp_path).returncode in (0, 1)
    assert not (tmp_path / "ran").exists()


def test_a_stranger_s_text_does_not_reach_the_terminal_as_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    title = r'title = "\u001b[2J\u202ea put that is lost\u0007"'
    (tmp_path / "stranger.toml").write_text(PLAYABLE.replace('title = "a put that is lost"', title))
    for command in ("replay", "explain", "compare"):
        run([command, str(tmp_path / "stranger.toml")])
    (tmp_path / "key.toml").write_text(WHOLE.replace("[play]", r'"\u001b[2Jx" = 1' + "\n[play]"))
    run(["replay", str(tmp_path / "key.toml")])
    shown = capsys.readouterr()
    assert r"\u001b[2J\u202ea put that is lost\u0007" in shown.out
    assert r"key \u001b[2Jx" in shown.err
    assert all(each.isprintable() or each == "\n" for each in shown.out + shown.err)


@pytest.mark.parametrize(
    "line",
    ["schema = " + "9" * 5_000, "schema = 0x" + "f" * 100_000, "a." * 60_000 + "a = 1", "[" + "a . " * 60_000 + "a]"],
    ids=["decimal", "hexadecimal", "long key", "long name of a table"],
)
def test_what_would_overwhelm_the_parser_is_refused_in_a_line(line: str) -> None:
    with pytest.raises(UserMistake) as refused:
        parse_scenario(f"{line}\n".encode(), "stranger.toml")
    assert len(str(refused.value)) < 300


def test_a_scenario_that_cannot_be_kept_is_a_mistake_of_the_user(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("")
    assert (
        run(["scenarios", "save", "naive-put-cut-short", "--name", "x", "--folder", str(tmp_path / "taken" / "x")]) == 2
    )
    assert "it cannot be written: Not a directory" in capsys.readouterr().err


def test_with_the_user_s_word_another_target_is_imported(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from scenarios.naive import target\n")
    (tmp_path / "mine.toml").write_text(PLAYABLE.replace("scenarios.naive", "mine"))
    for extra in (("--allow-target",), ("--target", "mine:target"), ("--target", "scenarios.naive:target")):
        done = blackstart("replay", "mine.toml", *extra, folder=tmp_path)
        assert done.returncode == 1, done.stderr
        assert done.stdout.endswith("counterexample: as recorded.\n")


def test_our_own_targets_need_no_word() -> None:
    check_target("scenarios.naive:target", "here")
    for name in ("scenario.naive:target", "os:system", "scenariosx:target", "", "model.cli:run"):
        with pytest.raises(UserMistake, match="did not come with blackstart"):
            check_target(name, "here")
