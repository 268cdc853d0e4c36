"""A real disk as the stage of a case: what a store is played on, call by call, with a moment between any two calls.

It stands for `model.explore.stage.Stage` as far as cases of one machine use it: `kernel`, `settle`, `arm`, `promise`,
`path`, `notes`.  There is no simulated `machine` to be had: this is the machine that we run on.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, NoReturn

from model.litmus.outcomes import FOLDER
from model.live.disk import LiveDisk
from model.live.kernel import LiveKernel
from model.live.mirror import Mirror
from store.kernel import O_CREAT, O_TRUNC, Kernel

STORE: Final = f"{FOLDER}/sessions.json"
"""Path of the store, whose folder exists; the same as on a simulated machine."""


class OnlySimulated(Exception):
    """The case asks for something that only a simulated machine has."""


class Moment(NamedTuple):
    """A point in time between two system calls.

    Attributes:
        calls: How many calls that may change the disk were made since the stage was armed.
        promised: The obligations in force.
        call: The last call, as text; empty when only the promise is new.
        effects: How many changes the mirror has counted.
    """

    calls: int
    promised: Any
    call: str
    effects: int


class LiveStage:
    """A mounted disk on which a case is played, mirrored on a simulated machine.

    Args:
        disk: The disk.
        at: Told of every moment from arming on at which something is promised; it may raise to stop the case.

    Attributes:
        path: Where the store lives.
        notes: Free for the case to remember things.
        mirror: The simulated machine that follows.
    """

    def __init__(self, disk: LiveDisk, at: Callable[[Moment], None]) -> None:
        self.disk = disk
        self.path = STORE
        self.notes: dict[str, Any] = {}
        self.mirror = Mirror()
        self._at = at
        self._calls: int | None = None
        self._promised: Any = None
        self._kernels: list[LiveKernel] = []

    @property
    def machine(self) -> NoReturn:
        """There is none.

        Raises:
            OnlySimulated: always.
        """
        raise OnlySimulated("the case needs a simulated machine")

    def kernel(self) -> Kernel:
        """What a process on this machine can call."""
        real = self.disk.kernel()
        self._kernels.append(real)
        kernel: Kernel = _WatchedKernel(self.mirror.kernel(real), self._called)
        return kernel

    def settle(self) -> None:
        """Everything so far becomes durable."""
        self.disk.settle()
        self.mirror.settle()

    def arm(self) -> None:
        """Moments start here."""
        self._calls = 0

    def promise(self, obligations: Any) -> None:
        """From now on a cut is judged by these obligations."""
        self._promised = obligations
        self._tell("")

    def end(self) -> None:
        """All processes end: what they have open is closed."""
        for kernel in self._kernels:
            kernel.close_all()

    def _called(self, text: str) -> None:
        if self._calls is not None:
            self._calls += 1
            self._tell(text)

    def _tell(self, text: str) -> None:
        if self._calls is not None and self._promised is not None:
            self._at(Moment(self._calls, self._promised, text, self.mirror.effects))


class _WatchedKernel:
    """Passes every call on, and tells of those that have changed something or made it durable."""

    def __init__(self, kernel: Any, told: Callable[[str], None]) -> None:
        self._kernel = kernel
        self._told = told
        self._names: dict[int, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernel, name)

    def open(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
        fd: int = self._kernel.open(path, flags, mode, dir_fd=dir_fd)
        self._names[fd] = self._at(path, dir_fd)
        if flags & (O_CREAT | O_TRUNC):
            self._told(f"create {self._names[fd]}" if flags & O_CREAT else f"truncate {self._names[fd]}")
        return fd

    def write(self, fd: int, data: bytes) -> int:
        written: int = self._kernel.write(fd, data)
        self._told(f"write {written} bytes to {self._names[fd]}")
        return written

    def fsync(self, fd: int) -> None:
        self._kernel.fsync(fd)
        self._told(f"fsync {self._names[fd]}")

    def rename(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        self._kernel.rename(source, target, dir_fd=dir_fd, target_dir_fd=target_dir_fd)
        self._told(f"rename {self._at(source, dir_fd)} to {self._at(target, target_dir_fd)}")

    def link(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        self._kernel.link(source, target, dir_fd=dir_fd, target_dir_fd=target_dir_fd)
        self._told(f"link {self._at(source, dir_fd)} to {self._at(target, target_dir_fd)}")

    def unlink(self, path: str, *, dir_fd: int | None = None) -> None:
        self._kernel.unlink(path, dir_fd=dir_fd)
        self._told(f"unlink {self._at(path, dir_fd)}")

    def mkdir(self, path: str, mode: int = 0o700, *, dir_fd: int | None = None) -> None:
        self._kernel.mkdir(path, mode, dir_fd=dir_fd)
        self._told(f"mkdir {self._at(path, dir_fd)}")

    def rmdir(self, path: str, *, dir_fd: int | None = None) -> None:
        self._kernel.rmdir(path, dir_fd=dir_fd)
        self._told(f"rmdir {self._at(path, dir_fd)}")

    def fchmod(self, fd: int, mode: int) -> None:
        self._kernel.fchmod(fd, mode)
        self._told(f"fchmod {self._names[fd]} to {mode:o}")

    def _at(self, path: str, dir_fd: int | None) -> str:
        return path if dir_fd is None or path.startswith("/") else f"{self._names[dir_fd]}/{path}"
