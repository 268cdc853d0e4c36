"""A counterexample as text: what was done, where it was cut, what was lost, what recovery shows, what was promised."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from model.explore.result import Counterexample
from model.report.figures import WIDTH, quantity, shortened, wrapped

KILL = "process-kill"
_REMARK = "-- "  # stands in a trace where one run ended and the next began
_ABSENT = "absent"
_INDENT = "  "
_CALLS_BEFORE_THE_CUT = 24
_CALLS_AFTER_THE_CUT = 6


def counterexample_text(found: Counterexample, *, number: int, whole_trace: bool = False) -> list[str]:
    """Explain one counterexample in sections that fit 80 columns.

    Args:
        found: what to explain.
        number: its number in this run, as the run folder uses it.
        whole_trace: show every system call, not only those near the cut, and the choices that lead here again.
    """
    lines = _title(found, number)
    for paragraph in found.because or (found.explanation,):
        lines += ["", *wrapped(paragraph, indent=2)]
    killed = found.profile == KILL
    lines += _section("system calls", trace_lines(found.trace, found.cut, whole=whole_trace, killed=killed))
    lines += _section("what the cut left", _list(found.lost) or ["everything that was done before it"])
    lines += _section("promised", _values({key: _either(values) for key, values in found.promised.items()}))
    lines += _section("recovery shows", _values(found.shown) or ["nothing at all"])
    lines += _section("files as the run left them", _list(found.tree_before))
    lines += _section("files after recovery", _list(found.tree_after))
    if whole_trace:
        lines += _section("choices", _choices(found.choices))
    return lines


def trace_lines(trace: Sequence[str], cut: int, *, whole: bool, killed: bool = False) -> list[str]:
    """The system calls, numbered, with the cut (or the kill) drawn as a line before call `cut`."""
    cut_line = _drawn("process killed" if killed else "power cut")
    first = 0 if whole else max(0, cut - _CALLS_BEFORE_THE_CUT)
    last = len(trace) if whole else min(len(trace), cut + _CALLS_AFTER_THE_CUT)
    digits = len(str(len(trace)))
    lines = [f"{'':>{digits}}  ... {quantity(first, 'earlier call')}"] if first else []
    for place in range(first, last):
        if place == cut:
            lines.append(cut_line)
        lines.append(_call(place + 1, trace[place], digits))
    if cut >= last:
        lines.append(cut_line)
    if last < len(trace):
        lines.append(f"{'':>{digits}}  ... {quantity(len(trace) - last, 'later call')} not reached")
    return lines


def _title(found: Counterexample, number: int) -> list[str]:
    head = f"counterexample {number}: {found.title} (property {found.property})"
    return [
        *wrapped(head, hanging=4),
        *wrapped(f"operation  {found.operation}: {found.case}", indent=2, hanging=13),
        f"  profile    {found.profile}",
    ]


def _section(title: str, lines: Iterable[str]) -> list[str]:
    body = [_INDENT * 2 + line for line in lines]
    return ["", _INDENT + title, *body] if body else []


def _list(lines: Iterable[str]) -> list[str]:
    return [shortened(line, WIDTH - 4) for line in lines]


def _call(number: int, call: str, digits: int) -> str:
    if call.startswith(_REMARK):
        return _drawn(call.strip("- :"))
    return f"{number:>{digits}}  {shortened(call, WIDTH - 6 - digits)}"


def _drawn(event: str) -> str:
    return f" {event} ".center(WIDTH - 4, "~")


def _choices(choices: Sequence[tuple[str, str]]) -> list[str]:
    width = max((len(label) for label, _ in choices), default=0)
    width = min(width, WIDTH // 2)
    return [shortened(f"{label.ljust(width)}  {value}", WIDTH - 4) for label, value in choices]


def _values(values: Mapping[str, Any]) -> list[str]:
    width = min(max((len(key) for key in values), default=0), WIDTH // 3)
    return [
        f"{shortened(key, width).ljust(width)}  {shortened(_value(value), WIDTH - 6 - width)}"
        for key, value in values.items()
        if value != ""
    ]


def _either(values: Any) -> Any:
    """What was promised of one key: a list is one value or another, an empty one says nothing."""
    return " or ".join(map(_value, values)) if isinstance(values, list | tuple) else values


def _value(value: Any) -> str:
    if value is None:
        return _ABSENT
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
