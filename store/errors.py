"""What can go wrong, one class for each thing that a caller would do differently about.

Every message names the path.  An `OSError` that lies underneath is chained as the cause.
"""


class StoreError(Exception):
    """The store did not do what was asked.  Subclasses say what to do about it."""


class InvalidPath(StoreError):
    """The store path does not end in ``NAME.json``: pass another one."""


class InvalidKey(StoreError):
    """The key is empty, or would break JavaScript readers: nothing was written; use another key."""


class InvalidEntry(StoreError):
    """The entry is not a JSON object that every reader would read back alike: nothing was written; mend the entry."""


class EntryUnreadable(StoreError):
    """The key's file is there but holds no entry.

    Nothing was changed.  `put` moves the bytes aside and writes anew; `check` lists all such files.
    """

    def __init__(self, key: str, path: str, reason: str) -> None:
        super().__init__(f"{path}: the file of key {key!r} cannot be read as an entry: {reason}")
        self.key = key
        self.path = path
        self.reason = reason


class LegacyUnreadable(StoreError):
    """The legacy file cannot be parsed: nothing was written; mend the file or put it aside by hand."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: not a readable session store: {reason}")
        self.path = path
        self.reason = reason


class StoreRefused(StoreError):
    """Something at the store's path is not safe to use (symbolic link, owner, mode): an operator must look."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: refused: {reason}")
        self.path = path
        self.reason = reason


class StoreVanished(StoreError):
    """A directory of the store went away under the operation, twice or for good: nothing was acknowledged."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


class LockTimeout(StoreError):
    """Somebody else held the lock until the deadline: nothing was changed; try again later."""

    def __init__(self, path: str, waiter: str, wanted: str, timeout_s: float) -> None:
        super().__init__(f"{path}: {waiter} waited {timeout_s:g} s for {wanted}, which another one holds")
        self.path = path
        self.wanted = wanted


class Reentered(StoreError):
    """A function given to `update` or `update_many` called the same store again: compute first, then return."""


class AccessFailed(StoreError):
    """The kernel said no; see `path`, `step` and the cause."""

    def __init__(self, path: str, step: str, cause: OSError) -> None:
        super().__init__(f"{path}: {step} failed: {cause.strerror or cause}")
        self.path = path
        self.step = step
        self.errno = cause.errno


class ReadFailed(AccessFailed):
    """A file that is there could not be read (I/O error, permissions).  Not the same as unreadable content."""


class WriteFailed(AccessFailed):
    """A write was not acknowledged.  Before its rename nothing has changed; from then on it may show or not."""
