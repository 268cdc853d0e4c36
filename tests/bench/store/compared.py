"""The stores that are compared.  Each acknowledges a write only when it is durable, names and directory included.

- *blackstart*: the store of this project;
- *whole file*: one JSON file, replaced for every write (temporary, fsync, rename, fsync of the directory), parsed again
  only when it has changed, under one lock; not indented, because Python is slow at that;
- *sqlite3*: a rollback journal and `synchronous=EXTRA`, which syncs the directory after the journal is gone;
- *sqlite3 wal*: a write-ahead log and `synchronous=FULL`, which syncs the log at every commit;
- *diskcache*: its write-ahead log with `synchronous=FULL` instead of NORMAL, and every value inside the database,
  because the files in which it puts big ones are never synced.

All of them hold the same JSON objects, and return copies that are the caller's own.
"""

import fcntl
import json
import marshal
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from diskcache import Cache  # type: ignore[import-untyped]

from store import SessionStore
from store.entries import is_same
from tests.bench.store.disk import TimedHost
from tests.bench.store.sizes import Entry, compact_text

Function = Callable[[Entry], Entry]

NEVER_BY_ITSELF_BYTES = 1 << 40
WAIT_S = 60.0


class Compared(Protocol):
    """What every store is asked to do."""

    def fill(self, entries: Mapping[str, Entry]) -> None:
        """Hold these entries, in an empty store, durably."""

    def put(self, key: str, entry: Entry) -> None:
        """Write one entry."""

    def update(self, key: str, function: Function) -> None:
        """Read one entry, change it, write it."""

    def delete(self, key: str) -> None:
        """Remove one entry."""

    def get(self, key: str) -> Entry | None:
        """Read one entry."""

    def updated_at(self, key: str) -> int | None:
        """Read when one entry was last updated."""

    def load(self) -> dict[str, Entry]:
        """Read everything."""

    def save(self, mapping: Mapping[str, Entry], base: Mapping[str, Entry]) -> None:
        """Make it hold `mapping`, by one who had loaded `base`."""

    def close(self) -> None:
        """Give everything back."""


class Blackstart:
    """The store of this project."""

    def __init__(self, folder: Path, kernel: TimedHost | None = None) -> None:
        self.kernel = kernel or TimedHost()
        self._path = folder / "sessions.json"
        self._store = SessionStore(str(self._path), kernel=self.kernel, lock_timeout_s=WAIT_S)
        self.put = self._store.put
        self.get = self._store.get
        self.updated_at = self._store.updated_at
        self.load = self._store.load
        self.close = self._store.close

    def fill(self, entries: Mapping[str, Entry]) -> None:
        self._path.write_bytes(compact_text(entries))
        assert self._store.migrate().name == "migrated"
        for backup in self._path.parent.glob("sessions.json.bak.*"):
            backup.unlink()

    def update(self, key: str, function: Function) -> None:
        self._store.update(key, lambda entry: function(entry or {}))

    def delete(self, key: str) -> None:
        assert self._store.delete(key)

    def save(self, mapping: Mapping[str, Entry], base: Mapping[str, Entry]) -> None:
        self._store.save(mapping, base=base)


class WholeFile:
    """One file that is replaced whole, as the original program does, and durably, as it does not."""

    def __init__(self, folder: Path) -> None:
        self.kernel = TimedHost()
        self._folder = folder
        self._path = folder / "sessions.json"
        self._lock = os.open(folder / "sessions.json.lock", os.O_RDWR | os.O_CREAT, 0o600)
        self._stamp: tuple[int, int, int] | None = None
        self._entries: dict[str, Entry] = {}
        self._packed: bytes | None = None

    def fill(self, entries: Mapping[str, Entry]) -> None:
        with self._locked():
            self._write(dict(entries))

    def put(self, key: str, entry: Entry) -> None:
        self.update(key, lambda _: entry)

    def update(self, key: str, function: Function) -> None:
        with self._locked():
            entries = self._read()
            self._write({**entries, key: function(_copy(entries.get(key, {})))})

    def delete(self, key: str) -> None:
        with self._locked():
            entries = dict(self._read())
            del entries[key]
            self._write(entries)

    def get(self, key: str) -> Entry | None:
        entry: Entry | None = _copy(self._read().get(key))
        return entry

    def updated_at(self, key: str) -> int | None:
        entry = self._read().get(key)
        return None if entry is None else entry["updatedAt"]

    def load(self) -> dict[str, Entry]:
        entries = self._read()
        if self._packed is None:
            self._packed = marshal.dumps(entries)
        copy: dict[str, Entry] = marshal.loads(self._packed)
        return copy

    def save(self, mapping: Mapping[str, Entry], base: Mapping[str, Entry]) -> None:
        changed, removed = _differences(mapping, base)
        with self._locked():
            entries = {**self._read(), **changed}
            for key in removed:
                entries.pop(key, None)
            self._write(entries)

    def close(self) -> None:
        os.close(self._lock)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _read(self) -> dict[str, Entry]:
        if self._stamp is None or self._stamp != self._stamp_now():
            stamp = self._stamp_now()
            self._entries = json.loads(self._path.read_bytes())
            self._packed = None
            self._stamp = stamp
        return self._entries

    def _write(self, entries: dict[str, Entry]) -> None:
        data = memoryview(compact_text(entries))
        temporary = self._folder / f".sessions.json.{os.getpid()}.tmp"
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            while data:
                data = data[os.write(fd, data) :]
            self.kernel.fsync(fd)
        finally:
            os.close(fd)
        temporary.rename(self._path)
        fd = os.open(self._folder, os.O_RDONLY)
        try:
            self.kernel.fsync(fd)
        finally:
            os.close(fd)
        self._entries, self._packed, self._stamp = entries, None, self._stamp_now()

    def _stamp_now(self) -> tuple[int, int, int]:
        status = self._path.stat()
        return status.st_ino, status.st_size, status.st_mtime_ns


