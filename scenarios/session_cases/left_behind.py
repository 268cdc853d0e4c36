"""Cases that build on what others left behind: temporaries under the very names that come next, and unsynced work.

The others are processes of ours that were killed, and older programs that sync nothing.  What they left may vanish
until an operation has vouched for it; after that it may not.
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import shake_128

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise
from model.observation import ABSENT, UNREADABLE, digest_of
from model.reference import LIVE, Reference
from model.simulation.files import write_file
from scenarios.arrangement import BACKUP, Arrangement, as_legacy, entry, file_name
from scenarios.look import AGENTS
from scenarios.play import INVALID_LEGACY, Scene, Step, another_process, case, ignore
from scenarios.session_cases import steps
from scenarios.session_cases.migrations import HALF_WAY, anything_of, rewrite_unsynced
from store.kernel import Kernel
from store.startup import migrate_all

A, B, C, NEW = entry("a"), entry("b"), entry("c"), entry("new", 2)
LONG = b"x" * 600
"""Longer than any file that the store writes over it here: its end would stay."""


def left_behind_cases() -> Sequence[Case]:
    """All of them."""
    return (
        *_beside_temporaries(),
        _beside_an_unsynced_entry(),
        *(
            _beside_an_unsynced_file(step)
            for step in (steps.update("a", lambda _: None), steps.save({"a": A}, {"a": A}), steps.delete("c"))
        ),
        *(_after_an_older_migration(step) for step in (*_puts("c"), steps.delete("a"))),
        _beside_an_older_name(),
        _late_writes(),
        _agents(),
    )


def leave_temporary(kernel: Kernel, path: str, *, is_live: bool, position: int = 1) -> None:
    """Leave a temporary under the name that a process will choose when it asks for a token for that time."""
    folder, _, name = path.rpartition("/")
    token = shake_128(b"%d" % position).hexdigest(8)
    temporary = f"sessions.d/.tmp-{token}" if is_live else f".{name}.{token}.tmp"
    write_file(kernel, f"{folder}/{temporary}", LONG)


def _beside_temporaries() -> Sequence[Case]:
    live = Arrangement(live={"a": A, "b": B})
    legacy = Arrangement(legacy=as_legacy({"a": A, "b": B}))
    writes = (steps.put("b", NEW), steps.update("b", lambda _: NEW), steps.apply({"b": NEW}, ("a",)), steps.delete("b"))
    unmerged = Arrangement(live={"a": A}, legacy=as_legacy({"b": B}))
    slipped = HALF_WAY["an old writer slipped into the backup"]
    finish, name = steps.migrate("finish"), "beside a left-over temporary"
    return (
        *(case(name, _littered(live), step) for step in writes[:3]),
        *(case(f"in legacy mode, {name}", _littered(legacy), step) for step in writes),
        case(f"of an unmerged file, {name}", _littered(unmerged), finish),
        case(f"of late writes, {name}", _littered(slipped), finish),
        case(name, _littered(live, is_live=False), steps.roll_back()),
    )


def _littered(arrangement: Arrangement, *, is_live: bool | None = None) -> Scene:
    """Files and a temporary come about after the store was opened on nothing, which would have swept it."""
    whole = arrangement.reference()

    def late(kernel: Kernel, path: str) -> None:
        replace(arrangement, is_locked=False).place(kernel, path)
        leave_temporary(kernel, path, is_live=arrangement.live is not None if is_live is None else is_live)

    return Scene(Arrangement(), late=late, meant=lambda _: whole)


def _beside_an_unsynced_entry() -> Case:
    """An older program has written an entry file and synced nothing; an update that changes nothing vouches for it."""
    nothing = steps.update("c", lambda _: None)

    def play(stage: Stage) -> None:
        actor, before = Scene(Arrangement(live={"a": A})).set(stage)
        write_file(stage.kernel(), f"{_live(stage)}/c.json", as_legacy(C))
        after = before.put("c", C)
        stage.arm()
        stage.promise(_loosely(in_flight(after, after, "update", nothing.call), ("c",)))
        nothing.run(actor)
        stage.promise(acknowledged(after, f"{nothing.call} returned before the cut", before=before))

    return Case("update", "that changes nothing in an entry that an older program left unsynced", play)


def _beside_an_unsynced_file(step: Step) -> Case:
    """An old writer has replaced the legacy file and synced nothing; who finds nothing to do vouches for it."""
    new = as_legacy({"a": A})

    def play(stage: Stage) -> None:
        actor, before = Scene(Arrangement(legacy=as_legacy({"a": entry("old")}))).set(stage)
        rewrite_unsynced(stage.kernel(), stage.path, new)
        after = step.apply(before.rewrite_legacy(new))
        stage.arm()
        stage.promise(anything_of(before, after, in_flight(after, after, step.operation, step.call)))
        step.run(actor)
        stage.promise(acknowledged(after, f"{step.call} returned before the cut", before=before))

    return Case(step.operation, "that changes nothing in a legacy file that an old writer left unsynced", play)


def _puts(key: str) -> Sequence[Step]:
    return steps.put(key, NEW), steps.update(key, lambda _: NEW), steps.apply({key: NEW}, ())


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
    entries = {"a": A}

    def play(stage: Stage) -> None:
        actor, _ = Scene(Arrangement(legacy=as_legacy(entries))).set(stage)
        kernel = stage.kernel()
        kernel.mkdir(_live(stage), 0o700)
        for key, value in entries.items():
            write_file(kernel, f"{_live(stage)}/{file_name(key)}", as_legacy(value))
        kernel.rename(stage.path, f"{stage.path}.moved")
        before = Reference(live=entries)
        after = step.apply(before)
        stage.arm()
        flight = _loosely(in_flight(before, after, step.operation, step.call, strangers=None), tuple(entries))
        stage.promise(replace(flight, layouts=None, legacy=None, backups=None))
        step.run(actor)
        done = acknowledged(after, f"{step.call} returned before the cut", before=before, strangers=None)
        stage.promise(_loosely(done, [key for key in entries if key in after.shown()]))

    return Case(step.operation, "after an older program made the live directory and synced nothing", play)


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
        "beside a file of an older name, killed, then a recovery", scene, steps.put("a", NEW), then=another_process()
    )


def _late_writes() -> Case:
    """What an old writer slipped into the backup was never synced; who finishes the migration keeps its bytes."""
    finish = steps.migrate("finish")
    half = HALF_WAY["an old writer slipped into the backup"]
    assert half.backup is not None

    def play(stage: Stage) -> None:
        actor, _ = Scene(Arrangement()).set(stage)
        kernel = stage.kernel()
        replace(half, is_locked=False, backup=None).place(kernel, stage.path)
        stage.settle()
        before = half.reference()
        write_file(kernel, f"{stage.path.rpartition('/')[0]}/{BACKUP}", half.backup or b"")
        after = finish.apply(before)
        stage.arm()
        flight = _loosely(in_flight(after, after, "finish", finish.call), ("c",))
        stage.promise(replace(flight, backups=None))
        finish.run(actor)
        stage.promise(acknowledged(after, f"{finish.call} returned before the cut", before=before))

    return Case("finish", "of late writes that were never synced", play)


def _agents() -> Case:
    """Two agents whose folders and files an installer has just made, and not synced."""
    entries = {"a": A}
    because = "migrate_all() returned before the cut"
    unsynced = Obligations(
        {"a": Promise((ABSENT, A), "an installer has left it unsynced")},
        operation="migrate_all",
        errors=frozenset(INVALID_LEGACY),
    )
    done = Obligations({"a": Promise((A,), because)}, because=because, layouts=(LIVE,))
    agents = ("alpha", "beta")

    def play(stage: Stage) -> None:
        state = stage.path.rpartition("/")[0]
        kernel = stage.kernel()
        kernel.mkdir(f"{state}/{AGENTS}")
        stage.settle()
        for agent in agents:
            kernel.mkdir(f"{state}/{AGENTS}/{agent}")
            kernel.mkdir(f"{state}/{AGENTS}/{agent}/sessions")
            write_file(kernel, f"{state}/{AGENTS}/{agent}/sessions/sessions.json", as_legacy(entries))
        stage.arm()
        stage.promise(Obligations({}, operation="migrate_all", parts=dict.fromkeys(agents, unsynced)))
        migrate_all(state, kernel=stage.kernel(), notify=ignore)
        stage.promise(Obligations({}, parts=dict.fromkeys(agents, done)))

    return Case("migrate_all", "of two agents that an installer left unsynced", play)
