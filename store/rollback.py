"""The way back: the live directory's entries into a fresh legacy file, and the directory set aside.

A cut in between is completed the other way: recovery finds a legacy file that holds what the live directory holds, and
backs it up (M5, M6, M8).  Either way nothing is lost and `load()` shows the same.
"""

from store.legacy_file import replace_legacy
from store.live import is_entry_name, readable_entries
from store.migration import free_backup_name
from store.notices import Outcome
from store.operation import Operation
from store.recovery import recover


def roll_back(op: Operation) -> Outcome:
    """Return to the legacy layout; runs under the exclusive store lock."""
    folder, layout = op.folder, op.layout
    recover(op)
    if op.live is None:
        return Outcome("skipped", f"there is no {layout.live}")
    status = folder.status(layout.legacy)
    if status is not None:
        if status.kind != "file":
            return Outcome("refused", f"{layout.path} is no regular file")
        backup = free_backup_name(op, layout.backup_prefix)
        op.publish(folder, layout.legacy, backup)
        op.tell("put aside", layout.legacy, f"it holds no entry that is not live; kept as {backup}")
        folder.settle()  # its name is free now, and is taken again below
    aside = free_backup_name(op, layout.live_backup_prefix)
    names = sorted(op.directory.names())
    entries = dict(readable_entries(op, names))
    for name in names:
        if not is_entry_name(name):
            op.tell("left behind", f"{layout.live}/{name}", f"not an entry; it stays in {aside}")
    replace_legacy(op, "", entries, frozenset())
    op.publish(folder, layout.live, aside)
    folder.settle()
    op.context.saw_live = False
    op.context.cache.clear()
    return Outcome("rolled-back", f"{len(entries)} entries; the live directory is now {aside}")
