"""Cases of recovery, which is opening for writing, and of the roll-back."""

from collections.abc import Sequence
from dataclasses import replace

from model.acknowledgement import acknowledged, in_flight
from model.checks import OBSERVED
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise
from model.observation import ABSENT, UNREADABLE, digest_of
from model.properties import STABLE_OBSERVATION
from model.reference import Reference
from model.simulation.files import write_file
from scenarios.arrangement import Arrangement, Entry, as_legacy, entry
from scenarios.play import Scene, another_process, case, the_bystander
from scenarios.session_cases import steps
from scenarios.session_cases.migrations import HALF_WAY, anything_of, rewrite_unsynced
from store.kernel import Kernel

A, B = entry("a"), entry("b")
NEW = entry("new", 9)
TORN = b'{"sessionId": "torn'
BROKEN = b'{"a": {'

LITTER = {
    "sessions.d/.tmp-0123456789abcdef": b'{"sessionId": "never published"}',
    "sessions.d/.tmp-fedcba9876543210": b"",
    ".sessions.json.0123456789abcdef.tmp": b"{",
    "sessions.d.migrating/": b"",
    "sessions.d.migrating/a.json": b'{"sessionId": "stale"}',
    "sessions.d.migrating/.migrated": b"{}",
}
"""Every kind of litter."""

FOREIGN = {
    "sessions.d/.DS_Store": b"finder",
    "sessions.d/a.json.4711.tmp": b"an older writer's",
    "sessions.json.lock": b"4711",
    "notes.txt": b"mine",
}
"""What is not the store's, and must stay."""

LITTERED = Arrangement(
    live={"a": A, "b": TORN}, files={**LITTER, **FOREIGN}, kept=(TORN,), strangers=tuple(sorted(FOREIGN))
)


def recover_cases() -> Sequence[Case]:
    """Opening for writing: from clean, from litter, and from every half-way state of a migration."""
    opening = steps.open_store()
    half_way = [case(name, Scene(half, is_opened=False), opening) for name, half in HALF_WAY.items()]
    unmerged = Arrangement(live={"a": A}, legacy=as_legacy({"a": B, "b": B}))
    return (
        case("of a clean store", Scene(Arrangement(live={"a": A, "b": B}), is_opened=False), opening),
        case("of a legacy store", Scene(Arrangement(legacy=as_legacy({"a": A})), is_opened=False), opening),
        case("of every kind of litter", Scene(LITTERED, is_opened=False), opening),
        case("of an unmerged legacy file", Scene(unmerged, is_opened=False), opening),
        *half_way,
        *(adoption_case(name, taken, is_synced=synced) for name, taken in ADOPTED.items() for synced in (True, False)),
        unsynced_case(),
        case("in an open store", Scene(Arrangement(), late=_litter, meant=_littered), steps.recover()),
        case(
            "killed, then a put",
            Scene(unmerged, is_opened=False),
            opening,
            then=another_process(steps.put("b", NEW)),
        ),
    )


def _litter(kernel: Kernel, path: str) -> None:
    replace(LITTERED, files=LITTER, is_locked=False).place(kernel, path)


def _littered(_: Reference) -> Reference:
    return LITTERED.reference()


ADOPTED: dict[str, Entry | None] = {"a free name": None, "a name that is taken": B}
"""What an older writer's file is adopted beside: what its canonical name has."""


