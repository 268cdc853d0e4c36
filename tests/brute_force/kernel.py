"""The plainest possible file system over a raw disk: runs traces and toy recoveries, and notes what their calls did.

It is a second, independent implementation of the few calls that both sides of the comparison make: no descriptors
beyond a position, no modes, no times, no locks, no `dir_fd`.  Unlike a real file system it starts from any raw disk,
also from one where a power cut left a directory under two names.
"""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from store.kernel import O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY, FileKind
from tests.brute_force.disk import ROOT, Disk, Slot
from tests.brute_force.effects import Effect, NameChange, Sync, Truncate, Write


class Look(Protocol):
    """The fields of a status that toy recoveries read."""

    @property
    def kind(self) -> FileKind:
        """Regular file or directory."""

    @property
    def ino(self) -> int:
        """Inode number."""

    @property
    def size(self) -> int:
        """Size in bytes."""


class Calls(Protocol):
    """The part of `store.kernel.Kernel` that traces and toy recoveries use; any Kernel will do."""

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        """Open a file and return its descriptor."""

    def read(self, fd: int, size_bytes: int) -> bytes:
        """Read from the descriptor's position."""

    def write(self, fd: int, data: bytes) -> int:
        """Write; return how many bytes were taken."""

    def fsync(self, fd: int) -> None:
        """Make a file's content, or a directory's names, durable."""

    def close(self, fd: int) -> None:
        """Close the descriptor."""

    def rename(self, source: str, target: str) -> None:
        """Move a name."""

    def link(self, source: str, target: str) -> None:
        """Give a file one more name."""

    def unlink(self, path: str) -> None:
        """Remove a file's name."""

    def mkdir(self, path: str, mode: int = 0o700) -> None:
        """Make a directory."""

    def rmdir(self, path: str) -> None:
        """Remove an empty directory."""

    def listdir(self, fd: int) -> Sequence[str]:
        """Names in an open directory."""

    def stat(self, path: str) -> Look:
        """Status of a name."""

    def fstat(self, fd: int) -> Look:
        """Status of an open file."""


@dataclass(frozen=True)
class Status:
    """What `PlainKernel` tells of a file."""

    kind: FileKind
    ino: int
    size: int


@dataclass
class Opened:
    """A descriptor: an inode and where in it the next read or write goes."""

    inode: int
    position: int
    append: bool


