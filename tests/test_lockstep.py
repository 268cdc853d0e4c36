"""The store and its reference model in lockstep: whatever anybody does, both show the same.

Several processes on one simulated machine take turns at operation boundaries, beside old writers that rewrite the
legacy file, operators that remove the live directory, and kills.  Crashes inside operations are the explorers' matter.
"""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from model.obligations import same_json
from model.reference import Reference, Refused
from model.simulation import Machine, write_file
from store import SessionStore
from store.errors import InvalidKey, LegacyUnreadable
from store.kernel import O_DIRECTORY, O_RDONLY, Kernel

PATH = "/srv/sessions.json"
PROCESSES = 2

processes = st.integers(0, PROCESSES - 1)
keys = st.sampled_from(["a", "b", "B", " c", "agent:main:x/y", "long" * 80, "é", "con", ""])
entries: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"sessionId": st.sampled_from(["s1", "s2"])},
    optional={"updatedAt": st.integers(1, 3), "x": st.sampled_from([None, True, 1, 1.5, "é", [], {"b": 1, "a": 2}])},
)
mappings = st.dictionaries(keys.filter(bool), entries, max_size=4).filter(
    lambda mapping: len({key.strip().lower() for key in mapping}) == len(mapping)
)
legacy_contents = st.one_of(
    st.dictionaries(keys, st.one_of(entries, st.none(), st.just([])), max_size=4).map(
        lambda value: json.dumps(value).encode()
    ),
    st.sampled_from([b"", b"{}", b"{", b"[]", b'{"a": {"sessionId": "1"}, "a": {"sessionId": "2"}}', b"\0\0"]),
)


