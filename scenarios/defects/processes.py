"""Processes that get in one another's way, or believe what is no longer so."""

from collections.abc import Callable
from typing import Any

from model.defects.defect import Defect, step
from model.persistence.profiles import GATES
from model.properties import COHERENCE, INDEPENDENCE
from store.cache import Cache
from store.directory import Directory, open_directory
from store.entries import Entry, decode_file
from store.errors import LockTimeout
from store.kernel import LockMode, Status
from store.locks import Locks
from store.notices import RecoveryReport
from store.one_key import OneKey
from store.operation import Context, Operation, Wanted
from store.session_store import SessionStore
from store.view import view_one

Real = Callable[..., Any]

CLASSIC = "a classic of programs that share files"
PROPOSAL = "the proposed store"
ORIGINAL = "the original store's lock file"
REVIEW = "a review of the proposed store"
LIFETIME_NS = 45_000_000_000

CACHE, LOCKS, OPERATION = "store.cache:Cache", "store.locks:Locks", "store.operation:Operation"


def _holds_while_young(_: Real, self: Cache, name: str, now_ns: int) -> bool:
    item = self._items.get(name)
    return item is not None and now_ns - item.read_at_ns <= LIFETIME_NS


def _take_while_young(_: Real, self: Cache, name: str, _status: Status, now_ns: int) -> tuple[str, Entry] | None:
    item = self._items.get(name)
    if item is None or now_ns - item.read_at_ns > LIFETIME_NS:
        return None
    return decode_file(name, item.data)


def _always(_: Real, *_arguments: Any) -> bool:
    return True


def _read_then_stamp(real: Real, op: Operation, name: str) -> tuple[str, Entry] | None:
    cache = op.context.cache
    found: tuple[str, Entry] | None = real(op, name)
    item = cache._items.get(name)
    if item is not None and not item.packed and (status := op.directory.status(name)) is not None:
        cache.keep(name, status, op.kernel.realtime_ns(), item.data)
    return found


def _readers_pass_the_gate(real: Real, self: Locks, mode: LockMode) -> None:
    if mode != "shared":
        real(self, mode)


def _writers_pass_the_gate(real: Real, self: Locks, mode: LockMode) -> None:
    if mode == "shared":
        real(self, mode)


def _take_store_shared(real: Real, self: Locks, _: LockMode) -> None:
    real(self, "shared")


def _take_store_exclusive(real: Real, self: Operation, locks: Locks, wanted: Wanted, key: str) -> None:
    real(self, locks, "store" if wanted == "key" else wanted, key)


def _take_it_anyway(real: Real, self: Locks, start: int, mode: LockMode) -> None:
    try:
        real(self, start, mode)
    except LockTimeout:
        return


def _unlink_when_it_takes_too_long(real: Real, self: Operation, locks: Locks, wanted: Wanted, key: str) -> None:
    try:
        real(self, locks, wanted, key)
    except LockTimeout:
        self.folder.unlink(self.layout.lock)
        raise


def _read_before_the_lock(real: Real, context: Context, change: OneKey) -> Entry | None:
    decide = change.decide
    if decide is None or not change.needs_entry:
        written: Entry | None = real(context, change)
        return written
    op = Operation(context)
    try:
        found = view_one(op, change.key) if op.begin("look") else None
    finally:
        op.close()
    made = decide(found)
    result: Entry | None = real(context, OneKey(change.key, lambda _: made, needs_entry=True))
    return result


def _recover_beside_writers(real: Real, self: SessionStore) -> RecoveryReport:
    with step(OPERATION, "_take", _take_nothing).replaced():
        report: RecoveryReport = real(self)
    return report


def _sweep_before_the_lock(real: Real, self: SessionStore) -> RecoveryReport:
    layout, kernel = self._context.layout, self._context.kernel
    folder = open_directory(kernel, layout.parent)
    if folder is not None:
        for name in filter(layout.is_legacy_temporary, folder.names()):
            folder.unlink(name)
        folder.close()
    report: RecoveryReport = real(self)
    return report


def _take_nothing(_: Real, *_arguments: Any) -> None:
    """Nobody is kept out."""


def _layout_as_it_was(real: Real, op: Operation, vanished: int) -> int:
    made: int = real(op, vanished) if op.context.saw_live else 0
    return made


class _Kept(Directory):
    """A directory that stays open."""

    __slots__ = ()

    def close(self) -> None:
        """It is needed again."""


def _open_live_once(real: Real, self: Operation) -> bool:
    kept: tuple[Directory, tuple[int, int]] | None = vars(self.context.cache).get("live")
    if kept is None:
        if not real(self):
            return False
        live = self.directory
        kept = _Kept(live.kernel, live.fd, live.path), self.live_identity
        vars(self.context.cache)["live"] = kept
    self.live, self.live_identity = kept
    self.live.settled = False
    return True


def _settle_it(_: Real, self: Operation) -> None:
    self.directory.settle()
    self.folder.settle()


