"""Tables of a TOML file that anybody may have written: known keys of known types, and mistakes that say where.

A mistake names the file, the table and the key, and the valid name that comes nearest.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any, NamedTuple

from model.target import UserMistake

MOST_BYTES = 262_144
LONGEST_TEXT = 4_096

_LARGEST_SHOWN = 1 << 64
_MOST_PARTS = 32
_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_LONG_KEY = re.compile(rf"^[ \t\[]*{_PART}(?:[ \t]*\.[ \t]*{_PART}){{{_MOST_PARTS}}}", re.MULTILINE)


class Field(NamedTuple):
    """One key of a table: its type, whether it must be there, the least a number may be, the most, how long a text."""

    kind: type
    is_needed: bool = False
    least: int = 1
    most: int = 1_000_000
    longest: int = LONGEST_TEXT


_IN_WORDS = {str: "a text", int: "a number", list: "a list", dict: "a table"}


def content_of(path: Path) -> bytes:
    """The bytes of a file, as many as are looked at.

    Raises:
        UserMistake: It cannot be read.
    """
    try:
        kind = path.stat().st_mode
        if not S_ISREG(kind) and not S_ISDIR(kind):  # a pipe would make it wait for whoever writes into it
            raise UserMistake(str(path), "it is not a regular file", "Name a scenario file.")
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserMistake(str(path), f"it cannot be read: {error.strerror}", "Name a scenario file.") from error


def parse_toml(content: bytes, name: str, *, deepest: int) -> dict[str, Any]:
    """The tables in the bytes of a file.

    Args:
        content: The bytes.
        name: What the file is called in mistakes.
        deepest: How deep tables and lists may be nested.

    Raises:
        UserMistake: They are too many, are no TOML, or are nested too deep.
    """
    if len(content) > MOST_BYTES:
        raise UserMistake(name, f"it has more than {MOST_BYTES:,} bytes", "No scenario needs so many.")
    try:
        text = content.decode("utf-8")
        if _LONG_KEY.search(text):  # the parser would take minutes over a long one
            raise UserMistake(name, f"it has a key of more than {_MOST_PARTS} parts", "No scenario needs so many.")
        value = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number may have more digits than Python reads
        raise UserMistake(name, f"it is no TOML: {error}", "Compare it with a file that blackstart wrote.") from error
    if _is_deeper(value, deepest):
        raise UserMistake(name, f"it is nested more than {deepest} deep", "No scenario needs that.")
    return value


def _is_deeper(value: Any, deepest: int) -> bool:
    if deepest < 0:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_is_deeper(each, deepest - 1) for each in inner)


class Tables:
    """Checks the tables of one file.

    Args:
        name: What the file is called in mistakes.
        known: For each kind of table its keys.
    """

    def __init__(self, name: str, known: Mapping[str, Mapping[str, Field]]) -> None:
        self._name = name
        self._known = known

    def table(self, kind: str, where: str, value: Any) -> dict[str, Any]:
        """A table with all the keys that it needs and no other, each of its type.

        Args:
            kind: Which kind of table it is.
            where: What it is called in mistakes; empty for the top level.
            value: What stands in the file.

        Raises:
            UserMistake: It is not so.
        """
        if not isinstance(value, dict):
            raise self.mistake(where, "", f"it is {_named(value)}, not a table", "Write its keys below its name.")
        known = self._known[kind]
        for key, each in value.items():
            if key not in known:
                raise self.mistake(where, key, "there is no such key", nearest(key, tuple(known)))
            self._check_type(where, key, each, known[key])
        for key, field in known.items():
            if field.is_needed and key not in value:
                raise self.mistake(where, key, "it is missing", f"It is {_IN_WORDS[field.kind]}.")
        return dict(value)

    def check_version(self, value: Mapping[str, Any], version: int) -> None:
        """Refuse a file of another version.

        Raises:
            UserMistake: It is one.
        """
        if value["schema"] != version:
            remedy = f"This version of blackstart reads schema {version}."
            raise self.mistake("", "schema", f"schema {value['schema']} is not known", remedy)

    def check_one_of(self, where: str, key: str, value: Any, offered: Sequence[str]) -> None:
        """Refuse a value that is not among those offered.

        Raises:
            UserMistake: It is not; names the nearest.
        """
        if value not in offered:
            raise self.mistake(where, key, f"there is no {value!r}", nearest(str(value), offered))

    def check_count(self, where: str, key: str, values: Sequence[Any], most: int, *, least: int = 0) -> None:
        """Refuse a list that is too short or too long.

        Raises:
            UserMistake: It is.
        """
        if not least <= len(values) <= most:
            what = f"there are {len(values)} of them"
            raise self.mistake(where, key, what, f"There must be from {least} to {most:,}.")

    def mistake(self, where: str, key: str, what: str, remedy: str) -> UserMistake:
        """A mistake in a table of this file, to be raised."""
        table = f"table {where}" if where else "top level"
        place = f"{self._name}, {table}, key {key}" if key else f"{self._name}, {table}"
        return UserMistake(place, what, remedy)

    def _check_type(self, where: str, key: str, value: Any, field: Field) -> None:
        if not isinstance(value, field.kind) or isinstance(value, bool):
            raise self.mistake(where, key, f"it is {_named(value)}", f"It must be {_IN_WORDS[field.kind]}.")
        if isinstance(value, str) and len(value) > field.longest:
            raise self.mistake(where, key, f"it has more than {field.longest:,} characters", "Make it shorter.")
        if isinstance(value, int) and not field.least <= value <= field.most:
            remedy = f"It must be from {field.least} to {field.most:,}."
            shown = "it" if abs(value) > _LARGEST_SHOWN else str(value)
            raise self.mistake(where, key, f"{shown} is out of range", remedy)


def nearest(name: str, offered: Sequence[str]) -> str:
    """The remedy for a name that is not offered: the one that comes nearest, or all."""
    close = get_close_matches(name, offered, 1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"There are: {', '.join(offered)}."


def _named(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    for kind, words in _IN_WORDS.items():
        if isinstance(value, kind):
            return words
    return f"a {type(value).__name__}"
