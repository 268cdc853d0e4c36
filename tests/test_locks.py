"""Locks: their ranges, their order, and what they survive."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import LockTimeout, SessionStore
from store.host import HostKernel
from store.kernel import Kernel
from store.locks import GATE, GATE_TURNSTILE, KEYS, STORE, TURNSTILE, key_range
from tests.interposed import interposed
from tests.stores import Installation, UnsyncedHost, entry


@pytest.fixture
def live(tmp_path: Path) -> Installation:
    installation = Installation(tmp_path)
    installation.arrange({"a": entry(0)})
    with installation.opened() as store:
        store.migrate()
    return installation


def lock_calls(
    installation: Installation, run: Callable[[SessionStore], object], **named: Any
) -> list[tuple[int, str]]:
    """The ranges that an operation locks and unlocks, in order."""
    calls: list[tuple[int, str]] = []

    def listen(name: str, arguments: tuple[Any, ...], _: object) -> None:
        if name == "lock":
            calls.append((arguments[1], arguments[3]))
        elif name in ("fsync", "rename", "unlink", "listdir"):
            calls.append((-1, name))

    with installation.opened(kernel=interposed(UnsyncedHost(), listen), **named) as store:
        calls.clear()
        run(store)
    return calls


GATED = [(GATE_TURNSTILE, "exclusive"), (GATE, "exclusive"), (GATE_TURNSTILE, "unlock")]
SHARED = [(TURNSTILE, "shared"), (STORE, "shared"), (TURNSTILE, "unlock")]
WHOLE = [(TURNSTILE, "exclusive"), (STORE, "exclusive"), (TURNSTILE, "unlock")]


def test_a_put_shares_the_store_and_shuts_the_gate_for_its_rename_only(live: Installation) -> None:
    assert lock_calls(live, lambda store: store.put("a", entry(1))) == [
        *SHARED,
        (key_range("a"), "exclusive"),
        (-1, "fsync"),
        *GATED,
        (-1, "rename"),
        (GATE, "unlock"),
        (-1, "fsync"),
        (0, "unlock"),
    ]


def test_a_load_shares_the_gate_and_nothing_else(live: Installation) -> None:
    assert lock_calls(live, lambda store: store.load(), writable=False) == [
        (GATE_TURNSTILE, "shared"),
        (GATE, "shared"),
        (GATE_TURNSTILE, "unlock"),
        (-1, "listdir"),
        (0, "unlock"),
    ]


def test_a_save_has_the_store_to_itself_and_shuts_the_gate_from_its_first_change_to_its_last(
    live: Installation,
) -> None:
    assert lock_calls(live, lambda store: store.apply({"b": entry(1), "c": entry(2)}, ["a"])) == [
        *WHOLE,
        (-1, "fsync"),
        (-1, "fsync"),
        *GATED,
        (-1, "rename"),
        (-1, "rename"),
        (-1, "fsync"),
        (-1, "unlink"),
        (GATE, "unlock"),
        (-1, "fsync"),
        (0, "unlock"),
    ]


@given(st.text(st.characters(exclude_categories=())))
def test_a_keys_range_lies_where_file_offsets_end(key: str) -> None:
    assert KEYS <= key_range(key) < 2**63


def test_a_keys_range_is_that_of_its_digest() -> None:
    assert key_range("agent:main:main") == KEYS + (0x6D9217FE77C7F11D >> 2)


@pytest.mark.parametrize(
    ("hold", "run", "range_name"),
    [
        ((STORE, "exclusive"), lambda store: store.put("a", {}), "the store (byte 0, shared)"),
        ((STORE, "shared"), lambda store: store.recover(), "the store (byte 0, exclusive)"),
        ((TURNSTILE, "exclusive"), lambda store: store.delete("a"), "the turnstile (byte 1, shared)"),
        ((GATE, "exclusive"), lambda store: store.load(), "the gate (byte 2, shared)"),
        ((GATE_TURNSTILE, "exclusive"), lambda store: store.get("a"), "the gate's turnstile (byte 3, shared)"),
        ((GATE, "shared"), lambda store: store.put("a", {}), "the gate (byte 2, exclusive)"),
        ((key_range("a"), "exclusive"), lambda store: store.delete("a"), f"the key (byte {key_range('a')}, exclusive)"),
    ],
)
def test_a_wait_ends_with_an_error_that_says_who_waits_for_what(
    live: Installation, hold: tuple[int, Any], run: Callable[[SessionStore], object], range_name: str
) -> None:
    with live.opened(timeout_s=0.001) as store:
        kernel = HostKernel()
        fd = kernel.open(str(live.folder / "sessions.d.lock"), os.O_RDWR)
        kernel.lock(fd, hold[0], 1, hold[1], 0)
        before = live.tree()
        with pytest.raises(LockTimeout) as raised:
            run(store)
        os.close(fd)
        assert str(live.folder / "sessions.d.lock") in str(raised.value)
        assert f"process {os.getpid()}" in str(raised.value)
        assert range_name in str(raised.value)
        assert live.tree() == before
        run(store)


def test_a_lock_on_a_file_that_lost_its_name_is_taken_anew(live: Installation) -> None:
    """Somebody removed the lock file; whoever still had the old one open would exclude nobody."""
    path = live.folder / "sessions.d.lock"
    removed = False

    def listen(name: str, arguments: tuple[Any, ...], _: object) -> None:
        nonlocal removed
        if name == "lock" and not removed:
            removed = True
            path.unlink()

    with live.opened() as store:
        store.recover()
    with live.opened(kernel=interposed(UnsyncedHost(), listen)) as store:
        store.put("a", entry(5))
    assert path.exists()
    assert live.load() == {"a": entry(5)}


def test_a_reader_that_found_no_lock_file_looks_again_when_there_is_one(tmp_path: Path) -> None:
    """A writer came up and migrated between two looks: the directory was not there yet, and the file no more."""
    installation = Installation(tmp_path)
    installation.arrange({"a": entry(0)})
    migrated = False

    def listen(name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        nonlocal migrated
        if name == "open" and arguments[0] == "sessions.json" and not migrated:
            migrated = True
            with installation.opened() as writer:
                writer.migrate()

    with installation.opened(writable=False, kernel=interposed(UnsyncedHost(), listen)) as reader:
        assert reader.load() == {"a": entry(0)}


class _Clockwork(UnsyncedHost):
    """Remembers the deadlines that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.deadlines: list[int] = []

    def monotonic_ns(self) -> int:
        return 5_000_000_000

    def lock(self, fd: int, start: int, length: int, mode: Any, deadline_ns: int) -> None:
        self.deadlines.append(deadline_ns)
        super().lock(fd, start, length, mode, deadline_ns)


def test_one_deadline_holds_for_all_of_an_operations_locks(live: Installation) -> None:
    clockwork = _Clockwork()
    kernel: Kernel = clockwork
    with live.opened(kernel=kernel, timeout_s=2.5) as store:
        store.put("a", entry(1))
    assert set(clockwork.deadlines) == {7_500_000_000}