class InSqlite:
    """A table with one row for each entry."""

    def __init__(self, folder: Path, journal: str, synchronous: str) -> None:
        self._database = sqlite3.connect(folder / "sessions.sqlite", isolation_level=None, timeout=WAIT_S)
        self._run(f"PRAGMA journal_mode={journal}")
        self._run(f"PRAGMA synchronous={synchronous}")
        self._run("CREATE TABLE IF NOT EXISTS sessions (key TEXT PRIMARY KEY, updated_at INTEGER, entry TEXT)")
        self.close = self._database.close

    def fill(self, entries: Mapping[str, Entry]) -> None:
        self.save(entries, {})

    def put(self, key: str, entry: Entry) -> None:
        self._run("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)", key, entry["updatedAt"], _text(entry))

    def update(self, key: str, function: Function) -> None:
        with self._transaction():
            self.put(key, function(self.get(key) or {}))

    def delete(self, key: str) -> None:
        self._run("DELETE FROM sessions WHERE key = ?", key)

    def get(self, key: str) -> Entry | None:
        row = self._run("SELECT entry FROM sessions WHERE key = ?", key).fetchone()
        return None if row is None else json.loads(row[0])

    def updated_at(self, key: str) -> int | None:
        row = self._run("SELECT updated_at FROM sessions WHERE key = ?", key).fetchone()
        return None if row is None else row[0]

    def load(self) -> dict[str, Entry]:
        return {key: json.loads(text) for key, text in self._run("SELECT key, entry FROM sessions")}

    def save(self, mapping: Mapping[str, Entry], base: Mapping[str, Entry]) -> None:
        changed, removed = _differences(mapping, base)
        with self._transaction():
            for key, entry in changed.items():
                self.put(key, entry)
            for key in removed:
                self.delete(key)

    def _run(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return self._database.execute(statement, values)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._run("ROLLBACK")
            raise
        self._run("COMMIT")


class InDiskcache:
    """One item for each entry."""

    def __init__(self, folder: Path) -> None:
        self._cache = Cache(
            str(folder / "diskcache"),
            timeout=WAIT_S,
            sqlite_synchronous=2,
            disk_min_file_size=NEVER_BY_ITSELF_BYTES,
            size_limit=NEVER_BY_ITSELF_BYTES,
            eviction_policy="none",
            cull_limit=0,
        )
        self.close = self._cache.close

    def fill(self, entries: Mapping[str, Entry]) -> None:
        self.save(entries, {})

    def put(self, key: str, entry: Entry) -> None:
        self._cache[key] = _text(entry)

    def update(self, key: str, function: Function) -> None:
        with self._cache.transact():
            self.put(key, function(self.get(key) or {}))

    def delete(self, key: str) -> None:
        del self._cache[key]

    def get(self, key: str) -> Entry | None:
        text = self._cache.get(key)
        return None if text is None else json.loads(text)

    def updated_at(self, key: str) -> int | None:
        entry = self.get(key)
        return None if entry is None else entry["updatedAt"]

    def load(self) -> dict[str, Entry]:
        return {key: json.loads(self._cache[key]) for key in self._cache}

    def save(self, mapping: Mapping[str, Entry], base: Mapping[str, Entry]) -> None:
        changed, removed = _differences(mapping, base)
        with self._cache.transact():
            for key, entry in changed.items():
                self.put(key, entry)
            for key in removed:
                self.delete(key)


STORES: dict[str, Callable[[Path], Compared]] = {
    "blackstart": Blackstart,
    "whole file": WholeFile,
    "sqlite3": lambda folder: InSqlite(folder, "DELETE", "EXTRA"),
    "sqlite3 wal": lambda folder: InSqlite(folder, "WAL", "FULL"),
    "diskcache": InDiskcache,
}


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Compared]:
    """A store of that name in a folder, closed afterwards."""
    store = STORES[name](folder)
    try:
        yield store
    finally:
        store.close()


def _differences(mapping: Mapping[str, Entry], base: Mapping[str, Entry]) -> tuple[dict[str, Entry], list[str]]:
    changed = {key: entry for key, entry in mapping.items() if not is_same(entry, base.get(key))}
    return changed, [key for key in base if key not in mapping]


def _copy(value: Any) -> Any:
    return marshal.loads(marshal.dumps(value))


def _text(entry: Entry) -> str:
    return compact_text(entry).decode()
