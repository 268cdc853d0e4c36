"""What the store refuses at the door: entries that not every reader reads back alike, keys, and misuse of its methods.

Nothing is written then, whatever the layout, and the same store goes on.
"""

from collections.abc import Callable, Iterator, Sequence
from math import inf, nan
from typing import Any

from model.explore.stage import Case
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.play import Actor, ignore
from scenarios.session_cases.answering import Question
from scenarios.session_cases.interposing import InterposingKernel
from store import SessionStore

A, B, NEW = entry("a"), entry("b"), entry("new", 2)
LIVE = Arrangement(live={"a": A, "b": B})
LEGACY = Arrangement(legacy=as_legacy({"a": A, "b": B}))
NOWHERE = "/srv/nowhere/sessions.json"

DEEPEST = 200
HUGE = 10**309


def nested(levels: int) -> dict[str, Any]:
    """An entry of so many levels, objects and lists in turn."""
    value: Any = {}
    for level in range(1, levels):
        value = {"in": value} if level % 2 else [value]
    return value if isinstance(value, dict) else {"in": value}


BAD_ENTRIES: dict[str, Any] = {
    "no object": ["a"],
    "NaN": {"x": nan},
    "infinity": {"x": [-inf]},
    "a number too large for a double": {"x": HUGE},
    "a set": {"x": {1}},
    "a name that is no string": {"x": {1: 2}},
    "one level too many": nested(DEEPEST + 1),
}
GOOD_ENTRIES: dict[str, dict[str, Any]] = {
    "as many levels as there may be": nested(DEEPEST),
    "halves of surrogate pairs": {"x": "\ud800", "\udfff": "\ude00\ud83d"},
    "the largest and the smallest numbers": {"x": [int(1.7e308), -(2**64), 5e-324, -0.0, 1.0, True]},
}


def refused_cases() -> Sequence[Case]:
    """All of them."""
    return (*_entries(), *(each.case() for each in (*_keys(), *_many_keys(), *_misuses())))


def _entries() -> Iterator[Case]:
    for name, value in BAD_ENTRIES.items():
        yield _put(f"of an entry that cannot be stored: {name}", value, LIVE, "InvalidEntry").case()
    for name, value in GOOD_ENTRIES.items():
        for layout, arrangement in (("", LIVE), (", in legacy mode", LEGACY)):
            yield _stored(f"of an entry with {name}{layout}", value, arrangement).case()
    bad = BAD_ENTRIES["NaN"]
    for layout, arrangement in (("", LIVE), (", in legacy mode", LEGACY)):
        yield _put(f"of an entry with NaN{layout}", bad, arrangement, "InvalidEntry").case()
        yield Question(
            "update",
            f"to an entry with NaN{layout}",
            "update('b')",
            lambda actor: actor.store.update("b", lambda _: bad),
            "InvalidEntry",
            arrangement,
        ).case()
        yield Question(
            "save",
            f"of an entry with NaN beside a good one{layout}",
            "apply()",
            lambda actor: actor.store.apply({"a": NEW, "b": bad}, ()),
            "InvalidEntry",
            arrangement,
        ).case()


def _put(name: str, value: Any, arrangement: Arrangement, answer: str) -> Question:
    return Question("put", name, "put('b')", lambda actor: actor.store.put("b", value), answer, arrangement)


def _stored(name: str, value: dict[str, Any], arrangement: Arrangement) -> Question:
    def run(actor: Actor) -> object:
        actor.store.put("b", value)
        return actor.store.get("b")

    return Question("put", name, "put('b')", run, value, arrangement, lambda ref: ref.put("b", value))


def _keys() -> Iterator[Question]:
    for key in ("", " \t\ufeff", "__PROTO__", 5):
        shown: Any = key
        yield Question(
            "put",
            f"of the key {key!r}",
            f"put({key!r})",
            lambda actor, shown=shown: actor.store.put(shown, NEW),  # type: ignore[misc]
            "InvalidKey",
            LIVE,
        )


def _many_keys() -> Iterator[Question]:
    twice = {"a": A, " A": NEW}
    runs: dict[str, tuple[str, Callable[[Actor], object]]] = {
        "of two spellings of a key": ("InvalidKey", lambda actor: actor.store.save(twice, base={})),
        "of a key to be changed and removed": ("StoreError", lambda actor: actor.store.apply({"a": NEW}, ["A"])),
        "of a key that is refused": ("InvalidKey", lambda actor: actor.store.apply({}, ["constructor"])),
    }
    for name, (answer, run) in runs.items():
        yield Question("save", name, "save()", run, answer, LIVE)


def _misuses() -> Iterator[Question]:
    def closed(actor: Actor) -> object:
        with actor.store as store:
            store.get("a")
        return store.delete("a")

    def reentered(actor: Actor) -> object:
        return actor.store.update("a", lambda _: actor.store.get("b"))

    def only_read(actor: Actor) -> object:
        return SessionStore(actor.path, actor.kernel, writable=False, notify=ignore).delete("a")

    def forked(actor: Actor) -> object:
        kernel = ForkingKernel(actor.kernel)
        return SessionStore(actor.path, kernel.as_kernel, notify=ignore).update("a", kernel.fork)

    misuses: dict[str, tuple[str, Callable[[Actor], object]]] = {
        "in a store that is closed": ("StoreError", closed),
        "from a function given to the same store": ("Reentered", reentered),
        "in a store opened for reading": ("StoreError", only_read),
        "by a child forked from a function given to the store": ("StoreError", forked),
    }
    for name, (answer, run) in misuses.items():
        yield Question("update", name, "update('a')", run, answer, LIVE)
    yield Question(
        "delete",
        "in a folder that is not there",
        "delete('a')",
        lambda actor: SessionStore(NOWHERE, actor.kernel, notify=ignore).delete("a"),
        False,
        LIVE,
    )


class ForkingKernel(InterposingKernel):
    """A kernel that tells another process number from a fork on."""

    def __init__(self, kernel: Any) -> None:
        super().__init__(kernel, lambda: None)
        self._forks = 0

    def getpid(self) -> int:
        """The number of whoever asks."""
        pid: int = self._kernel.getpid()
        return pid + self._forks

    def fork(self, _: object) -> dict[str, Any]:
        """Go on as the child; a new entry."""
        self._forks += 1
        return NEW
