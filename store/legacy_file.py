"""The legacy file on disk: read whole (step M1), and replaced whole in legacy mode."""

from hashlib import sha256

from store.directory import Directory, NotRegular
from store.entries import Entry
from store.errors import LegacyUnreadable, StoreRefused
from store.kernel import Status
from store.legacy import Joined, LegacyInvalid, Moving, as_text, join, join_packed, members, rewrite
from store.operation import Operation


class LegacyFile:
    """The bytes of a legacy file, whose they are and what their digest is."""

    __slots__ = ("_data", "_joined", "_text", "sha256", "status")

    def __init__(self, data: bytes, status: Status) -> None:
        self.sha256 = sha256(data).hexdigest()
        self.status = status
        self._data: bytes | None = data
        self._text: str | None = None
        self._joined: Joined | None = None

    @property
    def text(self) -> str:
        """The bytes as text; not made where only the digest counts, and instead of the bytes where it is."""
        if self._text is None:
            assert self._data is not None, "let go"
            self._text, self._data = as_text(self._data), None
        return self._text

    def joined(self) -> Joined:
        """Return what M2 makes of it.

        Raises:
            LegacyInvalid: it cannot be parsed.
        """
        if self._joined is None:
            self._joined = join(members(self.text))
        return self._joined

    def moving(self) -> Moving:
        """Return what M2 makes of it, packed for being moved.

        Raises:
            LegacyInvalid: it cannot be parsed.
        """
        return join_packed(members(self.text))

    def let_go(self) -> None:
        """Keep identity and digest, and not the text, which nobody asks for any more."""
        self._data = self._text = self._joined = None

    def is_still(self, status: Status | None) -> bool:
        """Tell whether a name still leads to the file that was read (its content is compared later, by digest)."""
        own = self.status
        return (
            status is not None
            and status.ino == own.ino
            and status.dev == own.dev
            and status.size == own.size
            and status.mtime_ns == own.mtime_ns
        )


def read_legacy(directory: Directory, name: str, *, sync: bool = False) -> LegacyFile | None:
    """Read a legacy file or a backup of one; None when it is not there; with `sync`, its content made durable (M1).

    Raises:
        NotRegular: it is no regular file.
    """
    found = directory.read(name, sync=sync)
    return None if found is None else LegacyFile(*found)


def tell_warnings(op: Operation, name: str, joined: Joined | Moving) -> None:
    """Name whatever M2 dropped."""
    for kind, text in joined.warnings:
        op.tell(kind, name, text)


def load_legacy(op: Operation) -> dict[str, Entry]:
    """Return what M2 makes of the legacy file; nothing when there is none.

    Raises:
        LegacyUnreadable: it cannot be parsed.
        StoreRefused: it is no regular file.
    """
    name = op.layout.legacy
    try:
        legacy = read_legacy(op.folder, name)
        if legacy is None:
            return {}
        joined = legacy.joined()
    except NotRegular as error:
        raise StoreRefused(op.layout.path, str(error)) from error
    except LegacyInvalid as error:
        raise LegacyUnreadable(op.layout.path, str(error)) from error
    tell_warnings(op, name, joined)
    return joined.entries


def replace_legacy(op: Operation, text: str, changed: dict[str, Entry], removed: frozenset[str]) -> None:
    """Write the legacy file anew, with some keys changed and some removed, as step W writes an entry."""
    folder, layout = op.folder, op.layout
    data = b"".join(rewrite(text, changed, removed))
    temporary = folder.write_temporary(data, layout.legacy_temporary)
    try:
        op.publish(folder, temporary, layout.legacy)
    except BaseException as error:
        folder.discard(temporary, error)
        raise
    folder.settle()