class PlainKernel:
    """Runs calls on a copy of a disk; `effects` is what they did, in order."""

    def __init__(self, disk: Disk) -> None:
        self._names: dict[Slot, int] = dict(disk.names)
        self._contents: dict[int, bytes | None] = dict(disk.contents)
        self._opened: dict[int, Opened] = {}
        self.effects: list[Effect] = []

    def disk(self) -> Disk:
        """The disk as it is after every call so far: nothing lost."""
        return Disk(frozenset(self._names.items()), frozenset(self._contents.items()))

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        slot = self._slot(path)
        inode = self._inode(slot)
        if inode is None:
            if not flags & O_CREAT:
                raise _error(errno.ENOENT, path)
            inode = self._make(slot, directory=False)
        elif flags & O_CREAT and flags & O_EXCL:
            raise _error(errno.EEXIST, path)
        content = self._contents[inode]
        if content is None and flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC):
            raise _error(errno.EISDIR, path)
        if content is not None and flags & O_DIRECTORY:
            raise _error(errno.ENOTDIR, path)
        if content and flags & O_TRUNC:
            self._contents[inode] = b""
            self.effects.append(Truncate(inode))
        fd = 3 + len(self._opened)
        self._opened[fd] = Opened(inode, 0, bool(flags & O_APPEND))
        return fd

    def read(self, fd: int, size_bytes: int) -> bytes:
        opened = self._opened[fd]
        content = self._bytes(opened.inode)[opened.position : opened.position + size_bytes]
        opened.position += len(content)
        return content

    def write(self, fd: int, data: bytes) -> int:
        opened = self._opened[fd]
        old = self._bytes(opened.inode)
        offset = len(old) if opened.append else opened.position
        self._contents[opened.inode] = old[:offset].ljust(offset, b"\0") + data + old[offset + len(data) :]
        opened.position = offset + len(data)
        self.effects.append(Write(opened.inode, offset, data))
        return len(data)

    def fsync(self, fd: int) -> None:
        self.effects.append(Sync(self._opened[fd].inode))

    def close(self, fd: int) -> None:
        assert fd in self._opened

    def rename(self, source: str, target: str) -> None:
        old, new = self._slot(source), self._slot(target)
        moved, replaced = self._found(source), self._inode(new)
        if moved == replaced:
            return
        if replaced is not None:
            self._check_replaceable(moved, replaced, target)
        if self._is_directory(moved) and self._holds(moved, new[0]):
            raise _error(errno.EINVAL, target)
        parts = old[0] != new[0] and not self._is_directory(moved)
        self._change(NameChange(((old, None), (new, moved)), parts=parts))

    def link(self, source: str, target: str) -> None:
        inode, slot = self._found(source), self._slot(target)
        if self._inode(slot) is not None:
            raise _error(errno.EEXIST, target)
        if self._is_directory(inode):
            raise _error(errno.EPERM, source)
        self._change(NameChange(((slot, inode),)))

    def unlink(self, path: str) -> None:
        if self._is_directory(self._found(path)):
            raise _error(errno.EISDIR, path)
        self._change(NameChange(((self._slot(path), None),)))

    def mkdir(self, path: str, mode: int = 0o700) -> None:
        slot = self._slot(path)
        if self._inode(slot) is not None:
            raise _error(errno.EEXIST, path)
        self._make(slot, directory=True)

    def rmdir(self, path: str) -> None:
        inode = self._found(path)
        if not self._is_directory(inode):
            raise _error(errno.ENOTDIR, path)
        if self._children(inode):
            raise _error(errno.ENOTEMPTY, path)
        self._change(NameChange(((self._slot(path), None),)))

    def listdir(self, fd: int) -> list[str]:
        return self._children(self._opened[fd].inode)

    def stat(self, path: str) -> Status:
        return self._status(self._found(path))

    def fstat(self, fd: int) -> Status:
        return self._status(self._opened[fd].inode)

    def _status(self, inode: int) -> Status:
        content = self._contents[inode]
        return Status("directory", inode, 0) if content is None else Status("file", inode, len(content))

    def _change(self, change: NameChange) -> None:
        for slot, inode in change.slots:
            if inode is None:
                del self._names[slot]
            else:
                self._names[slot] = inode
        self.effects.append(change)

    def _make(self, slot: Slot, *, directory: bool) -> int:
        inode = next(number for number in count() if number not in self._contents)
        self._contents[inode] = None if directory else b""
        self._change(NameChange(((slot, inode),), made=inode, directory=directory))
        return inode

    def _slot(self, path: str) -> Slot:
        *parents, name = path.split("/")[1:]
        directory = ROOT
        for parent in parents:
            inode = self._inode((directory, parent))
            if inode is None:
                raise _error(errno.ENOENT, path)
            if not self._is_directory(inode):
                raise _error(errno.ENOTDIR, path)
            directory = inode
        return directory, name

    def _inode(self, slot: Slot) -> int | None:
        return ROOT if slot == (ROOT, "") else self._names.get(slot)

    def _found(self, path: str) -> int:
        inode = self._inode(self._slot(path))
        if inode is None:
            raise _error(errno.ENOENT, path)
        return inode

    def _bytes(self, inode: int) -> bytes:
        content = self._contents[inode]
        if content is None:
            raise _error(errno.EISDIR, str(inode))
        return content

    def _is_directory(self, inode: int) -> bool:
        return self._contents[inode] is None

    def _children(self, inode: int) -> list[str]:
        return [name for directory, name in self._names if directory == inode]

    def _holds(self, directory: int, inner: int) -> bool:
        """Whether `inner` is `directory` or lies below it."""
        seen: set[int] = set()
        waiting = [inner]
        while waiting:
            inode = waiting.pop()
            if inode not in seen:
                seen.add(inode)
                waiting += (slot[0] for slot, child in self._names.items() if child == inode)
        return directory in seen

    def _check_replaceable(self, moved: int, replaced: int, target: str) -> None:
        if self._is_directory(moved):
            if not self._is_directory(replaced):
                raise _error(errno.ENOTDIR, target)
            if self._children(replaced):
                raise _error(errno.ENOTEMPTY, target)
        elif self._is_directory(replaced):
            raise _error(errno.EISDIR, target)


def _error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)
