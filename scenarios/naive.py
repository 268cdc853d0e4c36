"""A naive store, and the example for everyone else's target: `blackstart verify scenarios.naive:target`.

It does what most programs do: read the file, change a key, write the file in place.  Nothing is synced, nothing is
written aside.  The checker needs three things to convict it: how to open it, its operations, and what each does to a
plain dictionary.

>>> [operation.name for operation in target.operations]
['put', 'delete']
>>> target.cases()[0].operation
'put'
"""

import json
from typing import Any

from model.target import Operation, Target
from store.kernel import O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, Kernel


class NaiveStore:
    """All entries in one JSON file, written in place."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        self.kernel = kernel
        self.path = path

    def load(self) -> dict[str, Any]:
        """All entries."""
        try:
            fd = self.kernel.open(self.path, O_RDONLY)
        except FileNotFoundError:
            return {}
        content = self.kernel.read(fd, 65_536)
        self.kernel.close(fd)
        loaded: dict[str, Any] = json.loads(content)
        return loaded

    def put(self, key: str, entry: dict[str, Any]) -> None:
        """Set one entry."""
        self._write({**self.load(), key: entry})

    def delete(self, key: str) -> None:
        """Remove one entry."""
        self._write({each: entry for each, entry in self.load().items() if each != key})

    def _write(self, entries: dict[str, Any]) -> None:
        fd = self.kernel.open(self.path, O_WRONLY | O_CREAT | O_TRUNC)
        self.kernel.write(fd, json.dumps(entries).encode())
        self.kernel.close(fd)


def _put(entries: dict[str, Any], key: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {**entries, key: entry}


def _delete(entries: dict[str, Any], key: str) -> dict[str, Any]:
    return {each: entry for each, entry in entries.items() if each != key}


target = Target(
    name="naive",
    open=NaiveStore,
    operations=(
        Operation("put", (("a", {"version": 1}), ("b", {"version": 2})), NaiveStore.put, _put),
        Operation("delete", (("a",),), NaiveStore.delete, _delete),
    ),
)
