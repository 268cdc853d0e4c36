"""Several processes that write, each a key of its own, at the same time: what a lock for each key is good for."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from store.kernel import LockMode
from store.locks import STORE
from tests.bench.apart import MeasurementFailed, ignore_interrupts
from tests.bench.spread import Spread, spread
from tests.bench.store.compared import STORES, Blackstart, Compared
from tests.bench.store.disk import TimedHost, scratch, settle_disk
from tests.bench.store.sizes import bare_entries

WRITERS = (1, 2, 4, 8)
ENTRIES = 150
SLOW_SYNC_S = 0.005  # what a drive that turns takes, or a network's

ONE_LOCK = "one lock"


class OneLock(TimedHost):
    """A host on which writers of one key take the whole store, as the original's do."""

    def lock(self, fd: int, start: int, length: int, mode: LockMode, deadline_ns: int) -> None:
        """Lock; the store is never shared."""
        if start == STORE and mode == "shared":
            mode = "exclusive"
        super().lock(fd, start, length, mode, deadline_ns)


class _SlowSyncs(TimedHost):
    def fsync(self, fd: int) -> None:
        super().fsync(fd)
        time.sleep(SLOW_SYNC_S)


class _OneLockSlowSyncs(OneLock, _SlowSyncs):
    pass


VARIANTS: dict[str, Callable[[Path], Compared]] = {
    "blackstart": STORES["blackstart"],
    ONE_LOCK: lambda folder: Blackstart(folder, OneLock()),
    "whole file": STORES["whole file"],
    "sqlite3 wal": STORES["sqlite3 wal"],
}
SLOW_VARIANTS: dict[str, Callable[[Path], Compared]] = {
    "blackstart": lambda folder: Blackstart(folder, _SlowSyncs()),
    ONE_LOCK: lambda folder: Blackstart(folder, _OneLockSlowSyncs()),
}


@dataclass(frozen=True)
class Writing:
    """So many processes at once, each putting one key again and again.

    `waits_s` is what one put took, over all processes; `slowest_s` the longest.
    """

    store: str
    slow_syncs: bool
    writers: int
    puts_per_s: float
    waits_s: Spread
    slowest_s: float


def measure(store: str, writers: int, place: Path, *, slow_syncs: bool, duration_s: float) -> list[Writing]:
    """Let so many processes write for a while to a store with 150 bare entries, in a fresh folder below `place`."""
    variants = SLOW_VARIANTS if slow_syncs else VARIANTS
    with scratch(place) as folder:
        filled = variants[store](folder)
        filled.fill(bare_entries(ENTRIES))
        filled.close()
        settle_disk(folder)
        write = partial(_write, store, slow_syncs, folder, duration_s)
        waits = together([partial(write, number) for number in range(writers)])
    everything = [wait for each in waits for wait in each]
    return [
        Writing(store, slow_syncs, writers, len(everything) / duration_s, spread(everything), max(everything)),
    ]


Wait = Callable[[], None]
"""Called by a process when it is ready; returns when all of them are."""


def together(functions: Sequence[Callable[[Wait], list[float]]]) -> list[list[float]]:
    """Run functions in processes of their own, all let go at once when each has called what it is given.

    Raises:
        MeasurementFailed: one of them died or raised.
    """
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    try:
        for function in functions:
            ours, theirs = context.Pipe()
            process = context.Process(target=_report, args=(function, theirs), daemon=True)
            process.start()
            theirs.close()
            pipes.append(ours)
            processes.append(process)
        for pipe in pipes:
            pipe.recv()
        for pipe in pipes:
            pipe.send("go")
        return [pipe.recv() for pipe in pipes]
    except (EOFError, BrokenPipeError):
        raise MeasurementFailed("a writer died; what it raised stands above") from None
    finally:
        for pipe in pipes:
            pipe.close()
        for process in processes:
            process.terminate()  # nothing to those that have ended
            process.join()
            process.close()


def _report(function: Callable[[Wait], list[float]], parent: Connection) -> None:
    ignore_interrupts()

    def wait() -> None:
        parent.send("ready")
        parent.recv()

    parent.send(function(wait))


def _write(store: str, slow_syncs: bool, folder: Path, duration_s: float, number: int, wait: Wait) -> list[float]:
    """Put until the time is over; how long each put took."""
    opened = (SLOW_VARIANTS if slow_syncs else VARIANTS)[store](folder)
    entry = next(iter(bare_entries(1).values()))
    waits: list[float] = []
    wait()
    end = now = time.perf_counter()
    end += duration_s
    while now < end:
        opened.put(f"agent:main:writer:{number}", {**entry, "updatedAt": len(waits)})
        before, now = now, time.perf_counter()
        waits.append(now - before)
    opened.close()
    return waits
