"""The figures as tables and as JSON values."""

import dataclasses
import platform
from collections.abc import Sequence
from typing import Any

from model.report.figures import count
from tests.bench.on_disk import OnDisk
from tests.bench.simulated import PROFILE, Speed

SCHEMA = 1
MEBIBYTE = 1024 * 1024


def speed_table(speeds: Sequence[Speed], disks: Sequence[OnDisk]) -> list[str]:
    """Crash states per second, and how that compares with the same recovery on tmpfs."""
    tmpfs = {each.entries: each.states_per_s for each in disks}
    lines = [
        f"Migration of n entries, two puts, a delete; {PROFILE}; no cuts inside recovery.",
        "Crash states discovered, read, recovered twice and judged, a second and core.",
        "",
        "  n  JSON      crash states  raw states   a second  on tmpfs  ratio   memory",
    ]
    lines += [
        f"{speed.entries:>3}  {_json(speed):<8}  {count(speed.states):>12}  {count(speed.raw_states):>10}"
        f"  {speed.states_per_s:>9,.0f}  {tmpfs[speed.entries]:>8,.0f}"
        f"  {speed.states_per_s / tmpfs[speed.entries]:>5.1f}  {_memory(speed)}"
        for speed in speeds
    ]
    return lines


def nested_table(nested: Sequence[Speed]) -> list[str]:
    """How long it takes until every cut inside every recovery has been judged."""
    lines = ["Cuts inside recovery, to a fixpoint.", "", "  n  JSON      recoveries  seconds   memory"]
    lines += [
        f"{speed.entries:>3}  {_json(speed):<8}  {count(speed.recoveries):>10}  {speed.seconds:>7.2f}  {_memory(speed)}"
        for speed in nested
    ]
    return lines if nested else []


def values(speeds: Sequence[Speed], disks: Sequence[OnDisk], nested: Sequence[Speed]) -> dict[str, Any]:
    """Everything, as JSON values."""
    return {
        "schema": SCHEMA,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "profile": PROFILE,
        "rows": [dataclasses.asdict(speed) | {"states_per_s": speed.states_per_s} for speed in (*speeds, *nested)],
        "tmpfs": [dataclasses.asdict(each) | {"states_per_s": each.states_per_s} for each in disks],
    }


def _json(speed: Speed) -> str:
    return "memoised" if speed.memoised else "parsed"


def _memory(speed: Speed) -> str:
    return f"{speed.peak_memory_bytes / MEBIBYTE:>5.0f} MB"
