"""The kill table: each known-bad store, what convicted it, and how soon."""

import dataclasses
from collections.abc import Collection, Sequence
from itertools import zip_longest
from typing import Any

from model.defects.campaign import Row
from model.defects.defect import COST
from model.persistence.profiles import GATES
from model.properties import PROPERTIES
from model.report.figures import WIDTH, count, quantity, wrapped

_HEADINGS = ("defect", "caught by", "states", "seconds", "ops", "losses", "shows under")
_LEFT_ALIGNED = (0, 1, 6)
_INDENT = "  "
_WIDEST_PROPERTY = 26
"""As many columns as the longest title of a property takes, with its number."""
_LEGEND = (
    "states: crash states judged until it was convicted, seconds: the time that took. ops and losses: operations of "
    "the run that convicts it, and answers of the power cut, in the smallest counterexample. shows under: gates "
    "under which a case was found that shows it"
)


def kill_table(rows: Sequence[Row]) -> list[str]:
    """The table as text, what survived, and the verdict.

    Where a line for each defect does not fit the page, its name has one of its own, above what is told of it.
    """
    cells = [list(_HEADINGS), *map(_cells, rows)]
    heading, *blocks = [[line] for line in _aligned(cells)]
    if any(len(line) > WIDTH for block in (heading, *blocks) for line in block):
        below = _stacked([line[1:] for line in cells])
        heading, *blocks = [[*wrapped(name, breaks=True), *rest] for (name, *_), rest in zip(cells, below, strict=True)]
    lines = [line for block in blocks for line in block]
    rule = "-" * max(map(len, [*heading, *lines]))
    return [*heading, rule, *lines, rule, *wrapped(_legend(rows)), "", *_survivors(rows), _verdict(rows)]


def _aligned(cells: Sequence[Sequence[str]]) -> list[str]:
    """Every row as one line."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [_line(line, widths, _LEFT_ALIGNED) for line in cells]


def _line(cells: Sequence[str], widths: Sequence[int], left_aligned: Collection[int]) -> str:
    placed = enumerate(zip(cells, widths, strict=True))
    return "  ".join(
        cell.ljust(width) if place in left_aligned else cell.rjust(width) for place, (cell, width) in placed
    ).rstrip()


def _stacked(cells: Sequence[Sequence[str]]) -> list[list[str]]:
    """Every row as lines of the page's width: its first and its last column are wrapped."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    widths[0] = min(widths[0], _WIDEST_PROPERTY)
    widths[-1] = min(widths[-1], WIDTH - len(_INDENT) - sum(widths[:-1]) - 2 * (len(widths) - 1))
    rows = []
    for first, *numbers, last in cells:
        columns = (wrapped(first, width=widths[0]), *([number] for number in numbers), wrapped(last, width=widths[-1]))
        lines = zip_longest(*columns, fillvalue="")
        rows.append([_INDENT + _line(line, widths, (0, len(widths) - 1)) for line in lines])
    return rows


def _legend(rows: Sequence[Row]) -> str:
    """What the columns mean, the last one above all: what is not in it may only not have been looked for."""
    counted = [row.conviction for row in rows if row.conviction.property != COST]
    if not all(each.is_every_gate for each in counted):
        return f"{_LEGEND}, among those tried; --every-gate tries all."
    if any(each.undecided for each in counted):
        return f"{_LEGEND}; under the others none does, those with a question mark aside, where it is not known."
    return f"{_LEGEND}; under the others none does."


def kills_markdown(rows: Sequence[Row]) -> list[str]:
    """The same table as Markdown."""
    return [
        f"| {' | '.join(_HEADINGS)} |",
        "|" + "|".join(" --- " if place in _LEFT_ALIGNED else " ---: " for place in range(len(_HEADINGS))) + "|",
        *(f"| {' | '.join([f'`{name}`', *others])} |" for name, *others in map(_cells, rows)),
    ]


def story(row: Row) -> list[str]:
    """One defect in full: its story, its source, and the judge's sentences."""
    defect, conviction = row.defect, row.conviction
    lines = [*wrapped(defect.name, breaks=True), *wrapped(defect.story, indent=2, breaks=True)]
    lines += wrapped(f"Source: {defect.source}.", indent=2, hanging=4, breaks=True)
    if conviction.explanation:
        where = f"{conviction.operation}, {conviction.case}: {conviction.explanation}"
        lines += wrapped(where, indent=2, hanging=4, breaks=True)
    return [*lines, ""]


def kills_value(rows: Sequence[Row]) -> dict[str, Any]:
    """The table as JSON."""
    return {
        "schema": 1,
        "convicted": sum(row.is_convicted for row in rows),
        "survived": [row.defect.name for row in rows if not row.is_convicted],
        "defects": [_value(row) for row in rows],
    }


def _value(row: Row) -> dict[str, Any]:
    defect, conviction = row.defect, dataclasses.asdict(row.conviction)
    conviction["seconds"] = round(row.conviction.seconds, 3)
    del conviction["defect"]
    return {
        "name": defect.name,
        "story": defect.story,
        "source": defect.source,
        "property": defect.property,
        "expected_profiles": list(defect.profiles),
        **{f"found_{name}" if name == "property" else name: value for name, value in conviction.items()},
    }


def _cells(row: Row) -> list[str]:
    conviction = row.conviction
    if conviction.verdict == "survived":
        return [row.defect.name, "SURVIVED", count(conviction.states), f"{conviction.seconds:.2f}", "", "", ""]
    return [
        row.defect.name,
        _property(conviction.property) + ("" if row.is_convicted else ", NOT AS NAMED"),
        count(conviction.states),
        f"{conviction.seconds:.2f}",
        str(conviction.operations),
        str(conviction.losses),
        "" if conviction.property == COST else _gates(conviction.profiles, conviction.undecided),
    ]


def _property(number: int) -> str:
    return "cost, counted" if number == COST else f"{PROPERTIES[number].title} ({number})"


def _gates(profiles: Sequence[str], undecided: Sequence[str]) -> str:
    """Gates, in few words where it is most of them."""
    if undecided:
        return ", ".join([*profiles, *(f"{gate}?" for gate in undecided)])
    if len(profiles) == len(GATES):
        return "all gates"
    missing = [gate for gate in GATES if gate not in profiles]
    if len(missing) == 1:
        return f"all but {missing[0]}"
    return ", ".join(profiles)


def _survivors(rows: Sequence[Row]) -> list[str]:
    lines: list[str] = []
    for row in rows:
        if not row.is_convicted:
            lines += story(row)
            if row.missing_profiles and row.conviction.verdict == "convicted":
                lines += wrapped(f"It does not show under {', '.join(row.missing_profiles)}.", indent=2)
    return lines


def _verdict(rows: Sequence[Row]) -> str:
    convicted = sum(row.is_convicted for row in rows)
    if convicted == len(rows):
        return f"ok: {quantity(convicted, 'known-bad store')}, all convicted by the property that they break"
    return f"survived: {len(rows) - convicted} of {quantity(len(rows), 'known-bad store')}"
