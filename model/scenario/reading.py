"""Read a scenario file that anybody may have written: nothing is run, and sizes are limited.

A mistake names the file, the table and the key, and the valid name that comes nearest.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from model.persistence.profiles import PROFILES
from model.properties import PROPERTIES
from model.scenario.file import SCHEMA, Scenario
from model.scenario.story import Choice, Cut, Kill, Story
from model.target import UserMistake

MOST_BYTES = 262_144
MOST_CUTS = 16
MOST_CHOICES = 1_000
LONGEST_TEXT = 4_096
DEEPEST = 6


class Field(NamedTuple):
    """One key of a table: its type, whether it must be there, and for lists the type of what is in them."""

    kind: type
    is_needed: bool = False


TABLES: Mapping[str, Mapping[str, Field]] = {
    "": {
        "schema": Field(int, is_needed=True),
        "title": Field(str),
        "play": Field(dict, is_needed=True),
        "kill": Field(dict),
        "cut": Field(list, is_needed=True),
        "expected": Field(dict, is_needed=True),
    },
    "play": {
        "target": Field(str, is_needed=True),
        "defect": Field(str),
        "operation": Field(str, is_needed=True),
        "case": Field(str, is_needed=True),
        "entries": Field(int),
        "profile": Field(str, is_needed=True),
    },
    "kill": {"before": Field(str, is_needed=True), "occurrence": Field(int), "units": Field(int)},
    "cut": {"after": Field(str, is_needed=True), "occurrence": Field(int), "promised": Field(str), "lost": Field(list)},
    "cut.lost": {"about": Field(str, is_needed=True), "answer": Field(str, is_needed=True)},
    "expected": {
        "verdict": Field(str, is_needed=True),
        "property": Field(int),
        "seen_by": Field(str),
        "violation": Field(str),
        "profiles": Field(list),
    },
}
"""Every table of the file and its keys."""

_IN_WORDS = {str: "a text", int: "a number", list: "a list", dict: "a table"}
_LEAST = {"units": 0, "property": 0}


def read_scenario(path: Path) -> Scenario:
    """The scenario in a file.

    Raises:
        UserMistake: It cannot be read, is too large, or is no scenario; says what to do.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserMistake(str(path), f"it cannot be read: {error.strerror}", "Name a scenario file.") from error
    return parse_scenario(content, str(path))


