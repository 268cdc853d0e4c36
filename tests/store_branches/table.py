"""What was reached, as text for people and as a value for programs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from model.report.figures import count, quantity, seconds, wrapped
from tests.store_branches.measuring import Played
from tests.store_branches.missed import Reached
from tests.store_branches.reasons import Compared, Reason

RULE = "-" * 63
HOW = "reasons.toml names what may be missed: file, function, the line's text, and why."


def verdict_of(played: Played, compared: Compared) -> str:
    """`ok`, `counterexample` (the store is wrong, or not all of it is reached), or `unknown` when it was broken off."""
    if played.troubles:
        return "counterexample"
    if not played.is_whole:
        return "unknown"
    return "ok" if compared.is_right else "counterexample"


def page(played: Played, reached: Sequence[Reached], compared: Compared) -> list[str]:
    """Everything as text."""
    lines = [*_table(reached, compared), "", *_campaigns(played), ""]
    for trouble in played.troubles:
        lines += wrapped(f"trouble: {trouble}", hanging=2)
    if not played.is_whole:
        return [*lines, *wrapped(_sentence(played, reached, compared))]
    for reason, lines_of in _by_reason(compared).items():
        where = f"{reason.file}:{lines_of[0]}, {reason.function}"
        lines += wrapped(f"{where} ({count(len(lines_of))} missed): {reason.because}", hanging=2)
    lines += [""] if compared.reasoned else []
    lines += [line for miss in compared.unreasoned for line in wrapped(f"missed without a reason: {miss}", hanging=2)]
    lines += [line for stale in compared.stale for line in wrapped(f"a reason for nothing: {stale}", hanging=2)]
    return [*lines, *wrapped(_sentence(played, reached, compared))]


def _table(reached: Sequence[Reached], compared: Compared) -> Iterator[str]:
    reasons = Counter(miss.file for miss, _ in compared.reasoned)
    yield f"{'file':<26} {'lines':>7} {'branches':>9} {'missed':>7} {'with reason':>11}".rstrip()
    yield RULE
    rows = [_row(each, reasons[each.file]) for each in reached]
    for name, *figures in rows:
        yield _aligned(name, figures)
    yield RULE
    yield _aligned("all", [sum(each[column] for each in rows) for column in range(1, 5)])  # type: ignore[misc]


def _row(reached: Reached, reasoned: int) -> tuple[str, int, int, int, int]:
    lines = len(reached.run) + len(reached.missed_lines)
    return reached.file, lines, reached.branches, len(reached.misses), reasoned


def _aligned(name: str, figures: Sequence[int]) -> str:
    lines, branches, missed, reasoned = map(count, figures)
    return f"{name:<26} {lines:>7} {branches:>9} {missed:>7} {reasoned:>11}"


def _campaigns(played: Played) -> Iterator[str]:
    for campaign, done in played.done.items():
        yield f"{campaign:<26} {quantity(done, 'unit')}"
    yield f"{'time':<26} {seconds(played.seconds)}"


def _by_reason(compared: Compared) -> dict[Reason, list[int]]:
    found: dict[Reason, list[int]] = {}
    for miss, reason in compared.reasoned:
        found.setdefault(reason, []).append(miss.line)
    return found


def _sentence(played: Played, reached: Sequence[Reached], compared: Compared) -> str:
    verdict = verdict_of(played, compared)
    if verdict == "unknown":
        done = f"after {count(played.done.total())} of {count(played.units)} units"
        return f"unknown: broken off {done}; what is missed may be what was not played."
    if played.troubles:
        return f"counterexample: {quantity(len(played.troubles), 'unit')} found the store wrong."
    if verdict == "ok":
        parts = sum(len(each.run) + len(each.missed_lines) + each.branches for each in reached)
        missed = len(compared.reasoned)
        return f"ok: the campaigns reach all {count(parts)} lines and branches of the store but {missed}, with reasons."
    found = [
        quantity(len(compared.unreasoned), "place") + " missed without a reason",
        quantity(len(compared.stale), "reason") + " for nothing",
    ]
    return f"counterexample: {' and '.join(found)}. {HOW}"


def value(played: Played, reached: Sequence[Reached], compared: Compared) -> dict[str, Any]:
    """Everything as a JSON value."""
    because = {miss: reason.because for miss, reason in compared.reasoned}
    return {
        "schema": 1,
        "verdict": verdict_of(played, compared),
        "seconds": round(played.seconds, 1),
        "campaigns": [{"name": name, "units": done} for name, done in played.done.items()],
        "troubles": played.troubles,
        "files": [dict(zip(("file", "lines", "branches", "missed"), _row(each, 0), strict=False)) for each in reached],
        "missed": [
            {
                "file": miss.file,
                "line": miss.line,
                "function": miss.function,
                "text": miss.text,
                "because": because.get(miss),
            }
            for each in reached
            for miss in each.misses
        ],
        "stale": [
            {"file": stale.reason.file, "function": stale.reason.function, "text": stale.text}
            for stale in compared.stale
        ],
    }