class Lockstep(RuleBasedStateMachine):
    """One machine, one store on it, and the reference model beside it."""

    @initialize(content=st.none() | legacy_contents)
    def start(self, content: bytes | None) -> None:
        self.machine = Machine()
        self.outsider = self.machine.start().kernel
        self.reference = Reference()
        if content is not None:
            self.old_writer(content)
        self.stores = [self.opened() for _ in range(PROCESSES)]
        self.bases = [self.shown() for _ in range(PROCESSES)]

    def opened(self) -> SessionStore:
        """A store in a new process; opening recovers."""
        self.reference = self.reference.recover()
        return SessionStore(PATH, self.machine.start().kernel, notify=lambda notice: None)

    def shown(self) -> dict[str, Any]:
        return {} if self.is_unreadable() else self.reference.readable()

    def is_unreadable(self) -> bool:
        legacy = self.reference.legacy
        return self.reference.live is None and legacy is not None and not legacy.is_readable

    def both(self, act: Callable[[], object], after: Callable[[], Reference]) -> Any:
        """Act on the store and on the reference; both do it, or both refuse."""
        try:
            expected = after()
        except Refused:
            expected = None
        try:
            result = act()
        except (InvalidKey, LegacyUnreadable):
            assert expected is None or self.is_unreadable()
            return None
        assert expected is not None
        self.reference = expected
        return result

    # --- operations

    @rule(process=processes, key=keys, entry=entries)
    def put(self, process: int, key: str, entry: dict[str, Any]) -> None:
        self.both(lambda: self.stores[process].put(key, entry), lambda: self.reference.put(key, entry))

    @rule(process=processes, key=keys.filter(bool))
    def delete(self, process: int, key: str) -> None:
        there = key.strip().lower() in self.shown()
        result = self.both(lambda: self.stores[process].delete(key), lambda: self.reference.delete(key))
        assert result in (there, None)

    @rule(process=processes, key=keys.filter(bool), makes=st.booleans(), entry=entries)
    def update(self, process: int, key: str, entry: dict[str, Any], *, makes: bool) -> None:
        def function(old: Any) -> Any:
            return {**(old or {}), **entry} if makes else None

        self.both(
            lambda: self.stores[process].update(key, function),
            lambda: (self.reference if makes else self.reference.finish()).update(key, function),
        )

    @rule(process=processes)
    def look(self, process: int) -> None:
        """A caller loads what it will take as the base of its next save."""
        if not self.is_unreadable():
            self.bases[process] = self.stores[process].load()

    @rule(process=processes, changed=mappings, removed=st.sets(keys.filter(bool), max_size=2))
    def save(self, process: int, changed: dict[str, Any], removed: set[str]) -> None:
        base = self.bases[process]
        gone = {key.strip().lower() for key in removed}
        wanted = {key: value for key, value in base.items() if key not in gone}
        wanted |= {key.strip().lower(): value for key, value in changed.items()}
        before = self.shown()
        report = self.both(
            lambda: self.stores[process].save(wanted, base=base), lambda: self.reference.save(wanted, base=base)
        )
        if report is not None:
            after = self.shown()
            assert set(report.written) == {
                key for key in after if key not in before or not same_json(after[key], before[key])
            }
            assert set(report.removed) == before.keys() - after.keys()
            self.bases[process] = after

    @rule(process=processes, changed=mappings, removed=st.sets(keys.filter(bool), max_size=2))
    def apply(self, process: int, changed: dict[str, Any], removed: set[str]) -> None:
        taken = {key.strip().lower() for key in changed}
        gone = [key for key in removed if key.strip().lower() not in taken]
        self.both(lambda: self.stores[process].apply(changed, gone), lambda: self.reference.apply(changed, gone))

    @rule(process=processes, changed=mappings)
    def update_many(self, process: int, changed: dict[str, Any]) -> None:
        def function(old: dict[str, Any]) -> dict[str, Any]:
            kept = dict(sorted(old.items())[1:])
            return kept | {key.strip().lower(): value for key, value in changed.items()}

        self.both(lambda: self.stores[process].update_many(function), lambda: self.reference.update_many(function))

    @rule(process=processes)
    def migrate(self, process: int) -> None:
        outcome = self.both(self.stores[process].migrate, self.reference.migrate)
        assert outcome.name in ("migrated", "merged", "finished", "skipped", "invalid")

    @rule(process=processes)
    def roll_back(self, process: int) -> None:
        self.both(self.stores[process].roll_back, self.reference.roll_back)

    @rule(process=processes)
    def recover(self, process: int) -> None:
        self.both(self.stores[process].recover, self.reference.recover)

    # --- what others do

    @rule(content=legacy_contents)
    def old_writer(self, content: bytes) -> None:
        write_file(self.outsider, PATH, content)
        self.reference = self.reference.rewrite_legacy(content)

    @rule(process=processes)
    def restart(self, process: int) -> None:
        self.stores[process] = self.opened()

    @rule()
    def remove_the_live_directory(self) -> None:
        remove_directory(self.outsider, "/srv/sessions.d")
        self.reference = self.reference.vanish()
        self.stores = [self.opened() for _ in range(PROCESSES)]

    # --- what everybody sees

    @invariant()
    def all_show_the_same(self) -> None:
        reader = SessionStore(PATH, self.machine.start().kernel, writable=False, notify=lambda notice: None)
        expected = self.shown()
        for store in (*self.stores, reader):
            if self.is_unreadable():
                try:
                    store.load()
                except LegacyUnreadable:
                    continue
                raise AssertionError("an unreadable legacy file was read")
            assert store.load() == expected
            for key in ("a", "b", "long" * 80):
                assert store.get(key) == expected.get(key)
                at = expected[key].get("updatedAt", 0) if key in expected else None
                assert store.updated_at(key) == at


def remove_directory(kernel: Kernel, path: str) -> None:
    try:
        fd = kernel.open(path, O_RDONLY | O_DIRECTORY)
    except OSError:
        return
    for name in kernel.listdir(fd):
        kernel.unlink(name, dir_fd=fd)
    kernel.close(fd)
    kernel.rmdir(path)


TestLockstep = Lockstep.TestCase
TestLockstep.settings = settings(max_examples=100, stateful_step_count=25)
