"""Read a scenario file that anybody may have written: nothing is run, and sizes are limited."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from model.persistence.profiles import PROFILES
from model.properties import PROPERTIES
from model.scenario.file import SCHEMA, Scenario
from model.scenario.given import MOST_EMBEDDED_BYTES, Given, given_in
from model.scenario.story import Choice, Cut, Kill, Story
from model.scenario.tables import Field, Tables, content_of, parse_toml

MOST_CUTS = 16
MOST_CHOICES = 1_000
MOST_ENTRIES = 10_000
DEEPEST = 6
LARGEST_INPUT_BYTES = 1 << 40

TABLES: Mapping[str, Mapping[str, Field]] = {
    "": {
        "schema": Field(int, is_needed=True),
        "title": Field(str),
        "play": Field(dict, is_needed=True),
        "input": Field(dict),
        "kill": Field(dict),
        "cut": Field(list, is_needed=True),
        "expected": Field(dict, is_needed=True),
    },
    "play": {
        "target": Field(str, is_needed=True),
        "defect": Field(str),
        "operation": Field(str, is_needed=True),
        "case": Field(str, is_needed=True),
        "entries": Field(int, most=MOST_ENTRIES),
        "profile": Field(str, is_needed=True),
    },
    "input": {
        "size_bytes": Field(int, is_needed=True, least=0, most=LARGEST_INPUT_BYTES),
        "sha256": Field(str, is_needed=True),
        "text": Field(str, longest=MOST_EMBEDDED_BYTES),
        "base64": Field(str, longest=2 * MOST_EMBEDDED_BYTES),
    },
    "kill": {"before": Field(str, is_needed=True), "occurrence": Field(int), "units": Field(int, least=0)},
    "cut": {"after": Field(str, is_needed=True), "occurrence": Field(int), "promised": Field(str), "lost": Field(list)},
    "cut.lost": {"about": Field(str, is_needed=True), "answer": Field(str, is_needed=True)},
    "expected": {
        "verdict": Field(str, is_needed=True),
        "property": Field(int, least=0),
        "seen_by": Field(str),
        "violation": Field(str),
        "profiles": Field(list),
    },
}
"""Every table of the file and its keys."""


def read_scenario(path: Path) -> Scenario:
    """The scenario in a file.

    Raises:
        UserMistake: It cannot be read, is too large, or is no scenario; says what to do.
    """
    return parse_scenario(content_of(path), str(path))


def parse_scenario(content: bytes, name: str) -> Scenario:
    """The scenario in the bytes of a file.

    Args:
        content: The bytes.
        name: What the file is called in mistakes.

    Raises:
        UserMistake: It is no scenario.
    """
    return scenario_in(parse_toml(content, name, deepest=DEEPEST), name)


def scenario_in(value: Mapping[str, Any], name: str) -> Scenario:
    """The scenario in the tables of a file.

    Args:
        value: The tables.
        name: What the file, or the part of it, is called in mistakes.

    Raises:
        UserMistake: It is no scenario.
    """
    return _Reader(name).scenario(value)


class _Reader(Tables):
    def __init__(self, name: str) -> None:
        super().__init__(name, TABLES)

    def scenario(self, value: Mapping[str, Any]) -> Scenario:
        top = self.table("", "", value)
        self.check_version(top, SCHEMA)
        play = self.table("play", "play", top["play"])
        expected = self.table("expected", "expected", top["expected"])
        self.check_one_of("play", "profile", play["profile"], tuple(PROFILES))
        self.check_one_of("expected", "verdict", expected["verdict"], ("counterexample", "ok"))
        seen_by = expected.get("seen_by", "recovery")
        self.check_one_of("expected", "seen_by", seen_by, ("recovery", "reader"))
        violated = expected.get("property", 0)
        if expected["verdict"] == "counterexample" and violated not in PROPERTIES:
            remedy = f"Properties have the numbers 1 to {len(PROPERTIES)}."
            raise self.mistake("expected", "property", f"there is no property {violated}", remedy)
        profiles = tuple(expected.get("profiles", ()))
        for profile in profiles:
            self.check_one_of("expected", "profiles", profile, tuple(PROFILES))
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
            given=self._given(top.get("input")),
            defect=play.get("defect", ""),
            source=self._name,
        )

    def _given(self, value: Any) -> Given | None:
        if value is None:
            return None
        try:
            return given_in(self.table("input", "input", value))
        except ValueError as error:
            remedy = "Take the file as blackstart wrote it, or leave text and base64 out and replay with --input FILE."
            raise self.mistake("input", "", str(error), remedy) from error

    def _kill(self, value: Any) -> Kill | None:
        return None if value is None else Kill(**self.table("kill", "kill", value))

    def _cuts(self, values: Sequence[Any]) -> Iterator[Cut]:
        self.check_count("", "cut", values, MOST_CUTS, least=1)
        for number, value in enumerate(values, 1):
            where = f"cut {number}"
            table = self.table("cut", where, value)
            lost = table.pop("lost", [])
            self.check_count(where, "lost", lost, MOST_CHOICES)
            choices = [
                Choice(**self.table("cut.lost", f"{where}, lost {position}", each))
                for position, each in enumerate(lost, 1)
            ]
            yield Cut(**table, choices=tuple(choices))
