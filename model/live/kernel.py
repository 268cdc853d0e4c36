"""The system calls of this very process, behind the seam that programs and stores are played through.

A plain pass-through.  It knows nothing of the simulated computer, and nothing of the store's own host kernel: what is
played on a real file system must not share a mistake with what it is compared to.
"""

import errno
import fcntl
import os
import stat
import struct
import time
from collections.abc import Mapping

from store.kernel import FileKind, LockMode

_KINDS: Mapping[int, FileKind] = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink"}
_LOCKS: Mapping[LockMode, int] = {"shared": fcntl.F_RDLCK, "exclusive": fcntl.F_WRLCK, "unlock": fcntl.F_UNLCK}


_LOCK_PAUSE_S = 0.001


class LiveStatus:
    """Status of a real file, as of the call."""

    def __init__(self, result: os.stat_result) -> None:
        self.kind: FileKind = _KINDS.get(stat.S_IFMT(result.st_mode), "other")
        self.mode = stat.S_IMODE(result.st_mode)
        self.uid = result.st_uid
        self.dev = result.st_dev
        self.ino = result.st_ino
        self.nlink = result.st_nlink
        self.size = result.st_size
        self.mtime_ns = result.st_mtime_ns
        self.ctime_ns = result.st_ctime_ns


class LiveKernel:
    """System calls as they are; every error as the kernel gives it.

    It knows what it has opened: a program that was stopped in the midst of something leaves files open, and a disk with
    open files cannot be unmounted.

    Args:
        root: The folder that absolute paths begin at, so that nothing that is played reaches another disk.  Symbolic
            links are no barrier.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._opened: set[int] = set()

    def close_all(self) -> None:
        """Close whatever is still open, as the end of a process would."""
        for fd in sorted(self._opened):
            os.close(fd)
        self._opened.clear()

    def open(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
        """Open a file and return its descriptor."""
        fd = os.open(self._there(path), flags | os.O_CLOEXEC, mode, dir_fd=dir_fd)
        self._opened.add(fd)
        return fd

    def read(self, fd: int, size_bytes: int) -> bytes:
        """Read up to `size_bytes`."""
        return os.read(fd, size_bytes)

    def write(self, fd: int, data: bytes) -> int:
        """Write some of `data`; return how many bytes were taken."""
        return os.write(fd, data)

    def fsync(self, fd: int) -> None:
        """Make a file's content, or a directory's names, durable."""
        os.fsync(fd)

    def close(self, fd: int) -> None:
        """Close the descriptor."""
        self._opened.discard(fd)
        os.close(fd)

    def rename(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        """Move a name, replacing the target if there is one."""
        os.rename(self._there(source), self._there(target), src_dir_fd=dir_fd, dst_dir_fd=target_dir_fd)

    def link(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        """Give a file one more name."""
        folders = {"src_dir_fd": dir_fd, "dst_dir_fd": target_dir_fd}
        os.link(self._there(source), self._there(target), **folders, follow_symlinks=False)

    def unlink(self, path: str, *, dir_fd: int | None = None) -> None:
        """Remove a file's name."""
        os.unlink(self._there(path), dir_fd=dir_fd)

    def mkdir(self, path: str, mode: int = 0o700, *, dir_fd: int | None = None) -> None:
        """Make a directory."""
        os.mkdir(self._there(path), mode, dir_fd=dir_fd)

    def rmdir(self, path: str, *, dir_fd: int | None = None) -> None:
        """Remove an empty directory."""
        os.rmdir(self._there(path), dir_fd=dir_fd)

    def listdir(self, fd: int) -> list[str]:
        """Names in an open directory, as of now: btrfs would list those of when it was opened or last rewound."""
        os.lseek(fd, 0, os.SEEK_SET)
        return os.listdir(fd)

    def stat(self, path: str, *, dir_fd: int | None = None) -> LiveStatus:
        """Status of a name, symbolic links not followed."""
        return LiveStatus(os.stat(self._there(path), dir_fd=dir_fd, follow_symlinks=False))

    def fstat(self, fd: int) -> LiveStatus:
        """Status of an open file."""
        return LiveStatus(os.fstat(fd))

    def fchmod(self, fd: int, mode: int) -> None:
        """Set permission bits."""
        os.fchmod(fd, mode)

    def geteuid(self) -> int:
        """Effective user id."""
        return os.geteuid()

    def getpid(self) -> int:
        """Process id."""
        return os.getpid()

    def lock(self, fd: int, start: int, length: int, mode: LockMode, deadline_ns: int) -> None:
        """Lock or unlock a byte range, trying until the deadline.

        Raises:
            TimeoutError: it stayed taken.
        """
        request = struct.pack("@hhqqi0q", _LOCKS[mode], os.SEEK_SET, start, length, 0)
        while True:
            try:
                fcntl.fcntl(fd, fcntl.F_OFD_SETLK, request)
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES):
                    raise
            else:
                return
            if time.monotonic_ns() >= deadline_ns:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            time.sleep(_LOCK_PAUSE_S)

    def realtime_ns(self) -> int:
        """Wall clock."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Clock that never steps back."""
        return time.monotonic_ns()

    def random_bytes(self, count: int) -> bytes:
        """`count` random bytes."""
        return os.urandom(count)

    def _there(self, path: str) -> str:
        return self._root + path if path.startswith("/") else path
