"""The processes of a soak: writers that do everything there is to do, and readers that only look."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from store import SessionStore
from store.errors import StoreError
from store.host import HostKernel
from store.kernel import Kernel
from tests.interposed import interposed
from tests.soak.record import ANYTHING, Recorder
from tests.soak.values import KEYS, entry_of, tag_of, tags_of

LOCK_TIMEOUT_S = 60.0
"""Nobody holds a lock for long here, and whoever is killed holds none: a timeout is a mistake."""

READS_A_LIFE = 400
"""After so many reads a reader opens the store anew."""

PAUSE_S = 0.002
"""A reader who never rested would leave the writers little of the gate, and of the machine."""


@dataclass
class Post:
    """One process, and what it needs.

    Attributes:
        name: Unlike that of any other process.
        path: The store.
        record: Where it writes its record.
        seed: For what it does.
        counts: Operations and reads so far, shared with who watches.
        over: Not 0 as soon as all are to end; shared with who says so.
        dies_at_call: It kills itself before this call; 0 for never.
    """

    name: str
    path: Path
    record: Path
    seed: str
    counts: "memoryview[int]"
    over: "memoryview[int]"
    dies_at_call: int = 0

    def work(self, role: "Callable[[Post], None]") -> None:
        """Be that process until somebody ends it."""
        for polite in (signal.SIGINT, signal.SIGTERM):
            signal.signal(polite, signal.SIG_IGN)  # whoever started us sees to our end
        self._parent = os.getppid()
        role(self)

    def goes_on(self) -> bool:
        """Whether nobody has asked for an end, and somebody is there who could."""
        return not self.over[0] and os.getppid() == self._parent

    def kernel(self) -> Kernel:
        """The host's kernel, with a death before one of its calls."""
        if not self.dies_at_call:
            return HostKernel()
        left = self.dies_at_call

        def count(*_: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        return interposed(HostKernel(), count)


def write(post: Post) -> None:
    """Open for writing, which recovers, and do one operation after the other."""
    recorder = Recorder(post.record)
    store = SessionStore(
        str(post.path),
        kernel=post.kernel(),
        lock_timeout_s=LOCK_TIMEOUT_S,
        notify=lambda notice: recorder.warn(str(notice)),
    )
    _Writer(post, recorder, store).go_on()


class _Writer:
    def __init__(self, post: Post, recorder: Recorder, store: SessionStore) -> None:
        self.post = post
        self.recorder = recorder
        self.store = store
        self.random = Random(post.seed)
        self.made = 0
        self.base: dict[str, Any] = {}

    def go_on(self) -> None:
        """Do what comes up."""
        acts: tuple[tuple[Callable[[], None], int], ...] = (
            (self.put, 24),
            (self.update, 16),
            (self.delete, 12),
            (self.save, 10),
            (self.update_many, 6),
            (self.apply, 6),
            (self.load, 8),
            (self.get, 8),
            (self.migrate, 6),
            (self.roll_back, 3),
            (self.recover, 1),
        )
        choices, weights = zip(*acts, strict=True)
        while self.post.goes_on():
            self.random.choices(choices, weights)[0]()
            self.post.counts[0] += 1

    def tag(self) -> str:
        """A value that nobody has written yet."""
        self.made += 1
        return f"{self.post.name}-{self.made}"

    def key(self) -> str:
        """One of the keys."""
        return self.random.choice(KEYS)

    def some(self) -> list[str]:
        """Up to three of them."""
        return self.random.sample(KEYS, self.random.randint(1, 3))

    def run(self, number: int, act: Callable[[], Any]) -> None:
        """Do it, and say how it went."""
        try:
            result = act()
        except (StoreError, OSError) as error:
            self.recorder.acknowledge(number, error=f"{type(error).__name__}: {error}")
            return
        changed = [*result.written, *result.removed] if hasattr(result, "written") else None
        self.recorder.acknowledge(number, changed, outcome=getattr(result, "name", ""))

    def put(self) -> None:
        key, tag = self.key(), self.tag()
        number = self.recorder.intend(f"put({tag})", {key: (ANYTHING, tag)})
        self.run(number, lambda: self.store.put(key, entry_of(tag)))

    def delete(self) -> None:
        key = self.key()
        number = self.recorder.intend("delete()", {key: (ANYTHING, None)})

        def act() -> None:
            if not self.store.delete(key):
                self.recorder.find(number, {key: None}, {})

        self.run(number, act)

    def update(self) -> None:
        key, tag = self.key(), self.tag()
        number = self.recorder.intend(f"update({tag})", {})
        changes_nothing = self.random.random() < 0.2

        def renew(found: Any) -> Any:
            saw = tag_of(found)
            self.recorder.find(number, {key: saw}, {} if changes_nothing else {key: (saw, tag)})
            return None if changes_nothing else entry_of(tag)

        self.run(number, lambda: self.store.update(key, renew))

    def save(self) -> None:
        """Save against what was loaded a while ago; what others have changed since is theirs."""
        mapping, tags = dict(self.base), tags_of(self.base)
        changes: dict[str, tuple[Any, Any]] = {}
        for key in self.some():
            if key in mapping and self.random.random() < 0.4:
                del mapping[key]
                changes[key] = (tags[key], None)
            else:
                tag = self.tag()
                mapping[key] = entry_of(tag)
                changes[key] = (tags[key], tag)
        number = self.recorder.intend("save()", changes)
        self.run(number, lambda: self.store.save(mapping, base=self.base))

    def update_many(self) -> None:
        number = self.recorder.intend("update_many()", {})
        keys = self.some()

        def renew(found: dict[str, Any]) -> dict[str, Any]:
            saw = tags_of(found)
            changes: dict[str, tuple[Any, Any]] = {}
            for key in keys:
                if key in found and self.random.random() < 0.4:
                    del found[key]
                    changes[key] = (saw[key], None)
                else:
                    tag = self.tag()
                    found[key] = entry_of(tag)
                    changes[key] = (saw[key], tag)
            self.recorder.find(number, saw, changes)
            return found

        self.run(number, lambda: self.store.update_many(renew))

    def apply(self) -> None:
        first, *others = self.some()
        tag = self.tag()
        changes = {first: (ANYTHING, tag)} | dict.fromkeys(others, (ANYTHING, None))
        number = self.recorder.intend("apply()", changes)

        def act() -> None:
            self.store.apply({first: entry_of(tag)}, others)  # it reports no removal of what was not there

        self.run(number, act)

    def load(self) -> None:
        self.base = load(self.recorder, self.store) or self.base

    def get(self) -> None:
        get(self.recorder, self.store, self.key())

    def migrate(self) -> None:
        self.run(self.recorder.intend("migrate()", {}), self.store.migrate)

    def roll_back(self) -> None:
        self.run(self.recorder.intend("roll_back()", {}), self.store.roll_back)

    def recover(self) -> None:
        self.run(self.recorder.intend("recover()", {}), self.store.recover)


def load(recorder: Recorder, store: SessionStore) -> dict[str, Any] | None:
    """Load everything, and say what there was."""
    begin_ns = time.monotonic_ns()
    try:
        found = store.load()
    except (StoreError, OSError) as error:
        recorder.read("load()", begin_ns, {}, error=f"{type(error).__name__}: {error}")
        return None
    recorder.read("load()", begin_ns, tags_of(found))
    return found


def get(recorder: Recorder, store: SessionStore, key: str) -> None:
    """Get one entry, and say what it was."""
    begin_ns = time.monotonic_ns()
    try:
        found = store.get(key)
    except (StoreError, OSError) as error:
        recorder.read("get()", begin_ns, {}, error=f"{type(error).__name__}: {error}")
        return
    recorder.read("get()", begin_ns, {key: tag_of(found)})


def read(post: Post) -> None:
    """Look, with a store that is opened anew now and then: what is remembered must not be stale either."""
    recorder, random = Recorder(post.record), Random(post.seed)
    while post.goes_on():
        store = SessionStore(
            str(post.path),
            kernel=post.kernel(),
            writable=False,
            lock_timeout_s=LOCK_TIMEOUT_S,
            notify=lambda notice: recorder.warn(str(notice)),
        )
        for _ in range(READS_A_LIFE):
            if not post.goes_on():
                return
            if random.random() < 0.3:
                load(recorder, store)
            else:
                get(recorder, store, random.choice(KEYS))
            post.counts[1] += 1
            time.sleep(random.expovariate(1 / PAUSE_S))
