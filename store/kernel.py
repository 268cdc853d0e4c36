"""The kernel seam: every way in which the store reaches the outside world.

The protocol sits at the level of system calls, so that each line of the store runs unchanged on the host
(`store.host.HostKernel`), on a simulated computer that loses power, and under a fault injector.  Nothing in
`store/` touches the disk, the clock or randomness in any other way.
"""

import os
from typing import Literal, Protocol

O_RDONLY = os.O_RDONLY
O_WRONLY = os.O_WRONLY
O_RDWR = os.O_RDWR
O_CREAT = os.O_CREAT
O_EXCL = os.O_EXCL
O_TRUNC = os.O_TRUNC
O_APPEND = os.O_APPEND
O_CLOEXEC = os.O_CLOEXEC
O_NOFOLLOW = os.O_NOFOLLOW
O_DIRECTORY = os.O_DIRECTORY
O_NONBLOCK = os.O_NONBLOCK

FileKind = Literal["file", "directory", "symlink", "other"]
LockMode = Literal["shared", "exclusive", "unlock"]


class Status(Protocol):
    """What stat and fstat tell of a file, as of the call.

    Reading a field is a *look*: on the simulated computer a field that a power cut left undecided is decided when
    it is first read, so callers read only the fields they need.
    """

    @property
    def kind(self) -> FileKind:
        """Regular file, directory, symbolic link, or anything else."""

    @property
    def mode(self) -> int:
        """Permission bits only (``0o600``), without the file type."""

    @property
    def uid(self) -> int:
        """User id of the owner."""

    @property
    def dev(self) -> int:
        """Device number."""

    @property
    def ino(self) -> int:
        """Inode number."""

    @property
    def nlink(self) -> int:
        """Number of names."""

    @property
    def size(self) -> int:
        """Size in bytes."""

    @property
    def mtime_ns(self) -> int:
        """Time of the last change of content, in nanoseconds since the epoch."""

    @property
    def ctime_ns(self) -> int:
        """Time of the last change of content or attributes, in nanoseconds since the epoch."""


class Kernel(Protocol):
    """The system calls of one process.

    Every method raises `OSError` with the errno that the system call would give.  A path is absolute, or relative
    to `dir_fd`; with a `dir_fd` the store only ever passes single names.
    """

    def open(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
        """Open a file and return its descriptor; O_CLOEXEC is always implied."""

    def read(self, fd: int, size_bytes: int) -> bytes:
        """Read up to `size_bytes` from the descriptor's position; empty at the end."""

    def write(self, fd: int, data: bytes) -> int:
        """Write some of `data`; return how many bytes were taken (may be fewer than given)."""

    def fsync(self, fd: int) -> None:
        """Make a file's content, or a directory's names, durable."""

    def close(self, fd: int) -> None:
        """Close the descriptor; its locks go with it."""

    def rename(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        """Move a name, replacing the target if there is one."""

    def link(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        """Give a file one more name; a symbolic link itself is linked, not followed."""

    def unlink(self, path: str, *, dir_fd: int | None = None) -> None:
        """Remove a file's name."""

    def mkdir(self, path: str, mode: int = 0o700, *, dir_fd: int | None = None) -> None:
        """Make a directory."""

    def rmdir(self, path: str, *, dir_fd: int | None = None) -> None:
        """Remove an empty directory."""

    def listdir(self, fd: int) -> list[str]:
        """Names in an open directory, without `.` and `..`, in no order; undecodable bytes as surrogate escapes."""

    def stat(self, path: str, *, dir_fd: int | None = None) -> Status:
        """Status of a name; a symbolic link is not followed in the last component (lstat)."""

    def fstat(self, fd: int) -> Status:
        """Status of an open file."""

    def fchmod(self, fd: int, mode: int) -> None:
        """Set permission bits."""

    def geteuid(self) -> int:
        """Effective user id of the process."""

    def getpid(self) -> int:
        """Process id."""

    def lock(self, fd: int, start: int, length: int, mode: LockMode, deadline_ns: int) -> None:
        """Lock, or unlock, a byte range of an open file (open-file-description locks: the kernel frees them).

        One blocking call.  `deadline_ns` is on the monotonic clock; when it passes, `TimeoutError` (ETIMEDOUT) is
        raised.
        """

    def realtime_ns(self) -> int:
        """Wall clock, nanoseconds since the epoch; may step either way."""

    def monotonic_ns(self) -> int:
        """Clock that never steps back, nanoseconds since some instant."""

    def random_bytes(self, count: int) -> bytes:
        """`count` random bytes."""
