"""Threads that use one store at the same time, for real: the locks of the host make them wait for one another.

What they do is so small that what must come of it is known whichever way it went: counters that each of them raises,
and an entry that is moved from key to key, which whoever looks sees under exactly one of them.
"""

from pathlib import Path
from threading import Thread
from typing import Any

from store import SessionStore
from store.errors import LockTimeout
from store.host import HostKernel

ROUNDS = 20
SOON_S = 0.02


def contend(folder: Path) -> str:
    """Let threads count and move, with either kind of lock; what went wrong."""
    wrong = []
    for has_ranges in (True, False):
        path = folder / f"ranges-{has_ranges}.json"
        with SessionStore(str(path), None if has_ranges else HostKernel(open_file_locks=False)) as store:
            store.apply({"count": {"n": 0}, "here": {}})
            store.migrate()
            wrong += _contend(str(path), has_ranges=has_ranges)
            wrong += _wait_in_vain(str(path), store, has_ranges=has_ranges)
    return "\n".join(wrong)


def _contend(path: str, *, has_ranges: bool) -> list[str]:
    """Each thread has the store open for itself: which of them comes first must decide on nothing else."""
    wrong: list[str] = []

    def open_store() -> SessionStore:
        return SessionStore(path, HostKernel(open_file_locks=has_ranges))

    def count(store: SessionStore) -> None:
        for _ in range(ROUNDS):
            store.update("count", _raised)

    def move(store: SessionStore) -> None:
        for turn in range(ROUNDS):
            old, new = ("here", "there") if turn % 2 == 0 else ("there", "here")
            store.apply({new: {}}, (old,))

    def look(store: SessionStore) -> None:
        for _ in range(ROUNDS):
            shown = store.load()
            if len(shown.keys() & {"here", "there"}) != 1:
                wrong.append(f"a look showed {sorted(shown)}")

    threads = [Thread(target=work, args=(open_store(),)) for work in (count, count, move, look, look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted = open_store().get("count")
    if counted != {"n": 2 * ROUNDS}:
        wrong.append(f"{2 * ROUNDS} updates came to {counted}")
    return wrong


def _raised(old: dict[str, Any] | None) -> dict[str, Any]:
    assert old is not None
    return {"n": old["n"] + 1}


def _wait_in_vain(path: str, store: SessionStore, *, has_ranges: bool) -> list[str]:
    """Somebody has the store to himself for longer than another one will wait."""
    said: list[str] = []

    def meanwhile(_: dict[str, Any]) -> None:
        try:
            SessionStore(path, HostKernel(open_file_locks=has_ranges), lock_timeout_s=SOON_S)
        except LockTimeout as error:
            said.append(str(error))

    store.update_many(meanwhile)
    return [] if said else ["somebody opened a store that another one had to himself"]
