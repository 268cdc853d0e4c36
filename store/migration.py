"""The migration, steps M1 to M8, and how whatever was begun is finished.  PROTOCOL.md tells why each step is there.

Everything here runs under the exclusive store lock.
"""

from errno import EEXIST, ENOTEMPTY
from typing import Literal

from store.directory import NotRegular
from store.entries import Entry, NotAnEntry, encode_file, updated_at
from store.errors import StoreError, StoreRefused, WriteFailed
from store.layout import MARKER, live_temporary
from store.legacy import Joined, LegacyInvalid, Moving
from store.legacy_file import LegacyFile, read_legacy, tell_warnings
from store.live import read_entry, set_aside, write_entries
from store.marker import UNREADABLE, Marker, encode_marker, read_marker
from store.names import file_name
from store.notices import Outcome
from store.operation import Operation, free_name
from store.retreat import is_rolled_back, set_live_aside
from store.sweep import sweep_staging

Progress = Literal["nothing", "merged", "finished", "invalid", "refused", "rolled-back"]

_MOST_ROUNDS = 10


def migrate(op: Operation) -> Outcome:
    """Move a legacy store over to the live directory, or finish what was begun."""
    if op.open_live() and (progress := finish(op)) != "rolled-back":
        return outcome_of(progress, op)
    sweep_staging(op)
    for _ in range(_MOST_ROUNDS):
        try:
            legacy = read_settled(op)
        except NotRegular as error:
            return Outcome("refused", f"{op.layout.path} is {error}")
        if legacy is None:
            return Outcome("skipped", f"there is no {op.layout.legacy}")
        try:
            moving = legacy.moving()
        except LegacyInvalid as error:
            op.tell("legacy unreadable", op.layout.legacy, f"{error}; it stays as it is")
            return Outcome("invalid", str(error))
        tell_warnings(op, op.layout.legacy, moving)
        if (refusal := _nothing_to_move(op, moving)) is not None:
            return refusal
        legacy.let_go()
        count = len(moving.entries)
        marker = _stage(op, legacy, moving)
        if _commit(op, legacy):
            _back_up(op, marker, legacy)
            _clear(op)
            return Outcome("migrated", f"{count} entries; the legacy file is now {marker.backup}")
        sweep_staging(op)
        if op.open_live():
            return outcome_of(finish(op), op)
    return Outcome("failed", f"{op.layout.legacy} kept changing")


def _nothing_to_move(op: Operation, moving: Moving) -> Outcome | None:
    """Return what becomes of a legacy file without an entry, which stays; None when there is something to move."""
    if moving.entries:
        return None
    if moving.had_members:
        op.tell("legacy empty", op.layout.legacy, "nothing in it is an entry; it stays as it is")
        return Outcome("invalid", "nothing in it is an entry")
    return Outcome("skipped", "the store is empty")


def outcome_of(progress: Progress, op: Operation) -> Outcome:
    """Say what finishing came to, as the outcome of a migration."""
    if progress == "nothing":
        return Outcome("skipped", f"{op.layout.live} is there already")
    told = [notice.text for notice in op.notices if progress in ("invalid", "refused")]
    return Outcome(progress, told[-1] if told else "")


def read_settled(op: Operation) -> LegacyFile | None:
    """Read the legacy file, its content and its name made durable first (M1): an old writer may not have done so."""
    legacy = read_legacy(op.folder, op.layout.legacy, sync=True)
    op.folder.settle()
    return legacy


def finish(op: Operation) -> Progress:
    """Finish, from whatever point it was left at, the migration of a store that has a live directory.

    The live directory must be open; it is None afterwards if a roll-back was completed.  Does nothing when there is
    neither a marker nor an unmerged legacy file.
    """
    op.now_ns()  # before the look that it will vouch for
    marker = read_marker(op.directory, op.layout)
    progress: Progress = "nothing" if marker is None else "finished"
    if marker is UNREADABLE:
        set_aside(op, [MARKER])  # it is kept, like all that cannot be read; what it said is merged again
        marker = None
    for _ in range(_MOST_ROUNDS):
        try:
            legacy = read_settled(op)
        except NotRegular as error:
            op.tell("legacy unreadable", op.layout.legacy, f"{error}; it is left alone")
            if (status := op.folder.status(op.layout.legacy)) is not None:
                op.remember_harmless_legacy(status)
            legacy, progress = None, "refused"
        if legacy is not None and marker is not None and legacy.sha256 == marker.sha256:
            _back_up(op, marker, legacy)
            _clear(op)
            return progress
        if marker is not None and _merge_late_writes(op, marker, None):
            progress = "merged"
        joined = None if legacy is None else _unmerged(op, legacy)
        if marker is None and legacy is not None and joined is not None and is_rolled_back(op, legacy, joined):
            set_live_aside(op)
            op.steps.append("roll-back completed")
            return "rolled-back"
        if legacy is None or joined is None:
            if marker is not None:
                _clear(op)
            elif legacy is not None:
                progress = "invalid" if _is_invalid(legacy) else progress
            return progress
        _merge(op, joined.entries, op.layout.legacy)
        if legacy.is_still(op.folder.status(op.layout.legacy)):
            op.steps.append("M5 merged")
            marker = Marker(legacy.sha256, free_name(op, op.layout.backup_prefix))
            _write_marker(op, marker)
            _back_up(op, marker, legacy)
            _clear(op)
            return "merged"
    raise StoreError(f"{op.layout.path}: kept changing while it was merged")


