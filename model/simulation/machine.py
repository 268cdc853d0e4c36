"""The simulated machine: a disk, a page cache above it, a clock, processes, and what was done to the disk.

The page cache (`nodes`) is what processes see; the disk (`disk`) is what the machine booted from; `effects` is what
lies between the two, in program order.  What of the effects outlives a power cut is for `model.persistence` to say.

The clock advances by a microsecond a system call, and time stamps of files have the grain of a tick of 4 ms, as on
Linux.  Every boot starts the clock at the same instant and the streams of random bytes at the same place, so that the
same recovery of the same disk gives the same disk: exploration of cuts inside recovery would never close otherwise.
"""

import errno
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from model.simulation.disk import ABSENT, ROOT, Disk, Inode, OpenPart, empty_disk
from model.simulation.effects import Effect, SetName
from model.simulation.errors import failure
from model.simulation.locks import RangeLocks
from model.simulation.node import Node
from model.simulation.reads import IDENTITY, KIND, PRESENCE, Recorder
from model.simulation.world import Choose, World, first

CALL_NS = 1_000
TICK_NS = 4_000_000
EPOCH_NS = 1_773_144_000_000_000_000
BOOT_DELAY_NS = 3_600_000_000_000


class Machine:
    """One simulated computer.

    Args:
        disk: What it boots from; an empty disk by default.
        choose: The source of choices for what the disk leaves open.
        boot: How many boots the disk has seen, 0 for the first; every boot after the first has the same clock.
        tokens_repeat: Give every process the same random bytes, so that names made of them collide with what a dead
            process left over.

    Attributes:
        kill_at_call: The process that makes the machine's call of this number (from 0) dies before it.
        kill_units: If that call is a write, it takes this many 512-byte units first (P9).
        tracer: Told of every call.
        recorder: Told of every look at what the disk held.
        during_listing: Run in the middle of every listing, to let other processes change names meanwhile.
    """

    def __init__(
        self, disk: Disk | None = None, choose: Choose = first, *, boot: int = 0, tokens_repeat: bool = False
    ) -> None:
        self.disk = disk if disk is not None else empty_disk()
        self.world = World(self.disk, choose)
        self.nodes: dict[int, Node] = {}
        self.created: dict[int, Inode] = {}
        self.effects: list[Effect] = []
        self.times: list[int] = []
        self.locks: dict[int, RangeLocks] = {}
        self.calls = 0
        self.kill_at_call: int | None = None
        self.kill_units = 0
        self.monotonic_ns = 1_000_000_000
        self.realtime_offset_ns = EPOCH_NS + (BOOT_DELAY_NS if boot else 0)
        self.tokens_repeat = tokens_repeat
        self.tracer: Callable[[Process, str, tuple[Any, ...]], None] | None = None
        self.during_listing: Callable[[], None] | None = None
        self.recorder: Recorder | None = None
        self._next_ino = self.disk.next_ino
        self._next_pid = 100
        self._tokens = 0
        if disk is None:
            self.install_directory("/srv")
            self.install_directory("/tmp")
            self.settle()

    def start(self, *, uid: int = 0, umask: int = 0o022) -> "Process":
        """Start a process."""
        self._next_pid += 1
        return Process(self, self._next_pid, uid, umask)

    def look(self, part: OpenPart, see: Callable[[Any], Any] | None = None) -> Any:
        """Decide, as far as `see` shows, what a power cut left open."""
        return self.world.look(part, see)

    def node(self, ino: int) -> Node:
        """The page cache's view of an inode, read in from the disk at first use."""
        node = self.nodes.get(ino)
        if node is None:
            node = self.nodes[ino] = Node(ino, self.disk.inodes[ino], tuple(self.disk.open_parts.get(ino, ())))
        return node

    def lookup(self, directory: Node, name: str) -> int:
        """Inode number behind a name, or `ABSENT`; decides which file an open slot holds."""
        ino = directory.entries.get(name, ABSENT)
        if ino < 0:
            ino = self.look(directory.open_slots[-1 - ino])
            if ino == ABSENT:
                del directory.entries[name]
            else:
                directory.entries[name] = ino
        if self.recorder is not None:
            self._note_identity(directory, name, ino)
        return ino

    def _note_identity(self, directory: Node, name: str, ino: int) -> None:
        assert self.recorder is not None
        if ino >= self.recorder.limit or directory.ino >= self.recorder.limit:
            return  # its own work
        if ino == ABSENT:
            self.recorder.saw_name(directory.ino, name, IDENTITY, None)
        else:
            node = self.node(ino)
            self.recorder.saw_name(directory.ino, name, IDENTITY, (self.recorder.meet(ino), node.kind, node.uid))

    def presence(self, directory: Node, name: str) -> bool:
        """Whether a name is there; decides no more than that."""
        ino = directory.entries.get(name, ABSENT)
        present = ino != ABSENT
        if ino < 0:
            present = self.look(directory.open_slots[-1 - ino], bool)
            if not present:
                del directory.entries[name]
        if self.recorder is not None:
            self.recorder.saw_name(directory.ino, name, PRESENCE, present)
        return present

    def kind(self, directory: Node, name: str) -> str | None:
        """Kind of what a name holds, None when it is absent; decides no more than that."""
        ino = directory.entries.get(name, ABSENT)
        kind: str | None
        if ino < 0:
            kind = self.look(directory.open_slots[-1 - ino], self._kind_of)
            if kind is None:
                del directory.entries[name]
        else:
            kind = self._kind_of(ino)
        if self.recorder is not None:
            self.recorder.saw_name(directory.ino, name, KIND, kind)
        return kind

    def is_same(self, directory: Node, name: str, node: Node) -> bool:
        """Whether a name, which is there, holds this very file; decides no more than that."""
        ino = directory.entries[name]
        same: bool = self.look(directory.open_slots[-1 - ino], node.ino.__eq__) if ino < 0 else ino == node.ino
        if self.recorder is not None and node.ino < self.recorder.limit:
            self.recorder.is_complete = False
        return same

    def names(self, directory: Node) -> list[str]:
        """The names that are there, in an order that depends on nothing but them; decides which are."""
        recorder = self.recorder
        if recorder is None or recorder.is_listed(directory.ino):
            return [name for name in listing_order(directory.entries) if self.presence(directory, name)]
        known = recorder.known_names(directory.ino)
        self.recorder = None
        found = [name for name in listing_order(directory.entries) if self.presence(directory, name)]
        self.recorder = recorder
        recorder.saw_listing(directory.ino, known, tuple([name for name in found if name not in known]))
        return found

    def _kind_of(self, ino: int) -> str | None:
        return self.node(ino).kind if ino else None

    def content(self, node: Node) -> bytes:
        """Whole content of a file; decides it."""
        if node.open_content is not None:
            node.content = self.look(node.open_content)
            node.open_content = None
        if self.recorder is not None:
            self.recorder.saw_file("content", node.ino, None, node.content)
        return node.content

    def read(self, node: Node, start: int, end: int) -> bytes:
        """Some bytes of a file; decides no more than these."""
        data: bytes
        if node.open_content is None:
            data = node.content[start:end]
        else:
            data = self.look(node.open_content, lambda content: content[start:end])
        if self.recorder is not None:
            self.recorder.saw_file("bytes", node.ino, (start, end), data)
        return data

    def create(self, kind: Inode) -> Node:
        """A new inode that no name leads to yet."""
        ino = self._next_ino
        self._next_ino += 1
        self.created[ino] = kind
        node = self.nodes[ino] = Node(ino, kind)
        return node

    def record(self, effect: Effect) -> None:
        """Append to what was done to the disk."""
        self.effects.append(effect)
        self.times.append(self.tick_ns())
        if self.recorder is not None:
            self.recorder.did(effect)

    def tick_ns(self) -> int:
        """Wall clock at the grain of file time stamps."""
        now = self.monotonic_ns + self.realtime_offset_ns
        return now - now % TICK_NS

    @property
    def next_ino(self) -> int:
        """First inode number never used."""
        return self._next_ino

    def step_clock(self, step_ns: int) -> None:
        """Somebody sets the wall clock forward or back."""
        self.realtime_offset_ns += step_ns

    def token(self, position: int, count: int) -> bytes:
        """Random bytes: the same at every boot, and in every process if `tokens_repeat`.

        Args:
            position: How many times the process has asked, from 1.
            count: How many bytes.
        """
        if not self.tokens_repeat:
            self._tokens += 1
            position = self._tokens
        return hashlib.shake_128(b"%d" % position).digest(count)

    def count_names(self, node: Node) -> int:
        """Number of names of a file (of a directory: 2 and one for each directory in it)."""
        if self.recorder is not None:
            self.recorder.is_complete = False
        if node.kind == "directory":
            return 2 + sum(1 for name in list(node.entries) if self.kind(node, name) == "directory")
        directories = {ino for ino, inode in self.disk.inodes.items() if inode.kind == "directory"}
        directories |= {ino for ino, inode in self.created.items() if inode.kind == "directory"}
        return sum(
            1
            for ino in sorted(directories)
            for name in sorted(self.node(ino).entries)
            if self.lookup(self.node(ino), name) == node.ino
        )

    def settle(self) -> None:
        """Make everything durable, as a clean unmount would; looks at whatever is still open."""
        inodes: dict[int, Inode] = {}
        for ino in sorted({*self.disk.inodes, *self.created}):
            node = self.node(ino)
            for name in sorted(node.entries):
                self.lookup(node, name)
            times = self.look(node.open_times) if node.open_times is not None else (node.mtime_ns, node.ctime_ns)
            mode = self.look(node.open_mode) if node.open_mode is not None else node.mode
            inodes[ino] = Inode(
                node.kind, mode, node.uid, self.content(node), dict(node.entries), mtime_ns=times[0], ctime_ns=times[1]
            )
        self.disk = Disk(inodes, next_ino=self._next_ino)
        self.world = World(self.disk, self.world.choose)
        self.created = {}
        self.effects = []
        self.times = []

    def install_directory(self, path: str, mode: int = 0o755) -> None:
        """Make a directory from outside the machine (its parent must exist)."""
        parent, name = self._place(path)
        now = self.tick_ns()
        node = self.create(Inode("directory", mode, mtime_ns=now, ctime_ns=now))
        parent.entries[name] = node.ino
        self.record(SetName(parent.ino, name, node.ino))

    def symlink(self, target: str, path: str) -> None:
        """Make a symbolic link from outside the machine (no store of ours ever makes one)."""
        parent, name = self._place(path)
        if self.presence(parent, name):
            raise failure(errno.EEXIST, path)
        now = self.tick_ns()
        node = self.create(
            Inode("symlink", 0o777, content=target.encode("utf-8", "surrogateescape"), mtime_ns=now, ctime_ns=now)
        )
        parent.entries[name] = node.ino
        self.record(SetName(parent.ino, name, node.ino))

    def _place(self, path: str) -> tuple[Node, str]:
        *folders, name = [part for part in path.split("/") if part]
        node = self.node(ROOT)
        for folder in folders:
            node = self.node(self.lookup(node, folder))
        return node, name


def listing_order(entries: Mapping[str, int]) -> list[str]:
    """An order that depends on nothing but the names, and is not the one that a store might count on."""
    return sorted(entries, key=lambda name: name[::-1])


class Process:
    """One program on the machine: its identity, its descriptors, and whether it still lives.

    `write_limit_bytes` makes every write short.
    """

    def __init__(self, machine: Machine, pid: int, uid: int, umask: int) -> None:
        from model.simulation.kernel import SimulatedKernel

        self.machine = machine
        self.pid = pid
        self.uid = uid
        self.umask = umask
        self.alive = True
        self.write_limit_bytes: int | None = None
        self.tokens = 0
        self.kernel = SimulatedKernel(self)

    def kill(self) -> None:
        """The process stops; its descriptors and locks go, the page cache stays."""
        self.alive = False
        self.kernel.release_everything()
