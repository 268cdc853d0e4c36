"""Cases that move a legacy file over: a fresh migration, a merge, and whatever was left half-way."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise
from model.observation import ABSENT
from model.properties import INVISIBLE_MIGRATION
from model.reference import LEGACY, NONE, Reference
from model.simulation.files import write_file
from scenarios.arrangement import BACKUP, Arrangement, Entry, as_legacy, entry
from scenarios.play import INVALID_LEGACY, Scene, Step, another_process, case, the_bystander
from scenarios.session_cases import steps
from scenarios.session_cases.writes import LONG_KEY
from store.kernel import O_DIRECTORY, O_RDONLY, Kernel

WIDE = "x" * 1_600
"""More than three units of 512 bytes."""

ODD = {"a": entry("a"), "text": "x", "null": None}
"""An entry, and whatever else may stand in the place of one."""

KEYS = ("a", "b", LONG_KEY, "wide", "e", "f", "g", "h")


def legacy_entries(count: int) -> dict[str, Any]:
    """A legacy store of so many entries, from the fourth on with all that is special: a wide one, a long key."""
    keys = KEYS[:count] if count <= len(KEYS) else (*KEYS, *(f"key{number}" for number in range(count - len(KEYS))))
    return {key: entry(key[:20], text=WIDE) if key == "wide" else entry(key[:20]) for key in keys}


def legacy_bytes(count: int) -> bytes:
    """Such a store as a file, with a variant of a key, a null and a blocked key that are left behind."""
    entries = legacy_entries(count)
    older = {"A": entry("older", 0)} if count > 1 else {}
    return as_legacy({**older, **entries, "null": None, "__proto__": entry("blocked")})


def fresh(count: int, *, bystander: bool = False) -> Scene:
    """A legacy store of so many entries, synced."""
    return Scene(Arrangement(legacy=legacy_bytes(count)), bystander=bystander)


def migrate_cases(entries: int = 4) -> Sequence[Case]:
    """A fresh migration."""
    migrate = steps.migrate()
    invalid = steps.migrate_invalid()
    return (
        case(f"of {entries} entries", fresh(entries), migrate),
        unsynced_case(entries),
        case("of a file that is cut off", Scene(Arrangement(legacy=legacy_bytes(2)[:-9])), invalid),
        case("of a file without an entry", Scene(Arrangement(legacy=b'{"null": null}')), migrate),
        case("of a file with more than entries", Scene(Arrangement(legacy=as_legacy(ODD))), migrate),
        case("of an empty store", Scene(Arrangement(legacy=b"{}")), migrate),
        case("of an empty file", Scene(Arrangement(legacy=b"")), migrate),
        case("of nothing", Scene(Arrangement()), migrate),
        case("with staging of an older attempt", _with_staging(), migrate, steps.put("a", entry("new", 5))),
        case("then a delete, then again", fresh(2), migrate, steps.delete("a"), migrate),
        case("killed, then a put", fresh(2), migrate, then=another_process(steps.put("a", entry("new", 5)))),
        case("killed, then a delete", fresh(2), migrate, then=another_process(steps.delete("a"))),
        case("killed, then another migration", fresh(2), migrate, then=another_process(migrate)),
        case("killed, then a roll-back", fresh(2), migrate, then=another_process(steps.roll_back())),
        case(
            "killed, then the same by a process that was there",
            fresh(2, bystander=True),
            migrate,
            then=the_bystander(migrate),
        ),
    )


def _with_staging() -> Scene:
    """Staging that an older version of the file was written to, and that is unfinished."""
    staging = {"sessions.d.migrating/": b"", "sessions.d.migrating/a.json": b'{"sessionId": "stale"}'}
    return Scene(Arrangement(legacy=legacy_bytes(2), files=staging), is_opened=False)


def unsynced_case(entries: int) -> Case:
    """A migration of a file that an old writer has just replaced, without any sync.

    Until the migration has synced it, a power cut may lose what the old writer never made durable: the file may be
    the old one, the new one, or none that can be read.  Once there is a live directory, all of it is there.
    """
    old, new = as_legacy({"a": entry("old")}), legacy_bytes(entries)

    def play(stage: Stage) -> None:
        actor, before = Scene(Arrangement(legacy=old)).set(stage)
        rewrite_unsynced(stage.kernel(), stage.path, new)
        replaced = before.rewrite_legacy(new)
        after = replaced.migrate()
        stage.arm()
        flight = in_flight(replaced, after, "migrate", "migrate()")
        stage.promise(anything_of(before, replaced, flight))
        actor.store.migrate()
        stage.promise(
            acknowledged(after, "migrate() returned before the cut", before=replaced, kind=INVISIBLE_MIGRATION)
        )

    return Case("migrate", f"of {entries} entries that an old writer left unsynced", play)


def rewrite_unsynced(kernel: Kernel, path: str, content: bytes) -> None:
    """What an old writer does: a temporary renamed over the file, and no sync."""
    write_file(kernel, f"{path}.4711.tmp", content)
    kernel.rename(f"{path}.4711.tmp", path)


def rewrite_synced(kernel: Kernel, path: str, content: bytes) -> None:
    """What an old writer does that syncs: the temporary before it is renamed, and the folder after that."""
    temporary, folder = f"{path}.4711.tmp", path.rpartition("/")[0]
    write_file(kernel, temporary, content)
    fd = kernel.open(temporary, O_RDONLY)
    kernel.fsync(fd)
    kernel.close(fd)
    kernel.rename(temporary, path)
    fd = kernel.open(folder, O_RDONLY | O_DIRECTORY)
    kernel.fsync(fd)
    kernel.close(fd)


def anything_of(before: Reference, after: Reference, flight: Obligations) -> Obligations:
    """The obligations `flight` of a migration, but its old side: the old writer's file is not durable there.

    Each key may be as in the file `before`, as in the one `after`, or not there.
    """
    promises = {}
    for key in {**before.shown(), **after.shown()}:
        allowed = (before.value(key), after.value(key), ABSENT)
        promises[key] = Promise(allowed, "an old writer has written it and not synced it", INVISIBLE_MIGRATION)
    return Obligations(
        promises,
        because="an old writer has replaced the file and not synced it",
        operation=flight.operation,
        layouts=(LEGACY, NONE),
        backups=(),
        errors=frozenset(INVALID_LEGACY),
        otherwise=flight.otherwise,
    )


LIVE_ENTRIES: dict[str, Entry | bytes] = {
    "equal": entry("same"),
    "different": entry("live", 7),
    "older": entry("live", 1),
    "unreadable": b"\0" * 40,
}
LEGACY_ENTRIES: dict[str, Entry] = {
    "equal": entry("same"),
    "different": entry("legacy", 3),
    "older": entry("legacy", 9),
    "unreadable": entry("legacy"),
    "missing": entry("legacy"),
    "Missing too": entry("legacy"),
}


def unsynced_merge_case(step: Step, *, is_opened: bool = True) -> Case:
    """An old writer writes a legacy file beside the live directory and syncs nothing; then somebody merges or writes.

    Until the step has synced the file, a power cut may lose it, or make it unreadable; live entries are never lost.
    """
    late = {"equal": entry("same"), "missing": entry("legacy"), "another": entry("legacy")}

    def play(stage: Stage) -> None:
        actor, before = Scene(Arrangement(live={"equal": entry("same")}), is_opened=is_opened).set(stage)
        write_file(stage.kernel(), stage.path, as_legacy(late))
        replaced = before.rewrite_legacy(as_legacy(late))
        after = step.apply(replaced)
        stage.arm()
        stage.promise(_anything_beneath(before, in_flight(replaced, after, step.operation, step.call)))
        step.run(actor)
        stage.promise(acknowledged(after, f"{step.call} returned before the cut", before=replaced))

    return Case(step.operation, f"{step.call}, beside a legacy file that an old writer left unsynced", play)


def _anything_beneath(before: Reference, flight: Obligations) -> Obligations:
    """What is not in the live directory may be missing as well, and nothing is known of the legacy file."""
    shown = before.shown()
    promises = {
        key: promise
        if key in shown or ABSENT in promise.allowed
        else promise._replace(allowed=(ABSENT, *promise.allowed))
        for key, promise in flight.promises.items()
    }
    return replace(flight, promises=promises, legacy=None, backups=None)


def merge_cases() -> Sequence[Case]:
    """A legacy file beside a live directory: one entry equal, one different, one strictly newer, and so on."""
    merge = steps.migrate("merge")
    full = _unmerged(LIVE_ENTRIES, LEGACY_ENTRIES)
    few = {"equal": entry("same"), "missing": entry("legacy"), "another": entry("legacy")}
    small = _unmerged({"equal": entry("same")}, few)
    into_nothing = _unmerged({}, few)
    return (
        case("equal, different, newer, unreadable and missing entries", full, merge),
        case("into an empty live directory", into_nothing, merge),
        *(unsynced_merge_case(step) for step in (merge, steps.put("equal", entry("new", 9)), steps.delete("missing"))),
        unsynced_merge_case(steps.roll_back()),
        unsynced_merge_case(steps.open_store(), is_opened=False),
        case("then a delete, then again", small, merge, steps.delete("missing"), merge),
        case("killed, then a delete", small, merge, then=another_process(steps.delete("missing"))),
        case("killed, then another", small, merge, then=another_process(merge)),
        case("killed, then the same by a process that was there", small, merge, then=the_bystander(merge)),
    )


def _unmerged(live: Mapping[str, Entry | bytes], legacy: Mapping[str, Entry]) -> Scene:
    """An old writer writes a legacy file after two processes have opened the store."""
    late = as_legacy(legacy)
    return Scene(
        Arrangement(live=live),
        late=lambda kernel, path: write_file(kernel, path, late),
        meant=lambda reference: reference.rewrite_legacy(late),
        bystander=True,
    )


FIRST = as_legacy({"a": entry("a"), "b": entry("b")})
SECOND = as_legacy({"b": entry("late", 5), "c": entry("c")})
THIRD = as_legacy({"c": entry("later", 6), "d": entry("d")})
HELD = {"a": entry("a"), "b": entry("changed since", 3)}

HALF_WAY = {
    "before the backup": Arrangement(live=HELD, held=FIRST, legacy=FIRST),
    "before the backup, whose name is taken": Arrangement(live=HELD, held=FIRST, legacy=FIRST, backups={BACKUP: THIRD}),
    "after the backup": Arrangement(live=HELD, held=FIRST, backup=FIRST),
    "an old writer came before the backup": Arrangement(live=HELD, held=FIRST, legacy=SECOND),
    "an old writer slipped into the backup": Arrangement(live=HELD, held=FIRST, backup=SECOND),
    "an old writer came after the backup": Arrangement(live=HELD, held=FIRST, backup=FIRST, legacy=SECOND),
    "old writers slipped into the backup and came after it": Arrangement(
        live=HELD, held=FIRST, backup=SECOND, legacy=THIRD
    ),
    "an old writer left something invalid": Arrangement(live=HELD, held=FIRST, backup=FIRST, legacy=b'{"a": {'),
    "the backup cannot be parsed": Arrangement(live=HELD, held=FIRST, backup=b'{"a": {'),
}
"""Migrations that somebody began and was killed in, by how far he came."""


def finish_cases() -> Sequence[Case]:
    """Finishing, in a store that was open while another process began the migration."""
    finish = steps.migrate("finish")
    put = steps.put("a", entry("new", 9))
    cases = [case(name, _left_behind(half), finish) for name, half in HALF_WAY.items()]
    slipped = HALF_WAY["an old writer slipped into the backup"]
    cases.append(case("killed, then a put", _left_behind(slipped), finish, then=another_process(put)))
    for name, half in HALF_WAY.items():
        name = f"{name}; killed, then the same by a process that was there"
        cases.append(case(name, _left_behind(half), finish, then=the_bystander(finish)))
    return tuple(cases)


def _left_behind(half: Arrangement) -> Scene:
    """The half-way state comes about after the store was opened on nothing."""
    whole = half.reference()
    return Scene(
        Arrangement(),
        late=replace(half, is_locked=False).place,
        meant=lambda _: whole,
        bystander=True,
    )
