"""Names that appear where the store was about to make them, files that vanish or are replaced once they were seen."""

from collections.abc import Sequence
from dataclasses import replace

from model.acknowledgement import acknowledged
from model.explore.stage import Case
from model.observation import ABSENT, UNREADABLE, digest_of
from model.reference import Reference
from model.simulation.files import write_file
from scenarios.arrangement import Arrangement, as_legacy, entry, entry_bytes
from scenarios.play import Actor, Step, ignore
from scenarios.session_cases import steps
from scenarios.session_cases.answering import DONE
from scenarios.session_cases.meddling import Before, Meddling, Promising
from scenarios.session_cases.migrations import rewrite_synced
from scenarios.session_cases.odd_names import WIDE_KEY
from store import SessionStore
from store.kernel import O_RDONLY, Kernel

A, B, C, NEW = entry("a"), entry("b"), entry("c"), entry("new", 2)
BOTH = {"a": A, "b": B}
LIVE = Arrangement(live=BOTH)
LEGACY = Arrangement(legacy=as_legacy(BOTH))
UNMERGED = Arrangement(live={"a": A}, legacy=as_legacy({"b": B}))
TORN = b'{"sessionId": "torn'
UNREADABLE_B = Arrangement(live={"a": A, "b": TORN})

FOLDER, LIVE_FOLDER = "/srv", "/srv/sessions.d"
STAGING = f"{LIVE_FOLDER}.migrating"
LOCK = "sessions.d.lock"
ALWAYS = 1_000

NOTHING_MOVED = Step("migrate", "migrate()", lambda actor: actor.store.migrate(), lambda reference: reference)
"""A migration that must give up."""
LOAD = Step("load", "load()", lambda actor: actor.store.load(), lambda reference: reference)


def meddled_cases() -> Sequence[Case]:
    """All of them."""
    return tuple(each.case() for each in (*_names_taken(), *_restless(), *_vanishing(), *_locks()))


def synced(hand: Kernel, *paths: str) -> None:
    """Make files and folders durable."""
    for path in paths:
        fd = hand.open(path, O_RDONLY)
        hand.fsync(fd)
        hand.close(fd)


def _after(step: Step) -> Promising:
    return lambda before: acknowledged(step.apply(before), f"{step.call} had come to its end", before=before)


# --- names that somebody else takes


def _names_taken() -> Sequence[Meddling]:
    migrate = steps.migrate()
    merged = Reference(live={"a": A, "c": C}, backups=(digest_of(as_legacy({"a": A})),))
    return (
        Meddling(
            "somebody makes staging first",
            NOTHING_MOVED,
            Before("mkdir", "sessions.d.migrating"),
            lambda hand: hand.mkdir(STAGING),
            "refused",
            LEGACY,
            after=_after(NOTHING_MOVED),
        ),
        Meddling(
            "somebody writes into staging",
            NOTHING_MOVED,
            Before("open", "b.json"),
            lambda hand: write_file(hand, f"{STAGING}/b.json", b"{}"),
            "refused",
            LEGACY,
            after=_after(NOTHING_MOVED),
        ),
        Meddling(
            "an older program makes the live directory first",
            migrate,
            Before("rename", "sessions.d.migrating"),
            _make_live,
            "merged",
            Arrangement(legacy=as_legacy({"a": A})),
            {"c": (UNREADABLE, ABSENT, C)},
            after=lambda before: acknowledged(merged, "migrate() returned", before=before),
        ),
        Meddling(
            "the live directory is moved away right after it was made",
            migrate,
            Before("open", "sessions.d", after=1),
            lambda hand: hand.rename(LIVE_FOLDER, f"{FOLDER}/sessions.moved"),
            "StoreError",
            LEGACY,
        ),
        Meddling(
            "the live directory is moved away before the file is backed up",
            replace(steps.open_store(), run=lambda actor: actor.store.recovered),
            Before("stat", "sessions.d"),
            lambda hand: hand.rename(LIVE_FOLDER, f"{FOLDER}/sessions.moved"),
            "StoreVanished",
            UNMERGED,
            {"a": (ABSENT, A)},
            is_opened=False,
        ),
    )


def _make_live(hand: Kernel) -> None:
    hand.mkdir(LIVE_FOLDER, 0o700)
    write_file(hand, f"{LIVE_FOLDER}/c.json", entry_bytes("c", C))
    synced(hand, f"{LIVE_FOLDER}/c.json", LIVE_FOLDER, FOLDER)


# --- a legacy file that never stands still


