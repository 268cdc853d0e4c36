"""What was measured of the store, as tables and as JSON values."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from tests.bench.grid import MISSING, Grid
from tests.bench.plan import Measured
from tests.bench.spread import Spread, figure
from tests.bench.store.migrating import MEBIBYTE, Memory, Migrating
from tests.bench.store.operations import OPERATIONS, Timing
from tests.bench.store.writers import SLOW_SYNC_S, WRITERS, Writing

SCHEMA = 1
MOST_TIMES_A_COPY = 2
MOST_TIMES_THE_FILE = 4


def grids(measured: Measured) -> list[Grid]:
    """Every table for which there is something."""
    made = [
        _operations(measured.of(Timing)),
        _shares([timing for timing in measured.of(Timing) if timing.fsyncs]),
        _writers(measured.of(Writing)),
        _migrations(measured.of(Migrating)),
        _memory(measured.of(Memory)),
    ]
    return [grid for grid in made if grid.rows]


def values(measured: Measured, about: dict[str, Any]) -> dict[str, Any]:
    """Everything, as JSON values; seconds and bytes unless a name says otherwise."""
    return {
        "schema": SCHEMA,
        **about,
        "complete": measured.done == measured.planned,
        "rows": [
            {"kind": type(row).__name__.lower(), **dataclasses.asdict(row), **_ratio(row)} for row in measured.rows
        ],
    }


def surroundings_line(about: dict[str, Any]) -> str:
    """Where this was measured, in a sentence."""
    return (
        f"On {about['file_system']}, where a sync of 4 KB takes {figure(about['sync_ms'])} ms; "
        f"{about['cores']} cores, Python {about['python']}."
    )


def duration(spent: Spread) -> str:
    """Milliseconds below a second, seconds with an `s` above: `0.62±0.06`, `1.3±0.1s`."""
    return str(spent.times(1000)) if spent.median < 1 else f"{spent}s"


def _operations(timings: Sequence[Timing]) -> Grid:
    sizes = sorted({timing.entries for timing in timings})
    stores = list(dict.fromkeys(timing.store for timing in timings))
    found = {(timing.operation, timing.store, timing.entries): timing for timing in timings}
    rows: list[list[str]] = []
    for operation, meaning in OPERATIONS.items():
        rows.append([f"{operation}: {meaning}"])
        for store in stores:
            cells = [found.get((operation, store, size)) for size in sizes]
            rows.append([f" {store}", *(duration(cell.seconds) if cell else MISSING for cell in cells)])
    return Grid(
        "Milliseconds (or seconds, where it says s) of one operation, by the number of entries in the store: "
        "the median, and half the distance between the quartiles.",
        ["", *(f"{size:,}" for size in sizes)],
        rows if timings else (),
        [
            "Up to 1,000 entries are as a busy gateway keeps them, two in three of 110 KB: 80 MB in all. 10,000 are "
            "smaller, and come to 90 MB as well. What one operation touches is an entry of 110 KB everywhere. Every "
            "store acknowledges a write only when it is durable."
        ],
    )


def _shares(timings: Sequence[Timing]) -> Grid:
    sizes = sorted({timing.entries for timing in timings})
    found = {(timing.operation, timing.store, timing.entries): timing for timing in timings}
    rows = []
    for operation, store in dict.fromkeys((timing.operation, timing.store) for timing in timings):
        cells = [found.get((operation, store, size)) for size in sizes]
        syncs = max(cell.fsyncs or 0 for cell in cells if cell)
        shares = [_percent(cell.fsync_share) if cell else MISSING for cell in cells]
        rows.append([f"{operation}, {store}", str(syncs), *shares])
    rows.sort(key=lambda row: row[0].rpartition(", ")[2])
    header = ["", "syncs", *(f"{size:,}" for size in sizes)]
    return Grid("How many syncs an operation makes, and the share of its time that is fsync.", header, rows)


def _writers(rows: Sequence[Writing]) -> Grid:
    found = {(row.store, row.slow_syncs, row.writers): row for row in rows}
    table: list[list[str]] = []
    for slow in (False, True):
        stores = list(dict.fromkeys(row.store for row in rows if row.slow_syncs == slow))
        if not stores:
            continue
        suffix = f", where a sync takes {SLOW_SYNC_S * 1000:.0f} ms longer" if slow else ""
        table.append([f"puts a second, all together{suffix}"])
        table += [_over_writers(found, store, slow, lambda row: f"{row.puts_per_s:,.0f}") for store in stores]
        table.append([f"milliseconds that the slowest put took{suffix}"])
        table += [_over_writers(found, store, slow, lambda row: figure(row.slowest_s * 1000)) for store in stores]
    return Grid(
        "Processes that write at once, each an entry of its own (1 KB, 150 entries in the store).",
        ["", *(f"{writers} writer{'s' * (writers > 1)}" for writers in WRITERS)],
        table,
        ["*One lock* is this store with one lock for all keys."],
    )


def _over_writers(found: dict[tuple[str, bool, int], Writing], store: str, slow: bool, show: Any) -> list[str]:
    cells = [found.get((store, slow, writers)) for writers in WRITERS]
    return [f" {store}", *(show(cell) if cell else MISSING for cell in cells)]


def _migrations(rows: Sequence[Migrating]) -> Grid:
    lines = [
        ["size of sessions.json, MB", *(figure(row.file_bytes / MEBIBYTE) for row in rows)],
        ["migration", *(duration(row.migration_s) for row in rows)],
        ["its files copied, one sync for all", *(duration(row.copy_s) for row in rows)],
        [f"ratio (aim: {MOST_TIMES_A_COPY})", *(figure(row.ratio) for row in rows)],
        ["copied, each synced by itself", *(duration(row.synced_copy_s) for row in rows)],
        ["ratio to that", *(figure(row.synced_ratio) for row in rows)],
        ["syncs of the migration", *(f"{row.fsyncs:,}" for row in rows)],
        ["share of fsync in it", *(_percent(row.fsync_share) for row in rows)],
    ]
    title = "The migration, in milliseconds, beside copying the files that it makes."
    return Grid(title, ["", *(row.workload for row in rows)], lines if rows else ())


def _memory(rows: Sequence[Memory]) -> Grid:
    header = ["", "file, MB", "before, MB", "peak, MB", f"ratio (aim: {MOST_TIMES_THE_FILE})"]
    lines = [[row.what, *(_megabytes(each) for each in _sizes(row)), figure(row.ratio)] for row in rows]
    return Grid("The most memory that a process takes with a big file.", header, lines)


def _sizes(row: Memory) -> tuple[int, int, int]:
    return row.file_bytes, row.before_bytes, row.peak_bytes


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / MEBIBYTE:,.0f}"


def _percent(share: float | None) -> str:
    return MISSING if share is None else f"{share:.0%}"


def _ratio(row: Any) -> dict[str, float]:
    if isinstance(row, Migrating):
        return {"ratio": row.ratio, "synced_ratio": row.synced_ratio}
    return {"ratio": row.ratio} if isinstance(row, Memory) else {}
