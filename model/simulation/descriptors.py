"""What every call of a simulated process begins with: is it alive, which open file, which place in the tree."""

import errno
from typing import Any

from model.simulation.errors import failure
from model.simulation.machine import CALL_NS, Machine, Process
from model.simulation.node import Node
from model.simulation.paths import Place, locate
from model.simulation.power import Killed


class OpenFile:
    """An open file description: where reading and writing go on, and the owner of its locks."""

    __slots__ = ("flags", "node", "position")

    def __init__(self, node: Node, flags: int) -> None:
        self.node = node
        self.flags = flags
        self.position = 0


class Descriptors:
    """The open files of one process, and how paths are resolved for it."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.machine: Machine = process.machine
        self.descriptors: dict[int, OpenFile] = {}
        self.next_fd = 3

    def _enter(self, call: str, *arguments: Any) -> None:
        machine = self.machine
        if not self.process.alive or machine.kill_at_call is not None:
            self._survive(call)
        machine.calls += 1
        machine.monotonic_ns += CALL_NS
        if machine.tracer is not None:
            machine.tracer(self.process, call, arguments)

    def _survive(self, call: str) -> None:
        """Die if it is time to; a dead process makes no call."""
        self._check_alive()
        machine = self.machine
        if machine.calls == machine.kill_at_call and not (call == "write" and machine.kill_units):
            self.process.kill()
            raise Killed(f"process {self.process.pid} was killed before {call}")

    def _check_alive(self) -> None:
        if not self.process.alive:
            raise Killed(f"process {self.process.pid} is dead")

    def release_everything(self) -> None:
        """Close every descriptor, as the end of a process does."""
        for opened in self.descriptors.values():
            self._release(opened)
        self.descriptors = {}

    def _release(self, opened: OpenFile) -> None:
        locks = self.machine.locks.get(opened.node.ino)
        if locks is not None:
            locks.release(opened)

    def _opened(self, fd: int) -> OpenFile:
        opened = self.descriptors.get(fd)
        if opened is None:
            raise failure(errno.EBADF)
        return opened

    def _place(self, path: str, dir_fd: int | None, *, follow: bool = False) -> Place:
        base = None
        if dir_fd is not None and not path.startswith("/"):
            base = self._opened(dir_fd).node
            if base.kind != "directory":
                raise failure(errno.ENOTDIR, path)
        return locate(self.machine, base, path, follow=follow)

    def _install(self, opened: OpenFile) -> int:
        fd = self.next_fd
        self.next_fd += 1
        self.descriptors[fd] = opened
        return fd

    def _named(self, path: str, dir_fd: int | None, dot: int, dot_dot: int) -> tuple[Node, str]:
        """The place of a name that the call adds, moves or removes; `.`, `..` and the root are these errnos."""
        if path[-1:] == "." and (last := path.rpartition("/")[2]) in (".", ".."):
            self._place(path, dir_fd)
            raise failure(dot if last == "." else dot_dot, path)
        return self._place(path, dir_fd).named(dot)
