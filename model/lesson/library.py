"""Where the lessons lie, and how one is named: by its number, its name, or its file."""

from pathlib import Path

from model.lesson.lesson import Lesson
from model.lesson.reading import read_lesson
from model.scenario.tables import nearest
from model.target import UserMistake

LESSONS = Path("scenarios/lessons")


def lesson_files() -> list[Path]:
    """The files of the lessons that came with blackstart, in order."""
    return sorted((Path(__file__).resolve().parents[2] / LESSONS).glob("[0-9]*.toml"))


def lessons() -> list[Lesson]:
    """All lessons, in order."""
    return [read_lesson(path) for path in lesson_files()]


def is_lesson(name: str) -> bool:
    """Whether this names a lesson that came with blackstart, and is no file."""
    return any(name in _names(path) for path in lesson_files())


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
    remedy = f"There are 1 to {len(known)}." if name.isdigit() else nearest(name, known)
    raise UserMistake(name, "there is no such lesson", remedy)


def _names(path: Path) -> tuple[str, ...]:
    number, _, name = path.stem.partition("-")
    return (number, str(int(number)), path.stem, name)
