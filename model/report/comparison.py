"""Verdicts under several profiles, side by side, as text and as JSON values."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from model.comparison import Compared
from model.report.encoding import SCHEMA, exact
from model.report.figures import WIDTH, count, wrapped
from model.scenario.file import Scenario, to_value

_HEADINGS = ("profile", "verdict", "breaks", "losses", "states", "own cuts")
_RIGHT = ("losses", "states")
LEGEND = (
    "breaks, losses: the promise that some cut breaks, and how many things it takes to be lost. states: disks that "
    "recovery can tell apart, judged until the verdict."
)
_OWN_CUTS = "own cuts: whether what the file tells of is allowed, broken, or cannot be, under this profile."


def comparison_table(rows: Sequence[Compared], *, with_story: bool = True) -> list[str]:
    """One line for each profile.

    Args:
        rows: The profiles.
        with_story: Also say what comes of the scenario's own cuts.
    """
    headings = _HEADINGS if with_story else _HEADINGS[:-1]
    cells = [headings, *(_cells(row)[: len(headings)] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    gap = "  " if sum(widths) + 2 * (len(widths) - 1) <= WIDTH else " "
    lines = [
        gap.join(
            cell.rjust(width) if heading in _RIGHT else cell.ljust(width)
            for heading, cell, width in zip(headings, line, widths, strict=True)
        ).rstrip()
        for line in cells
    ]
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]


def _cells(row: Compared) -> tuple[str, ...]:
    losses = "" if row.losses is None else str(row.losses)
    return (row.profile, row.verdict, row.outcome if row.violated else "", losses, count(row.judged), row.story)


def comparisons_text(compared: Sequence[tuple[Scenario, Sequence[Compared]]]) -> list[str]:
    """Each table under the title of what was played, and last what the columns mean."""
    lines: list[str] = []
    for scenario, rows in compared:
        if rows:
            lines += [*_title(scenario), "", *comparison_table(rows), ""]
    return lines + wrapped(f"{LEGEND} {_OWN_CUTS}")


def _title(scenario: Scenario) -> list[str]:
    story = scenario.story
    played = f"operation  {story.operation}: {story.case}"
    lines = [*wrapped(scenario.title or "scenario", hanging=4, breaks=True)]
    lines += wrapped(played, indent=2, hanging=13, breaks=True)
    lines += wrapped(f"target     {scenario.target}", indent=2, hanging=13)
    return [*lines, *([f"  defect     {scenario.defect}"] if scenario.defect else [])]


def comparisons_value(compared: Sequence[tuple[Scenario, Sequence[Compared]]]) -> dict[str, Any]:
    """Comparisons as a JSON value."""
    verdicts = [row.verdict for _, rows in compared for row in rows]
    overall = next((verdict for verdict in ("counterexample", "unknown") if verdict in verdicts), "ok")
    rows = [
        {
            "scenario": to_value(scenario),
            "profiles": [asdict(row) | {"raw_states": exact(row.raw_states)} for row in rows],
        }
        for scenario, rows in compared
    ]
    return {"schema": SCHEMA, "verdict": overall, "rows": rows}
