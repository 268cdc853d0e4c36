"""What grows with the number of entries and what stays flat, as a picture: SVG, written by hand, no library needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from tests.bench.store.operations import Timing

PANELS = ("put", "get, changed", "load, one changed")
COLOURS = {
    "blackstart": "#0072b2",
    "whole file": "#d55e00",
    "sqlite3": "#009e73",
    "sqlite3 wal": "#56b4e9",
    "diskcache": "#8a6d9e",
}
MARGIN, PANEL_WIDTH, PANEL_HEIGHT, GAP, TOP = 56, 240, 240, 64, 64
_STYLE = "font: 12px system-ui, sans-serif; fill: #222"


@dataclass(frozen=True)
class _Scale:
    """Powers of ten between two positions."""

    lowest: int
    highest: int
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (log10(value) - self.lowest) / (self.highest - self.lowest)
        return self.start + share * (self.end - self.start)

    def powers(self) -> list[float]:
        return [10.0**power for power in range(self.lowest, self.highest + 1)]


def _scale(values: Sequence[float], start: float, end: float) -> _Scale:
    lowest, highest = floor(log10(min(values))), ceil(log10(max(values)))
    return _Scale(lowest, max(highest, lowest + 1), start, end)


def plot(timings: Sequence[Timing]) -> str:
    """Draw the medians of three operations over the number of entries, both axes logarithmic."""
    shown = [timing for timing in timings if timing.operation in PANELS]
    stores = [store for store in COLOURS if any(timing.store == store for timing in shown)]
    width = MARGIN + len(PANELS) * (PANEL_WIDTH + GAP)
    height = TOP + PANEL_HEIGHT + 58
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="Milliseconds of an operation by the number of entries in the store">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *_legend(stores),
    ]
    if shown:
        entries = _scale([timing.entries for timing in shown], 0, PANEL_WIDTH)
        milliseconds = _scale([timing.seconds.median * 1000 for timing in shown], PANEL_HEIGHT, 0)
        for number, operation in enumerate(PANELS):
            left = MARGIN + number * (PANEL_WIDTH + GAP)
            parts.append(f'<g transform="translate({left} {TOP})">')
            parts += _axes(operation, entries, milliseconds)
            for store in reversed(stores):  # ours on top
                line = [timing for timing in shown if (timing.operation, timing.store) == (operation, store)]
                parts += _line(sorted(line, key=lambda timing: timing.entries), entries, milliseconds, COLOURS[store])
            parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _legend(stores: Sequence[str]) -> list[str]:
    parts = []
    for number, store in enumerate(stores):
        left = MARGIN + number * 130
        parts.append(f'<line x1="{left}" x2="{left + 22}" y1="18" y2="18" stroke="{COLOURS[store]}" stroke-width="3"/>')
        parts.append(_text(left + 28, 22, store))
    return parts


def _axes(operation: str, entries: _Scale, milliseconds: _Scale) -> list[str]:
    parts = [_text(0, -12, f"{operation}, ms", weight="bold")]
    for value in milliseconds.powers():
        y = milliseconds.at(value)
        parts.append(f'<line x1="0" x2="{PANEL_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(_text(-6, y + 4, f"{value:,.0f}" if value >= 1 else f"{value:g}", anchor="end"))
    for value in entries.powers():
        x = entries.at(value)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{PANEL_HEIGHT}" stroke="#eee"/>')
        parts.append(_text(x, PANEL_HEIGHT + 18, f"{value:,.0f}", anchor="middle"))
    parts.append(_text(PANEL_WIDTH / 2, PANEL_HEIGHT + 38, "entries", anchor="middle"))
    return parts


def _line(timings: Sequence[Timing], entries: _Scale, milliseconds: _Scale, colour: str) -> list[str]:
    points = [(entries.at(each.entries), milliseconds.at(each.seconds.median * 1000)) for each in timings]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points]
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>', *dots]


def _text(x: float, y: float, text: str, *, anchor: str = "start", weight: str = "normal") -> str:
    style = f"{_STYLE}; font-weight: {weight}"
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" style="{style}">{escape(text)}</text>'
