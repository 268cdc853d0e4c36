"""The same calls on the simulated computer: what a profile says of a store's run on a real disk.

Every call that changed the real disk, or made something of it durable, is made again on a simulated machine.  What
may be left of that machine's disk is then what may be left of the real one.
"""

from typing import Any

from model.litmus import Tree
from model.litmus.matching import matches
from model.litmus.outcomes import FOLDER
from model.live.kernel import LiveKernel
from model.persistence import PROFILES, crash_disk
from model.simulation import Machine
from store.kernel import Kernel


class Mirror:
    """A simulated machine that follows a real one, which has the same paths."""

    def __init__(self) -> None:
        self.machine = Machine()

    @property
    def effects(self) -> int:
        """How many changes have been made since everything was durable."""
        return len(self.machine.effects)

    def settle(self) -> None:
        """Everything so far became durable."""
        self.machine.settle()

    def kernel(self, real: LiveKernel) -> "_MirroredKernel":
        """The system calls of a process on the real disk, which a process on the machine makes as well."""
        return _MirroredKernel(real, self.machine.start().kernel)

    def admits(self, profile: str, tree: Tree, first: int, last: int) -> bool:
        """Whether a cut after between `first` and `last` changes may leave that tree in the folder."""
        machine = self.machine
        cut = crash_disk(
            machine.disk,
            machine.created,
            machine.effects,
            machine.times,
            range(first, last + 1),
            PROFILES[profile],
            machine.next_ino,
            start=first,
            with_times=False,
        )
        return matches(cut.disk, FOLDER, tree)


class _MirroredKernel:
    """Makes each call on the real disk and, if it succeeded, on the simulated one; looks only at the real one."""

    def __init__(self, real: LiveKernel, image: Kernel) -> None:
        self._real = real
        self._image = image
        self._fds: dict[int, int] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def open(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
        fd = self._real.open(path, flags, mode, dir_fd=dir_fd)
        self._fds[fd] = self._image.open(path, flags, mode, dir_fd=self._fd(dir_fd))
        return fd

    def write(self, fd: int, data: bytes) -> int:
        written = self._real.write(fd, data)
        assert self._image.write(self._fds[fd], data[:written]) == written
        return written

    def fsync(self, fd: int) -> None:
        self._real.fsync(fd)
        self._image.fsync(self._fds[fd])

    def close(self, fd: int) -> None:
        self._real.close(fd)
        self._image.close(self._fds.pop(fd))

    def rename(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        self._real.rename(source, target, dir_fd=dir_fd, target_dir_fd=target_dir_fd)
        folders = {"dir_fd": self._fd(dir_fd), "target_dir_fd": self._fd(target_dir_fd)}
        self._image.rename(source, target, **folders)

    def link(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        self._real.link(source, target, dir_fd=dir_fd, target_dir_fd=target_dir_fd)
        folders = {"dir_fd": self._fd(dir_fd), "target_dir_fd": self._fd(target_dir_fd)}
        self._image.link(source, target, **folders)

    def unlink(self, path: str, *, dir_fd: int | None = None) -> None:
        self._real.unlink(path, dir_fd=dir_fd)
        self._image.unlink(path, dir_fd=self._fd(dir_fd))

    def mkdir(self, path: str, mode: int = 0o700, *, dir_fd: int | None = None) -> None:
        self._real.mkdir(path, mode, dir_fd=dir_fd)
        self._image.mkdir(path, mode, dir_fd=self._fd(dir_fd))

    def rmdir(self, path: str, *, dir_fd: int | None = None) -> None:
        self._real.rmdir(path, dir_fd=dir_fd)
        self._image.rmdir(path, dir_fd=self._fd(dir_fd))

    def fchmod(self, fd: int, mode: int) -> None:
        self._real.fchmod(fd, mode)
        self._image.fchmod(self._fds[fd], mode)

    def _fd(self, fd: int | None) -> int | None:
        return None if fd is None else self._fds[fd]
