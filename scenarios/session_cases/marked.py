"""Writes in an open store that find a migration unfinished, and marks of a migration that cannot be read.

Another process began the migration after the store was opened, and was killed: whoever writes next finishes it first,
or what it deletes would come back from the backup that nobody has looked at.
"""

from collections.abc import Sequence
from dataclasses import replace

from model.explore.stage import Case
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.play import Scene, case
from scenarios.session_cases import steps
from scenarios.session_cases.migrations import HALF_WAY

NEW = entry("new", 9)
NO_MARK = b"not a mark"
FOUND = (
    "before the backup",
    "after the backup",
    "an old writer slipped into the backup",
    "an old writer came after the backup",
)


def marked_cases() -> Sequence[Case]:
    """Every write beside every kind of unfinished migration, and recovery where the mark is no mark."""
    return (*_writes(), *_unreadable_marks())


def _writes() -> Sequence[Case]:
    writes = (
        steps.put("c", NEW),
        steps.delete("c"),
        steps.update("c", lambda _: NEW),
        steps.apply({"new": NEW}, ("c",)),
    )
    return tuple(
        case(f"{write.call}, finds a migration unfinished: {name}", _left_behind(HALF_WAY[name]), write)
        for name in FOUND
        for write in writes
    )


def _left_behind(half: Arrangement) -> Scene:
    whole = half.reference()
    return Scene(Arrangement(), late=replace(half, is_locked=False).place, meant=lambda _: whole)


def _unreadable_marks() -> Sequence[Case]:
    alone = Arrangement(live={"a": entry("a")}, files={"sessions.d/.migrated": NO_MARK}, kept=(NO_MARK,))
    beside = replace(alone, legacy=as_legacy({"a": entry("older", 0), "b": entry("b")}))
    opening = steps.open_store()
    return (
        case("of a mark that cannot be read", Scene(alone, is_opened=False), opening),
        case("of a mark that cannot be read, beside a legacy file", Scene(beside, is_opened=False), opening),
    )
