"""How the process that plays a case dies."""

import ctypes
import os
import signal
from abc import ABC, abstractmethod

from store.kernel import O_CREAT
from tests.real_kills.host import HostMachine

CHANGES = frozenset({"write", "rename", "link", "unlink", "mkdir", "rmdir", "fchmod"})
"""Calls that change what lies on the disk; open does when it makes a file."""


class Killer(ABC):
    """Kills a child of this process, or lets it come to its end."""

    @abstractmethod
    def prepare(self, machine: HostMachine) -> None:
        """In the child, before it goes on: see to it that it will be killed."""

    @abstractmethod
    def wait(self, pid: int) -> int:
        """In the parent: see the child to its end; return its status as `os.waitpid` gives it."""


class BeforeCall(Killer):
    """The child kills itself before it makes a call of the kernel seam.

    Args:
        number: Which one, from 0.
        after_changes: Count only the first call and those that come after one that changed something.
    """

    def __init__(self, number: int, *, after_changes: bool = False) -> None:
        self._left = number
        self._after_changes = after_changes
        self._has_changed = True

    def prepare(self, machine: HostMachine) -> None:
        """Count the calls."""
        machine.before = self._count

    def _count(self, name: str, arguments: tuple[object, ...]) -> None:
        if self._has_changed or not self._after_changes:
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            self._left -= 1
        self._has_changed = name in CHANGES or (name == "open" and bool(int(str(arguments[1])) & O_CREAT))

    def wait(self, pid: int) -> int:
        """Wait."""
        return os.waitpid(pid, 0)[1]


class AtSystemCall(Killer):
    """The parent traces the child and kills it where it enters a system call, whichever program code that is in.

    This counts what the kernel is asked for, not what the store asks its kernel object for: nothing that the store
    might do past that object escapes.  The call that was entered is not carried out.

    Args:
        number: Which system call, from 0.
    """

    _TRACEME, _SYSCALL, _SETOPTIONS = 0, 24, 0x4200
    _EXITKILL, _TRACESYSGOOD = 0x100000, 1

    def __init__(self, number: int) -> None:
        self._number = number

    def prepare(self, machine: HostMachine) -> None:
        """Ask to be traced, and stop."""
        _ptrace(self._TRACEME, 0, 0)
        os.kill(os.getpid(), signal.SIGSTOP)

    def wait(self, pid: int) -> int:
        """Go on from stop to stop."""
        stop = os.WSTOPSIG(os.waitpid(pid, 0)[1])
        assert stop == signal.SIGSTOP
        _ptrace(self._SETOPTIONS, pid, self._EXITKILL | self._TRACESYSGOOD)
        stops = 0
        while True:
            _ptrace(self._SYSCALL, pid, 0)
            status = os.waitpid(pid, 0)[1]
            if not os.WIFSTOPPED(status):
                return status
            assert os.WSTOPSIG(status) == signal.SIGTRAP | 0x80, "nobody sends the child a signal"
            if stops == 2 * self._number:  # every call stops where it is entered and where it is left
                os.kill(pid, signal.SIGKILL)
                return os.waitpid(pid, 0)[1]
            stops += 1


def _ptrace(request: int, pid: int, value: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    library.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
    library.ptrace.restype = ctypes.c_long
    if library.ptrace(request, pid, None, value) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"ptrace: {os.strerror(number)}")
