"""A scenario as a file: what it holds, and how it is written, for people to read and for programs to replay.

The file is TOML.  It names what is checked, the case, the profile, the cuts with what each left, and what came of it.
Nothing in it is code, and no field leads to a file: a stranger's scenario is safe to open.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from model.report.figures import wrapped
from model.scenario.given import Given
from model.scenario.places import printable
from model.scenario.story import Story

SCHEMA = 1
_SOURCE_LINE = re.compile(r"(\.py):[0-9]+(?= in )")


@dataclass(frozen=True)
class Scenario:
    """A story, of which target it is told, and what is expected of it.

    Attributes:
        title: In a few words.
        target: Name of the target, `module:name`.
        story: What is played and cut.
        verdict: What came of it.
        property: Number of the property that was violated; 0 for a verdict of ok.
        violation: The sentence of the judge; empty for a verdict of ok.
        told: The explanation, for people.
        profiles: Under which profiles it can happen.
        entries: How many entries the cases were asked to have; None for what the target does by itself.
        given: The file that the user gave, whose cases were played; None for the target's own cases.
        defect: Name of the known-bad store that it convicts; empty for the target as it is.
        source: What the file, or the part of it, is called in mistakes; empty for one that was read from none.
    """

    title: str
    target: str
    story: Story
    verdict: Literal["counterexample", "ok"]
    property: int = 0
    violation: str = ""
    told: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    entries: int | None = None
    given: Given | None = None
    defect: str = ""
    source: str = field(default="", compare=False)

    def place(self, key: str) -> str:
        """Where a key of what is played stands, for mistakes."""
        return f"{self.source}, table play, key {key}" if self.source else f"play, {key}"


def to_toml(scenario: Scenario) -> str:
    """The scenario as TOML, the same bytes for the same scenario."""
    return "\n".join(_lines(scenario)) + "\n"


def to_value(scenario: Scenario) -> dict[str, Any]:
    """The scenario as a JSON value: the same tables as in the file."""
    return {"schema": SCHEMA, "title": scenario.title, "told": list(scenario.told)} | dict(_tables(scenario))


def _tables(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    story = scenario.story
    played = {"target": scenario.target, "defect": scenario.defect, "operation": story.operation, "case": story.case}
    yield "play", _filled(played | {"entries": scenario.entries, "profile": story.profile})
    if scenario.given is not None:
        yield "input", scenario.given.table()
    if story.kill is not None:
        yield "kill", _filled(asdict(story.kill))
    cuts = []
    for cut in story.cuts:
        head: dict[str, Any] = {"after": cut.after}
        if cut.occurrence != 1:
            head["occurrence"] = cut.occurrence
        if cut.promised:
            head["promised"] = cut.promised
        lost = [{"about": choice.about, "answer": choice.answer} for choice in cut.choices]
        cuts.append(head | ({"lost": lost} if lost else {}))
    yield "cut", cuts
    expected = {
        "verdict": scenario.verdict,
        "property": scenario.property,
        "seen_by": "reader" if story.is_read else "recovery",
        "violation": scenario.violation,
        "profiles": list(scenario.profiles),
    }
    yield "expected", _filled(expected)


_OPTIONAL = ("defect", "entries", "units", "property", "violation", "profiles")


def _filled(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table without those keys that say nothing."""
    return {key: value for key, value in table.items() if value or key not in _OPTIONAL}


def _lines(scenario: Scenario) -> Iterator[str]:
    yield from (f"# {_printable(line)}" for line in wrapped(scenario.title, width=100))
    yield "#"
    for number, paragraph in enumerate(scenario.told):
        if number:
            yield "#"
        # Lines of source move; `blackstart explain` tells where they are now.
        lasting = _SOURCE_LINE.sub(r"\1", paragraph)
        yield from (f"# {_printable(line)}" for line in wrapped(lasting, width=100))
    yield ""
    yield f"schema = {SCHEMA}"
    yield f"title = {_quoted(scenario.title)}"
    for name, table in _tables(scenario):
        for each in table if isinstance(table, list) else [table]:
            yield ""
            yield f"[[{name}]]" if isinstance(table, list) else f"[{name}]"
            yield from _table(name, each)


def _table(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for each in value:
                yield ""
                yield f"[[{name}.{key}]]"
                yield from _table(f"{name}.{key}", each)
        elif isinstance(value, list):
            yield f"{key} = [{', '.join(map(_quoted, value))}]"
        else:
            yield f"{key} = {value if isinstance(value, int) else _quoted(value)}"


_SPECIAL = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _quoted(text: str) -> str:
    """A TOML basic string; what TOML has no form for, a lone surrogate, is written as it is read in a report."""
    return '"' + "".join(_SPECIAL.get(each) or _escaped(each) for each in printable(text)) + '"'


def _escaped(character: str) -> str:
    return character if character.isprintable() else f"\\U{ord(character):08X}"


def _printable(line: str) -> str:
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in printable(line))
