"""Where the lockstep machine is played: the simulated kernel, the real one in a temporary folder, and pyfakefs.

A process is a kernel that can be killed before any of its calls and that can be made to fail.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from pyfakefs.fake_filesystem_unittest import Patcher

from model.simulation import Killed, Machine
from model.simulation.faults import FaultyKernel
from store.kernel import Kernel
from tests.stores import UnsyncedHost

MEMORY = Path("/dev/shm")


class MortalKernel(FaultyKernel):
    """The kernel of a process that may be killed: its descriptors are closed then, and every later call refused."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._open: set[int] = set()
        self._happens_in: int | None = None
        self._happens_before = ""
        self._happening: Callable[[], object] = lambda: None
        self._is_dead = False

    def happen_in(self, calls: int, happening: Callable[[], object], *, before: str = "") -> None:
        """Let something happen before the call that comes after so many more; of calls of this name, if it is given."""
        self._happens_in = calls
        self._happens_before = before
        self._happening = happening

    def be_left_alone(self) -> None:
        """Nothing happens any more."""
        self._happens_in = None

    def __getattr__(self, name: str) -> Any:
        call = super().__getattr__(name)

        def made(*arguments: Any, **named: Any) -> Any:
            if self._happens_in is not None and self._happens_before in ("", name):
                self._happens_in -= 1
                if self._happens_in < 0:
                    self._happens_in = None
                    self._happening()
            if self._is_dead:
                raise Killed(f"dead before {name}")
            if name == "close":
                self._open.discard(arguments[0])
            result = call(*arguments, **named)
            if name == "open":
                self._open.add(result)
            return result

        return made

    def kill(self) -> None:
        """End the process."""
        self._is_dead = True
        for fd in self._open:
            self._kernel.close(fd)
        self._open.clear()


class Ground(Protocol):
    """A folder for a store, and processes that use it."""

    processes: int  # how many may use the store at once

    @property
    def path(self) -> str:
        """Where the store is."""

    def start(self) -> MortalKernel:
        """A new process; what it can call."""

    def close(self) -> None:
        """Leave nothing behind."""


class SimulatedGround:
    """A machine that can also lose power."""

    processes = 2
    path = "/srv/sessions.json"

    def __init__(self) -> None:
        self.machine = Machine()

    def start(self) -> MortalKernel:
        return MortalKernel(self.machine.start().kernel)

    def close(self) -> None:
        pass


class TimelessHost(UnsyncedHost):
    """The host with a clock before all files, so that no cache trusts what is younger than now.

    How long a run takes must not decide how many calls it makes; and pyfakefs keeps no times to trust.
    """

    def realtime_ns(self) -> int:
        return 1


class HostGround:
    """The real kernel, in a folder of its own.  No power fails there, so nothing waits for the disk."""

    processes = 2

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="lockstep-", dir=MEMORY if MEMORY.is_dir() else None)

    @property
    def path(self) -> str:
        return f"{self._folder}/sessions.json"

    def start(self) -> MortalKernel:
        return MortalKernel(TimelessHost())

    def close(self) -> None:
        shutil.rmtree(self._folder)


class FakeGround:
    """pyfakefs.  Its locks never conflict and its files' times stand still: one process, and no cache."""

    processes = 1
    path = "/srv/sessions.json"

    def __init__(self) -> None:
        self._patcher = Patcher()
        self._patcher.setUp()
        assert self._patcher.fs is not None
        self._patcher.fs.create_dir("/srv")

    def start(self) -> MortalKernel:
        return MortalKernel(TimelessHost())

    def close(self) -> None:
        self._patcher.tearDown()
