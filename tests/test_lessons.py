"""The lessons are true: what each says that comes of its cuts comes of them, under every profile."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from model.cli import run
from model.comparison import compare
from model.lesson.lesson import Lesson, Scene
from model.lesson.library import find_lesson, lesson_files, lessons, played
from model.lesson.program import program
from model.lesson.reading import TABLES, parse_lesson, read_lesson
from model.lesson.rehearsal import rehearsed
from model.persistence.profiles import GATES, PROFILES
from model.properties import PROPERTIES
from model.scenario.replay import replay
from model.target import UserMistake, load_target

ROOT = Path(__file__).parent.parent
LESSONS = lessons()
SCENES = [
    pytest.param(lesson, scene, id=f"{lesson.number}-{part}")
    for lesson in LESSONS
    for part, scene in enumerate(lesson.scenes, 1)
]
TITLES = (
    "Why one big file hurts",
    "Write in place",
    "Temporary and rename",
    "Why fsync",
    "Why fsync of the directory",
    "The new-name trap",
    "Staging and commit",
    "Back up, then delete",
    "Merge without clobbering",
    "The ENOENT retry",
    "A cut inside recovery",
    "Kill, then power cut",
)


def test_there_are_twelve_lessons_in_order() -> None:
    assert [lesson.number for lesson in LESSONS] == list(range(1, 13))
    assert tuple(lesson.title for lesson in LESSONS) == TITLES


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_lesson_has_a_story_a_question_something_to_try_and_an_answer(lesson: Lesson) -> None:
    for text in (lesson.story, lesson.question, lesson.attempt, lesson.answer, *lesson.words.values()):
        assert len(text.split()) > 4
    assert lesson.question.strip().endswith("?")
    assert all(scene.text.strip() for scene in lesson.scenes)


@pytest.mark.parametrize(("lesson", "scene"), SCENES)
def test_what_a_lesson_suggests_comes_out_as_it_says(lesson: Lesson, scene: Scene) -> None:
    replayed = replay(scene.scenario)
    assert replayed.is_as_recorded, (lesson.title, replayed.reason)


@pytest.mark.parametrize(("lesson", "scene"), SCENES)
def test_every_profile_comes_to_the_verdict_that_a_lesson_states(lesson: Lesson, scene: Scene) -> None:
    rows = compare(scene.scenario, load_target(scene.scenario.target), scene.profiles)
    assert {row.profile: row.outcome for row in rows} == dict(scene.verdicts), lesson.title


@pytest.mark.parametrize(("lesson", "scene"), SCENES)
def test_where_a_lesson_suggests_to_cut_is_among_the_moments_that_there_are(lesson: Lesson, scene: Scene) -> None:
    with rehearsed(scene) as rehearsal:
        suggested = rehearsal.suggested(scene.scenario.story.cuts[0])
        assert suggested is not None, lesson.title
        assert suggested.number <= rehearsal.moments[-1].number


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_lesson_shows_what_goes_wrong_and_what_does_not(lesson: Lesson) -> None:
    outcomes = [set(scene.verdicts.values()) for scene in lesson.scenes]
    assert any(outcome - {"ok"} for outcome in outcomes)
    assert ({"ok"} in outcomes) == (lesson.number > 3), "until then nothing is right yet"


def test_a_lesson_is_found_by_number_name_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("2", "02", "write-in-place", "02-write-in-place", str(lesson_files()[1])):
        assert find_lesson(name).title == "Write in place"
    assert [each.title for each in played("4")] == [f"Lesson 4: Why fsync, part {n}" for n in (1, 2)]
    with pytest.raises(
        UserMistake, match=r"99: there is no such lesson\. There are 1 to 12: blackstart teach lists them\."
    ):
        find_lesson("99")
    with pytest.raises(UserMistake, match="Did you mean 'why-fsync'"):
        find_lesson("why-fsnyc")
    with pytest.raises(UserMistake) as mistake:
        find_lesson("nothing like it")
    assert str(mistake.value).endswith("there is no such lesson. There are 1 to 12: blackstart teach lists them.")


def test_the_tables_of_a_lesson_are_the_documented_ones() -> None:
    assert set(TABLES["verdicts"]) == set(PROFILES)
    assert {name for name, field in TABLES["verdicts"].items() if field.is_needed} == set(GATES)
    assert {outcome for lesson in LESSONS for scene in lesson.scenes for outcome in scene.verdicts.values()} <= {
        "ok",
        *(each.title for each in PROPERTIES.values()),
    }


WORD = '[[word]]\nname = "folder"\nmeans = "a list of names"\n\n[[scene]]'
WHOLE = lesson_files()[2].read_text("utf-8").replace("[[scene]]", WORD, 1)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("schema = 1", "schema = 7", "top level, key schema: schema 7 is not known"),
        ("schema = 1\n", "", "top level, key schema: it is missing"),
        ("question = ", "questoin = ", "top level, key questoin: there is no such key. Did you mean 'question'?"),
        ("[[word]]", "[[word]", "is no TOML"),
        ("means = ", "mean = ", "table word 1, key mean: there is no such key. Did you mean 'means'?"),
        ("[scene.play]", "[scene.plya]", "table scene 1, key plya: there is no such key. Did you mean 'play'?"),
        ('profile = "ext4"', 'profile = "ext5"', "scene 1, table play, key profile: there is no 'ext5'. Did you mean"),
        ('posix = "durability"', 'posix = "durabilty"', "scene 1, verdicts, key posix: there is no 'durabilty'. Did"),
        ('xfs = "durability"\n', "", "table scene 1, verdicts, key xfs: it is missing"),
        ('btrfs = "', 'btrsf = "', "key btrsf: there is no such key. Did you mean 'btrfs'?"),
        (
            "about = ",
            "abuot = ",
            "scene 1, table cut 1, lost 1, key abuot: there is no such key. Did you mean",
        ),
        (":Aside.put", ".put", "table scene 1, key shows: 'scenarios.lessons.programs.put' is no function"),
        ("[[scene.cut]]", "[[scene.cuts]]", "table scene 1, key cuts: there is no such key. Did you mean 'cut'?"),
    ],
)
def test_a_mistake_is_told_with_file_table_key_and_what_comes_nearest(
    old: str, new: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "03-mine.toml"
    assert old in WHOLE
    with pytest.raises(UserMistake) as mistake:
        parse_lesson(WHOLE.replace(old, new, 1).encode(), path)
    assert str(mistake.value).startswith(str(path))
    assert told in str(mistake.value)


def test_a_lesson_file_begins_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(WHOLE)
    with pytest.raises(UserMistake, match="its name has no number"):
        read_lesson(path)


def test_a_lesson_of_a_stranger_runs_no_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "01-stranger.toml"
    path.write_text(WHOLE.replace("scenarios.lessons.targets", "mischief"))
    assert run(["teach", str(path)]) == 2
    shown = capsys.readouterr()
    assert "importing it would run its code. If you trust it: blackstart teach FILE --allow-target." in shown.err
    assert f"{path}, scene 1, table play, key target: it names the target mischief:" in shown.err
    assert shown.out == ""
    path.write_text(WHOLE.replace("scenarios.lessons.programs", "mischief"))
    assert run(["teach", str(path)]) == 2
    shown = capsys.readouterr()
    assert f"{path}, scene 1, key shows: it names the target mischief:" in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(("old", "new"), [(":aside", ":asied"), (":Aside.put", ":Asied.put")])
def test_a_name_of_a_lesson_that_is_misspelt_is_told_before_anything_is_shown(
    old: str, new: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert old in WHOLE
    path = tmp_path / "03-mine.toml"
    path.write_text(WHOLE.replace(old, new))
    assert run(["teach", str(path)]) == 2
    shown = capsys.readouterr()
    assert f"has no {new[1:]}" in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'after = "open /srv/sessions.json"',
            'after = "open /srv/nobody.json"',
            "expected durability, found that its cuts and losses cannot be: the store no longer makes the call",
        ),
        ('verdict = "counterexample"\nproperty = 1', 'verdict = "ok"', "expected ok, found durability."),
        ('posix = "durability"', 'posix = "ok"', "expected ok under posix, found durability."),
    ],
)
def test_a_lesson_that_comes_out_otherwise_than_it_says_admits_it(
    old: str, new: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = lesson_files()[0].read_text("utf-8")
    assert old in text
    path = tmp_path / "01-wrong.toml"
    path.write_text(text.replace(old, new))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert run(["teach", str(path)]) == 1
    assert f"This lesson is wrong: the lesson {told}" in " ".join(capsys.readouterr().out.split())


def test_with_the_user_s_word_a_lesson_is_played_on_another_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lesson_of_a_friend.py").write_text("from scenarios.lessons.targets import *\n")
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "03-mine.toml"
    path.write_text(WHOLE.replace("scenarios.lessons.targets", "lesson_of_a_friend"))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert run(["teach", str(path), "--allow-target"]) == 0
    assert "Answer" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("scenarios.lessons.programs:Asied.put", "has no Asied.put. Did you mean 'Aside'?"),
        ("scenarios.lessons.programm:Aside.put", "there is no module scenarios.lessons.programm"),
        ("scenarios.lessons.programs:Aside", "it is no function"),
    ],
)
def test_a_function_that_is_not_there_is_named(name: str, told: str) -> None:
    with pytest.raises(UserMistake, match=told.replace("?", r"\?").replace(".", r"\.")):
        program([name])


def test_the_lessons_lie_beside_the_program_wherever_it_is_called(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from model.cli import main; main()",
    ]
    shown = subprocess.run(
        [*command, "teach"], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=True
    ).stdout
    assert all(f"{number:>4}  {title}\n" in shown for number, title in enumerate(TITLES, 1))
