"""The way back: the live directory's entries into a fresh legacy file, and the directory set aside.

A cut in between is completed either way: before the legacy file is there nothing has happened; after that, recovery
sets the directory aside.
"""

from store.legacy_file import replace_legacy
from store.live import is_entry_name, readable_entries
from store.notices import Outcome
from store.operation import Operation, free_name
from store.recovery import recover
from store.retreat import set_live_aside


def roll_back(op: Operation) -> Outcome:
    """Return to the legacy layout; runs under the exclusive store lock."""
    folder, layout = op.folder, op.layout
    if recover(op) == "rolled-back":
        return Outcome("rolled-back", "a roll-back that was cut short is completed")
    if op.live is None:
        return Outcome("skipped", f"there is no {layout.live}")
    status = folder.status(layout.legacy)
    if status is not None:
        if status.kind != "file":
            return Outcome("refused", f"{layout.path} is no regular file")
        backup = free_name(op, layout.backup_prefix)
        op.publish(folder, layout.legacy, backup)
        op.tell("put aside", layout.legacy, f"it holds no entry that is not live; kept as {backup}")
        folder.settle()  # its name is free now, and is taken again below
    names = sorted(op.directory.names())
    entries = dict(readable_entries(op, names))
    for name in names:
        if not is_entry_name(name):
            op.tell("left behind", f"{layout.live}/{name}", "not an entry; it stays in the directory that is set aside")
    replace_legacy(op, "", entries, frozenset())
    aside = set_live_aside(op)
    return Outcome("rolled-back", f"{len(entries)} entries; the live directory is now {aside}")
