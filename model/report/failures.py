"""What came of failing calls, as text and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from model.explore.failed_calls import Failures
from model.explore.result import CaseResult
from model.report.counterexample import counterexample_text
from model.report.encoding import SCHEMA, bounds_value, counterexample_value
from model.report.figures import count, quantity, seconds, shortened, wrapped
from model.verdict import Campaign, worst

_HEADINGS = ("operation", "calls", "errors", "plays", "raised", "returned", "verdict")
_LEFT_ALIGNED = (0, 6)
_NAME_WIDTH = 31
_LEGEND = (
    "calls: of the operation, that may fail. errors: in which ways any of them may, by its manual page. plays: each "
    "call failing in each way, once and from then on. raised, returned: what the operation then did; what returned "
    "must be there whatever is cut, and what raised must succeed when it is tried again after that."
)
_MOST_SHOWN = 3


def failures_page(campaign: Campaign) -> list[str]:
    """One line for each operation, the total, and the verdict."""
    rows = [_HEADINGS, *(_cells(name, found, verdict) for name, found, verdict in _rows(campaign))]
    total = _total([found for _, found, _ in _rows(campaign)])
    rows.append(_cells("together", total, campaign.verdict))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(_padded(cell, place, widths[place]) for place, cell in enumerate(row)).rstrip() for row in rows]
    rule = "-" * max(map(len, lines))
    shown: list[str] = []
    for number, found in enumerate(campaign.counterexamples[:_MOST_SHOWN], 1):
        shown += [*counterexample_text(found, number=number), ""]
    return [
        lines[0],
        rule,
        *lines[1:-1],
        rule,
        lines[-1],
        *wrapped(_LEGEND),
        "",
        *shown,
        *wrapped(_sentence(campaign, total)),
    ]


def failures_value(campaign: Campaign) -> dict[str, Any]:
    """The same as a JSON value."""
    return {
        "schema": SCHEMA,
        "verdict": campaign.verdict,
        "bounds": bounds_value(campaign.bounds),
        "rows": [{"operation": name, "verdict": verdict} | _value(found) for name, found, verdict in _rows(campaign)],
        "total": _value(_total([found for _, found, _ in _rows(campaign)])),
        "counterexamples": [counterexample_value(found) for found in campaign.counterexamples],
    }


def _value(found: Failures) -> dict[str, Any]:
    return {
        "calls": found.calls,
        "errors": sorted(found.errors),
        "plays": found.plays,
        "raised": found.raised,
        "returned": found.returned,
    }


def _rows(campaign: Campaign) -> Iterator[tuple[str, Failures, str]]:
    by_case: dict[str, list[CaseResult]] = {}
    for result in campaign.results:
        by_case.setdefault(result.case, []).append(result)
    for name, results in by_case.items():
        if results[0].failures is not None:
            yield name, results[0].failures, worst(result.verdict for result in results)


def _total(found: Sequence[Failures]) -> Failures:
    return Failures(
        calls=sum(each.calls for each in found),
        errors=frozenset().union(*(each.errors for each in found)),
        plays=sum(each.plays for each in found),
        raised=sum(each.raised for each in found),
    )


def _cells(name: str, found: Failures, verdict: str) -> tuple[str, ...]:
    figures = (found.calls, len(found.errors), found.plays, found.raised, found.returned)
    return (shortened(name, _NAME_WIDTH), *map(count, figures), verdict)


def _padded(cell: str, place: int, width: int) -> str:
    return cell.ljust(width) if place in _LEFT_ALIGNED else cell.rjust(width)


def _time(campaign: Campaign) -> str:
    return f", in {seconds(campaign.seconds)}" if campaign.jobs else ""


def _sentence(campaign: Campaign, total: Failures) -> str:
    if campaign.verdict == "counterexample":
        return f"counterexample: {quantity(len(campaign.counterexamples), 'row')} in which something was lost."
    if campaign.verdict != "ok":
        return "unknown: cut short."
    plays, profiles = quantity(total.plays, "play"), quantity(len(campaign.bounds.profiles), "profile")
    return (
        f"ok: {plays} in which a call failed, cut everywhere under {profiles}{_time(campaign)}; "
        "0 silent losses, and afterwards the store worked again."
    )
