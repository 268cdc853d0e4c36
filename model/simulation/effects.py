"""Effects: what system calls did to the disk, in program order.

An effect is what persistence is about; a call that changes nothing on the disk (stat, read, lock) has none.  Inode
numbers never return: each created file or directory gets a number of its own for the life of the machine.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SetName:
    """A slot (directory, name) now holds `ino`, or nothing when `ino` is 0 (create, mkdir, link, unlink, rmdir)."""

    directory: int
    name: str
    ino: int


@dataclass(frozen=True, slots=True)
class Rename:
    """A name moved: the source slot is empty and the target slot holds `ino` (P4)."""

    directory: int
    name: str
    target_directory: int
    target_name: str
    ino: int


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes written to a file at an offset."""

    ino: int
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """The file was cut to nothing (O_TRUNC)."""

    ino: int


@dataclass(frozen=True, slots=True)
class SetMode:
    """Permission bits changed."""

    ino: int
    mode: int


@dataclass(frozen=True, slots=True)
class Sync:
    """A successful fsync of a file or a directory.

    Or one of a file that has failed: what was pending became clean, and no later fsync makes it durable (P10).
    """

    ino: int
    has_failed: bool = False


Effect = SetName | Rename | Write | Truncate | SetMode | Sync
