"""Coverage of persistence as text and as JSON."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from model.explore.exercised import CallCoverage, Coverage
from model.report.encoding import SCHEMA, bounds_value
from model.report.figures import count, quantity, seconds, shortened, wrapped
from model.verdict import Campaign

_LEGEND = (
    "n of m: the profile allows m calls to be lost (to be there in part; to be there while an earlier one is not); n "
    "of them were, on a crash state where recovery or a reader looked at that very place."
)
_CALL_WIDTH = 42


def coverage_page(campaign: Campaign, *, with_calls: bool) -> list[str]:
    """One line for each operation and profile; with `with_calls`, all kinds of calls below it."""
    rows = [("operation", "profile", "lost", "torn", "overtook another", "runs")]
    named = ""
    for operation, profile, found in _cells(campaign):
        total = _total(found)
        rows.append(("" if operation == named else operation, profile, *_figures(total), count(found.runs)))
        named = operation
    lines = [*_aligned(rows), *wrapped(_LEGEND), ""]
    if with_calls:
        for operation, profile, found in _cells(campaign):
            lines += _calls(operation, profile, found)
    else:
        lines += _unnoticed(campaign)
    lines += _bounds(campaign)
    cut_short = "" if campaign.verdict == "ok" else " (cut short: figures are from below)"
    runs = quantity(sum(found.runs for _, _, found in _cells(campaign)), "run")
    time = f" in {seconds(campaign.seconds)}" if campaign.jobs else ""
    return [*lines, f"{campaign.verdict}: {runs} of recovery or a reader{time}{cut_short}"]


def coverage_value(campaign: Campaign) -> dict[str, Any]:
    """The same as a JSON value, with every kind of call and every pair."""
    return {
        "schema": SCHEMA,
        "verdict": campaign.verdict,
        "bounds": bounds_value(campaign.bounds),
        "rows": [
            {
                "operation": operation,
                "profile": profile,
                "runs": found.runs,
                "cases_from_below": found.narrowed,
                "cases_left_out": found.left_out,
                "calls": [{"call": label} | dataclasses.asdict(call) for label, call in sorted(found.calls.items())],
                "overtaken": [
                    {
                        "there": later,
                        "not_there": earlier,
                        "cases": found.pairs[later, earlier],
                        "cases_that_allow_it": cases,
                    }
                    for (later, earlier), cases in sorted(found.allowed.items())
                ],
            }
            for operation, profile, found in _cells(campaign)
        ],
    }


def _cells(campaign: Campaign) -> Iterator[tuple[str, str, Coverage]]:
    cells: dict[tuple[str, str], Coverage] = {}
    for result in campaign.results:
        if result.coverage is not None:
            cells.setdefault((result.operation, result.profile), Coverage()).add(result.coverage)
    for (operation, profile), found in cells.items():
        yield operation, profile, found


def _bounds(campaign: Campaign) -> list[str]:
    """What was not taken in."""
    found = [each for _, _, each in _cells(campaign)]
    lines: list[str] = []
    if narrowed := sum(each.narrowed for each in found):
        text = "has a file that may hold too many contents to take in all: its figures are from below"
        lines += wrapped(f"{quantity(narrowed, 'case')} {_plural(text, narrowed)}.")
    if left_out := sum(each.left_out for each in found):
        lines += wrapped(f"Left out: {quantity(left_out, 'case')} of which only a sample can be drawn.")
    return [*lines, ""] if lines else []


def _plural(text: str, number: int) -> str:
    return text if number == 1 else text.replace("has a", "have a").replace("its", "their")


def _total(found: Coverage) -> CallCoverage:
    total = CallCoverage()
    for call in found.calls.values():
        total.add(call)
    return total


def _figures(call: CallCoverage) -> tuple[str, str, str]:
    return (
        _of(call.lost, call.losable),
        _of(call.torn, call.tearable),
        _of(call.overtook, call.overtaking),
    )


def _of(seen: int, possible: int) -> str:
    return f"{count(seen)} of {count(possible)}" if possible else "-"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if place < len(row) - 4 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    rule = "-" * max(map(len, lines))
    return [lines[0], rule, *lines[1:], rule]


def _calls(operation: str, profile: str, found: Coverage) -> list[str]:
    rows = [(f"{operation}, {profile}", "lost", "torn", "overtook another", "")]
    for label, call in sorted(found.calls.items()):
        rows.append((shortened(label, _CALL_WIDTH), *_figures(call), ""))
    lines = [line.rstrip() for line in _aligned(rows)]
    for (later, earlier), cases in sorted(found.pairs.items()):
        lines += wrapped(f"{later}: there, without {earlier} before it ({quantity(cases, 'case')})", hanging=4)
    never = sorted(found.allowed.keys() - found.pairs.keys())
    if never:
        lines += wrapped(f"{quantity(len(never), 'pair')} allowed, and never looked at:", hanging=4)
    for later, earlier in never:
        lines += wrapped(f"{later}, without {earlier}", indent=2, hanging=4)
    return [*lines, ""]


def _unnoticed(campaign: Campaign) -> list[str]:
    """Kinds of calls of which no loss at all was noticed."""
    operations: dict[str, dict[str, None]] = {}
    noticed: set[tuple[str, str]] = set()
    for operation, _, found in _cells(campaign):
        for label, call in found.calls.items():
            if call.losable and not call.lost:
                operations.setdefault(operation, {})[label] = None
            elif call.lost:
                noticed.add((operation, label))
    lines: list[str] = []
    for operation, labels in operations.items():
        left = [label for label in labels if (operation, label) not in noticed]
        if left:
            lines += wrapped(f"{operation}: {', '.join(left)}", indent=2, hanging=4)
    return ["Lost, and nobody looked, under any of these profiles:", *lines, ""] if lines else []
