"""Writes that tear, bury or forget, and errors that are kept to oneself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from model.defects.defect import COST, PENDING_DATA, Defect, step
from model.persistence.profiles import GATES
from model.properties import (
    ATOMICITY,
    COHERENCE,
    CONFINEMENT,
    DURABILITY,
    HONEST_ERRORS,
    NO_LITTER,
    ORIGINAL_SURVIVES,
    SAVE_ORDER,
)
from scenarios.defects.kernels import otherwise
from store.differences import Change
from store.directory import Directory
from store.entries import Entry, NotAnEntry
from store.errors import StoreError, WriteFailed
from store.kernel import O_CREAT, O_EXCL, O_NOFOLLOW, O_TRUNC, O_WRONLY
from store.legacy import Joined
from store.live import is_entry_name, read_entry
from store.one_key import OneKey
from store.operation import Context, Operation
from store.saving import differences_within
from store.view import view_all

Real = Callable[..., Any]

CLASSIC = "a classic of programs that save files"
PROPOSAL = "the proposed store"
REVIEW = "a review of the proposed store"

DIRECTORY, LIVE = "store.directory:Directory", "store.live"


def _nothing(_: Real, *_arguments: Any) -> None:
    """Nothing is done in its place."""


def _write_in_place(_: Real, op: Operation, puts: Iterable[tuple[str, bytes]], removals: Sequence[str] = ()) -> None:
    live, kernel = op.directory, op.kernel
    for name, data in puts:
        op.context.cache.forget(name)
        fd = kernel.open(name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600, dir_fd=live.fd)
        live.settled = False
        kernel.write(fd, data)
        kernel.fsync(fd)
        kernel.close(fd)
    for name in removals:
        op.context.cache.forget(name)
        op.withdraw(live, name)
    live.settle()


def _write_readable_by_others(real: Real, self: Directory, name: str, data: bytes) -> object:
    def opened(real_open: Real, path: str, flags: int, _: int = 0, **named: Any) -> object:
        return real_open(path, flags, 0o644, **named)

    with otherwise(self, open=opened):
        return real(self, name, data)


def _write_once(real: Real, self: Directory, name: str, data: bytes) -> object:
    def written(real_write: Real, fd: int, given: bytes) -> int:
        real_write(fd, given)
        return len(given)

    with otherwise(self, write=written):
        return real(self, name, data)


def _sync_again(real: Real, self: Directory, name: str, data: bytes) -> object:
    def synced(real_fsync: Real, fd: int) -> None:
        try:
            real_fsync(fd)
        except OSError:
            real_fsync(fd)

    with otherwise(self, fsync=synced):
        return real(self, name, data)


def _sync_if_possible(real: Real, self: Directory, name: str, data: bytes) -> object:
    def synced(real_fsync: Real, fd: int) -> None:
        try:
            real_fsync(fd)
        except OSError:
            return

    with otherwise(self, fsync=synced):
        return real(self, name, data)


def _one_temporary_for_all(real: Real, self: Directory, data: bytes, name_of_token: Any) -> object:
    def opened(real_open: Real, path: str, flags: int, mode: int = 0o600, **named: Any) -> object:
        return real_open(path, flags & ~O_EXCL | O_TRUNC if flags & O_CREAT else flags, mode, **named)

    def fixed(_: Real, count: int) -> bytes:
        return bytes(count)

    with otherwise(self, open=opened, random_bytes=fixed):
        return real(self, data, name_of_token)


def _any_file_will_do(real: Real, self: Directory, name: str, data: bytes) -> object:
    def opened(real_open: Real, path: str, flags: int, *mode: int, **named: Any) -> object:
        return real_open(path, flags & ~O_EXCL, *mode, **named)

    with otherwise(self, open=opened):
        return real(self, name, data)


def _remove_what_cannot_be_read(real: Real, op: Operation, change: Change) -> Any:
    for name in op.directory.names() if op.live is not None else ():
        try:
            if is_entry_name(name):
                read_entry(op, name)
        except NotAnEntry:
            op.withdraw(op.directory, name)
    return real(op, change)


def _remove_first(_: Real, op: Operation, waiting: list[tuple[str, str]], removals: Sequence[str]) -> None:
    live, locks = op.directory, op.held_locks
    locks.take_gate("exclusive")
    try:
        for name in removals:
            op.context.cache.forget(name)
            live.unlink(name)
        live.settle()
        while waiting:
            live.rename(*waiting[-1])
            waiting.pop()
    finally:
        locks.release_gate()


def _any_temporary(real: Real, name: str) -> bool:
    return real(name) or name.endswith(".tmp")


def _write_if_possible(real: Real, op: Operation, *arguments: Any) -> None:
    try:
        real(op, *arguments)
    except WriteFailed as error:
        op.tell("not written", op.layout.live, str(error))


def _retry_quietly(real: Real, context: Context, work: Any, **named: Any) -> Any:
    try:
        return real(context, work, **named)
    except StoreError:
        if not named.get("vanished"):
            raise
        return None


def _make_the_directory(_: Real, op: Operation, _vanished: int) -> int:
    if not op.open_live() and op.context.saw_live:
        op.folder.make(op.layout.live)
        op.folder.settle()
        op.open_live()
        return 1
    return 0


def _compare_with_the_disk(_: Real, op: Operation, wanted: Mapping[str, Entry], _base: Mapping[str, Entry]) -> Change:
    return differences_within(op, wanted, frozenset(view_all(op)))


def _read_as_empty(real: Real, op: Operation) -> tuple[str, Joined]:
    try:
        found: tuple[str, Joined] = real(op)
    except StoreError:
        return "", Joined({}, (), had_members=False)
    return found


def _change_after_a_snapshot(real: Real, context: Context, change: OneKey) -> Any:
    op = Operation(context)
    try:
        if op.begin("look"):
            view_all(op)
    finally:
        op.close()
    return real(context, change)


DEFECTS = (
    Defect(
        "write-in-place",
        "An entry is written into its own file: truncated, written, synced. In between the old value is gone and the "
        "new one not there yet, and a kill or a power cut leaves just that.",
        CLASSIC,
        ATOMICITY,
        (step(LIVE, "write_entries", _write_in_place),),
        ("put",),
        GATES,
    ),
    Defect(
        "one-temporary-for-all",
        "Every write uses the same temporary, opened without O_EXCL. Two writers of different keys write into one "
        "file, and the first one to rename publishes what the other has written.",
        CLASSIC,
        COHERENCE,
        (step(DIRECTORY, "write_temporary", _one_temporary_for_all),),
        ("put",),
        GATES,
    ),
    Defect(
        "any-file-will-do-for-a-temporary",
        "A temporary is opened without O_EXCL. A token that comes twice finds what a writer that was killed has left: "
        "longer than the new entry, it keeps its tail, and becomes the entry.",
        CLASSIC,
        ATOMICITY,
        (step(DIRECTORY, "write_file", _any_file_will_do),),
        ("put",),
        GATES,
    ),
    Defect(
        "temporaries-never-swept",
        "A writer that is killed leaves its temporary, and nobody ever removes it. The directory fills with files "
        "that no reader looks at.",
        PROPOSAL,
        NO_LITTER,
        (step("store.sweep", "sweep_live", _nothing), step("store.sweep", "sweep_folder", _nothing)),
        ("put",),
        GATES,
    ),
    Defect(
        "sweeping-what-is-not-ours",
        "Recovery removes whatever ends in .tmp. Another program's temporary, or an older version's that is still "
        "being written, goes with ours.",
        CLASSIC,
        CONFINEMENT,
        (step("store.layout", "is_live_temporary", _any_temporary),),
        ("recover",),
        GATES,
    ),
    Defect(
        "unreadable-entry-overwritten",
        "A put finds bytes under its key that cannot be read as an entry, and writes over them. Somebody might have "
        "saved them; now they are gone.",
        PROPOSAL + ", which writes over what it could not parse",
        ORIGINAL_SURVIVES,
        (step("store.one_key", "set_aside", _nothing, everywhere=False),),
        ("put",),
        GATES,
    ),
    Defect(
        "unreadable-entry-buried-by-a-merge",
        "A merge finds an entry's file that cannot be read, and writes the legacy file's entry over it. The bytes that "
        "were newer, though damaged, are destroyed.",
        PROPOSAL + ", whose merge overwrites what is corrupt",
        ORIGINAL_SURVIVES,
        (step("store.migration", "set_aside", _nothing, everywhere=False),),
        ("merge",),
        GATES,
    ),
    Defect(
        "removals-before-puts",
        "A save removes first and writes afterwards. A session that is given another key is removed under the old one "
        "before it is there under the new: a power cut in between loses it.",
        CLASSIC,
        SAVE_ORDER,
        (step(LIVE, "_change_names", _remove_first),),
        ("save",),
        GATES,
    ),
    Defect(
        "save-compares-with-the-disk",
        "A save takes what is on the disk for what its caller had loaded. Whatever others have added or changed since "
        "looks like something that the caller wants removed or changed back.",
        PROPOSAL + ", and every whole-file save before it",
        DURABILITY,
        (step("store.saving", "differences", _compare_with_the_disk),),
        ("load",),
        GATES,
    ),
    Defect(
        "save-removes-what-it-could-not-read",
        "A save makes the directory hold what its caller wants, and nothing else. A file that could not be read was "
        "never loaded, so nobody wants it: it is removed, and with it what somebody might have saved.",
        PROPOSAL + ", whose full save deletes what it could not parse",
        ORIGINAL_SURVIVES,
        (step("store.saving", "carry_out", _remove_what_cannot_be_read),),
        ("save",),
        GATES,
    ),
    Defect(
        "failed-write-only-warned",
        "A write that fails is told in a warning, and the operation returns. Its caller believes that the entry is "
        "there.",
        "the original store on Windows, which drops a save after five attempts",
        HONEST_ERRORS,
        (step(LIVE, "write_entries", _write_if_possible),),
        ("faults", "put"),
        GATES,
    ),
    Defect(
        "failed-fsync-retried",
        "When the sync of a file fails, it is tried once more; the second one succeeds, and the write is acknowledged. "
        "The pages that could not be written count as clean since the first: nothing of them is on the disk (P10).",
        "a classic of databases, found in 2018",
        ATOMICITY,
        (step(DIRECTORY, "write_file", _sync_again),),
        ("put",),
        PENDING_DATA,
    ),
    Defect(
        "failed-fsync-ignored",
        "The sync of a file is best effort: when it fails, the rename follows all the same, and the write is "
        "acknowledged. After a power cut the entry is empty.",
        PROPOSAL + "'s shared writer",
        ATOMICITY,
        (step(DIRECTORY, "write_file", _sync_if_possible),),
        ("put",),
        PENDING_DATA,
    ),
    Defect(
        "short-write-ignored",
        "A write may take fewer bytes than it is given, and says so. Nobody looks: half an entry is synced, renamed "
        "over the old one and acknowledged.",
        CLASSIC,
        ATOMICITY,
        (step(DIRECTORY, "write_file", _write_once),),
        ("put",),
        GATES,
    ),
    Defect(
        "failed-retry-swallowed",
        "The live directory has vanished, so the write makes it anew and tries again. When the second attempt fails, "
        "the error is swallowed and the write returns: the entry is lost without a word.",
        REVIEW + ": silent write failure in the ENOENT retry path",
        HONEST_ERRORS,
        (step("store.whole", "with_whole_store", _retry_quietly),),
        ("retry",),
        GATES,
    ),
    Defect(
        "retry-shadows-the-legacy-file",
        "The live directory has vanished because somebody rolled back by hand. The retry makes a fresh one that holds "
        "a single entry, beside the legacy file that was to be used from now on.",
        PROPOSAL + "'s ENOENT retry",
        ORIGINAL_SURVIVES,
        (step("store.whole", "_resolve", _make_the_directory),),
        ("retry",),
        GATES,
    ),
    Defect(
        "unparseable-file-taken-for-empty",
        "In legacy mode a file that cannot be parsed reads as an empty store. The next put writes a file with one "
        "entry over it, and every session that could still have been saved from it is gone.",
        "the original store, which loads an unparseable file as {} without a warning",
        ORIGINAL_SURVIVES,
        (step("store.one_key", "read_for_change", _read_as_empty),),
        ("put",),
        GATES,
    ),
    Defect(
        "readable-by-others",
        "Entries are made with the mode that files usually get. Everybody on the machine can read what was said in "
        "every session.",
        "the original store, before it was given a mode",
        CONFINEMENT,
        (step(DIRECTORY, "write_file", _write_readable_by_others),),
        ("put",),
        GATES,
    ),
    Defect(
        "whole-store-snapshot",
        "A put of one entry loads the whole store first, in order to compare. Nothing is lost by that; but what should "
        "cost one file costs them all, with the lock held. Only counting calls and bytes shows it, so it is counted.",
        REVIEW + ": full-store snapshot and comparison under the lock, on the hot path",
        COST,
        (step("store.one_key", "change_one", _change_after_a_snapshot),),
        (),
        GATES,
    ),
)
