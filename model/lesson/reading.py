"""Read a lesson file: TOML, versioned; each of its scenes holds the tables of a scenario.

```
schema = 1
title = "Write in place"
story = "..."             paragraphs, with an empty line between them
try = "..."
question = "..."
answer = "..."

[[word]]                  a word that the lesson introduces
name = "page cache"
means = "..."

[[scene]]
text = "..."
shows = ["scenarios.lessons.programs:InPlace.put"]
[scene.play]              as in a scenario: target, operation, case, profile, perhaps a defect
[[scene.cut]]             where the lesson suggests to cut, and what is lost
[scene.expected]          what comes of that
[scene.verdicts]          what comes of every cut, profile by profile: "ok", or the property that is broken
```
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from model.lesson.lesson import Lesson, Scene
from model.persistence.profiles import PROFILES
from model.properties import PROPERTIES
from model.scenario.file import SCHEMA as SCENARIO_SCHEMA
from model.scenario.reading import scenario_in
from model.scenario.tables import Field, Tables, content_of, parse_toml

SCHEMA = 1
MOST_SCENES = 4
MOST_WORDS = 16
DEEPEST = 8
OK = "ok"

_OUTCOMES = (OK, *(each.title for each in PROPERTIES.values()))

TABLES: Mapping[str, Mapping[str, Field]] = {
    "": {
        "schema": Field(int, is_needed=True),
        "title": Field(str, is_needed=True),
        "story": Field(str, is_needed=True),
        "try": Field(str, is_needed=True),
        "question": Field(str, is_needed=True),
        "answer": Field(str, is_needed=True),
        "word": Field(list),
        "scene": Field(list, is_needed=True),
    },
    "word": {"name": Field(str, is_needed=True), "means": Field(str, is_needed=True)},
    "scene": {
        "text": Field(str, is_needed=True),
        "shows": Field(list),
        "play": Field(dict, is_needed=True),
        "kill": Field(dict),
        "cut": Field(list, is_needed=True),
        "expected": Field(dict, is_needed=True),
        "verdicts": Field(dict, is_needed=True),
    },
    "verdicts": {name: Field(str, is_needed=profile.gate) for name, profile in PROFILES.items()},
}
"""Every table of the file and its keys; those inside a scene are a scenario's."""

_OWN = ("text", "shows", "verdicts")


def read_lesson(path: Path) -> Lesson:
    """The lesson in a file whose name begins with its number: `02-write-in-place.toml`.

    Raises:
        UserMistake: It cannot be read, or is no lesson; says what to do.
    """
    return parse_lesson(content_of(path), path)


def parse_lesson(content: bytes, path: Path) -> Lesson:
    """The lesson in the bytes of a file.

    Args:
        content: The bytes.
        path: Where they are from.

    Raises:
        UserMistake: It is no lesson.
    """
    reader = _Reader(str(path), TABLES)
    top = reader.table("", "", parse_toml(content, str(path), deepest=DEEPEST))
    reader.check_version(top, SCHEMA)
    number, _, name = path.stem.partition("-")
    if not number.isdigit() or not name:
        raise reader.mistake("", "", "its name has no number", "Call it like 02-write-in-place.toml.")
    return Lesson(
        number=int(number),
        name=name,
        title=top["title"],
        story=top["story"],
        words=dict(reader.words(top.get("word", []))),
        scenes=tuple(reader.scenes(top["scene"])),
        attempt=top["try"],
        question=top["question"],
        answer=top["answer"],
    )


class _Reader(Tables):
    def words(self, values: Sequence[Any]) -> Iterator[tuple[str, str]]:
        self.check_count("", "word", values, MOST_WORDS)
        for number, value in enumerate(values, 1):
            table = self.table("word", f"word {number}", value)
            yield table["name"], table["means"]

    def scenes(self, values: Sequence[Any]) -> Iterator[Scene]:
        self.check_count("", "scene", values, MOST_SCENES, least=1)
        for number, value in enumerate(values, 1):
            yield self._scene(f"scene {number}", value)

    def _scene(self, where: str, value: Any) -> Scene:
        table = self.table("scene", where, value)
        verdicts = self.table("verdicts", f"{where}, verdicts", table["verdicts"])
        for profile, outcome in verdicts.items():
            self.check_one_of(f"{where}, verdicts", profile, outcome, _OUTCOMES)
        shows = table.get("shows", [])
        for each in shows:
            if not isinstance(each, str) or ":" not in each:
                raise self.mistake(where, "shows", f"{each!r} is no function", "Name it module:Class.function.")
        played = {"schema": SCENARIO_SCHEMA} | {key: each for key, each in table.items() if key not in _OWN}
        return Scene(table["text"], scenario_in(played, f"{self._name}, {where}"), verdicts, tuple(shows))
