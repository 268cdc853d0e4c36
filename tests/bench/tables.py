"""The checker's figures as tables, with the aims beside them, and as JSON values."""

import dataclasses
import platform
from collections.abc import Sequence
from typing import Any

from model.report.figures import count
from tests.bench.cores import OnCores
from tests.bench.enumerated import Covered
from tests.bench.grid import MISSING, Grid
from tests.bench.growth import Growth
from tests.bench.on_disk import OnDisk, Place
from tests.bench.plan import Measured
from tests.bench.profiled import Share
from tests.bench.simulated import PROFILE, Speed
from tests.bench.spread import figure

SCHEMA = 3
MEBIBYTE = 1024 * 1024

SPEED_AIMS = {(4, False): 10_000, (4, True): 25_000, (8, False): 3_000, (8, True): 10_000}
"""Crash states a second and core, by the largest number of entries for which it is meant, and by memoised JSON."""

NESTED_AIMS_S = {6: 1.0, 8: 10.0}
CORES_AIM = 1.7
ELSEWHERE: tuple[Place, ...] = ("tmpfs", "pyfakefs", "processes")
"""Where else the same recovery is measured."""


def grids(measured: Measured) -> list[Grid]:
    """Every table for which there is something."""
    speeds = measured.of(Speed)
    flat = [speed for speed in speeds if not speed.nested]
    made = [
        _speed(flat),
        _nested([speed for speed in speeds if speed.nested]),
        _elsewhere([speed for speed in flat if not speed.memoised], measured.of(OnDisk)),
        _enumeration(measured.of(Covered)),
        _growth(measured.of(Growth)),
        _cores(measured.of(OnCores)),
        _shares(measured.of(Share)),
    ]
    return [grid for grid in made if grid.rows]


def values(measured: Measured) -> dict[str, Any]:
    """Everything, as JSON values; seconds and bytes unless a name says otherwise."""
    return {
        "schema": SCHEMA,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "profile": PROFILE,
        "complete": measured.done == measured.planned,
        "rows": [
            {"kind": type(row).__name__.lower(), **dataclasses.asdict(row), **_derived(row)} for row in measured.rows
        ],
    }


def _speed(speeds: Sequence[Speed]) -> Grid:
    rows = [
        [
            str(speed.entries),
            _json(speed),
            count(speed.states),
            count(speed.raw_states),
            str(speed.states_per_s),
            _aim(speed),
            _memory(speed),
        ]
        for speed in speeds
    ]
    return Grid(
        f"Migration of n entries, two puts, a delete; {PROFILE}; no cuts inside recovery: crash states discovered, "
        "read, recovered twice and judged, a second and core.",
        ["n", "JSON", "crash states", "raw states", "a second", "aim", "memory"],
        rows,
    )


def _nested(speeds: Sequence[Speed]) -> Grid:
    rows = [
        [
            str(speed.entries),
            _json(speed),
            count(speed.recoveries),
            str(speed.seconds),
            f"{NESTED_AIMS_S[speed.entries]:.0f}" if speed.entries in NESTED_AIMS_S else MISSING,
            _memory(speed),
        ]
        for speed in speeds
    ]
    title = "The same with cuts inside recovery, to a fixpoint."
    return Grid(title, ["n", "JSON", "recoveries", "seconds", "aim", "memory"], rows)


def _elsewhere(speeds: Sequence[Speed], disks: Sequence[OnDisk]) -> Grid:
    found = {(disk.place, disk.entries): disk for disk in disks}
    rows = []
    for speed in speeds if disks else ():
        cells = [str(speed.entries), f"{speed.states_per_s.median:,.0f}"]
        for place in ELSEWHERE:
            disk = found.get((place, speed.entries))
            cells += (
                [f"{disk.states_per_s:,.0f}", _times(speed.states_per_s.median / disk.states_per_s)]
                if disk
                else _NOTHING
            )
        rows.append(cells)
    return Grid(
        "The same recovery elsewhere: crash disks of the same case, laid out and recovered a second and core, and how "
        "many times as many the simulation does.",
        ["n", "simulation", *(cell for name in ELSEWHERE for cell in (name, "ratio"))],
        rows,
        [
            "*Processes* is a new process for each state. The simulation's figure has finding the states, reading and "
            "judging in it; the others' only laying out and recovering."
        ],
    )


