"""The host kernel: the store's system calls, passed through to `os` and `fcntl`.

Nothing is decided here but two things that differ between platforms.  Byte-range locks are open-file-description
locks where the platform has them, else one exclusive lock on the whole file.  On macOS a sync reaches the platter
only by F_FULLFSYNC.
"""

import errno
import fcntl
import os
import stat
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from store.kernel import FileKind, LockMode

_FIRST_WAIT_S = 0.00005
_LONGEST_WAIT_S = 0.01
_TAKEN = frozenset({errno.EAGAIN, errno.EACCES})


class HostStatus:
    """Status of a file as the host told it."""

    __slots__ = ("_result",)

    def __init__(self, result: os.stat_result) -> None:
        self._result = result

    @property
    def kind(self) -> FileKind:
        """Regular file, directory, symbolic link, or anything else."""
        mode = self._result.st_mode
        if stat.S_ISREG(mode):
            return "file"
        if stat.S_ISDIR(mode):
            return "directory"
        return "symlink" if stat.S_ISLNK(mode) else "other"

    @property
    def mode(self) -> int:
        """Permission bits only."""
        return stat.S_IMODE(self._result.st_mode)

    @property
    def uid(self) -> int:
        """User id of the owner."""
        return self._result.st_uid

    @property
    def dev(self) -> int:
        """Device number."""
        return self._result.st_dev

    @property
    def ino(self) -> int:
        """Inode number."""
        return self._result.st_ino

    @property
    def nlink(self) -> int:
        """Number of names."""
        return self._result.st_nlink

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self._result.st_size

    @property
    def mtime_ns(self) -> int:
        """Time of the last change of content, in nanoseconds since the epoch."""
        return self._result.st_mtime_ns

    @property
    def ctime_ns(self) -> int:
        """Time of the last change of content or attributes, in nanoseconds since the epoch."""
        return self._result.st_ctime_ns