def _stage(op: Operation, legacy: LegacyFile, moving: Moving) -> Marker:
    """Write every entry, and the marker, into staging, durably (M3)."""
    folder, layout = op.folder, op.layout
    marker = Marker(legacy.sha256, free_name(op, op.layout.backup_prefix))
    staging = folder.subdirectory(layout.staging) if folder.make(layout.staging) else None
    if staging is None:
        raise StoreRefused(layout.full(layout.staging), "the name of the staging directory is taken")
    try:
        for key, content in moving.entries.items():
            if not staging.write_file(file_name(key), content):
                raise StoreRefused(staging.full(file_name(key)), "somebody else writes into staging")
        staging.write_file(MARKER, encode_marker(marker))
        staging.settle()
    except BaseException as error:
        try:
            sweep_staging(op)
        except (OSError, StoreError) as failure:
            error.add_note(f"and staging could not be removed: {failure}")
        raise
    finally:
        staging.close()
    return marker


def _commit(op: Operation, legacy: LegacyFile) -> bool:
    """Give staging the live directory's name, durably (M4); False when the ground has shifted."""
    folder, layout = op.folder, op.layout
    if folder.status(layout.live) is not None or not legacy.is_still(folder.status(layout.legacy)):
        return False
    try:
        op.publish(folder, layout.staging, layout.live)
    except WriteFailed as error:
        if error.errno not in (ENOTEMPTY, EEXIST):
            raise
        return False
    folder.settle()
    if not op.open_live():
        raise StoreError(f"{layout.full(layout.live)}: gone right after it was made")
    op.directory.settled = True  # M3 has synced it, under its other name
    return True


def _merge(op: Operation, entries: dict[str, Entry], source: str) -> None:
    """Write what the live directory has no readable entry for, durably (M5); clobber nothing."""
    unreadable, missing = [], []
    for key, entry in entries.items():
        name = file_name(key)
        try:
            found = read_entry(op, name)
        except NotAnEntry:
            unreadable.append(name)
            found = None
        if found is None:
            missing.append(key)
        elif updated_at(entry) > updated_at(found[1]):
            op.tell("newer in backup", source, f"{key!r} is newer there than in {op.layout.live}, which is kept")
    set_aside(op, unreadable)
    write_entries(op, ((file_name(key), encode_file(key, entries[key])) for key in missing))


def _write_marker(op: Operation, marker: Marker) -> None:
    """Say durably which legacy bytes the live directory holds; what it holds was made durable before (M5)."""
    live = op.directory
    assert live.settled
    temporary = live.write_temporary(encode_marker(marker), live_temporary)
    try:
        op.publish(live, temporary, MARKER)
    except BaseException as error:
        live.discard(temporary, error)
        raise
    live.settle()


def _back_up(op: Operation, marker: Marker, legacy: LegacyFile) -> None:
    """Rename the legacy file to its backup name (M6), and make sure of what was renamed (M7).

    Raises:
        LiveVanished: the live directory was taken away; the legacy file is all that there is, and stays.
    """
    folder, layout = op.folder, op.layout
    op.directory.settle()
    folder.settle()
    op.vouch_for_live()
    if folder.status(marker.backup) is not None:
        marker = Marker(marker.sha256, free_name(op, op.layout.backup_prefix))
        _write_marker(op, marker)
    op.publish(folder, layout.legacy, marker.backup)
    folder.settle()
    op.steps.append("M6 backed up")
    _merge_late_writes(op, marker, legacy)


def _merge_late_writes(op: Operation, marker: Marker, legacy: LegacyFile | None) -> bool:
    """Merge what an old writer slipped into the backup (M7); True if there was something."""
    folder, name = op.folder, marker.backup
    try:
        backup = read_legacy(folder, name)
        if backup is None:
            return False
        if legacy is None or backup.status.ino != legacy.status.ino or backup.sha256 != legacy.sha256:
            folder.sync_file(name)  # not known to be what M1 has synced
        if backup.sha256 == marker.sha256:
            return False
        joined = backup.joined()
    except (NotRegular, LegacyInvalid) as error:
        op.tell("backup unreadable", name, f"an old writer changed it meanwhile, and it cannot be merged: {error}")
        return False
    tell_warnings(op, name, joined)
    _merge(op, joined.entries, name)
    op.steps.append("M7 merged late writes")
    return True


def _clear(op: Operation) -> None:
    """Remove the marker (M8).

    The live directory need not be settled: who wrote the marker has settled before that whatever it stands for, and a
    marker that comes back says nothing that is not so.
    """
    op.folder.settle()
    op.withdraw(op.directory, MARKER)
    op.steps.append("M8 cleared")


def _unmerged(op: Operation, legacy: LegacyFile) -> Joined | None:
    """Return what M2 makes of a legacy file beside a live directory; None when there is nothing to merge in it."""
    name = op.layout.legacy
    try:
        joined = legacy.joined()
    except LegacyInvalid as error:
        op.tell("legacy unreadable", name, f"{error}; it is left as it is")
        op.remember_harmless_legacy(legacy.status)
        return None
    tell_warnings(op, name, joined)
    if joined.entries:
        return joined
    op.tell("legacy empty", name, "it holds no entry, and is left as it is")
    op.remember_harmless_legacy(legacy.status)
    return None


def _is_invalid(legacy: LegacyFile) -> bool:
    try:
        return legacy.joined().had_members
    except LegacyInvalid:
        return True
