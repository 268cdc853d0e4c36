"""The entry files of the live directory: read, set aside, written and removed."""

from collections.abc import Iterable, Iterator, Sequence

from store.directory import NotRegular
from store.entries import Entry, NotAnEntry, decode_file
from store.kernel import Status
from store.layout import ASIDE_PREFIX, live_temporary
from store.names import SUFFIX, canonical_key, encode, is_digest_name
from store.operation import Operation

_LONGEST_LABEL = 200


def is_entry_name(name: str) -> bool:
    """Tell whether a name in the live directory is an entry's, in its one canonical spelling."""
    return name.endswith(SUFFIX) and (canonical_key(name) is not None or is_digest_name(name))


def read_entry(op: Operation, name: str) -> tuple[str, Entry] | None:
    """Return key and entry of an entry file, the caller's own; None when it is not there.

    Raises:
        NotAnEntry: it is there, and cannot be read as an entry.
    """
    live, cache = op.directory, op.context.cache
    now_ns = op.now_ns()
    if cache.holds(name, now_ns):
        status = live.status(name)
        if status is None:
            return None
        found = cache.take(name, status, now_ns)
        if found is not None:
            return found
    try:
        content = live.read(name)
    except NotRegular as error:
        raise NotAnEntry(str(error)) from error
    if content is None:
        return None
    data, status = content
    found = decode_file(name, data)
    cache.keep(name, status, now_ns, data)
    return found


def readable_entries(op: Operation, names: Iterable[str]) -> Iterator[tuple[str, Entry]]:
    """Yield key and entry of every readable entry file among `names`; the others are told of."""
    for name in names:
        if is_entry_name(name):
            try:
                found = read_entry(op, name)
            except NotAnEntry as error:
                op.tell("unreadable entry", f"{op.layout.live}/{name}", str(error))
                continue
            if found is not None:
                yield found


def set_aside(op: Operation, names: Sequence[str]) -> None:
    """Move what cannot be read out of the way, durably, before its name is taken anew.  Nothing is destroyed.

    A name is free only once the bytes are durable under the other one: whoever finds it free, after this was cut short,
    may take it without knowing, and that may persist before what was done here.
    """
    live = op.directory
    linked: list[tuple[str, str]] = []
    for name in names:
        status = live.status(name)
        if status is None:
            continue
        aside, is_there = _aside_name(op, encode(name)[:_LONGEST_LABEL], status)
        if is_there or live.link(name, aside):
            linked.append((name, aside))
        else:
            op.publish(live, name, aside)
        op.context.cache.forget(name)
        op.steps.append("moved aside")
        op.tell("moved aside", f"{op.layout.live}/{name}", f"kept as {aside}")
    if names:
        live.settle()
    for name, aside in linked:
        found, kept = live.status(name), live.status(aside)
        if found is not None and kept is not None and found.ino == kept.ino:
            op.withdraw(live, name)  # else an older writer has replaced it meanwhile


def write_entries(op: Operation, puts: Iterable[tuple[str, bytes]], removals: Sequence[str] = ()) -> None:
    """Write and remove entry files, by name (step S; with a single put it is step W, with a single removal D).

    All temporaries are written and synced, all renames done, the directory synced; then the removals, and the directory
    synced again.  The gate is held from the first change of a name to the last, so nobody sees a part of it.
    """
    live, cache = op.directory, op.context.cache
    waiting: list[tuple[str, str]] = []
    try:
        for name, data in puts:
            cache.forget(name)
            waiting.append((live.write_temporary(data, live_temporary), name))
        waiting.reverse()
        if waiting or removals:
            _change_names(op, waiting, removals)
    except BaseException as error:
        for temporary, _ in waiting:
            live.discard(temporary, error)
        raise
    live.settle()


def _change_names(op: Operation, waiting: list[tuple[str, str]], removals: Sequence[str]) -> None:
    live, locks = op.directory, op.held_locks
    puts_come_first = bool(waiting and removals)
    locks.take_gate("exclusive")
    try:
        while waiting:
            live.rename(*waiting[-1])
            waiting.pop()
        if puts_come_first:
            live.settle()
        for name in removals:
            op.context.cache.forget(name)
            live.unlink(name)
    finally:
        locks.release_gate()


def _aside_name(op: Operation, label: str, status: Status) -> tuple[str, bool]:
    """Return the name under which a file is kept, and whether it is there already.

    It is made of the inode's number: whoever was cut short after giving it gives the same one again, and no third.
    """
    count = 0
    while True:
        aside = f"{ASIDE_PREFIX}{status.ino + (count << 32):016x}-{label}"
        found = op.directory.status(aside)
        if found is None:
            return aside, False
        if found.ino == status.ino and found.dev == status.dev:
            return aside, True
        count += 1