class HostKernel:
    """The system calls of this process.  May be used from several threads at once."""

    def __init__(self, *, open_file_locks: bool = hasattr(fcntl, "F_OFD_SETLK")) -> None:
        """Use open-file-description locks where `open_file_locks`, else one lock per file."""
        self._whole_file_locks = None if open_file_locks else _WholeFileLocks()
        self._try_lock = self._whole_file_locks.try_range if self._whole_file_locks else _try_range

    def open(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
        """Open a file and return its descriptor."""
        return os.open(path, flags | os.O_CLOEXEC, mode, dir_fd=dir_fd)

    def read(self, fd: int, size_bytes: int) -> bytes:
        """Read up to `size_bytes` from the descriptor's position."""
        return os.read(fd, size_bytes)

    def write(self, fd: int, data: bytes) -> int:
        """Write some of `data`; return how many bytes were taken."""
        return os.write(fd, data)

    def fsync(self, fd: int) -> None:
        """Make a file's content, or a directory's names, durable."""
        _fsync(fd)

    def close(self, fd: int) -> None:
        """Close the descriptor."""
        if self._whole_file_locks:
            self._whole_file_locks.forget(fd)
        os.close(fd)

    def rename(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        """Move a name, replacing the target if there is one."""
        os.rename(source, target, src_dir_fd=dir_fd, dst_dir_fd=target_dir_fd)

    def link(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        """Give a file one more name."""
        os.link(source, target, src_dir_fd=dir_fd, dst_dir_fd=target_dir_fd, follow_symlinks=False)

    def unlink(self, path: str, *, dir_fd: int | None = None) -> None:
        """Remove a file's name."""
        os.unlink(path, dir_fd=dir_fd)

    def mkdir(self, path: str, mode: int = 0o700, *, dir_fd: int | None = None) -> None:
        """Make a directory."""
        os.mkdir(path, mode, dir_fd=dir_fd)

    def rmdir(self, path: str, *, dir_fd: int | None = None) -> None:
        """Remove an empty directory."""
        os.rmdir(path, dir_fd=dir_fd)

    def listdir(self, fd: int) -> list[str]:
        """Names in an open directory, as of now.

        btrfs lists those that were there when the directory was opened or last rewound, so it is rewound first.
        """
        with suppress(OSError):  # a descriptor that cannot be rewound cannot be listed either, and that says why
            os.lseek(fd, 0, os.SEEK_SET)
        return os.listdir(fd)

    def stat(self, path: str, *, dir_fd: int | None = None) -> HostStatus:
        """Status of a name, symbolic links not followed."""
        return HostStatus(os.stat(path, dir_fd=dir_fd, follow_symlinks=False))

    def fstat(self, fd: int) -> HostStatus:
        """Status of an open file."""
        return HostStatus(os.fstat(fd))

    def fchmod(self, fd: int, mode: int) -> None:
        """Set permission bits."""
        os.fchmod(fd, mode)

    def geteuid(self) -> int:
        """Effective user id of the process."""
        return os.geteuid()

    def getpid(self) -> int:
        """Process id."""
        return os.getpid()

    def lock(self, fd: int, start: int, length: int, mode: LockMode, deadline_ns: int) -> None:
        """Lock or unlock a byte range, trying until the deadline.

        The kernel's own waiting call has no time limit that threads could use, so a taken range is tried again after
        a wait that doubles from 50 microseconds to 10 milliseconds.  A free range is taken without a look at the clock.
        """
        wait_s = _FIRST_WAIT_S
        while not self._try_lock(fd, start, length, mode):
            left_s = (deadline_ns - time.monotonic_ns()) / 1e9
            if left_s <= 0:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            time.sleep(min(wait_s, left_s))
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    def realtime_ns(self) -> int:
        """Wall clock, nanoseconds since the epoch."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Clock that never steps back, nanoseconds."""
        return time.monotonic_ns()

    def random_bytes(self, count: int) -> bytes:
        """`count` random bytes."""
        return os.urandom(count)


def _full_fsync(fd: int, command: int) -> None:
    """Sync as macOS means it: a plain fsync there stops at the drive's cache."""
    try:
        fcntl.fcntl(fd, command)
    except OSError as error:
        # A volume that does not know the command (a network share) gets the sync that it does know.
        if error.errno not in (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY):
            raise
        os.fsync(fd)


def _fsync(fd: int) -> None:
    if (command := getattr(fcntl, "F_FULLFSYNC", None)) is None:
        os.fsync(fd)
    else:
        _full_fsync(fd, command)


def _range_request(kind: int, start: int, length: int) -> bytes:
    """A `struct flock` whose process id is zero, as open-file-description locks demand."""
    if sys.platform == "darwin":
        return struct.pack("@qqihh", start, length, 0, kind, os.SEEK_SET)
    return struct.pack("@hhqqi0q", kind, os.SEEK_SET, start, length, 0)


def _try_range(fd: int, start: int, length: int, mode: LockMode) -> bool:
    kind = {"shared": fcntl.F_RDLCK, "exclusive": fcntl.F_WRLCK, "unlock": fcntl.F_UNLCK}[mode]
    return _granted(lambda: fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _range_request(kind, start, length)))


def _granted(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True


class _WholeFileLocks:
    """Stands in for byte ranges where the platform has none: whoever holds any range has the file to itself.

    Slower, as everybody waits for everybody, and still safe.  The lock is let go with a descriptor's last range.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._ranges: dict[int, set[tuple[int, int]]] = {}

    def try_range(self, fd: int, start: int, length: int, mode: LockMode) -> bool:
        with self._guard:
            held = self._ranges.setdefault(fd, set())
            if mode == "unlock":
                held -= {taken for taken in held if start <= taken[0] and sum(taken) <= start + length}
                if not held:
                    fcntl.flock(fd, fcntl.LOCK_UN)
                return True
            if not _granted(lambda: fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)):
                return False
            held.add((start, length))
            return True

    def forget(self, fd: int) -> None:
        """The descriptor is about to be closed, and its number may come back for another file."""
        with self._guard:
            self._ranges.pop(fd, None)
