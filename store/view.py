"""What a store shows: at every instant of a migration, and from every crash state, the same as before it.

Live entries win; then those of a backup that the marker names and whose digest it does not hold; then those of an
unmerged legacy file.  A caller holds the gate (shared) or the store (exclusive), so that all of it is one look.
"""

from collections.abc import Iterator

from store.directory import NotRegular
from store.entries import Entry, NotAnEntry
from store.errors import EntryUnreadable
from store.layout import MARKER
from store.legacy import LegacyInvalid
from store.legacy_file import LegacyFile, load_legacy, read_legacy, tell_warnings
from store.live import read_entry, readable_entries
from store.marker import UNREADABLE, read_marker
from store.names import file_name
from store.operation import Operation


def view_all(op: Operation) -> dict[str, Entry]:
    """Return every entry that the store shows, by key."""
    if not op.open_live():
        return load_legacy(op)
    names = sorted(op.directory.names())
    entries = dict(readable_entries(op, names))
    for beneath in _beneath(op, is_marked=MARKER in names):
        for key, entry in beneath.items():
            entries.setdefault(key, entry)
    return entries


def view_one(op: Operation, key: str) -> Entry | None:
    """Return one entry as `view_all` would show it; None when there is none.

    Raises:
        EntryUnreadable: its file cannot be read as an entry, and nothing beneath has one.
    """
    if not op.open_live():
        return load_legacy(op).get(key)
    name, unreadable = file_name(key), None
    try:
        found = read_entry(op, name)
        if found is not None:
            return found[1]
    except NotAnEntry as error:
        unreadable = error
    for beneath in _beneath(op, is_marked=True):
        if key in beneath:
            return beneath[key]
    if unreadable is not None:
        raise EntryUnreadable(key, op.directory.full(name), str(unreadable)) from unreadable
    return None


def is_unfinished(op: Operation) -> bool:
    """Tell, at the price of two calls, whether a migration may be unfinished: then a writer finishes it first."""
    if op.directory.status(MARKER) is not None:
        return True
    status = op.folder.status(op.layout.legacy)
    return status is not None and not op.is_harmless_legacy(status)


def _beneath(op: Operation, *, is_marked: bool) -> Iterator[dict[str, Entry]]:
    """Yield what the live directory does not hold yet, what wins first."""
    layout = op.layout
    op.now_ns()  # before the look that it will vouch for
    marker = read_marker(op.directory, layout) if is_marked else None
    legacy = _readable(op, layout.legacy)
    if legacy is not None and marker is not None and legacy.sha256 == marker.sha256:
        return
    if marker is not None and marker is not UNREADABLE:
        backup = _readable(op, marker.backup)
        if backup is not None and backup.sha256 != marker.sha256:
            yield _entries(op, marker.backup, backup)
    if legacy is not None:
        entries = _entries(op, layout.legacy, legacy)
        if not entries:
            op.remember_harmless_legacy(legacy.status)
        yield entries


def _readable(op: Operation, name: str) -> LegacyFile | None:
    if op.context.harmless_legacy is not None and name == op.layout.legacy:
        status = op.folder.status(name)
        if status is None or op.is_harmless_legacy(status):
            return None
    try:
        return read_legacy(op.folder, name)
    except NotRegular as error:
        op.tell("legacy unreadable", name, f"{error}; it is left alone")
        return None


def _entries(op: Operation, name: str, legacy: LegacyFile) -> dict[str, Entry]:
    try:
        joined = legacy.joined()
    except LegacyInvalid as error:
        op.tell("legacy unreadable", name, f"{error}; it is left as it is")
        return {}
    tell_warnings(op, name, joined)
    if not joined.entries:
        op.tell("legacy empty", name, "it holds no entry, and is left as it is")
    return joined.entries