DEFECTS = (
    Defect(
        "cache-believed-for-45-seconds",
        "An entry that was read is believed for 45 seconds, whatever others write meanwhile. A process shows, and "
        "bases its next change on, what another one has replaced long ago.",
        REVIEW + ": the cache is invalidated by time alone",
        COHERENCE,
        (step(CACHE, "holds", _holds_while_young), step(CACHE, "take", _take_while_young)),
        ("load",),
        GATES,
    ),
    Defect(
        "stamp-taken-after-the-read",
        "What vouches for cached content is the status of the name after it was read. Whoever replaces the file in "
        "between gives the old content the new file's stamp, and it is believed for good.",
        "the original store's cache, mended later by taking the stamp first",
        COHERENCE,
        (step("store.live", "read_entry", _read_then_stamp),),
        ("load",),
        GATES,
    ),
    Defect(
        "stamp-believed-within-its-grain",
        "Cached content is believed as long as size, times and inode are the same. A file that is rewritten in place "
        "within one tick of the clock keeps all of them.",
        "the original store, whose cache compared size and time; git calls it racily clean",
        COHERENCE,
        (step("store.cache", "is_settled", _always),),
        ("load",),
        GATES,
    ),
    Defect(
        "readers-do-not-wait",
        "Whoever reads takes no lock. In the middle of a save it sees some of the puts and none of the removals: a "
        "store that never was.",
        PROPOSAL,
        COHERENCE,
        (step(LOCKS, "take_gate", _readers_pass_the_gate),),
        ("save", "load"),
        GATES,
    ),
    Defect(
        "writers-do-not-wait-for-readers",
        "Whoever writes changes names while others are looking. A listing that was made before a save is read file by "
        "file after it: one entry is new, another already gone.",
        PROPOSAL,
        COHERENCE,
        (step(LOCKS, "take_gate", _writers_pass_the_gate),),
        ("load",),
        GATES,
    ),
    Defect(
        "exclusive-lock-taken-shared",
        "A save takes the store's lock as writers of single keys do. It changes a key while somebody else is about to "
        "write what he has made of the old value: one of the two is lost.",
        CLASSIC,
        COHERENCE,
        (step(LOCKS, "take_store", _take_store_shared),),
        ("update",),
        GATES,
    ),
    Defect(
        "lock-stolen-when-it-takes-too-long",
        "A lock that is held for longer than a process cares to wait counts as stale, and is ignored. Its holder was "
        "merely slow, and now there are two.",
        ORIGINAL + ", taken over when it is too old even if its owner lives",
        COHERENCE,
        (step(LOCKS, "_take", _take_it_anyway),),
        ("update",),
        GATES,
    ),
    Defect(
        "lock-file-unlinked",
        "Whoever has waited for the lock in vain takes it for stale, and removes the lock file. The next one finds no "
        "file, makes a new one and locks that, while the slow holder still has the old one.",
        ORIGINAL + ", removed by path without a look at whose it is",
        COHERENCE,
        (step(OPERATION, "_take", _unlink_when_it_takes_too_long), step(OPERATION, "_is_lock", _always)),
        ("update",),
        GATES,
    ),
    Defect(
        "update-reads-before-it-locks",
        "An update reads the entry, makes the next one of it, and only then takes the lock to write. What another "
        "process has written in between is overwritten by what was made of its predecessor.",
        CLASSIC,
        COHERENCE,
        (step("store.one_key", "change_one", _read_before_the_lock),),
        ("update",),
        GATES,
    ),
    Defect(
        "staging-swept-while-in-use",
        "Recovery runs beside writers. It finds the staging directory of a migration that is under way, takes it for "
        "litter and removes it under the other's hands.",
        PROPOSAL + ", which removes stale staging by name",
        COHERENCE,
        (step("store.session_store:SessionStore", "recover", _recover_beside_writers),),
        ("migrate",),
        GATES,
    ),
    Defect(
        "temporary-swept-from-a-living-writer",
        "Recovery sweeps temporaries before it has the lock. One of them is a living writer's, who is about to give it "
        "its name: the write fails, although nothing has.",
        "the original store's sweep of temporaries at its start",
        COHERENCE,
        (step("store.session_store:SessionStore", "recover", _sweep_before_the_lock),),
        ("put",),
        GATES,
    ),
    Defect(
        "layout-decided-before-the-lock",
        "A writer has seen a legacy store when it was opened, waits for the lock, and does not look again. The lock "
        "was held by a migration: the entry goes into a new legacy file, beneath the directory's older one.",
        CLASSIC + ": a lock that is upgraded without another look",
        COHERENCE,
        (step("store.whole", "_resolve", _layout_as_it_was),),
        ("put",),
        GATES,
    ),
    Defect(
        "directory-kept-open",
        "The live directory is opened once and kept. After a roll-back by another process its writes go into the "
        "directory that was set aside, and are acknowledged.",
        CLASSIC,
        COHERENCE,
        (step(OPERATION, "open_live", _open_live_once), step(OPERATION, "vouch_for_live", _settle_it)),
        ("load",),
        GATES,
        unlike="after a roll-back it goes on with the directory that was set aside",
    ),
    Defect(
        "one-lock-for-all-keys",
        "Every put takes the whole store's lock. Nothing is lost; but the writers of independent sessions wait for "
        "one another's fsync, which is what a file for each session was to end.",
        "the original store's global lock",
        INDEPENDENCE,
        (step(OPERATION, "_take", _take_store_exclusive),),
        ("put",),
        GATES,
    ),
)
