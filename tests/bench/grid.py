"""A table as a value, and its two renderings: text for a terminal of 80 columns, and Markdown for the README."""

from collections.abc import Sequence
from dataclasses import dataclass

from model.report.figures import wrapped

MISSING = "-"
"""Stands where nothing was measured."""


@dataclass(frozen=True)
class Grid:
    """A table: the first column is text, the others are figures; a row of one cell is a heading inside it."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


def as_text(grid: Grid) -> list[str]:
    """Lines for a terminal: the title, the table with aligned columns, the notes below it."""
    full = [row for row in (grid.header, *grid.rows) if len(row) > 1]
    widths = [max(len(row[column]) for row in full) for column in range(len(grid.header))]
    lines = [*wrapped(grid.title), ""]
    for row in (grid.header, *grid.rows):
        if len(row) == 1:
            lines.append(row[0])
            continue
        first = row[0].ljust(widths[0])
        lines.append("  ".join([first, *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]))
    for note in grid.notes:
        lines += ["", *wrapped(note)]
    return [line.rstrip() for line in lines]


def as_markdown(grid: Grid) -> list[str]:
    """Lines of Markdown: the title as a paragraph, the table, the notes."""
    columns = len(grid.header)
    rows = [[f"**{row[0]}**", *[""] * (columns - 1)] if len(row) == 1 else row for row in grid.rows]
    lines = [grid.title, "", *map(_line, (grid.header, ["---", *["---:"] * (columns - 1)], *rows))]
    for note in grid.notes:
        lines += ["", note]
    return lines


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.strip().replace("|", "\\|") for cell in cells) + " |"
