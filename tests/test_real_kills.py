"""SIGKILL on the real kernel, before every single system call of a session of work.

The explorers do this on the simulated computer, and more; here the host shows that it is no different.
"""

import os
import signal
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from store import SessionStore
from tests.children import Child
from tests.interposed import interposed
from tests.stores import Installation, UnsyncedHost, entry

Entries = dict[str, Any]

START: Entries = {"a": entry(1), "b": entry(2)}

# What is done, and what the store shows afterwards.
WORK: tuple[tuple[Callable[[SessionStore], object], Entries], ...] = (
    (lambda store: store.put("c", entry(3)), {"a": entry(1), "b": entry(2), "c": entry(3)}),
    (lambda store: store.migrate(), {"a": entry(1), "b": entry(2), "c": entry(3)}),
    (lambda store: store.put("a", entry(4)), {"a": entry(4), "b": entry(2), "c": entry(3)}),
    (lambda store: store.delete("b"), {"a": entry(4), "c": entry(3)}),
    (lambda store: store.apply({"d": entry(5), "a": entry(6)}, ["c"]), {"a": entry(6), "d": entry(5)}),
    (lambda store: store.roll_back(), {"a": entry(6), "d": entry(5)}),
    (lambda store: store.delete("d"), {"a": entry(6)}),
    (lambda store: store.migrate(), {"a": entry(6)}),
)
STATES: tuple[Entries, ...] = (START, *(shown for _, shown in WORK))


def work_until_killed(installation: Installation, step: int) -> Callable[[Connection], None]:
    def run(talk: Connection) -> None:
        calls = count(1)

        def before(name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
            if next(calls) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        with installation.opened(kernel=interposed(UnsyncedHost(), before)) as store:
            for done, (act, _) in enumerate(WORK):
                act(store)
                talk.send(done + 1)

    return run


def acknowledged(child: Child) -> int:
    """How many operations returned before the end."""
    done = 0
    try:
        while child.talk.poll(None):
            done = child.talk.recv()
    except EOFError:
        return done
    return done


def is_allowed(shown: Entries, done: int) -> bool:
    """What was acknowledged is there; of a save that was cut short, any of its puts, and removals only behind them."""
    if shown in (STATES[done], STATES[min(done + 1, len(WORK))]):
        return True
    in_save = ({"a": entry(4), "c": entry(3), "d": entry(5)}, {"a": entry(6), "c": entry(3)})
    return done == 4 and shown in (*in_save, {"a": entry(6), "c": entry(3), "d": entry(5)})


def test_whatever_was_acknowledged_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    for step in count(1):
        (tmp_path / str(step)).mkdir()
        installation = Installation(tmp_path / str(step))
        installation.arrange(START)
        child = Child(work_until_killed(installation, step))
        done = acknowledged(child)
        is_over = done == len(WORK)
        child.kill()
        seen = installation.load()
        assert is_allowed(seen, done), f"a reader saw {seen} after a kill before call {step}, {done} operations done"
        with installation.opened() as store:
            assert store.load() == seen, f"recovery changed what was seen, killed before call {step}"
            assert store.check() == (), f"litter after a kill before call {step}"
        with installation.opened() as store:
            assert store.recovered.steps == ()
        if is_over:
            assert step > 300
            return