def _restless() -> Sequence[Meddling]:
    opening = replace(steps.open_store(), run=lambda actor: actor.store.recovered)
    return (
        Meddling(
            "the file is replaced by the same, again and again",
            NOTHING_MOVED,
            Before("stat", "sessions.json", times=ALWAYS),
            lambda hand: rewrite_synced(hand, f"{FOLDER}/sessions.json", as_legacy(BOTH)),
            "failed",
            LEGACY,
            after=_after(NOTHING_MOVED),
            is_cut_late=True,
        ),
        Meddling(
            "the file is replaced by the same, again and again, beside a live directory",
            opening,
            Before("stat", "sessions.json", times=ALWAYS),
            lambda hand: rewrite_synced(hand, f"{FOLDER}/sessions.json", as_legacy({"b": B})),
            "StoreError",
            UNMERGED,
            after=_after(opening),
            is_opened=False,
            is_cut_late=True,
        ),
    )


# --- entries that vanish or are replaced


def _vanishing() -> Sequence[Meddling]:
    put, delete = steps.put("b", NEW), steps.delete("b")
    opening = replace(steps.open_store(), run=lambda actor: actor.store.load())
    older = f"{WIDE_KEY.upper()}.json"
    aside = UNREADABLE_B.reference()
    replaced = replace(aside, live={"a": A, "b": C}, unreadable={})
    return (
        Meddling(
            "an entry is removed by hand once it was listed",
            LOAD,
            Before("open", "b.json"),
            lambda hand: hand.unlink(f"{LIVE_FOLDER}/b.json"),
            {"a": A},
            LIVE,
            {"b": (ABSENT, B)},
        ),
        Meddling(
            "an unreadable entry is removed by hand once it was read",
            put,
            Before("stat", "b.json"),
            lambda hand: hand.unlink(f"{LIVE_FOLDER}/b.json"),
            DONE,
            UNREADABLE_B,
            {"b": (UNREADABLE, ABSENT, NEW)},
            after=lambda before: replace(_after(put)(before), kept=()),
        ),
        Meddling(
            "an unreadable entry is replaced by hand once it was moved aside",
            delete,
            Before("stat", "b.json", after=1),
            _replace_entry,
            False,
            UNREADABLE_B,
            {"b": (UNREADABLE, ABSENT, C)},
            after=lambda before: acknowledged(replaced, "delete('b') returned", before=before),
        ),
        Meddling(
            "the entry is removed by hand first",
            delete,
            Before("unlink", "b.json"),
            lambda hand: hand.unlink(f"{LIVE_FOLDER}/b.json"),
            True,
            LIVE,
            after=_after(delete),
        ),
        Meddling(
            "a file of an older name is removed by hand before it is read",
            opening,
            Before("open", older, after=1),
            lambda hand: hand.unlink(f"{LIVE_FOLDER}/{older}"),
            BOTH,
            replace(LIVE, files={f"sessions.d/{older}": as_legacy(C)}),
            {WIDE_KEY: (ABSENT, C)},
            is_opened=False,
            is_cut_late=True,
        ),
        Meddling(
            "a directory in place of the legacy file is removed by hand once it was met",
            opening,
            Before("stat", "sessions.json"),
            _remove_directory,
            BOTH,
            replace(LIVE, files={"sessions.json/": b""}),
            after=_after(opening),
            is_opened=False,
            is_cut_late=True,
        ),
    )


def _remove_directory(hand: Kernel) -> None:
    hand.rmdir(f"{FOLDER}/sessions.json")
    synced(hand, FOLDER)


def _replace_entry(hand: Kernel) -> None:
    write_file(hand, f"{FOLDER}/b.new", entry_bytes("b", C))
    synced(hand, f"{FOLDER}/b.new")
    hand.rename(f"{FOLDER}/b.new", f"{LIVE_FOLDER}/b.json")
    synced(hand, LIVE_FOLDER, FOLDER)


# --- a lock file that is swapped, or comes up


def _locks() -> Sequence[Meddling]:
    put = steps.put("b", NEW)
    untouched = replace(put, apply=lambda reference: reference)
    return (
        Meddling(
            "the lock file is swapped",
            put,
            Before("stat", LOCK),
            _swap_lock,
            DONE,
            LIVE,
            after=_after(put),
        ),
        Meddling(
            "the lock file is swapped again and again",
            untouched,
            Before("stat", LOCK, times=ALWAYS),
            _swap_lock,
            "StoreRefused",
            LIVE,
            after=_after(untouched),
            is_cut_late=True,
        ),
        Meddling(
            "the first writer comes while somebody reads",
            replace(LOAD, run=_read, apply=put.apply),
            Before("stat", LOCK),
            lambda hand: SessionStore(f"{FOLDER}/sessions.json", hand, notify=ignore).put("b", NEW),
            {"a": A, "b": NEW},
            replace(LIVE, is_locked=False),
            after=_after(put),
            is_opened=False,
        ),
    )


def _read(actor: Actor) -> object:
    return SessionStore(actor.path, actor.kernel, writable=False, notify=ignore).load()


def _swap_lock(hand: Kernel) -> None:
    hand.unlink(f"{LIVE_FOLDER}.lock")
    write_file(hand, f"{LIVE_FOLDER}.lock", b"")
    synced(hand, FOLDER)
