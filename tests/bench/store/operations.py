"""One operation after the other, on stores of every size: how long each takes, and how much of that is fsync."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from tests.bench.spread import Spread, spread
from tests.bench.store.compared import STORES, Compared, opened
from tests.bench.store.disk import TimedHost, scratch, settle_disk
from tests.bench.store.sizes import TOUCHED, Entry, entries_of, touched

OPERATIONS: dict[str, str] = {
    "put": "a new entry",
    "update": "read, change and write one",
    "delete": "remove one",
    "get": "read one that nobody has changed since",
    "get, changed": "read one that another process has just written",
    "updated_at": "when one was last updated, unchanged since",
    "load, cold": "open the store and read everything",
    "load, warm": "read everything again, unchanged",
    "load, one changed": "read everything again after another process wrote one",
    "save, one changed": "save everything with one entry changed",
}
"""What is measured, in the order of the table."""


@dataclass(frozen=True)
class Effort:
    """How often something is measured: until it took so long, but within these bounds.

    `settle_s` is waited before anything is read: when the times of the files are older than their clock's grain, a
    cache may trust them.
    """

    fewest: int
    most: int
    enough_s: float
    settle_s: float

    def rounds(self) -> Iterator[int]:
        """Numbers of rounds, as long as another one is worth its time."""
        began = time.perf_counter()
        for number in range(self.most):
            if number >= self.fewest and time.perf_counter() - began > self.enough_s:
                return
            yield number


FULL = Effort(fewest=5, most=40, enough_s=6.0, settle_s=0.1)
QUICK = Effort(fewest=2, most=3, enough_s=0.0, settle_s=0.0)


@dataclass(frozen=True)
class Timing:
    """How long an operation took on a store of so many entries.

    `fsync_share` is the part of the time that was fsync, None where the store does not go through our kernel.
    """

    operation: str
    store: str
    entries: int
    seconds: Spread
    fsyncs: int | None
    fsync_share: float | None


def measure(name: str, entries: int, place: Path, effort: Effort) -> list[Timing]:
    """Measure every operation on a store of that name with so many entries, in a fresh folder below `place`."""
    with scratch(place) as folder:
        stopwatch = _Stopwatch()
        with opened(name, folder) as store:
            store.fill(entries_of(entries))
        settle_disk(folder)
        time.sleep(effort.settle_s)
        _reads(stopwatch, name, folder, effort)
        _writes(stopwatch, name, folder, effort)
    return stopwatch.timings(name, entries)


def _reads(stopwatch: "_Stopwatch", name: str, folder: Path, effort: Effort) -> None:
    for _ in effort.rounds():
        stopwatch.measure("load, cold", None, partial(_open_and_load, name, folder))
    versions = count(1)
    with opened(name, folder) as store, opened(name, folder) as other:
        for _ in range(2):  # a store may need to see twice that something is asked for again and again
            store.load()
            store.get(TOUCHED)
        for _ in effort.rounds():
            stopwatch.measure("load, warm", store, store.load)
        # Not by turns: what load has just made and dropped would leave the processor's caches cold for the others.
        for _ in effort.rounds():
            stopwatch.measure("get", store, lambda: store.get(TOUCHED))
        for _ in effort.rounds():
            stopwatch.measure("updated_at", store, lambda: store.updated_at(TOUCHED))
        for _ in effort.rounds():
            other.put(TOUCHED, touched(next(versions)))
            stopwatch.measure("load, one changed", store, store.load)
        for _ in effort.rounds():
            other.put(TOUCHED, touched(next(versions)))
            stopwatch.measure("get, changed", store, lambda: store.get(TOUCHED))


def _writes(stopwatch: "_Stopwatch", name: str, folder: Path, effort: Effort) -> None:
    new = touched(0)
    with opened(name, folder) as store:
        for number in effort.rounds():
            key = f"agent:main:telegram:direct:new{number}"
            stopwatch.measure("put", store, partial(store.put, key, new))
            stopwatch.measure("update", store, partial(store.update, TOUCHED, partial(_again, number)))
            stopwatch.measure("delete", store, partial(store.delete, key))
        base = store.load()
        for number in effort.rounds():
            mapping = {**base, TOUCHED: _again(1000 + number, base[TOUCHED])}
            stopwatch.measure("save, one changed", store, partial(store.save, mapping, base))
            base = mapping


def _open_and_load(name: str, folder: Path) -> None:
    with opened(name, folder) as store:
        store.load()


def _again(number: int, entry: Entry) -> Entry:
    return {**entry, "updatedAt": 1_773_144_000_000 + number}


class _Stopwatch:
    """Times by operation, with the syncs in them."""

    def __init__(self) -> None:
        self._seconds: dict[str, list[float]] = {}
        self._fsyncs: dict[str, list[tuple[int, float]]] = {}

    def measure(self, operation: str, store: Compared | None, act: Callable[[], object]) -> None:
        kernel: TimedHost | None = getattr(store, "kernel", None)
        fsyncs, fsync_s = (kernel.fsyncs, kernel.fsync_s) if kernel else (0, 0.0)
        began = time.perf_counter()
        act()
        self._seconds.setdefault(operation, []).append(time.perf_counter() - began)
        if kernel:
            spent = (kernel.fsyncs - fsyncs, kernel.fsync_s - fsync_s)
            self._fsyncs.setdefault(operation, []).append(spent)

    def timings(self, name: str, entries: int) -> list[Timing]:
        """What was measured, in the order of `OPERATIONS`."""
        return [self._timing(operation, name, entries) for operation in OPERATIONS if operation in self._seconds]

    def _timing(self, operation: str, name: str, entries: int) -> Timing:
        seconds = self._seconds[operation]
        syncs = self._fsyncs.get(operation)
        return Timing(
            operation,
            name,
            entries,
            spread(seconds),
            None if syncs is None else max(number for number, _ in syncs),
            None if syncs is None else sum(spent for _, spent in syncs) / sum(seconds),
        )


STORE_NAMES = tuple(STORES)
