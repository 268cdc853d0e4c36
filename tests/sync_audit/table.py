"""The checked-in table of what is redundant, and a fresh one from what the cases show."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.sync_audit.audit import convicting_case, name_of, smallest_set, traces
from tests.sync_audit.kernel import Place

TABLE = Path(__file__).parent / "redundant.toml"
REGENERATE = "`python -m tests.sync_audit` prints a fresh table, for tests/sync_audit/redundant.toml"

_HEAD = """\
# What the store asks of the kernel and does not need for itself: no case convicts it when this alone is left out.
# `together` is the smallest set that is convicted when it is left out with it, by `case`; none where no call of ours
# makes up for it.  Printed by `python -m tests.sync_audit`; "because" is kept, and written by hand.
"""


class Row(NamedTuple):
    """A redundant sync.

    Attributes:
        place: Which one it is.
        because: Why nothing needs it.
        case: The case that convicts the store without it and `together`; empty if there is none.
        together: What has to be left out with it.
    """

    place: Place
    because: str
    case: str = ""
    together: tuple[Place, ...] = ()


def read_table() -> list[Row]:
    """The checked-in table."""
    return [_row(each) for each in tomllib.loads(TABLE.read_text("utf-8")).get("redundant", [])]


def _row(fields: dict[str, Any]) -> Row:
    place = Place(fields["operation"], fields["kind"], fields["label"])
    together = tuple(Place(*each) for each in fields.get("together", ()))
    return Row(place, fields["because"], fields.get("case", ""), together)


def fresh_table() -> Iterator[str]:
    """A table of everything that no case convicts, part by part; what is new in it has no reason yet."""
    reasons = {row.place: row.because for row in read_table()} if TABLE.exists() else {}
    yield _HEAD
    for place in sorted(traces().places):
        if convicting_case(place) is None:
            found = smallest_set(place)
            case, together = (name_of(found[0]), tuple(found[1])) if found is not None else ("", ())
            yield _rendered(Row(place, reasons.get(place, "?"), case, together))


def _rendered(row: Row) -> str:
    lines = ["[[redundant]]"]
    lines += [f"{name} = {_quoted(value)}" for name, value in zip(Place._fields, row.place, strict=True)]
    lines.append(f"because = {_quoted(row.because)}")
    if row.together:
        lines.append(f"case = {_quoted(row.case)}")
        lines.append("together = [")
        lines += [f"    [{', '.join(map(_quoted, each))}]," for each in row.together]
        lines.append("]")
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
