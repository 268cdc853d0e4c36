"""The last step of a roll-back, and how to tell that only that step is missing.

A roll-back that was cut short after its legacy file became durable leaves no note of itself; it needs none.  The file
then is, byte for byte, what a roll-back makes of the live directory: setting the directory aside changes nothing that
the store shows, whoever wrote the file.
"""

from store.legacy import Joined, rewrite
from store.legacy_file import LegacyFile
from store.live import readable_entries
from store.operation import Operation, free_name


def is_rolled_back(op: Operation, legacy: LegacyFile, joined: Joined) -> bool:
    """Tell whether a legacy file is what a roll-back of the live directory has written."""
    entries = dict(readable_entries(op, sorted(op.directory.names())))
    if entries != joined.entries:
        return False
    return b"".join(rewrite("", entries, frozenset())).decode("ascii") == legacy.text


def set_live_aside(op: Operation) -> str:
    """Rename the live directory to a backup name, durably; return that name.  The legacy file is durable already."""
    aside = free_name(op, op.layout.live_backup_prefix)
    op.publish(op.folder, op.layout.live, aside)
    op.folder.settle()
    op.close_live()
    op.context.saw_live = False
    op.context.cache.clear()
    return aside
