"""What touches one entry costs the same in a store of ten entries and of ten thousand: counted, not timed."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store import SessionStore
from store.names import file_name
from tests.interposed import interposed
from tests.stores import Installation, UnsyncedHost, entry

SIZES = (10, 10_000)


def key(number: int) -> str:
    return f"agent:main:{number:08}"


def filled(folder: Path, size: int) -> Installation:
    folder.mkdir()
    installation = Installation(folder)
    installation.live.mkdir(0o700)
    for number in range(size):
        path = installation.live / file_name(key(number))
        path.write_text(json.dumps(entry(number + 10_000_000)))
        path.chmod(0o600)
    return installation


OPERATIONS: dict[str, Callable[[SessionStore, int], object]] = {
    "put replaces": lambda store, number: store.put(key(number), entry(20_000_000 + number)),
    "put adds": lambda store, number: store.put(key(90_000_000 + number), entry(20_000_000 + number)),
    "get": lambda store, number: store.get(key(number)),
    "get misses": lambda store, number: store.get(key(80_000_000 + number)),
    "updated_at": lambda store, number: store.updated_at(key(number)),
    "update": lambda store, number: store.update(key(number), lambda old: {**(old or {}), "x": 1}),
    "delete": lambda store, number: store.delete(key(number)),
    "delete misses": lambda store, number: store.delete(key(80_000_000 + number)),
}


def cost(installation: Installation, act: Callable[[SessionStore, int], object]) -> tuple[dict[str, int], int, int]:
    """System calls by name, bytes read and bytes written by the operation, on a store that has warmed up."""
    calls: Counter[str] = Counter()
    moved = Counter[str]()

    def before(name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        calls[name] += 1

    def after(name: str, result: Any) -> None:
        if name in ("read", "listdir"):
            moved[name] += len(result)
        elif name == "write":
            moved[name] += result

    with installation.opened(kernel=interposed(UnsyncedHost(), before, after)) as store:
        act(store, 1)
        calls.clear()
        moved.clear()
        act(store, 2)
        assert not moved["listdir"]
        return dict(calls), moved["read"], moved["write"]


@pytest.fixture(scope="module")
def installations(tmp_path_factory: pytest.TempPathFactory) -> list[Installation]:
    folder = tmp_path_factory.mktemp("flat")
    return [filled(folder / str(size), size) for size in SIZES]


@pytest.mark.parametrize("act", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_the_cost_does_not_depend_on_the_number_of_entries(
    installations: list[Installation], act: Callable[[SessionStore, int], object]
) -> None:
    few, many = (cost(installation, act) for installation in installations)
    assert few == many
    assert few[0]


def test_reading_one_entry_takes_few_calls(installations: list[Installation]) -> None:
    calls, read_bytes, written_bytes = cost(installations[0], OPERATIONS["get"])
    assert sum(calls.values()) <= 30, calls
    assert read_bytes <= 200
    assert written_bytes == 0
