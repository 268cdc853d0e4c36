"""Where the lessons lie, and how one is named: by its number, its name, or its file."""

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from model.lesson.lesson import Lesson
from model.lesson.reading import DEEPEST, read_lesson
from model.scenario.file import Scenario
from model.scenario.library import scenario_files
from model.scenario.reading import read_scenario
from model.scenario.replay import check_target
from model.scenario.tables import content_of, parse_toml
from model.target import UserMistake

LESSONS = Path("scenarios/lessons")
_IF_TRUSTED = "If you trust it: blackstart teach FILE --allow-target."


def lesson_files() -> list[Path]:
    """The files of the lessons that came with blackstart, in order."""
    return sorted((Path(__file__).resolve().parents[2] / LESSONS).glob("[0-9]*.toml"))


def lessons() -> list[Lesson]:
    """All lessons, in order."""
    return [read_lesson(path) for path in lesson_files()]


def find_lesson(name: str) -> Lesson:
    """The lesson of this number, name or file.

    Raises:
        UserMistake: There is none.
    """
    for path in lesson_files():
        if name in _names(path):
            return read_lesson(path)
    if name.endswith(".toml"):
        return read_lesson(Path(name))
    known = [_names(path)[-1] for path in lesson_files()]
    close = "" if name.isdigit() else next(iter(get_close_matches(name, known, 1, cutoff=0.5)), "")
    remedy = f"Did you mean {close!r}?" if close else f"There are 1 to {len(known)}: blackstart teach lists them."
    raise UserMistake(name, "there is no such lesson", remedy)


def check_imports(lesson: Lesson) -> None:
    """Refuse a lesson that names code which did not come with blackstart; nothing is imported.

    Raises:
        UserMistake: It names some.
    """
    for scene in lesson.scenes:
        scenario = scene.scenario
        check_target(scenario.target, scenario.place("target"), remedy=_IF_TRUSTED)
        for name in scene.shows:
            check_target(name, f"{scenario.source}, key shows", remedy=_IF_TRUSTED)


def played(name: str) -> list[Scenario]:
    """What a name stands for that can be played: the parts of a lesson, or scenarios.

    Args:
        name: A lesson, as for `find_lesson`; or a scenario file, a run, a saved scenario.

    Raises:
        UserMistake: It stands for nothing.
    """
    if any(name in _names(path) for path in lesson_files()) or _is_lesson(Path(name)):
        lesson = find_lesson(name)
        parts = len(lesson.scenes)
        return [
            replace(scene.scenario, title=f"Lesson {lesson.number}: {lesson.title}" + _part(number, parts))
            for number, scene in enumerate(lesson.scenes, 1)
        ]
    return [read_scenario(path) for path in scenario_files(name)]


def _part(number: int, total: int) -> str:
    return f", part {number}" if total > 1 else ""


def _is_lesson(path: Path) -> bool:
    """Whether there is a file that looks like a lesson, and not like a scenario."""
    if path.suffix != ".toml" or not path.is_file():
        return False
    return "scene" in parse_toml(content_of(path), str(path), deepest=DEEPEST)


def _names(path: Path) -> tuple[str, ...]:
    number, _, name = path.stem.partition("-")
    return (number, str(int(number)), path.stem, name)
