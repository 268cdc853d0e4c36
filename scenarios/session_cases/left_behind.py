"""Cases that build on what others left behind: temporaries under the very names that come next, and unsynced work.

The others are processes of ours that were killed, and older programs that sync nothing.  What they left may vanish
until an operation has vouched for it; after that it may not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import shake_128
from typing import Any

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise
from model.observation import ABSENT, UNREADABLE, digest_of
from model.reference import LIVE, Reference
from model.simulation.files import write_file
from scenarios.arrangement import Arrangement, as_legacy, entry, file_name
from scenarios.look import AGENTS
from scenarios.play import Actor, Scene, Step, another_process, case, ignore
from scenarios.session_cases import steps
from scenarios.session_cases.migrations import HALF_WAY, anything_of
from store.kernel import Kernel
from store.startup import migrate_all

A, B, C, NEW = entry("a"), entry("b"), entry("c"), entry("new", 2)
OLDER = {"sessionId": "older"}
LONG = b"x" * 600
"""Longer than any file that the store writes over it here: its end would stay."""

TOKENS = 6
"""How many of the tokens to come have been used by somebody who was killed."""


def left_behind_cases() -> Sequence[Case]:
    """All of them."""
    return (
        *_beside_temporaries(),
        *_beside_unsynced_work(),
        *(_after_an_older_migration(step) for step in (steps.put("c", NEW), steps.delete("a"))),
        _beside_an_older_name(),
        _adoption(),
        _opening_of_a_legacy_store(),
        _agents(),
    )


def leave_temporaries(kernel: Kernel, path: str) -> None:
    """Leave temporaries under the first names that a process will choose."""
    folder, _, name = path.rpartition("/")
    for position in range(1, TOKENS + 1):
        token = shake_128(b"%d" % position).hexdigest(8)
        write_file(kernel, f"{folder}/.{name}.{token}.tmp", LONG)
        try:
            write_file(kernel, f"{folder}/sessions.d/.tmp-{token}", LONG)
        except FileNotFoundError:
            continue


def _beside_temporaries() -> Sequence[Case]:
    live = Arrangement(live={"a": A, "b": B})
    legacy = Arrangement(legacy=as_legacy({"a": A, "b": B}))
    writes = (
        steps.put("b", NEW),
        steps.update("b", lambda _: NEW),
        steps.apply({"b": NEW, "c": C, "d": C}, ("a",)),
        steps.delete("b"),
    )
    finish = steps.migrate("finish")
    unmerged = Arrangement(live={"a": A}, legacy=as_legacy({"b": B, "c": C}))
    taken = HALF_WAY["before the backup, whose name is taken"]
    slipped = HALF_WAY["an old writer slipped into the backup"]
    return (
        *(case("beside left-over temporaries", _littered(live), step) for step in writes[:3]),
        *(case("in legacy mode, beside left-over temporaries", _littered(legacy), step) for step in writes),
        case("of an unmerged file, beside left-over temporaries", _littered(unmerged), finish),
        case("with a new backup name, beside left-over temporaries", _littered(taken), finish),
        case("of late writes, beside left-over temporaries", _littered(slipped), finish),
    )


def _littered(arrangement: Arrangement) -> Scene:
    """Files and temporaries come about after the store was opened on nothing, which would have swept them."""
    whole = arrangement.reference()

    def late(kernel: Kernel, path: str) -> None:
        replace(arrangement, is_locked=False).place(kernel, path)
        leave_temporaries(kernel, path)

    return Scene(Arrangement(), late=late, meant=lambda _: whole)


def _beside_unsynced_work() -> Sequence[Case]:
    """An older program has written an entry file and synced nothing; an update that changes nothing vouches for it."""
    nothing = steps.update("c", lambda _: None)

    def play(stage: Stage) -> None:
        actor, before = Scene(Arrangement(live={"a": A})).set(stage)
        write_file(stage.kernel(), f"{_live(stage)}/c.json", b'{"sessionId": "older"}')
        after = before.put("c", OLDER)
        stage.arm()
        stage.promise(_loosely(in_flight(after, after, "update", nothing.call), ("c",)))
        nothing.run(actor)
        stage.promise(acknowledged(after, f"{nothing.call} returned before the cut", before=before))

    return (Case("update", "that changes nothing in an entry that an older program left unsynced", play),)


def _live(stage: Stage) -> str:
    return f"{stage.path.removesuffix('.json')}.d"


def _loosely(obligations: Obligations, keys: Sequence[str]) -> Obligations:
    """These keys may be as promised, not there, or unreadable: nobody has synced them."""
    because = "nobody has synced it yet"
    loose = {
        key: Promise((UNREADABLE, ABSENT, *obligations.promises[key].allowed), because)
        if key in obligations.promises
        else Promise((UNREADABLE, ABSENT), because)
        for key in keys
    }
    return replace(obligations, promises={**obligations.promises, **loose})


def _after_an_older_migration(step: Step) -> Case:
    """An older program makes the live directory, moves the legacy file away, and syncs nothing; then somebody writes.

    Whatever it has moved may be lost or back; what is acknowledged afterwards may not.
    """
    entries = {"a": A, "b": B}

    def play(stage: Stage) -> None:
        actor, _ = Scene(Arrangement(legacy=as_legacy(entries))).set(stage)
        kernel = stage.kernel()
        kernel.mkdir(_live(stage), 0o700)
        for key, value in entries.items():
            write_file(kernel, f"{_live(stage)}/{file_name(key)}", json_of(value))
        kernel.rename(stage.path, f"{stage.path}.moved")
        before = Reference(live=entries)
        after = step.apply(before)
        stage.arm()
        flight = _loosely(in_flight(before, after, step.operation, step.call, strangers=None), tuple(entries))
        stage.promise(replace(flight, layouts=None, legacy=None))
        step.run(actor)
        done = acknowledged(after, f"{step.call} returned before the cut", before=before, strangers=None)
        stage.promise(_loosely(done, [key for key in entries if key in after.shown()]))

    return Case(step.operation, "after an older program made the live directory and synced nothing", play)


def json_of(value: Mapping[str, Any]) -> bytes:
    """An entry file as an older program writes it."""
    return as_legacy(value)


def _beside_an_older_name() -> Case:
    """A put is killed beside a file of an older name that is to be moved aside; recovery vouches for both."""
    older = b'{"sessionId": "older"}'

    def late(kernel: Kernel, path: str) -> None:
        write_file(kernel, f"{path.removesuffix('.json')}.d/X:y.json", older)

    scene = Scene(
        Arrangement(live={"a": A, "x:y": B}),
        late=late,
        meant=lambda reference: replace(reference, kept=frozenset({digest_of(older)})),
    )
    return case(
        "beside a file of an older name, killed, then a recovery", scene, _put_unmoved(), then=another_process()
    )


def _put_unmoved() -> Step:
    return steps.put("a", NEW)


def _adoption() -> Case:
    """An older program's file, unsynced, is adopted."""

    def play(stage: Stage) -> None:
        actor, reference = Scene(Arrangement(live={"a": A}), is_opened=False).set(stage)
        write_file(stage.kernel(), f"{_live(stage)}/X:y.json", b'{"sessionId": "older"}')
        adopted = reference.put("x:y", OLDER)
        stage.arm()
        opening = in_flight(adopted, adopted, "recover", "opening")
        stage.promise(replace(_loosely(opening, ("x:y",)), strangers=None))
        assert actor.store is not None
        stage.promise(acknowledged(adopted, "opening returned before the cut"))

    return Case("recover", "adopts a file that an older program left unsynced", play)


