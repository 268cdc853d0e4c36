"""Migrations, merges and roll-backs that lose, bury or resurrect what they move."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from model.defects.defect import PENDING_DATA, Defect, step
from model.persistence.profiles import GATES
from model.properties import (
    DURABILITY,
    INVISIBLE_MIGRATION,
    NO_INVENTION,
    NO_LITTER,
    NO_RESURRECTION,
    ORIGINAL_SURVIVES,
)
from scenarios.defects.kernels import without
from store.entries import Entry, encode_file
from store.layout import MARKER, live_temporary
from store.legacy import Member, Moving
from store.legacy_file import LegacyFile, read_legacy, replace_legacy
from store.live import readable_entries, write_entries
from store.marker import Marker, encode_marker
from store.migration import Progress
from store.names import file_name
from store.notices import Outcome
from store.operation import Operation, free_name
from store.recovery import recover
from store.retreat import set_live_aside

Real = Callable[..., Any]

PROPOSAL = "the proposed store's migration"
CLASSIC = "a classic of programs that convert files"
HERE = "an earlier version of this store"

MIGRATION = "store.migration"
NEVER_LOOKS_AGAIN = "store.legacy_file:LegacyFile"


def _never(_: Real, *_arguments: Any) -> bool:
    return False


def _always(_: Real, *_arguments: Any) -> bool:
    return True


def _nothing(_: Real, *_arguments: Any) -> None:
    """Nothing is done in its place."""


def _finish_later(_: Real, _op: Operation) -> Progress:
    return "nothing"


def _beneath_nothing(_: Real, _op: Operation, *, is_marked: bool) -> tuple[()]:  # noqa: ARG001 - as the real one's
    return ()


def _pack_everything(real: Real, parsed: Iterable[Member]) -> Moving:
    members = list(parsed)
    moving: Moving = real(members)
    others = {each.key: each.value for each in members if each.value and not isinstance(each.value, dict)}
    return replace(moving, entries=moving.entries | {key: json.dumps(value).encode() for key, value in others.items()})


def _copy_unsynced(op: Operation, name: str, data: bytes) -> None:
    with without(op.folder, "fsync"):
        op.folder.rename(op.folder.write_temporary(data, op.layout.legacy_temporary), name)


def _copy_in_place(op: Operation, name: str, data: bytes) -> None:
    op.folder.write_file(name, data)


def _back_up_by(copy: Callable[[Operation, str, bytes], None], *, is_replaced: bool) -> Real:
    """The backup is a copy; the original is removed after that."""

    def back_up(_: Real, op: Operation, marker: Marker, _legacy: LegacyFile) -> None:
        op.directory.settle()
        op.folder.settle()
        name = marker.backup
        if not is_replaced and op.folder.status(name) is not None:
            name = free_name(op, op.layout.backup_prefix)
        found = op.folder.read(op.layout.legacy)
        assert found is not None
        copy(op, name, found[0])
        op.folder.settle()
        op.withdraw(op.folder, op.layout.legacy)
        op.folder.settle()
        op.steps.append("M6 backed up")

    return back_up


def _back_up_over_whatever_is_there(_: Real, op: Operation, marker: Marker, _legacy: LegacyFile) -> None:
    op.directory.settle()
    op.folder.settle()
    op.publish(op.folder, op.layout.legacy, marker.backup)
    op.folder.settle()
    op.steps.append("M6 backed up")


def _delete_instead(_: Real, op: Operation, _marker: Marker, _legacy: LegacyFile) -> None:
    op.directory.settle()
    op.folder.settle()
    op.withdraw(op.folder, op.layout.legacy)
    op.folder.settle()
    op.steps.append("M6 backed up")


def _merge_after_marking(real: Real, op: Operation, entries: dict[str, Entry], source: str) -> None:
    if source == op.layout.legacy:
        legacy = read_legacy(op.folder, source, sync=True)
        assert legacy is not None
        op.directory.settle()
        marker = Marker(legacy.sha256, free_name(op, op.layout.backup_prefix))
        op.publish(op.directory, op.directory.write_temporary(encode_marker(marker), live_temporary), MARKER)
        op.directory.settle()
    real(op, entries, source)


def _merge_over_what_is_there(_: Real, op: Operation, entries: dict[str, Entry], _source: str) -> None:
    write_entries(op, ((file_name(key), encode_file(key, entry)) for key, entry in entries.items()))


def _stage_into_what_is_there(_: Real, op: Operation, legacy: LegacyFile, moving: Moving) -> Marker:
    folder, layout = op.folder, op.layout
    marker = Marker(legacy.sha256, free_name(op, layout.backup_prefix))
    folder.make(layout.staging)
    staging = folder.subdirectory(layout.staging)
    assert staging is not None
    for key, content in moving.entries.items():
        staging.write_file(file_name(key), content)  # what an older attempt left is in already
    staging.write_file(MARKER, encode_marker(marker))
    staging.settle()
    staging.close()
    return marker


def _keep_the_mark(_: Real, op: Operation) -> None:
    op.directory.settle()
    op.folder.settle()


def _roll_back_the_directory_first(_: Real, op: Operation) -> Outcome:
    if recover(op) == "rolled-back":
        return Outcome("rolled-back")
    if op.live is None:
        return Outcome("skipped")
    entries = dict(readable_entries(op, sorted(op.directory.names())))
    set_live_aside(op)
    replace_legacy(op, "", entries, frozenset())
    return Outcome("rolled-back")


def _remove_live(_: Real, op: Operation) -> str:
    live = op.directory
    for name in live.names():
        live.unlink(name)
    live.settle()
    op.folder.remove(op.layout.live)
    op.folder.settle()
    op.close_live()
    op.context.saw_live = False
    op.context.cache.clear()
    return ""


DEFECTS = (
    Defect(
        "migration-of-no-entry",
        "A legacy file whose members are all null passes for a store. Every member is skipped, an empty directory "
        "takes the file's place, and the file is gone from where its users look for it.",
        "a review of the proposed store: the migration goes on when every entry was skipped",
        ORIGINAL_SURVIVES,
        (step(MIGRATION, "_nothing_to_move", _nothing),),
        ("migrate",),
        GATES,
        unlike="the reference model leaves a file without an entry where it is",
    ),
    Defect(
        "whatever-stands-there-moved-as-an-entry",
        "A member of the legacy file that is a text, a list or a number gets a file like an entry. Nothing reads it as "
        "one: the key is shown by nobody, and in everybody's way.",
        PROPOSAL + ", which skips what is null and writes whatever else is no object",
        NO_INVENTION,
        (step("store.legacy", "join_packed", _pack_everything),),
        ("migrate",),
        GATES,
    ),
    Defect(
        "unfinished-migration-left-to-the-next",
        "Opening a store leaves an unfinished migration to whoever migrates next. What is half done stays half done, "
        "and every reader has to put it together again.",
        PROPOSAL,
        NO_LITTER,
        (step("store.recovery", "finish", _finish_later),),
        ("migrate",),
    ),
    Defect(
        "write-beside-an-unfinished-migration",
        "A delete finds a migration unfinished, or an unmerged legacy file, and goes on with its own work. Whoever "
        "finishes the migration later finds the deleted entry in the file, and merges it again.",
        PROPOSAL + ", under which old and new versions run side by side",
        NO_RESURRECTION,
        (step("store.view", "is_unfinished", _never),),
        ("merge", "delete"),
        GATES,
        unlike="the reference model finishes before it writes",
    ),
    Defect(
        "late-legacy-file-ignored",
        "An old version of the program rewrites sessions.json after the migration. Once there is a live directory the "
        "store never looks at that file again until the next start: what was written there is not shown.",
        PROPOSAL + ", which looks at nothing but the directory once there is one",
        INVISIBLE_MIGRATION,
        (step("store.view", "_beneath", _beneath_nothing),),
        ("merge",),
        GATES,
    ),
    Defect(
        "digest-before-entries",
        "The mark that says which legacy bytes are in is written before they are. A cut between the two leaves a mark "
        "that promises what is not there; recovery believes it, and makes the file a backup.",
        CLASSIC,
        INVISIBLE_MIGRATION,
        (step(MIGRATION, "_merge", _merge_after_marking),),
        ("merge",),
        GATES,
    ),
    Defect(
        "digest-never-removed",
        "The mark of the migration stays when it is over. Recovery finds it at every start, and finishes for ever "
        "what was finished long ago.",
        HERE,
        NO_LITTER,
        (step(MIGRATION, "_clear", _keep_the_mark),),
        ("migrate",),
        GATES,
    ),
    Defect(
        "legacy-file-deleted",
        "When every entry is in the directory, the legacy file is removed; there is no backup. Whatever the migration "
        "dropped or misread is lost for good, and so is the way back.",
        CLASSIC,
        ORIGINAL_SURVIVES,
        (step(MIGRATION, "_back_up", _delete_instead),),
        ("migrate",),
        GATES,
    ),
    Defect(
        "original-deleted-before-its-copy-is-durable",
        "The backup is a copy, and the original is removed when the copy is written. Nobody has synced the copy. A "
        "power cut leaves an empty backup, and no original.",
        CLASSIC,
        ORIGINAL_SURVIVES,
        (step(MIGRATION, "_back_up", _back_up_by(_copy_unsynced, is_replaced=True)),),
        ("migrate",),
        PENDING_DATA,
    ),
    Defect(
        "torn-backup",
        "The backup is a copy that has its final name from the first byte on. A kill in the middle leaves half a "
        "backup; recovery finds its name taken, and makes another one. Half a file stays that looks like a backup.",
        CLASSIC,
        ORIGINAL_SURVIVES,
        (step(MIGRATION, "_back_up", _back_up_by(_copy_in_place, is_replaced=False)),),
        ("migrate",),
        GATES,
    ),
    Defect(
        "backup-over-an-older-one",
        "The legacy file is renamed to its backup name without looking whether an older backup has it. Two migrations "
        "in one millisecond, or a clock that was set back, and the older backup is gone.",
        PROPOSAL + ", whose backup names count milliseconds",
        ORIGINAL_SURVIVES,
        (step(MIGRATION, "_back_up", _back_up_over_whatever_is_there),),
        ("finish",),
        GATES,
    ),
    Defect(
        "commit-without-looking-again",
        "The migration reads the legacy file once, and never looks whether it is still the same: not before staging "
        "becomes live, nor when it has become the backup. An old writer that comes in between writes into a file that "
        "nobody will read again.",
        PROPOSAL,
        DURABILITY,
        (step(NEVER_LOOKS_AGAIN, "is_still", _always), step(MIGRATION, "_merge_late_writes", _never)),
        ("migrate",),
        GATES,
    ),
    Defect(
        "staging-reused",
        "What a migration that was cut has left in staging is never swept: the next one goes on writing into it, "
        "although it was made from another file. If there is no next one, it stays for ever.",
        CLASSIC,
        NO_LITTER,
        (
            step("store.sweep", "sweep_staging", _nothing),
            step(MIGRATION, "_stage", _stage_into_what_is_there),
        ),
        ("migrate",),
        GATES,
    ),
    Defect(
        "merge-that-clobbers",
        "Merging a legacy file beside a live directory writes every entry of it. The directory's own entries, which "
        "are what everybody has seen since, are overwritten by older ones.",
        CLASSIC,
        INVISIBLE_MIGRATION,
        (step(MIGRATION, "_merge", _merge_over_what_is_there),),
        ("merge",),
        GATES,
    ),
    Defect(
        "roll-back-moves-the-directory-first",
        "The roll-back sets the live directory aside, and then writes the legacy file. A kill between the two leaves "
        "neither: the store shows nothing, and nothing says that it was rolling back.",
        "the manual way back of the proposed store, taken in the wrong order",
        INVISIBLE_MIGRATION,
        (step("store.rollback", "roll_back", _roll_back_the_directory_first),),
        ("roll back",),
        GATES,
    ),
    Defect(
        "roll-back-deletes-the-directory",
        "The roll-back removes the live directory once its entries are in the legacy file. Files that nobody could "
        "read as an entry are not in there, and are destroyed.",
        "the manual way back of the proposed store, which deletes the directory",
        ORIGINAL_SURVIVES,
        (step("store.retreat", "set_live_aside", _remove_live),),
        ("roll back",),
        GATES,
    ),
)
