"""A crash-proof store of session entries, one file for each, and the way there from one big file.

`SessionStore` is the store; `Kernel` is all that it knows of the outside world.  PROTOCOL.md tells how it works.
"""

from store.entries import Entry
from store.errors import (
    AccessFailed,
    EntryUnreadable,
    InvalidEntry,
    InvalidKey,
    InvalidPath,
    LegacyUnreadable,
    LockTimeout,
    ReadFailed,
    Reentered,
    StoreError,
    StoreRefused,
    StoreVanished,
    WriteFailed,
)
from store.inspection import Finding
from store.kernel import Kernel, Status
from store.notices import OUTCOMES, Notice, Outcome, RecoveryReport, SaveReport
from store.recovery import STEPS
from store.session_store import SessionStore

__all__ = [
    "OUTCOMES",
    "STEPS",
    "AccessFailed",
    "Entry",
    "EntryUnreadable",
    "Finding",
    "InvalidEntry",
    "InvalidKey",
    "InvalidPath",
    "Kernel",
    "LegacyUnreadable",
    "LockTimeout",
    "Notice",
    "Outcome",
    "ReadFailed",
    "RecoveryReport",
    "Reentered",
    "SaveReport",
    "SessionStore",
    "Status",
    "StoreError",
    "StoreRefused",
    "StoreVanished",
    "WriteFailed",
]