def adoption_case(name: str, taken: Entry | None, *, is_synced: bool) -> Case:
    """A file that an older writer named otherwise than we do.

    It is no entry before; recovery gives it its canonical name where that is free, and moves its bytes aside where it
    is taken.  This is the one thing that recovery may show and that was not shown before.
    """
    older = b'{"sessionId": "older"}'
    live = {"a": A} if taken is None else {"a": A, "x:y": taken}

    def play(stage: Stage) -> None:
        actor, reference = Scene(Arrangement(live=live), is_opened=False).set(stage)
        write_file(stage.kernel(), f"{stage.path.removesuffix('.json')}.d/X:y.json", older)
        if is_synced:
            stage.settle()
        adopted = reference.put("x:y", {"sessionId": "older"}) if taken is None else reference
        aside = replace(reference, kept=frozenset({digest_of(older)})) if taken is not None else adopted
        stage.arm()
        before = acknowledged(aside, "opening had not returned")
        stage.promise(_before_adoption(before, is_free=taken is None, is_synced=is_synced))
        assert actor.store is not None
        stage.promise(acknowledged(aside, "opening returned before the cut"))

    return Case("recover", f"adopts {name}{'' if is_synced else ', unsynced'}", play)


def _before_adoption(obligations: Obligations, *, is_free: bool, is_synced: bool) -> Obligations:
    if not is_synced:
        obligations = replace(obligations, kept=())
    if not is_free:
        return obligations
    promise = obligations.promises["x:y"]
    lost = (ABSENT,) if is_synced else (ABSENT, UNREADABLE)
    either = Promise((*lost, *promise.allowed), "opening had not returned")
    return replace(obligations, promises={**obligations.promises, "x:y": either})


def unsynced_case() -> Case:
    """A legacy file that an old writer left unsynced: who has opened the store and read it must see it again."""
    old, new = as_legacy({"a": A}), as_legacy({"a": NEW, "b": B})

    def play(stage: Stage) -> None:
        actor, before = Scene(Arrangement(legacy=old), is_opened=False).set(stage)
        rewrite_unsynced(stage.kernel(), stage.path, new)
        after = before.rewrite_legacy(new)
        stage.arm()
        stage.promise(anything_of(before, after, in_flight(after, after, "recover", "opening for writing")))
        assert actor.store is not None
        stage.promise(acknowledged(after, OBSERVED, kind=STABLE_OBSERVATION))

    return Case("recover", "of a legacy file that an old writer left unsynced", play)


def roll_back_cases() -> Sequence[Case]:
    """Back to the legacy layout: from a clean store, and from everything that is to be finished first."""
    roll_back = steps.roll_back()
    clean = Arrangement(live={"a": A, "b": B}, backups={"sessions.json.bak.1": as_legacy({"a": A})})
    aside = {"sessions.d/.unreadable-00-b.json": TORN, "sessions.d/.DS_Store": b"finder"}
    unreadable = Arrangement(live={"a": A, "b": b"\0\0"}, files=aside, kept=(TORN,))
    half = HALF_WAY["before the backup"]
    slipped = HALF_WAY["an old writer slipped into the backup"]
    put = steps.put("a", NEW)
    return (
        case("of a live store", Scene(clean), roll_back),
        case("with unreadable and foreign files", Scene(replace(unreadable, strangers=None)), roll_back),
        case("of an unfinished migration", _left_behind(half), roll_back),
        case("of a migration that an old writer slipped into", _left_behind(slipped), roll_back),
        case("with a legacy file that cannot be parsed", Scene(Arrangement(live={"a": A}, legacy=BROKEN)), roll_back),
        case("of nothing", Scene(Arrangement(legacy=as_legacy({"a": A}))), roll_back),
        case("then a migration", Scene(clean), roll_back, steps.migrate()),
        case("then a put, then a migration", Scene(clean), roll_back, put, steps.migrate()),
        case("killed, then a put", Scene(clean), roll_back, then=another_process(put)),
        case("killed, then a migration", Scene(clean), roll_back, then=another_process(steps.migrate())),
        case("killed, then another", Scene(clean), roll_back, then=another_process(roll_back)),
        case(
            "killed, then the same by a process that was there",
            Scene(clean, bystander=True),
            roll_back,
            then=the_bystander(roll_back, spare_backups=1),
        ),
    )


def _left_behind(half: Arrangement) -> Scene:
    whole = half.reference()
    return Scene(Arrangement(), late=replace(half, is_locked=False).place, meant=lambda _: whole)
