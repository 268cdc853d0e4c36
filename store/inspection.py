"""What is wrong on disk, as `check()` tells it; changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from store.directory import Directory, NotRegular
from store.entries import NotAnEntry
from store.kernel import Status
from store.layout import ASIDE_PREFIX, MARKER, is_live_temporary
from store.legacy import LegacyInvalid
from store.legacy_file import LegacyFile, read_legacy
from store.live import is_entry_name, read_entry
from store.marker import UNREADABLE, Marker, read_marker
from store.names import SUFFIX, spelled_key
from store.operation import Operation


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: what kind, under which name in the store's folder, in words."""

    kind: str
    name: str
    detail: str


def inspect(op: Operation) -> tuple[Finding, ...]:
    """Look at everything that belongs to a store, in one atomic look."""
    findings = list(_folder(op))
    marker = None
    if op.open_live():
        findings += _owner_and_mode(op.layout.live, op.directory.own_status(), op)
        marker = read_marker(op.directory, op.layout)
        for name in sorted(op.directory.names()):
            findings += _live_name(op, name, marker)
    findings += _legacy(op, marker)
    return tuple(findings)


def _folder(op: Operation) -> Iterator[Finding]:
    layout = op.layout
    for name in sorted(op.folder.names()):
        if layout.is_legacy_temporary(name):
            yield Finding("temporary", name, "left over, or of a write that is under way")
        elif name == layout.staging:
            yield Finding("staging", name, "left over from a migration that was cut short")


def _owner_and_mode(name: str, status: Status, op: Operation) -> Iterator[Finding]:
    if status.uid != op.context.euid:
        yield Finding("owner", name, f"owned by user {status.uid}, not by {op.context.euid}")
    if status.mode & 0o077:
        yield Finding("mode", name, f"open to others (mode {status.mode:04o})")


def _live_name(op: Operation, name: str, marker: Marker | None) -> Iterator[Finding]:
    live = op.directory
    shown = f"{op.layout.live}/{name}"
    if name == MARKER:
        text = "cannot be read" if marker is UNREADABLE else "the next writer finishes the migration"
        yield Finding("unfinished migration", shown, text)
    elif is_live_temporary(name):
        yield Finding("temporary", shown, "left over, or of a write that is under way")
    elif name.startswith(ASIDE_PREFIX):
        yield Finding("set aside", shown, "bytes that could not be read as an entry")
    elif is_entry_name(name):
        yield from _entry(op, name, shown)
    elif spelled_key(name) is not None:
        yield Finding("name", shown, "not the canonical name of its key; recovery adopts it or moves it aside")
    elif name.endswith(SUFFIX):
        yield Finding("name", shown, "not the name of any key")
    else:
        status = live.status(name)
        what = "gone meanwhile" if status is None else status.kind
        yield Finding("foreign", shown, f"not ours ({what}); left alone")


def _entry(op: Operation, name: str, shown: str) -> Iterator[Finding]:
    try:
        found = read_entry(op, name)
    except NotAnEntry as error:
        yield Finding("unreadable entry", shown, str(error))
        return
    status = None if found is None else op.directory.status(name)
    if status is not None:
        yield from _owner_and_mode(shown, status, op)


def _legacy(op: Operation, marker: Marker | None) -> Iterator[Finding]:
    name = op.layout.legacy
    try:
        legacy = _read(op.folder, name)
        if legacy is None:
            return
        joined = legacy.joined()
    except (NotRegular, LegacyInvalid) as error:
        yield Finding("legacy unreadable", name, str(error))
        return
    for kind, text in joined.warnings:
        yield Finding(kind, name, text)
    if op.live is not None and joined.entries and (marker is None or marker.sha256 != legacy.sha256):
        yield Finding("unmerged legacy", name, "holds entries beside the live directory; the next writer merges them")


def _read(folder: Directory, name: str) -> LegacyFile | None:
    return read_legacy(folder, name)
