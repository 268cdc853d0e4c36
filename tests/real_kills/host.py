"""The host as a machine for cases: everything below a temporary folder, so that paths are those of the simulation.

What a kernel is free to choose, and what the simulated one has chosen, is chosen alike here: random bytes, the order of
a listing, process ids, how fast the clock goes.  So the same play makes the same calls every time, and whatever differs
between the two kernels is a difference in what the calls do.
"""

import os
import time
from collections.abc import Callable
from hashlib import shake_128
from pathlib import Path
from typing import Any, NoReturn

from model.live.stage import OnlySimulated
from model.simulation.machine import CALL_NS, listing_order
from store.host import HostStatus
from store.kernel import Kernel, LockMode
from tests.interposed import interposed
from tests.stores import UnsyncedHost

Before = Callable[[str, tuple[Any, ...]], None]
"""Is given name and arguments of each call before it is made."""


class HostMachine:
    """What of `model.simulation.Machine` the cases use, in an empty folder.

    Attributes:
        root: The folder that stands for `/`.
        monotonic_ns: Its clock, since it was started; a call takes as long as a simulated one.
        before: Told of every call.
        effects: Nothing: what is done to a real disk is not written down.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.monotonic_ns = 0
        self.started_ns = time.time_ns()
        self.before: Before = lambda *_: None
        self.effects: tuple[()] = ()
        self.pids = 100
        self.tokens = 0
        for folder in ("srv", "tmp"):
            (root / folder).mkdir(mode=0o755)

    def __getattr__(self, name: str) -> NoReturn:
        raise OnlySimulated(f"the case needs a simulated machine's {name}")

    def enter(self, name: str, arguments: tuple[Any, ...], _: dict[str, Any]) -> None:
        """A call is about to be made."""
        self.before(name, arguments)
        self.monotonic_ns += CALL_NS

    def start(self) -> "HostProcess":
        """Start what the store takes for a process."""
        self.pids += 1
        return HostProcess(self, self.pids)

    def symlink(self, target: str, path: str) -> None:
        """Make a symbolic link; both paths are this machine's."""
        os.symlink(self.place(target), self.place(path))

    def place(self, path: str) -> str:
        """Where a path of this machine is on the host."""
        return f"{self.root}{path}" if path.startswith("/") else path


class HostProcess:
    """A kernel on the machine; `write_limit_bytes` makes every write short."""

    def __init__(self, machine: HostMachine, pid: int) -> None:
        self.write_limit_bytes: int | None = None
        self.kernel: Kernel = interposed(HostBelow(machine, self, pid), machine.enter)


class HostBelow(UnsyncedHost):
    """The host's kernel with another root.

    Nothing is synced.  A sync moves what the page cache holds to the disk and changes nothing that any process sees,
    and a kill leaves the page cache as it is (P9); so whoever is killed before, in or after a sync leaves the same.  It
    still is a call before which one may be killed, here and as a system call (an fstat stands for it).  That a sync
    takes long or fails, nobody learns from these kills; the simulation tries both.

    Nobody waits for a lock: all processes are in this one, or dead, and the dead hold none.
    """

    def __init__(self, machine: HostMachine, process: HostProcess, pid: int) -> None:
        super().__init__()
        self._machine = machine
        self._process = process
        self._pid = pid
        self._place = machine.place

    @property
    def _kernel(self) -> NoReturn:
        """Whoever injects a failed sync looks for the simulated kernel in here; no real one loses pages on request."""
        raise OnlySimulated("the case lets a file's pages be lost")

    def open(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
        """Open a file below the root."""
        return super().open(self._place(path), flags, mode, dir_fd=dir_fd)

    def write(self, fd: int, data: bytes) -> int:
        """Write, as much as the process may at once."""
        return super().write(fd, data[: self._process.write_limit_bytes])

    def rename(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        """Move a name below the root."""
        super().rename(self._place(source), self._place(target), dir_fd=dir_fd, target_dir_fd=target_dir_fd)

    def link(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        """Give a file below the root one more name."""
        super().link(self._place(source), self._place(target), dir_fd=dir_fd, target_dir_fd=target_dir_fd)

    def unlink(self, path: str, *, dir_fd: int | None = None) -> None:
        """Remove a name below the root."""
        super().unlink(self._place(path), dir_fd=dir_fd)

    def mkdir(self, path: str, mode: int = 0o700, *, dir_fd: int | None = None) -> None:
        """Make a directory below the root."""
        super().mkdir(self._place(path), mode, dir_fd=dir_fd)

    def rmdir(self, path: str, *, dir_fd: int | None = None) -> None:
        """Remove a directory below the root."""
        super().rmdir(self._place(path), dir_fd=dir_fd)

    def listdir(self, fd: int) -> list[str]:
        """Names in the order in which the simulated kernel lists them."""
        return listing_order(dict.fromkeys(super().listdir(fd), 0))

    def stat(self, path: str, *, dir_fd: int | None = None) -> HostStatus:
        """Status of a name below the root."""
        return super().stat(self._place(path), dir_fd=dir_fd)

    def getpid(self) -> int:
        """The number that the machine gave, the same before and after the fork."""
        return self._pid

    def lock(self, fd: int, start: int, length: int, mode: LockMode, deadline_ns: int) -> None:
        """Lock a range, or say at once that it is taken."""
        super().lock(fd, start, length, mode, 0)

    def realtime_ns(self) -> int:
        """The machine's clock, which was right when the machine was started."""
        return self._machine.started_ns + self._machine.monotonic_ns

    def monotonic_ns(self) -> int:
        """The machine's clock."""
        return self._machine.monotonic_ns

    def random_bytes(self, count: int) -> bytes:
        """The next of the simulated machine's random bytes."""
        self._machine.tokens += 1
        return shake_128(b"%d" % self._machine.tokens).digest(count)
