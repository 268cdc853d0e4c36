"""The migration beside copying the files that it makes and syncing once, which promises less; and its memory."""

import gc
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scenarios.sample import sample
from store import SessionStore
from tests.bench.apart import apart, peak_memory_bytes
from tests.bench.spread import Spread, spread
from tests.bench.store.disk import TimedHost, scratch, settle_disk
from tests.bench.store.sizes import SEED, Entry, bare_entries, compact_text, entries_of_total, legacy_text

MEBIBYTE = 1 << 20
BIG_BYTES = 36 * MEBIBYTE
IN_MEMORY_ENTRIES = 950  # some 80 MB


@dataclass(frozen=True)
class Migrating:
    """A migration, and its files copied: synced once for all, and synced one by one.

    `fsync_share` is the part of the migration that is fsync.
    """

    workload: str
    entries: int
    file_bytes: int
    migration_s: Spread
    copy_s: Spread
    synced_copy_s: Spread
    fsyncs: int
    fsync_share: float

    @property
    def ratio(self) -> float:
        """How many times as long as the copy the migration takes."""
        return self.migration_s.median / self.copy_s.median

    @property
    def synced_ratio(self) -> float:
        """How many times as long as the copy that syncs each file."""
        return self.migration_s.median / self.synced_copy_s.median


@dataclass(frozen=True)
class Memory:
    """The most memory that one process had, before it did something with a file and in all."""

    what: str
    file_bytes: int
    before_bytes: int
    peak_bytes: int

    @property
    def ratio(self) -> float:
        """Peak memory, in sizes of the file."""
        return self.peak_bytes / self.file_bytes


WORKLOADS: dict[str, Callable[[], dict[str, Entry]]] = {
    "1,000 bare entries": lambda: bare_entries(1_000),
    "36 MB, 1,035 entries": lambda: entries_of_total(1_035, BIG_BYTES),
}


def measure(workload: str, place: Path, *, repeats: int, entries: Mapping[str, Entry] | None = None) -> list[Migrating]:
    """Migrate and copy by turns, each time in fresh folders below `place`."""
    if entries is None:
        entries = WORKLOADS[workload]()
    data = legacy_text(entries)
    migration_s, copy_s, synced_copy_s = [], [], []
    fsyncs, fsync_s = 0, 0.0
    with scratch(place) as folder:
        for number in range(repeats):
            home = folder / str(number)
            home.mkdir()
            (home / "sessions.json").write_bytes(data)
            kernel = TimedHost()
            store = SessionStore(str(home / "sessions.json"), kernel=kernel)
            fsyncs, before_s = kernel.fsyncs, kernel.fsync_s
            migration_s.append(_timed(home, partial(_migrate, store, len(entries))))
            fsyncs, fsync_s = kernel.fsyncs - fsyncs, fsync_s + kernel.fsync_s - before_s
            store.close()
            live = home / "sessions.d"
            copy_s.append(_timed(home, partial(copy, live, home / "copy", one_by_one=False)))
            synced_copy_s.append(_timed(home, partial(copy, live, home / "each", one_by_one=True)))
    share = fsync_s / sum(migration_s)
    return [
        Migrating(
            workload,
            len(entries),
            len(data),
            spread(migration_s),
            spread(copy_s),
            spread(synced_copy_s),
            fsyncs,
            share,
        )
    ]


def _migrate(store: SessionStore, expected: int) -> None:
    outcome = store.migrate()
    assert outcome.name == "migrated", outcome
    assert outcome.detail.startswith(f"{expected} entries"), outcome


def copy(source: Path, target: Path, *, one_by_one: bool) -> None:
    """Copy the files of a folder durably: with one sync of the file system, or with an fsync of each file."""
    target.mkdir(mode=0o700)
    for name in os.listdir(source):
        fd = os.open(target / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            data = (source / name).read_bytes()
            assert os.write(fd, data) == len(data)
            if one_by_one:
                os.fsync(fd)
        finally:
            os.close(fd)
    if not one_by_one:
        settle_disk(target)
        return
    for folder in (target, target.parent):
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _timed(home: Path, act: Callable[[], None]) -> float:
    """Seconds of something, with nothing left to be written or collected from what came before."""
    settle_disk(home)
    gc.collect()
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def measure_memory(place: Path, entries: int = IN_MEMORY_ENTRIES) -> list[Memory]:
    """Migrate a big file, each way in a process of its own; and parse and write one, as every write did before."""
    with scratch(place) as folder:
        data = sample(entries, SEED)
        rows = []
        for number, (what, use) in enumerate(_USES.items()):
            path = folder / str(number) / "sessions.json"
            path.parent.mkdir()
            path.write_bytes(data)
            before, peak = apart(_Use(use, str(path)))
            rows.append(Memory(what, len(data), before, peak))
    return rows


@dataclass(frozen=True)
class _Use:
    """Peak memory before and after something is done with a file."""

    use: Callable[[str], None]
    path: str

    def __call__(self) -> tuple[int, int]:
        before = peak_memory_bytes()
        self.use(self.path)
        return before, peak_memory_bytes()


def _migrate_file(path: str) -> None:
    store = SessionStore(path, kernel=TimedHost())
    assert store.migrate().name == "migrated"
    store.close()


def _rewrite_file(path: str) -> None:
    entries = json.loads(Path(path).read_bytes())
    Path(path).write_bytes(compact_text(entries))


_USES: dict[str, Callable[[str], None]] = {
    "migrate it": _migrate_file,
    "parse it and write it again": _rewrite_file,
}