def _beside(speed: Speed, disk: OnDisk) -> list[str]:
    return [f"{disk.states_per_s:,.0f}", _times(speed.states_per_s.median / disk.states_per_s)]


def _enumeration(rows: Sequence[Covered]) -> Grid:
    lines = [
        [
            str(row.entries),
            count(row.raw_states),
            f"{row.raw_states / row.discovery_s:,.0f}",
            f"{row.raw_states / row.enumeration_s:,.0f}",
            _times(row.ratio),
        ]
        for row in rows
    ]
    return Grid(
        "Raw states covered a second and core, by discovery and by building and recovering each of them.",
        ["n", "raw states", "discovered", "enumerated", "ratio"],
        lines,
    )


def _growth(rows: Sequence[Growth]) -> Grid:
    meaning = {
        "entries": "entries migrated, two puts, a delete",
        "keys": "keys put, one after the other",
        "operations": "operations on one key",
    }
    lines: list[list[str]] = []
    for of in dict.fromkeys(row.of for row in rows):
        lines.append([f"n {meaning[of]}"])
        lines += [
            [
                f" {row.number}",
                count(row.crash_points),
                count(row.raw_states),
                count(row.recoveries),
                str(row.seconds),
            ]
            for row in rows
            if row.of == of
        ]
    return Grid(
        "What the work grows with: one case on one core, cuts inside recovery to a fixpoint.",
        ["n", "crash points", "raw states", "recoveries", "seconds"],
        lines,
    )


def _cores(rows: Sequence[OnCores]) -> Grid:
    by_jobs = {row.jobs: row for row in rows}
    if not rows:
        return Grid("", [], ())
    one, two = by_jobs[1], by_jobs[2]
    assert one.answers == two.answers, "one core and two came to different answers"
    cells = [f"{one.tasks} tasks", str(one.wall_s), str(two.wall_s)]
    return Grid(
        "A small campaign on one core and on two, in seconds of waiting.",
        ["", "one core", "two cores", "ratio", "aim"],
        [[*cells, f"{one.wall_s.median / two.wall_s.median:.2f}", str(CORES_AIM)]],
    )


def _shares(rows: Sequence[Share]) -> Grid:
    lines = [
        [row.of if row.is_part else f" {row.of}", f"{row.share:.0%}", f"{row.calls:,.0f}"]
        for row in sorted(rows, key=lambda row: not row.is_part)
    ]
    first_function = next((number for number, row in enumerate(lines) if row[0].startswith(" ")), len(lines))
    lines.insert(first_function, ["The functions with most of it"])
    return Grid(
        f"Where the time goes, by Python's profiler: n = {rows[0].entries}." if rows else "",
        ["part", "share", "calls a state"],
        lines if rows else (),
        ["Of the simulated computer, system calls. The profiler makes small functions look dearer than they are."],
    )


_NOTHING = [MISSING, MISSING]


def _aim(speed: Speed) -> str:
    if speed.entries > 4 and speed.entries != 8:
        return MISSING
    return f"{SPEED_AIMS[4 if speed.entries <= 4 else 8, speed.memoised]:,}"


def _times(ratio: float) -> str:
    return figure(ratio)


def _json(speed: Speed) -> str:
    return "memoised" if speed.memoised else "parsed"


def _memory(speed: Speed) -> str:
    return f"{speed.peak_memory_bytes / MEBIBYTE:.0f} MB"


def _derived(row: Any) -> dict[str, float]:
    if isinstance(row, Speed):
        return {"states_per_s": row.states_per_s.median}
    if isinstance(row, OnDisk):
        return {"states_per_s": row.states_per_s}
    return {"ratio": row.ratio} if isinstance(row, Covered) else {}
