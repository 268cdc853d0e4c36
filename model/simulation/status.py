"""What stat tells on the simulated computer: each field is looked at only when it is read."""

from typing import Self

from model.simulation.machine import Machine
from model.simulation.node import Node
from model.simulation.reads import Recorder
from store.kernel import FileKind


class Numbered(int):
    """The number of an inode of the disk.

    To compare it tells no more than which inode it is; whoever makes a name or a sum of it has seen the number itself.
    """

    def __new__(cls, ino: int, _recorder: Recorder) -> Self:
        """The number, as an int."""
        return super().__new__(cls, ino)

    def __init__(self, _ino: int, recorder: Recorder) -> None:
        self._recorder = recorder

    def _seen(self) -> int:
        ino = int.__index__(self)
        self._recorder.saw_file("ino", ino, None, ino)
        return ino

    def __add__(self, other: int) -> int:
        return self._seen() + other

    __radd__ = __add__

    def __index__(self) -> int:
        return self._seen()

    def __repr__(self) -> str:
        return repr(self._seen())

    __str__ = __repr__

    def __format__(self, how: str) -> str:
        return format(self._seen(), how)


class SimulatedStatus:
    """A `store.kernel.Status`: a field that a power cut left open is decided by reading it.

    Fields that later calls may change (size, times, mode) are those of the call, not of the reading.
    """

    __slots__ = ("_content", "_machine", "_mode", "_node", "_open_content", "_open_mode", "_open_times", "_times")

    def __init__(self, machine: Machine, node: Node) -> None:
        self._machine = machine
        self._node = node
        self._content = node.content
        self._open_content = node.open_content
        self._mode = node.mode
        self._open_mode = node.open_mode
        self._times = (node.mtime_ns, node.ctime_ns)
        self._open_times = node.open_times

    @property
    def kind(self) -> FileKind:
        """Regular file, directory, symbolic link, or anything else."""
        return self._node.kind

    @property
    def mode(self) -> int:
        """Permission bits."""
        mode: int = self._mode if self._open_mode is None else self._machine.look(self._open_mode)
        if self._machine.recorder is not None:
            self._machine.recorder.saw_file("mode", self._node.ino, None, mode)
        return mode

    @property
    def uid(self) -> int:
        """Owner."""
        return self._node.uid

    @property
    def dev(self) -> int:
        """The one device."""
        return 1

    @property
    def ino(self) -> int:
        """Inode number."""
        recorder = self._machine.recorder
        ino = self._node.ino
        return ino if recorder is None or ino >= recorder.limit else Numbered(ino, recorder)

    @property
    def nlink(self) -> int:
        """Number of names, at the time of reading; decides every open slot that might hold this file."""
        return self._machine.count_names(self._node)

    @property
    def size(self) -> int:
        """Size in bytes; of a directory, the number of its names."""
        if self._node.kind == "directory":
            return len(self._machine.names(self._node))
        size: int = len(self._content) if self._open_content is None else self._machine.look(self._open_content, len)
        if self._machine.recorder is not None:
            self._machine.recorder.saw_file("size", self._node.ino, None, size)
        return size

    @property
    def mtime_ns(self) -> int:
        """Last change of content, at the grain of the machine's tick."""
        return self._read_times()[0]

    @property
    def ctime_ns(self) -> int:
        """Last change of content or attributes, at the grain of the machine's tick."""
        return self._read_times()[1]

    def _read_times(self) -> tuple[int, int]:
        times: tuple[int, int] = self._times if self._open_times is None else self._machine.look(self._open_times)
        if self._machine.recorder is not None:
            self._machine.recorder.saw_file("times", self._node.ino, None, times)
        return times
