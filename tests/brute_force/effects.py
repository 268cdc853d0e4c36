"""What system calls do to a disk, one value a call, on inodes instead of paths: what the rules are read over."""

from dataclasses import dataclass

from tests.brute_force.disk import Slot


@dataclass(frozen=True)
class NameChange:
    """A create, link, mkdir or unlink (one slot), or a rename (two slots: the old name goes, the new one comes).

    Attributes:
        slots: Each slot that changes, with its new inode or None.
        made: The inode that the call made, or None.
        directory: Whether what it made is a directory.
        parts: Whether it moves a file from one directory to another: then the new name may come and the old one stay.
    """

    slots: tuple[tuple[Slot, int | None], ...]
    made: int | None = None
    directory: bool = False
    parts: bool = False


@dataclass(frozen=True)
class Write:
    """Bytes written to a file at an offset."""

    inode: int
    offset: int
    content: bytes


@dataclass(frozen=True)
class Truncate:
    """A file cut to nothing (O_TRUNC)."""

    inode: int


@dataclass(frozen=True)
class Sync:
    """A successful fsync of a file or directory."""

    inode: int


Effect = NameChange | Write | Truncate | Sync
DataChange = Write | Truncate
