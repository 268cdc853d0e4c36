"""Recovery: finish what was begun, sweep litter, and make durable what is about to be shown.

Runs under the exclusive store lock, so that no temporary is a living writer's.  A recovery cut short at any call is
recovered from by the next one; a second recovery finds nothing to do.
"""

from store.directory import NotRegular
from store.entries import NotAnEntry, encode_file, parse
from store.errors import StoreRefused
from store.layout import MARKER
from store.live import is_entry_name, set_aside, write_entries
from store.migration import Progress, finish
from store.names import file_name, is_digest_name, spelled_key
from store.operation import Operation
from store.sweep import sweep_folder, sweep_live, sweep_staging

_OTHERS = 0o077

STEPS = (
    "swept temporary",
    "swept staging",
    "adopted name",
    "moved aside",
    "M5 merged",
    "M6 backed up",
    "M7 merged late writes",
    "M8 cleared",
    "roll-back completed",
)


def recover(op: Operation) -> Progress:
    """Bring the store into a state that it could have without any cut, and vouch for it (rule N)."""
    folder, layout = op.folder, op.layout
    names = folder.names()
    sweep_folder(op, names)
    if layout.staging in names:
        try:
            sweep_staging(op)
        except StoreRefused as error:
            op.tell("staging refused", layout.staging, error.reason)
    progress: Progress = "nothing"
    if layout.live in names and op.open_live():
        live = op.directory
        live_names = live.names()
        sweep_live(op, live_names)
        _adopt(op, live_names)
        if MARKER in live_names or layout.legacy in names:
            progress = finish(op)
        if op.live is not None:
            live.settle()
            op.context.durable_live = op.live_identity
    elif layout.legacy in names:
        try:
            folder.sync_file(layout.legacy)
        except NotRegular as error:
            op.tell("legacy unreadable", layout.legacy, f"{error}; it is left alone")
    folder.settle()
    return progress


def _adopt(op: Operation, names: list[str]) -> None:
    """Give an older writer's entry files their canonical names; where one is taken, move the older one aside."""
    taken = None
    for name in names:
        if spelled_key(name) is None or is_entry_name(name):
            continue
        if taken is None:
            taken = set(names)
        _adopt_one(op, name, taken)


def _adopt_one(op: Operation, name: str, taken: set[str]) -> None:
    live = op.directory
    key = spelled_key(name)
    assert key is not None
    status = live.status(name)
    if status is None or status.kind != "file":
        return
    canonical = file_name(key)
    if status.mode & _OTHERS and not live.make_private(name):
        op.tell("readable by others", f"{op.layout.live}/{name}", "its mode could not be changed")
    live.sync_file(name)  # the older writer may not have
    if canonical in taken:
        set_aside(op, [name])
        return
    taken.add(canonical)
    if is_digest_name(canonical):
        _adopt_long(op, name, key, canonical)
        return
    op.publish(live, name, canonical)
    _tell_adopted(op, name, canonical)


def _adopt_long(op: Operation, name: str, key: str, canonical: str) -> None:
    """Adopt an entry whose canonical file also holds its key: written anew, then the older file goes."""
    content = op.directory.read(name)
    if content is None:
        return
    try:
        entry = parse(content[0])
    except NotAnEntry:
        set_aside(op, [name])
        return
    write_entries(op, [(canonical, encode_file(key, entry))])
    op.withdraw(op.directory, name)  # durable with all else that recovery does; if it comes back, it is moved aside
    _tell_adopted(op, name, canonical)


def _tell_adopted(op: Operation, name: str, canonical: str) -> None:
    op.steps.append("adopted name")
    op.tell("adopted", f"{op.layout.live}/{name}", f"an older writer's file, now {canonical}")
