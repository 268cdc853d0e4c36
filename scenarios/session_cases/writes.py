"""Cases of the operations that write entries: put, delete, update and save."""

from collections.abc import Sequence
from typing import Any

from model.explore.stage import Case
from model.simulation.files import write_file
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.play import Actor, Scene, Then, a_bystander_who_finds, another_process, case, the_bystander
from scenarios.session_cases import steps
from store.kernel import Kernel

LONG_KEY = "agent:main:" + "k" * 260
A, B, C, NEW = entry("a"), entry("b"), entry("c"), entry("new", 2)
UNREADABLE_BYTES = b'{"sessionId": "torn'
LATE = {"b": entry("late", 3), "c": C}

LIVE = Scene(Arrangement(live={"a": A, "b": B}))
WATCHED = Scene(Arrangement(live={"a": A, "b": B}), bystander=True)
LEGACY = Scene(Arrangement(legacy=as_legacy({"a": A, " B": B, "null": None, "__proto__": {}})))
LONG = Scene(Arrangement(live={LONG_KEY: A}))
EMPTY = Scene(Arrangement(is_locked=False))
UNREADABLE = Scene(Arrangement(live={"a": A, "b": UNREADABLE_BYTES}))


def _late_writer(kernel: Kernel, path: str) -> None:
    write_file(kernel, path, as_legacy(LATE))


UNMERGED = Scene(
    Arrangement(live={"a": A, "b": B}),
    late=_late_writer,
    meant=lambda reference: reference.rewrite_legacy(as_legacy(LATE)),
)


def put_cases() -> Sequence[Case]:
    """Writing one entry."""
    replace = steps.put("b", NEW)
    watched = Scene(LEGACY.arrangement, bystander=True)
    return (
        case("a new key", LIVE, steps.put("c", NEW)),
        case("replaces an entry", LIVE, replace),
        case("of a key whose file has a digest for a name", LIVE, steps.put(LONG_KEY, A), steps.put(LONG_KEY, NEW)),
        case(
            "of a key that begins like another one, for longer than a name may be", LONG, steps.put(LONG_KEY + "b", NEW)
        ),
        case("in legacy mode", LEGACY, steps.put("b", NEW)),
        case("the first, in an empty folder", EMPTY, steps.put("a", NEW)),
        case("onto an unreadable entry", UNREADABLE, replace),
        case(
            "onto an unreadable entry, killed, then the same put by a process that was there",
            Scene(UNREADABLE.arrangement, bystander=True),
            replace,
            then=the_bystander(replace),
        ),
        case("beside an unmerged legacy file", UNMERGED, replace),
        case("twice, then another key", LIVE, replace, steps.put("b", B), steps.put("c", C)),
        case("killed, then a put of the same key", LIVE, replace, then=another_process(steps.put("b", C))),
        case("killed, then a put of another key", LIVE, replace, then=another_process(steps.put("a", C))),
        case("killed, then a delete", LIVE, replace, then=another_process(steps.delete("b"))),
        case("killed, then a recovery", LIVE, replace, then=another_process(steps.recover())),
        case("killed, then a roll-back", LIVE, replace, then=another_process(steps.roll_back())),
        case("killed, then the same put by a process that was there", WATCHED, replace, then=the_bystander(replace)),
        case("killed, then an update that changes nothing", WATCHED, replace, then=_idle_update()),
        case("killed, then a load and save that change nothing", WATCHED, replace, then=_idle_save()),
        case("in legacy mode, killed, then an update that changes nothing", watched, replace, then=_idle_update()),
        case("in legacy mode, killed, then a load and save that change nothing", watched, replace, then=_idle_save()),
        case("in legacy mode, killed, then a migration", LEGACY, replace, then=another_process(steps.migrate())),
        case(
            "in legacy mode, killed, then the same put by a process that was there",
            watched,
            replace,
            then=the_bystander(replace),
        ),
    )


def _idle_update() -> Then:
    def look(actor: Actor) -> dict[str, Any]:
        return {"b": actor.store.update("b", lambda _: None)}

    return a_bystander_who_finds(look, "update('b')")


def _idle_save() -> Then:
    def look(actor: Actor) -> dict[str, Any]:
        loaded: dict[str, Any] = {}

        def keep(found: dict[str, Any]) -> dict[str, Any]:
            loaded.update(found)
            return found

        actor.store.update_many(keep)
        return loaded

    return a_bystander_who_finds(look, "update_many()")


def delete_cases() -> Sequence[Case]:
    """Removing one entry."""
    delete = steps.delete("b")
    return (
        case("of an entry", LIVE, delete),
        case("of nothing", LIVE, steps.delete("c")),
        case("in legacy mode", LEGACY, delete),
        case("of an unreadable entry", UNREADABLE, delete),
        case("beside an unmerged legacy file", UNMERGED, steps.delete("c")),
        case("then a put of the same key", LIVE, delete, steps.put("b", NEW)),
        case("killed, then a put of the same key", LIVE, delete, then=another_process(steps.put("b", C))),
        case("killed, then a put of another key", LIVE, delete, then=another_process(steps.put("a", C))),
        case("killed, then the same delete by a process that was there", WATCHED, delete, then=the_bystander(delete)),
    )


def update_cases() -> Sequence[Case]:
    """Reading and writing one entry."""

    def renew(old: Any) -> Any:
        return {**old, "updatedAt": 2} if old else NEW

    nothing = steps.update("b", lambda _: None)
    update = steps.update("b", renew)
    return (
        case("of an entry", LIVE, update),
        case("of a new key", LIVE, steps.update("c", renew)),
        case("that changes nothing", LIVE, nothing),
        case("in legacy mode", LEGACY, update),
        case("beside an unmerged legacy file", UNMERGED, steps.update("c", renew)),
        case("killed, then the same update by a process that was there", WATCHED, update, then=the_bystander(update)),
        case("killed, then a put of the same key", LIVE, update, then=another_process(steps.put("b", C))),
    )


SAVED = {"old": A, "gone": B, "changed": C}
"""What is loaded; then `old` is renamed to `moved`, `gone` removed, `changed` changed and `fresh` added."""

WANTED = {"moved": A, "changed": NEW, "fresh": entry("fresh")}

SAVES = Scene(Arrangement(live=SAVED))
BESIDE_TORN = Scene(Arrangement(live={**SAVED, "torn": UNREADABLE_BYTES}))
RENAMED = Scene(Arrangement(live={"old": A, "kept": B}), bystander=True)


def save_cases() -> Sequence[Case]:
    """Writing and removing many entries: three puts, two removals, one put the new name of a removed key."""
    save = steps.save(WANTED, SAVED)
    changed = {key: value for key, value in WANTED.items() if value != SAVED.get(key)}
    apply = steps.apply(changed, ("old", "gone"))
    rename = steps.apply({"moved": A, "kept": NEW}, ("old",))
    return (
        case("three puts and two removals", SAVES, save),
        case("beside an entry that nobody can read", BESIDE_TORN, save),
        case("update_many", SAVES, steps.update_many(WANTED, SAVED)),
        case("apply", SAVES, apply),
        case("in legacy mode", Scene(Arrangement(legacy=as_legacy(SAVED))), save),
        case("of nothing new", SAVES, steps.save(SAVED, SAVED)),
        case("killed, then a put", RENAMED, rename, then=another_process(steps.put("old", C))),
        case("killed, then the same by a process that was there", RENAMED, rename, then=the_bystander(rename)),
    )
