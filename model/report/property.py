"""A property as text and as a JSON value: what it says, and the known-bad stores that break it."""

from collections.abc import Sequence
from typing import Any

from model.properties import PROPERTIES, Property
from model.report.encoding import SCHEMA
from model.report.figures import wrapped


def property_named(name: str) -> Property | None:
    """The property of that number or title; None if there is none."""
    return next((each for each in PROPERTIES.values() if name.lower() in (str(each.number), each.title)), None)


def property_page(shown: Property, broken_by: Sequence[str]) -> list[str]:
    """The property in a sentence, and what breaks it."""
    lines = wrapped(f"Property {shown.number}, {shown.title}: {shown.sentence}")
    if not broken_by:
        none = "None of the known-bad stores breaks it; a naive one does:"
        return [*lines, "", none, "", "  blackstart verify scenarios.naive:target"]
    lines += ["", *wrapped(f"Known-bad stores that break it: {', '.join(broken_by)}.", breaks=True), ""]
    return [*lines, f"  blackstart defects {broken_by[0]}"]


def property_value(shown: Property, broken_by: Sequence[str]) -> dict[str, Any]:
    """The same as a JSON value."""
    return {
        "schema": SCHEMA,
        "property": shown.number,
        "title": shown.title,
        "sentence": shown.sentence,
        "broken_by": list(broken_by),
    }
