"""`python -m tests.bench`: speed of the checker beside the same recovery on tmpfs, in one run."""

import argparse
import multiprocessing
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any, TypeVar

from model.report.encoding import to_json
from tests.bench import on_disk, simulated
from tests.bench.tables import nested_table, speed_table, values

T = TypeVar("T")
SCALES = (1, 3, 6, 8)
NESTED_SCALES = (6, 8)
DISKS = 300


def apart(measure: Callable[[], T]) -> T:
    """Measure in a process of its own: a fresh heap, so that peak memory means something."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as pool:
        return pool.submit(measure).result()


def tell(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--quick", action="store_true", help="only the smallest scales")
    options = parser.parse_args(arguments)
    scales = SCALES[:2] if options.quick else SCALES
    nested_scales = () if options.quick else NESTED_SCALES
    speeds = [_speed(entries, memoised=memoised) for entries in scales for memoised in (False, True)]
    disks = [_disks(entries) for entries in scales]
    nested = [
        _speed(entries, memoised=memoised, nested=True) for entries in nested_scales for memoised in (False, True)
    ]
    if options.json:
        figures: dict[str, Any] = values(speeds, disks, nested)
        sys.stdout.write(to_json(figures))
    else:
        print("\n".join([*speed_table(speeds, disks), "", *nested_table(nested)]))


def _speed(entries: int, *, memoised: bool, nested: bool = False) -> simulated.Speed:
    tell(f"n = {entries}{', memoised JSON' if memoised else ''}{', cuts inside recovery' if nested else ''}")
    return apart(partial(simulated.measure, entries, memoised=memoised, nested=nested))


def _disks(entries: int) -> on_disk.OnDisk:
    tell(f"n = {entries}, on tmpfs")
    return apart(partial(on_disk.measure, entries, DISKS))


if __name__ == "__main__":
    main(sys.argv[1:])
