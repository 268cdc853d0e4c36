"""Changing one key: put, update and delete (steps W and D; rule N where there is nothing to do)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from store.directory import NotRegular
from store.entries import Entry, NotAnEntry, encode_file
from store.errors import EntryUnreadable, LegacyUnreadable, StoreError, StoreRefused, WriteFailed
from store.legacy import Joined, LegacyInvalid
from store.legacy_file import read_legacy, replace_legacy
from store.live import read_entry, set_aside, write_entries
from store.names import file_name
from store.operation import Context, LiveVanished, Operation
from store.view import is_unfinished
from store.whole import is_vanishing, with_whole_store

Given = TypeVar("Given")
Made = TypeVar("Made")
Decide = Callable[[Entry | None], Entry | None]  # what is there in, what shall be there out; None changes nothing


@dataclass(frozen=True, slots=True)
class OneKey:
    """A change of one key.

    `decide` is given what is there; without it the key is removed.  `needs_entry`: a file that cannot be read is an
    error, not just in the way.
    """

    key: str
    decide: Decide | None
    needs_entry: bool = False


def change_one(context: Context, change: OneKey) -> Entry | None:
    """Carry out a change of one key; return what is there then, or for a removal what was there before."""
    makes = change.decide is not None
    vanished = 0
    op = Operation(context)
    try:
        if not op.begin("key", change.key, make_parent=makes):
            return None
        if op.open_live() and not is_unfinished(op):
            return _change_live(op, change)
    except LiveVanished:
        vanished = 1
    except WriteFailed as error:
        if not is_vanishing(error, op):
            raise
        vanished = 1
    finally:
        op.close()
    # Never upgrade: what the shared lock was good for is over, take the exclusive one and look again.
    return with_whole_store(context, lambda whole: change_in(whole, change), make_parent=makes, vanished=vanished)


def change_in(op: Operation, change: OneKey) -> Entry | None:
    """Carry out a change in whichever layout there is, under the exclusive lock."""
    return _change_legacy(op, change) if op.live is None else _change_live(op, change)


def calling(context: Context, function: Callable[[Given], Made]) -> Callable[[Given], Made]:
    """Wrap a caller's function: a child that it forked must not go on with its parent's locks."""

    def call(given: Given) -> Made:
        made = function(given)
        if context.kernel.getpid() != context.pid:
            raise StoreError(f"{context.layout.path}: forked within a function given to the store")
        return made

    return call


def _change_live(op: Operation, change: OneKey) -> Entry | None:
    live, key, name = op.directory, change.key, file_name(change.key)
    entry, unreadable = None, False
    try:
        if (found := read_entry(op, name)) is not None:
            entry = found[1]
    except NotAnEntry as error:
        if change.needs_entry:
            raise EntryUnreadable(key, live.full(name), str(error)) from error
        unreadable = True
    answer = entry
    if change.decide is None:
        if unreadable:
            set_aside(op, [name])
        elif entry is not None:
            write_entries(op, (), [name])
    elif (decided := change.decide(entry)) is not None:
        data = encode_file(key, decided)
        if unreadable:
            set_aside(op, [name])
        write_entries(op, [(name, data)])
        answer = decided
    elif entry is not None:
        live.sync_file(name)
    live.settle()
    op.vouch_for_live()
    return answer


def _change_legacy(op: Operation, change: OneKey) -> Entry | None:
    key = change.key
    text, joined = read_for_change(op)
    entry = answer = joined.entries.get(key)
    if change.decide is None:
        if entry is not None:
            replace_legacy(op, text, {}, frozenset((key,)))
    elif (decided := change.decide(entry)) is not None:
        encode_file(key, decided)
        replace_legacy(op, text, {key: decided}, frozenset())
        answer = decided
    vouch_for_legacy(op)
    return answer


def read_for_change(op: Operation) -> tuple[str, Joined]:
    """Read the legacy file in order to replace it.

    Raises:
        LegacyUnreadable: it cannot be parsed.
        StoreRefused: it is no regular file.
    """
    try:
        legacy = read_legacy(op.folder, op.layout.legacy)
        return ("", Joined({}, (), had_members=False)) if legacy is None else (legacy.text, legacy.joined())
    except NotRegular as error:
        raise StoreRefused(op.layout.path, str(error)) from error
    except LegacyInvalid as error:
        raise LegacyUnreadable(op.layout.path, str(error)) from error


def vouch_for_legacy(op: Operation) -> None:
    """Sync the legacy file, if it was found and not written (rule N), and the folder."""
    if not op.folder.settled:
        op.folder.sync_file(op.layout.legacy)
        op.folder.settle()
