"""Syncs that are missing, misplaced, or come too late."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from model.defects.defect import PENDING_DATA, PENDING_NAMES, Defect, step
from model.properties import (
    ATOMICITY,
    DURABILITY,
    INVISIBLE_MIGRATION,
    NO_RESURRECTION,
    ORIGINAL_SURVIVES,
    STABLE_OBSERVATION,
)
from scenarios.defects.kernels import without
from store.directory import Directory, open_directory
from store.legacy import Moving
from store.legacy_file import LegacyFile
from store.marker import Marker
from store.migration import Progress
from store.operation import Operation

Real = Callable[..., Any]

CLASSIC = "a classic of programs that save files"
PROPOSAL = "the proposed store, which syncs no directory, and files only as far as its shared writer does"
HERE = "an earlier version of this store"

DIRECTORY, OPERATION = "store.directory:Directory", "store.operation:Operation"


def _write_unsynced(real: Real, self: Directory, name: str, data: bytes) -> object:
    with without(self, "fsync"):
        return real(self, name, data)


def _is_live(directory: Directory) -> bool:
    return directory.path.endswith(".d")


def _settle_only_the_folder(real: Real, self: Directory) -> None:
    if _is_live(self):
        self.settled = True
    else:
        real(self)


def _settle_what_was_left(real: Real, self: Operation) -> bool:
    is_there: bool = real(self)
    if is_there:
        self.kernel.fsync(self.directory.fd)
    return is_there


def _settle_only_live(real: Real, self: Directory) -> None:
    if _is_live(self):
        real(self)
    else:
        self.settled = True


def _settle_the_parent(real: Real, self: Directory) -> None:
    if not _is_live(self) or self.settled:
        real(self)
        return
    parent = open_directory(self.kernel, self.path.rpartition("/")[0])
    assert parent is not None
    parent.settle()
    parent.close()
    self.settled = True


def _rename_then_sync(
    real: Real, op: Operation, puts: Iterable[tuple[str, bytes]], removals: Sequence[str] = ()
) -> None:
    names = []

    def noted() -> Iterable[tuple[str, bytes]]:
        for name, data in puts:
            names.append(name)
            yield name, data

    with without(op.directory, "fsync"):
        real(op, noted(), removals)
    for name in names:
        op.directory.sync_file(name)
    op.directory.settled = False
    op.directory.settle()


def _replace_legacy_unsynced(
    real: Real, op: Operation, text: str, changed: dict[str, Any], removed: frozenset[str]
) -> None:
    with without(op.folder, "fsync"):
        real(op, text, changed, removed)
    op.folder.settled = False
    op.folder.settle()


def _settled_from_the_start(real: Real, self: Directory, *arguments: Any) -> None:
    real(self, *arguments)
    self.settled = True


def _recover_what_is_there(real: Real, op: Operation) -> Progress:
    op.folder.settled = True
    progress: Progress = real(op)
    return progress


def _open_live_as_the_folder_is(real: Real, self: Operation) -> bool:
    is_there: bool = real(self)
    if is_there and self.folder.settled:
        self.directory.settled = True
    return is_there


def _read_unsynced(real: Real, op: Operation) -> LegacyFile | None:
    with without(op.folder, "fsync"):
        found: LegacyFile | None = real(op)
    op.folder.settled = True
    return found


def _stage_unsynced(real: Real, op: Operation, legacy: LegacyFile, moving: Moving) -> Marker:
    with without(op.folder, "fsync"):
        marker: Marker = real(op, legacy, moving)
    return marker


def _commit_unsynced(real: Real, op: Operation, legacy: LegacyFile) -> bool:
    with without(op.folder, "fsync"):
        is_committed: bool = real(op, legacy)
    op.folder.settled = True
    return is_committed


def _merge_unsynced(real: Real, op: Operation, *arguments: Any) -> None:
    with without(op.directory, "fsync"):
        real(op, *arguments)


def _back_up_unsynced(real: Real, op: Operation, *arguments: Any) -> None:
    op.directory.settle()
    op.folder.settle()
    with without(op.folder, "fsync"):
        real(op, *arguments)
    op.folder.settled = True


def _remove_unsynced(real: Real, op: Operation, puts: Any, removals: Sequence[str] = ()) -> None:
    if puts:
        real(op, puts, removals)
        return
    with without(op.directory, "fsync"):
        real(op, puts, removals)


def _no_step(_: Real, *_arguments: Any) -> None:
    """Nothing is done in its place."""


DEFECTS = (
    Defect(
        "no-fsync-of-the-file",
        "An entry is written to a temporary and renamed over its name, and only the directory is synced. The name is "
        "durable then; the bytes behind it need not be. After a power cut the entry is empty or full of zeros.",
        CLASSIC,
        DURABILITY,
        (step(DIRECTORY, "write_file", _write_unsynced),),
        ("put",),
        PENDING_DATA,
    ),
    Defect(
        "no-fsync-of-the-directory",
        "An entry's file is synced and renamed, and the operation returns. The rename is a change of the directory, "
        "and nobody has synced that. After a power cut the old entry is back, although the new one was acknowledged.",
        PROPOSAL,
        DURABILITY,
        (step(DIRECTORY, "settle", _settle_only_the_folder),),
        ("put",),
    ),
    Defect(
        "acknowledged-before-the-sync",
        "A write is acknowledged when its name is changed, so that nobody has to wait; the directory is synced when "
        "the next operation begins. Until then a power cut takes back what was acknowledged.",
        CLASSIC + ", to be fast",
        DURABILITY,
        (step(DIRECTORY, "settle", _settle_only_the_folder), step(OPERATION, "open_live", _settle_what_was_left)),
        ("put",),
    ),
    Defect(
        "no-fsync-of-the-parent",
        "The names in the live directory are synced, those in the folder above it are not. The rename of staging to "
        "the live directory, the backup's and the roll-back's are lost by a power cut after they were acknowledged.",
        PROPOSAL,
        DURABILITY,
        (step(DIRECTORY, "settle", _settle_only_live),),
        ("put", "migrate"),
    ),
    Defect(
        "fsync-of-the-wrong-directory",
        "After a rename in the live directory its parent is synced: that makes the live directory's own name durable, "
        "and no name in it. An entry that was acknowledged is lost by a power cut.",
        CLASSIC,
        DURABILITY,
        (step(DIRECTORY, "settle", _settle_the_parent),),
        ("put",),
    ),
    Defect(
        "rename-before-fsync",
        "The temporary is renamed over the entry first, and the file synced under its new name. Between the two the "
        "name may already be durable while the bytes are not: a power cut there destroys the old value as well.",
        CLASSIC,
        ATOMICITY,
        (step("store.live", "write_entries", _rename_then_sync),),
        ("put",),
        PENDING_DATA,
    ),
    Defect(
        "legacy-file-replaced-unsynced",
        "In legacy mode the new file is written, renamed over the old one, and only the folder is synced. A power cut "
        "leaves the name with an empty file behind it: every session is gone at once.",
        "the original store before it synced its temporary",
        ATOMICITY,
        (step("store.legacy_file", "replace_legacy", _replace_legacy_unsynced),),
        ("put",),
        PENDING_DATA,
    ),
    Defect(
        "nothing-to-do-acknowledged-unsynced",
        "A process finds that what it should do has been done already, and returns. The one who did it was killed "
        "before its own sync, so nothing of it is durable. After a power cut an acknowledged operation is undone.",
        HERE,
        NO_RESURRECTION,
        (step(DIRECTORY, "__init__", _settled_from_the_start),),
        ("delete",),
    ),
    Defect(
        "recovery-vouches-for-nothing",
        "Recovery finishes what it must and syncs only what it has changed itself. What a killed writer left unsynced "
        "it merely finds, and shows. After the next power cut a value that a process has read is gone.",
        HERE,
        STABLE_OBSERVATION,
        (
            step("store.recovery", "recover", _recover_what_is_there),
            step(OPERATION, "open_live", _open_live_as_the_folder_is),
        ),
        ("put",),
    ),
    Defect(
        "legacy-file-read-unsynced",
        "The migration reads a legacy file that an old writer has not synced, and makes it the backup. The entries are "
        "durable in the directory; the original bytes are not, under any name. A power cut leaves an empty backup.",
        PROPOSAL,
        ORIGINAL_SURVIVES,
        (step("store.migration", "read_settled", _read_unsynced),),
        ("merge",),
        ("posix",),
    ),
    Defect(
        "staging-unsynced",
        "Every entry is written into staging without a sync, then staging becomes the live directory, and that is "
        "synced. The directory is durable, its files are empty. The whole store shows nothing after a power cut.",
        PROPOSAL,
        INVISIBLE_MIGRATION,
        (step("store.migration", "_stage", _stage_unsynced),),
        ("migrate",),
        PENDING_DATA,
    ),
    Defect(
        "backup-before-the-commit-is-durable",
        "Staging becomes the live directory, and the legacy file becomes the backup, with no sync of the folder in "
        "between. Where names may persist in any order, a power cut leaves the second rename without the first: "
        "neither a live directory nor a legacy file, and the store shows nothing.",
        PROPOSAL,
        INVISIBLE_MIGRATION,
        (step("store.migration", "_commit", _commit_unsynced),),
        ("migrate",),
        ("posix",),
    ),
    Defect(
        "merge-unsynced",
        "Entries of a legacy file are merged into the live directory without a sync; the file is then marked as held "
        "and made a backup. After a power cut the entries are empty files, and the mark says that all are in.",
        PROPOSAL,
        INVISIBLE_MIGRATION,
        (step("store.migration", "_merge", _merge_unsynced),),
        ("merge",),
        PENDING_DATA,
    ),
    Defect(
        "mark-removed-before-the-backup-is-durable",
        "The legacy file is renamed to its backup name, and the mark of the migration removed without a sync of the "
        "folder in between. A power cut brings the legacy file back without its mark, and it is merged once more: "
        "whatever was deleted since comes back.",
        "the proposed store, whose migration can be cut between its last two steps",
        NO_RESURRECTION,
        (step("store.migration", "_back_up", _back_up_unsynced),),
        ("migrate",),
        PENDING_NAMES,
    ),
    Defect(
        "delete-acknowledged-before-sync",
        "A delete unlinks the entry's file and returns. The unlink is pending until the directory is synced. After a "
        "power cut the deleted session is there again.",
        PROPOSAL,
        NO_RESURRECTION,
        (step("store.live", "write_entries", _remove_unsynced),),
        ("delete",),
    ),
    Defect(
        "new-folders-unsynced",
        "The first put makes the store's folder and those above it, and syncs none of their names. The entry is "
        "durable in a folder that is not: a power cut takes the folder away with it.",
        CLASSIC,
        DURABILITY,
        (step("store.ancestors", "sync_above", _no_step),),
        ("put",),
        ("posix",),
    ),
)
