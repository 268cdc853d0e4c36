"""Several processes on one store, on the real kernel: in lockstep through pipes, so that nothing depends on luck."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from store import SessionStore
from store.errors import LockTimeout
from tests.children import Child
from tests.interposed import interposed
from tests.stores import Installation, UnsyncedHost, entry

IMPATIENT_S = 0.02
PATIENT_S = 60.0


@pytest.fixture
def migrated(installation: Installation) -> Installation:
    installation.arrange({"a": entry(1), "b": entry(2), "c": entry(3)})
    with installation.opened() as store:
        store.migrate()
    return installation


def stopped_at_fsync(
    installation: Installation, number: int, act: Callable[[SessionStore], object]
) -> Callable[[Connection], int]:
    """A child that stops inside its act's n-th fsync until it is told to go on; returns how many there were."""

    def run(talk: Connection) -> int:
        seen = 0

        def before(name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
            nonlocal seen
            if name == "fsync" and armed:
                seen += 1
                if seen == number:
                    talk.send("in fsync")
                    talk.recv()

        armed = False
        with installation.opened(kernel=interposed(UnsyncedHost(), before)) as store:
            armed = True
            act(store)
            armed = False
        talk.send("done")
        return seen

    return run


WRITES: dict[str, Callable[[SessionStore], object]] = {
    "put": lambda store: store.put("a", entry(9)),
    "put of a new key": lambda store: store.put("new", entry(9)),
    "update": lambda store: store.update("a", lambda old: entry(9)),
    "delete": lambda store: store.delete("a"),
}


@pytest.mark.parametrize("act", WRITES.values(), ids=WRITES.keys())
def test_nobody_waits_for_the_fsync_of_another_key(
    migrated: Installation, act: Callable[[SessionStore], object]
) -> None:
    number = 1
    with migrated.opened(timeout_s=PATIENT_S) as store:
        while True:
            child = Child(stopped_at_fsync(migrated, number, act))
            if child.talk.recv() == "done":
                syncs = child.result()
                break
            store.put("b", entry(20 + number))
            assert store.get("b") == entry(20 + number)
            assert store.update("c", lambda old: entry(40)) == entry(40)
            assert store.delete("c")
            store.put("c", entry(3))
            assert store.load()["b"] == entry(20 + number)
            child.talk.send("go on")
            assert child.talk.recv() == "done"
            child.result()
            number += 1
    assert number == syncs + 1
    assert syncs >= 1


def test_writers_of_one_key_take_turns_and_the_error_says_who_waits_for_what(migrated: Installation) -> None:
    with migrated.opened(timeout_s=IMPATIENT_S) as store:
        child = Child(stopped_at_fsync(migrated, 1, WRITES["put"]))
        assert child.talk.recv() == "in fsync"
        with pytest.raises(LockTimeout, match=rf"process {os.getpid()} waited .* for the key") as raised:
            store.put("a", entry(5))
        assert str(migrated.folder / "sessions.d.lock") in str(raised.value)
        assert store.get("a") == entry(1)
        child.talk.send("go on")
        child.talk.recv()
        child.result()
        store.put("a", entry(5))
        assert store.get("a") == entry(5)


def test_what_touches_everything_waits_for_every_writer(migrated: Installation) -> None:
    with migrated.opened(timeout_s=IMPATIENT_S) as store:
        before = store.load()
        child = Child(stopped_at_fsync(migrated, 1, WRITES["put"]))
        assert child.talk.recv() == "in fsync"
        acts: tuple[Callable[[], object], ...] = (
            lambda: store.save({}, base=before),
            lambda: store.update_many(lambda entries: {}),
            store.roll_back,
            store.recover,
        )
        for act in acts:
            with pytest.raises(LockTimeout, match="the store"):
                act()
        child.talk.send("go on")
        child.talk.recv()
        child.result()
        assert store.load() == {**before, "a": entry(9)}


def test_the_locks_of_a_killed_process_are_free(migrated: Installation) -> None:
    with migrated.opened(timeout_s=PATIENT_S) as store:
        child = Child(stopped_at_fsync(migrated, 1, WRITES["put"]))
        assert child.talk.recv() == "in fsync"
        child.kill()
        store.put("a", entry(5))
        assert store.get("a") == entry(5)
    with migrated.opened() as store:
        assert store.recovered.steps == ("swept temporary",)


def writer(installation: Installation, write: Callable[[SessionStore, int], object]) -> Callable[[Connection], None]:
    """A child that writes whenever it is given a number, and says when it has been acknowledged."""

    def run(talk: Connection) -> None:
        with installation.opened() as store:
            talk.send(None)
            while (number := talk.recv()) is not None:
                write(store, number)
                talk.send(number)

    return run


def write_in_place(store: SessionStore, number: int) -> None:
    """As an operator's editor might: the same file, the same size, in the same tick of the clock."""
    folder = store.path.removesuffix(".json") + ".d"
    with open(f"{folder}/a.json", "r+b", buffering=0) as file:
        file.write(b'{"sessionId":"session-%d","updatedAt":%d}' % (number, 1_700_000_000_000 + number))


@pytest.mark.parametrize("layout", ["legacy", "directory"])
@pytest.mark.parametrize("writable", [False, True], ids=["opened for reading", "opened for writing"])
def test_a_reader_in_another_process_never_sees_a_stale_value(
    installation: Installation, layout: str, *, writable: bool
) -> None:
    installation.arrange({"a": entry(1000), "b": entry(0)})
    if layout == "directory":
        with installation.opened() as store:
            store.migrate()
    child = Child(writer(installation, lambda store, number: store.put("a", entry(number))))
    child.talk.recv()
    with installation.opened(writable=writable) as store:
        for number in range(1001, 1301):
            child.talk.send(number)
            assert child.talk.recv() == number
            assert store.get("a") == entry(number)
            assert store.updated_at("a") == entry(number)["updatedAt"]
            assert store.load() == {"a": entry(number), "b": entry(0)}
    child.talk.send(None)
    child.result()


def test_an_edit_in_place_is_seen_at_once(installation: Installation) -> None:
    installation.arrange({"a": entry(1000)})
    with installation.opened() as store:
        store.migrate()
        for number in range(1001, 1301):
            write_in_place(store, number)
            assert store.get("a") == entry(number)
            assert store.load() == {"a": entry(number)}


def test_a_change_through_another_object_of_the_same_process_is_seen_at_once(migrated: Installation) -> None:
    with migrated.opened() as one, migrated.opened() as other:
        for number in range(100):
            one.put("a", entry(number))
            assert other.get("a") == entry(number)
            other.delete("a")
            assert one.get("a") is None


def test_nobody_sees_half_a_save(migrated: Installation) -> None:
    """One process rewrites two entries and trades a third for a fourth, free-running; every look is of one save."""

    def run(talk: Connection) -> None:
        with migrated.opened(timeout_s=PATIENT_S) as store:
            for number in range(1, 151):
                new, old = f"turn {number}", f"turn {number - 1}"
                store.apply({"a": entry(number), "b": entry(number), new: entry(number)}, [old])

    with migrated.opened(timeout_s=PATIENT_S) as store:
        store.apply({"a": entry(0), "b": entry(0), "turn 0": entry(0)}, ["c"])
        child = Child(run)
        number = 0
        while number < 150:
            entries = store.load()
            number = entries["a"]["updatedAt"] - entry(0)["updatedAt"]
            assert entries == {"a": entry(number), "b": entry(number), f"turn {number}": entry(number)}
        child.result()


def test_updates_of_one_key_by_two_processes_all_count(migrated: Installation) -> None:
    def run(talk: Connection) -> None:
        with migrated.opened(timeout_s=PATIENT_S) as store:
            for _ in range(60):
                store.update("a", lambda old: {**(old or {}), "count": (old or {}).get("count", 0) + 1})

    children = [Child(run), Child(run)]
    for child in children:
        child.result()
    assert migrated.load()["a"]["count"] == 120


def test_updates_by_threads_on_one_object_all_count(migrated: Installation) -> None:
    with migrated.opened(timeout_s=PATIENT_S) as store:

        def run(name: str) -> None:
            for number in range(20):
                store.update("shared", lambda old: {"count": (old or {"count": 0})["count"] + 1})
                store.put(f"{name} {number}", entry(number))

        threads = [threading.Thread(target=run, args=(f"thread {number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        entries = store.load()
    assert entries["shared"] == {"count": 80}
    assert len(entries) == 3 + 1 + 80


@pytest.mark.parametrize("way", ["migrate", "roll_back"])
def test_the_layout_changes_under_a_writer_and_nothing_acknowledged_is_lost(
    installation: Installation, way: str
) -> None:
    installation.arrange({"a": entry(1)})
    child = Child(writer(installation, lambda store, number: store.put(f"key {number}", entry(number))))
    child.talk.recv()
    with installation.opened(timeout_s=PATIENT_S) as store:
        expected = {"a": entry(1)}
        for number in range(40):
            child.talk.send(number)
            if number % 4 == 1:
                store.migrate()
            elif number % 4 == 3:
                store.roll_back()
            assert child.talk.recv() == number
            expected[f"key {number}"] = entry(number)
            assert store.load() == expected
        if way == "migrate":
            store.migrate()
            assert store.load() == expected
    child.talk.send(None)
    child.result()


def _with_b(number: int, entries: dict[str, Any]) -> dict[str, Any]:
    return {**entries, "b": entry(number)}


def test_whoever_wants_everything_is_not_starved_by_a_stream_of_writers(migrated: Installation) -> None:
    def run(talk: Connection) -> None:
        with migrated.opened(timeout_s=PATIENT_S) as store:
            talk.send("running")
            while not talk.poll():
                store.put("a", entry(1))

    with migrated.opened(timeout_s=PATIENT_S) as store:
        children = [Child(run), Child(run)]
        for child in children:
            child.talk.recv()
        for number in range(5):
            store.update_many(partial(_with_b, number))
        for child in children:
            child.talk.send("stop")
            child.result()
        assert store.get("b") == entry(4)


def test_a_store_is_still_of_use_in_a_forked_child(migrated: Installation) -> None:
    with migrated.opened() as store:
        store.put("a", entry(5))

        def run(talk: Connection) -> Any:
            store.put("b", entry(6))
            return store.load()

        assert Child(run).result() == {"a": entry(5), "b": entry(6), "c": entry(3)}
        assert store.load() == {"a": entry(5), "b": entry(6), "c": entry(3)}


def test_a_fork_inside_an_operation_keeps_no_lock_in_the_child(migrated: Installation) -> None:
    """The child is forked while its parent holds a key; the parent's end frees it although the child lives on."""
    children: list[Child] = []

    def fork(old: Any) -> Any:
        children.append(Child(lambda talk: talk.recv()))
        return entry(7)

    with migrated.opened(timeout_s=PATIENT_S) as store:
        store.update("a", fork)
        with migrated.opened(timeout_s=PATIENT_S) as other:
            other.put("a", entry(8))
    assert migrated.load()["a"] == entry(8)
    children[0].talk.send("end")
    children[0].result()


def test_a_child_keeps_no_descriptor_of_what_another_thread_was_doing_when_it_was_forked(
    migrated: Installation,
) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def held(old: Any) -> Any:
        inside.set()
        assert go_on.wait(PATIENT_S)
        return entry(7)

    with migrated.opened(timeout_s=PATIENT_S) as store:
        other = threading.Thread(target=store.update, args=("a", held))
        other.start()
        assert inside.wait(PATIENT_S)

        def run(talk: Connection) -> Any:
            inherited = descriptors_of(migrated.folder / "sessions.d.lock")
            store.put("b", entry(6))
            return len(inherited), len(descriptors_of(migrated.folder / "sessions.d.lock")), store.get("b")

        try:
            assert Child(run).result() == (1, 0, entry(6))
        finally:
            go_on.set()
            other.join()
        assert store.get("a") == entry(7)


def descriptors_of(path: Path) -> list[int]:
    """The descriptors under which this process has a file open."""
    found: list[int] = []
    for fd in range(256):
        with suppress(OSError):
            if os.path.samestat(os.fstat(fd), path.stat()):
                found.append(fd)
    return found
