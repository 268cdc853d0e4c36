"""Processes short of something: bytes that a write takes, fresh names, room for what they remember, a listener.

And one that was forked, and goes on with a store that its parent has opened.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from model.obligations import Violation
from model.simulation.files import write_file
from scenarios.arrangement import Arrangement, as_legacy, entry, entry_bytes
from scenarios.play import Actor, ignore
from scenarios.session_cases import steps
from scenarios.session_cases.answering import DONE, Question, answer_of, unlike
from scenarios.session_cases.caching import PAUSE_NS
from scenarios.session_cases.interposing import InterposingKernel
from scenarios.session_cases.refusals import ForkingKernel
from store import SessionStore
from store.cache import Cache
from store.kernel import Kernel

A, B, NEW = entry("a"), entry("b"), entry("new", 2)
LIVE = Arrangement(live={"a": A, "b": B})
TOKEN = bytes(8)


def hard_pressed_cases() -> Sequence[Case]:
    """All of them."""
    questions = (_no_fresh_name(), _unheard(), _forked())
    return (_writes_take_nothing(), *(each.case() for each in questions), _forgetful())


# --- bytes that a write takes


def _writes_take_nothing() -> Case:
    """A write that takes no byte at all, again and again, is an error and no reason to wait for ever."""
    put = steps.put("b", NEW)

    def play(stage: Stage) -> None:
        LIVE.place(stage.kernel(), stage.path)
        stage.settle()
        process = stage.machine.start()
        actor = Actor(process.kernel, stage.path)
        assert actor.store is not None
        before = LIVE.reference()
        stage.arm()
        stage.promise(in_flight(before, put.apply(before), put.operation, put.call))
        process.write_limit_bytes = 0
        witnessed = list(unlike(put.call, answer_of(lambda: put.run(actor)), "WriteFailed"))
        process.write_limit_bytes = None
        witnessed += unlike(f"{put.call}, tried again,", answer_of(lambda: put.run(actor)), DONE)
        done = acknowledged(put.apply(before), f"{put.call}, tried again, returned", before=before)
        stage.promise(replace(done, witnessed=tuple(witnessed)))

    return Case(put.operation, "whose writes take nothing", play)


# --- fresh names


class _Stuck(InterposingKernel):
    """A kernel whose random bytes are always the same."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel, lambda: None)

    def random_bytes(self, count: int) -> bytes:
        return TOKEN[:count]


def _no_fresh_name() -> Question:
    """Whatever name is tried for the temporary, it is taken."""

    def update(actor: Actor) -> object:
        kernel = _Stuck(actor.kernel)
        store = SessionStore(actor.path, kernel.as_kernel, notify=ignore)
        write_file(actor.kernel, f"{actor.path.removesuffix('.json')}.d/.tmp-{TOKEN.hex()}", b"{")
        return store.update("b", lambda _: NEW)

    return Question("update", "where every name for a temporary is taken", "update('b')", update, "WriteFailed", LIVE)


# --- a listener


class _Heard(logging.Handler):
    """Whoever reads the log."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def _unheard() -> Question:
    """Warnings that nobody asked for go to the log."""

    def load(actor: Actor) -> object:
        heard, log = _Heard(), logging.getLogger("store")
        log.addHandler(heard)
        propagates, log.propagate = log.propagate, False
        try:
            SessionStore(actor.path, actor.kernel, writable=False).load()
        finally:
            log.removeHandler(heard)
            log.propagate = propagates
        return heard.texts

    return Question(
        "load",
        "with warnings that nobody listens to",
        "load()",
        load,
        ["/srv/sessions.json: not an entry: 'b' is a JSON null, not an object"],
        Arrangement(legacy=as_legacy({"a": A, "b": None})),
    )


# --- room for what they remember


def _forgetful() -> Case:
    """There is room for one entry to be remembered; the other one is read again each time."""

    def play(stage: Stage) -> None:
        LIVE.place(stage.kernel(), stage.path)
        stage.settle()
        store = SessionStore(stage.path, stage.kernel(), notify=ignore)
        store._context.cache = Cache(largest_bytes=len(entry_bytes("a", A)))
        witnessed: list[Violation] = []
        for name, value in (("first", B), ("second", NEW)):
            stage.machine.monotonic_ns += PAUSE_NS
            wanted = {"a": A, "b": value}
            SessionStore(stage.path, stage.kernel(), notify=ignore).put("b", value)
            for time in ("once", "twice"):
                witnessed += unlike(f"load(), {time} after the {name} put,", answer_of(store.load), wanted)
        SessionStore(stage.path, stage.kernel(), notify=ignore).delete("a")
        witnessed += unlike("get('a'), after another one's delete,", answer_of(lambda: store.get("a")), None)
        stage.settle()
        stage.arm()
        done = acknowledged(LIVE.reference().put("b", NEW).delete("a"), "delete('a') returned")
        stage.promise(replace(done, witnessed=tuple(witnessed)))

    return Case("load", "by a process with room for one entry", play)


# --- a fork


def _forked() -> Question:
    """A child goes on with a store that its parent has opened."""

    def put(actor: Actor) -> object:
        kernel = ForkingKernel(actor.kernel)
        store = SessionStore(actor.path, kernel.as_kernel, notify=ignore)
        store.load()
        kernel.fork(None)
        store.put("b", NEW)
        return store.load()

    return Question(
        "put",
        "by a child, in a store that its parent has opened",
        "put('b')",
        put,
        {"a": A, "b": NEW},
        LIVE,
        lambda reference: reference.put("b", NEW),
    )