def parse_scenario(content: bytes, name: str) -> Scenario:
    """The scenario in the bytes of a file.

    Args:
        content: The bytes.
        name: What the file is called in mistakes.

    Raises:
        UserMistake: It is no scenario.
    """
    if len(content) > MOST_BYTES:
        raise UserMistake(name, f"it has more than {MOST_BYTES:,} bytes", "No scenario needs so many.")
    try:
        value = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserMistake(name, f"it is no TOML: {error}", "Compare it with a file that blackstart wrote.") from error
    return _Reader(name).scenario(value)


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name

    def scenario(self, value: Mapping[str, Any]) -> Scenario:
        self._check_depth(value)
        top = self._table("", "", value)
        if top["schema"] != SCHEMA:
            remedy = f"This version of blackstart reads schema {SCHEMA}."
            raise self._mistake("", "schema", f"schema {top['schema']} is not known", remedy)
        play = self._table("play", "play", top["play"])
        expected = self._table("expected", "expected", top["expected"])
        self._check_one_of("play", "profile", play["profile"], tuple(PROFILES))
        self._check_one_of("expected", "verdict", expected["verdict"], ("counterexample", "ok"))
        seen_by = expected.get("seen_by", "recovery")
        self._check_one_of("expected", "seen_by", seen_by, ("recovery", "reader"))
        violated = expected.get("property", 0)
        if expected["verdict"] == "counterexample" and violated not in PROPERTIES:
            remedy = f"Properties have the numbers 1 to {len(PROPERTIES)}."
            raise self._mistake("expected", "property", f"there is no property {violated}", remedy)
        profiles = tuple(expected.get("profiles", ()))
        for profile in profiles:
            self._check_one_of("expected", "profiles", profile, tuple(PROFILES))
        story = Story(
            play["operation"],
            play["case"],
            play["profile"],
            tuple(self._cuts(top["cut"])),
            self._kill(top.get("kill")),
            seen_by == "reader",
        )
        return Scenario(
            title=top.get("title", ""),
            target=play["target"],
            story=story,
            verdict=expected["verdict"],
            property=violated,
            violation=expected.get("violation", ""),
            profiles=profiles,
            entries=play.get("entries"),
            defect=play.get("defect", ""),
        )

    def _kill(self, value: Any) -> Kill | None:
        return None if value is None else Kill(**self._table("kill", "kill", value))

    def _cuts(self, values: Sequence[Any]) -> Iterator[Cut]:
        self._check_count("", "cut", values, MOST_CUTS, least=1)
        for number, value in enumerate(values, 1):
            where = f"cut {number}"
            table = self._table("cut", where, value)
            lost = table.pop("lost", [])
            self._check_count(where, "lost", lost, MOST_CHOICES)
            choices = [
                Choice(**self._table("cut.lost", f"{where}, lost {position}", each))
                for position, each in enumerate(lost, 1)
            ]
            yield Cut(**table, choices=tuple(choices))

    def _table(self, kind: str, where: str, value: Any) -> dict[str, Any]:
        """A table with all the keys that it needs and no other, each of its type."""
        if not isinstance(value, dict):
            raise self._mistake(where, "", f"it is {_named(value)}, not a table", "Write its keys below its name.")
        known = TABLES[kind]
        for key, each in value.items():
            if key not in known:
                raise self._mistake(where, key, "there is no such key", _nearest(key, tuple(known)))
            self._check_type(where, key, each, known[key].kind)
        for key, field in known.items():
            if field.is_needed and key not in value:
                raise self._mistake(where, key, "it is missing", f"It is {_IN_WORDS[field.kind]}.")
        return dict(value)

    def _check_type(self, where: str, key: str, value: Any, kind: type) -> None:
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._mistake(where, key, f"it is {_named(value)}", f"It must be {_IN_WORDS[kind]}.")
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise self._mistake(where, key, f"it has more than {LONGEST_TEXT:,} characters", "Make it shorter.")
        if isinstance(value, int) and not _LEAST.get(key, 1) <= value <= 1_000_000:
            remedy = f"It must be from {_LEAST.get(key, 1)} to 1,000,000."
            raise self._mistake(where, key, f"{value} is out of range", remedy)

    def _check_one_of(self, where: str, key: str, value: Any, offered: tuple[str, ...]) -> None:
        if value not in offered:
            raise self._mistake(where, key, f"there is no {value!r}", _nearest(str(value), offered))

    def _check_count(self, where: str, key: str, values: Sequence[Any], most: int, *, least: int = 0) -> None:
        if not least <= len(values) <= most:
            what = f"there are {len(values)} of them"
            raise self._mistake(where, key, what, f"There must be from {least} to {most:,}.")

    def _check_depth(self, value: Any, depth: int = 0) -> None:
        if depth > DEEPEST:
            raise UserMistake(self._name, f"it is nested more than {DEEPEST} deep", "No scenario needs that.")
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for each in inner:
            self._check_depth(each, depth + 1)

    def _mistake(self, where: str, key: str, what: str, remedy: str) -> UserMistake:
        table = f"table {where}" if where else "top level"
        place = f"{self._name}, {table}, key {key}" if key else f"{self._name}, {table}"
        return UserMistake(place, what, remedy)


def _named(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    for kind, words in _IN_WORDS.items():
        if isinstance(value, kind):
            return words
    return f"a {type(value).__name__}"


def _nearest(name: str, offered: Sequence[str]) -> str:
    close = get_close_matches(name, offered, 1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"There are: {', '.join(offered)}."