def _opening_of_a_legacy_store() -> Case:
    old, new = as_legacy({"a": entry("old")}), as_legacy({"a": A, "b": B})

    def play(stage: Stage) -> None:
        actor, before = Scene(Arrangement(legacy=old), is_opened=False).set(stage)
        writer = stage.kernel()
        write_file(writer, f"{stage.path}.4711.tmp", new)
        writer.rename(f"{stage.path}.4711.tmp", stage.path)
        after = before.rewrite_legacy(new)
        stage.arm()
        stage.promise(anything_of(before, after, in_flight(after, after, "recover", "opening")))
        assert actor.store is not None
        stage.promise(acknowledged(after, "opening returned before the cut"))

    return Case("recover", "of a legacy store that an old writer left unsynced", play)


def _agents() -> Case:
    """Two agents whose folders and files an installer has just made, and not synced."""
    entries = {"a": A}
    promise_of: Callable[[bool], Obligations] = lambda has_returned: Obligations(  # noqa: E731
        {"a": Promise((A,) if has_returned else (ABSENT, A), "migrate_all() returned" if has_returned else "unsynced")},
        operation="" if has_returned else "migrate_all",
        layouts=(LIVE,) if has_returned else None,
        errors=frozenset() if has_returned else frozenset({"LegacyUnreadable"}),
    )

    def play(stage: Stage) -> None:
        state = stage.path.rpartition("/")[0]
        kernel = stage.kernel()
        kernel.mkdir(f"{state}/{AGENTS}")
        stage.settle()
        for agent in ("alpha", "beta"):
            kernel.mkdir(f"{state}/{AGENTS}/{agent}")
            kernel.mkdir(f"{state}/{AGENTS}/{agent}/sessions")
            write_file(kernel, f"{state}/{AGENTS}/{agent}/sessions/sessions.json", as_legacy(entries))
        stage.arm()
        parts = {agent: promise_of(False) for agent in ("alpha", "beta")}
        stage.promise(Obligations({}, operation="migrate_all", parts=parts))
        migrate_all(state, kernel=stage.kernel(), notify=ignore)
        stage.promise(Obligations({}, parts={agent: promise_of(True) for agent in ("alpha", "beta")}))

    return Case("migrate_all", "of two agents that an installer left unsynced", play)
