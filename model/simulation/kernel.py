"""The simulated kernel: what one process can call.

It follows Linux: the same results and the same errno for the same calls, which the conformance suite holds against
the host.  Left out: permission bits of ordinary files (every process may open everything, as root may), hard limits
on space and descriptors, special files.
"""

import errno
from collections.abc import Callable

from model.simulation.descriptors import Descriptors, OpenFile
from model.simulation.disk import ABSENT, Inode
from model.simulation.effects import Rename, SetMode, SetName, Sync, Truncate, Write
from model.simulation.errors import failure
from model.simulation.locks import RangeLocks
from model.simulation.node import Node
from model.simulation.power import Killed
from model.simulation.status import SimulatedStatus
from store import kernel as seam
from store.kernel import LockMode, Status

UNIT_BYTES = 512
ACCESS_MODES = seam.O_RDONLY | seam.O_WRONLY | seam.O_RDWR


class SimulatedKernel(Descriptors):
    """A `store.kernel.Kernel` on a simulated machine, for one process."""

    def open(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
        """Open or create a file."""
        self._enter("open", path, flags, mode, dir_fd)
        create = bool(flags & seam.O_CREAT)
        exclusive = create and bool(flags & seam.O_EXCL)
        place = self._place(path, dir_fd, follow=not (exclusive or flags & seam.O_NOFOLLOW))
        parent, name = place
        if parent is None:
            node = self.machine.node(1)
        else:
            present = self.machine.presence(parent, name) if exclusive else self.machine.lookup(parent, name) != ABSENT
            if present and exclusive:
                raise failure(errno.EEXIST, path)
            if not present:
                if not create or flags & seam.O_DIRECTORY:
                    raise failure(errno.ENOENT if not create else errno.EINVAL, path)
                node = self._create(parent, name, "file", mode & ~self.process.umask)
                return self._install(OpenFile(node, flags))
            node = self.machine.node(self.machine.lookup(parent, name))
        self._check_open(node, path, flags)
        if flags & seam.O_TRUNC and node.kind == "file" and flags & ACCESS_MODES:
            self._truncate(node)
        return self._install(OpenFile(node, flags))

    def _check_open(self, node: Node, path: str, flags: int) -> None:
        writing = flags & ACCESS_MODES
        if flags & seam.O_DIRECTORY and node.kind != "directory":
            raise failure(errno.ENOTDIR, path)
        if node.kind == "symlink":
            raise failure(errno.ELOOP, path)
        if node.kind == "directory" and (writing or flags & seam.O_CREAT):
            raise failure(errno.EISDIR, path)

    def _create(self, parent: Node, name: str, kind: seam.FileKind, mode: int) -> Node:
        check_alive(parent, name)
        machine = self.machine
        now = machine.tick_ns()
        node = machine.create(Inode(kind, mode, self.process.uid, mtime_ns=now, ctime_ns=now))
        parent.entries[name] = node.ino
        parent.touch(now)
        machine.record(SetName(parent.ino, name, node.ino))
        return node

    def _truncate(self, node: Node) -> None:
        node.content = b""
        node.open_content = None
        node.touch(self.machine.tick_ns())
        self.machine.record(Truncate(node.ino))

    def read(self, fd: int, size_bytes: int) -> bytes:
        """Read from the descriptor's position; decides only the bytes that are read."""
        self._enter("read", fd, size_bytes)
        opened = self._opened(fd)
        node = opened.node
        if node.kind == "directory":
            raise failure(errno.EISDIR)
        if opened.flags & ACCESS_MODES == seam.O_WRONLY:
            raise failure(errno.EBADF)
        data = self.machine.read(node, opened.position, opened.position + size_bytes)
        opened.position += len(data)
        return data

    def write(self, fd: int, data: bytes) -> int:
        """Write; all of it, unless the process has a `write_limit_bytes`."""
        self._enter("write", fd, data)
        opened = self._opened(fd)
        if not opened.flags & ACCESS_MODES:
            raise failure(errno.EBADF)
        process = self.process
        machine = self.machine
        if machine.kill_at_call is not None and machine.calls == machine.kill_at_call + 1 and machine.kill_units:
            start = len(machine.content(opened.node)) if opened.flags & seam.O_APPEND else opened.position
            self._write(opened, data[: (start // UNIT_BYTES + machine.kill_units) * UNIT_BYTES - start])
            process.kill()
            raise Killed(f"process {process.pid} was killed inside write")
        if process.write_limit_bytes is not None:
            data = data[: process.write_limit_bytes]
        self._write(opened, bytes(data))
        return len(data)

    def _write(self, opened: OpenFile, data: bytes) -> None:
        if not data:
            return
        node = opened.node
        old = self.machine.content(node)
        start = len(old) if opened.flags & seam.O_APPEND else opened.position
        end = start + len(data)
        node.content = old[:start].ljust(start, b"\0") + data + old[end:]
        node.touch(self.machine.tick_ns())
        self.machine.record(Write(node.ino, start, data))
        opened.position = end

    def fsync(self, fd: int) -> None:
        """Make content, or names, durable."""
        self._enter("fsync", fd)
        self.machine.record(Sync(self._opened(fd).node.ino))

    def close(self, fd: int) -> None:
        """Close a descriptor; its locks go with it."""
        self._enter("close", fd)
        self._release(self._opened(fd))
        del self.descriptors[fd]

    def rename(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        """Move a name over another."""
        self._enter("rename", source, target, dir_fd, target_dir_fd)
        machine = self.machine
        from_parent, from_name = self._named(source, dir_fd, errno.EBUSY, errno.EBUSY)
        to_parent, to_name = self._named(target, target_dir_fd, errno.EBUSY, errno.EBUSY)
        ino = machine.lookup(from_parent, from_name)
        if ino == ABSENT:
            raise failure(errno.ENOENT, source)
        check_alive(to_parent, target)
        node = machine.node(ino)
        if node.kind == "directory" and self._inside(to_parent, node):
            raise failure(errno.EINVAL, source)
        if not self._may_replace(node, to_parent, to_name, target):
            return
        now = machine.tick_ns()
        del from_parent.entries[from_name]
        to_parent.entries[to_name] = ino
        from_parent.touch(now)
        to_parent.touch(now)
        if node.open_times is None:
            node.ctime_ns = now
        machine.record(Rename(from_parent.ino, from_name, to_parent.ino, to_name, ino))

    def _may_replace(self, node: Node, parent: Node, name: str, path: str) -> bool:
        """Whether a rename has anything to do; raises if what the target name holds forbids it."""
        machine = self.machine
        kind = machine.kind(parent, name)
        if kind is None:
            return True
        if kind != "directory":
            if node.kind == "directory":
                raise failure(errno.ENOTDIR, path)
            return not machine.is_same(parent, name, node)
        if node.kind != "directory":
            raise failure(errno.EISDIR, path)
        replaced = machine.node(machine.lookup(parent, name))
        if replaced is node:
            return False
        if machine.names(replaced):
            raise failure(errno.ENOTEMPTY, path)
        replaced.removed = True
        return True

    def _inside(self, place: Node, directory: Node) -> bool:
        """Whether `place` is `directory` or lies below it."""
        machine = self.machine
        if place is directory:
            return True
        return any(
            self._inside(place, machine.node(machine.lookup(directory, name)))
            for name in machine.names(directory)
            if machine.kind(directory, name) == "directory"
        )

    def link(self, source: str, target: str, *, dir_fd: int | None = None, target_dir_fd: int | None = None) -> None:
        """Give a file one more name."""
        self._enter("link", source, target, dir_fd, target_dir_fd)
        machine = self.machine
        from_parent, from_name = self._place(source, dir_fd).named(errno.EPERM)
        to_parent, to_name = self._named(target, target_dir_fd, errno.EEXIST, errno.EEXIST)
        ino = machine.lookup(from_parent, from_name)
        if ino == ABSENT:
            raise failure(errno.ENOENT, source)
        if machine.presence(to_parent, to_name):
            raise failure(errno.EEXIST, target)
        check_alive(to_parent, target)
        node = machine.node(ino)
        if node.kind == "directory":
            raise failure(errno.EPERM, source)
        now = machine.tick_ns()
        to_parent.entries[to_name] = ino
        to_parent.touch(now)
        if node.open_times is None:
            node.ctime_ns = now
        machine.record(SetName(to_parent.ino, to_name, ino))

    def unlink(self, path: str, *, dir_fd: int | None = None) -> None:
        """Remove a file's name; decides its presence, not which file it is."""
        self._enter("unlink", path, dir_fd)
        parent, name = self._named(path, dir_fd, errno.EISDIR, errno.EISDIR)
        kind = self.machine.kind(parent, name)
        if kind is None:
            raise failure(errno.ENOENT, path)
        if kind == "directory":
            raise failure(errno.EISDIR, path)
        self._remove(parent, name)

    def _remove(self, parent: Node, name: str) -> None:
        now = self.machine.tick_ns()
        ino = parent.entries.pop(name)
        if ino > 0:
            node = self.machine.node(ino)
            if node.open_times is None:
                node.ctime_ns = now
        parent.touch(now)
        self.machine.record(SetName(parent.ino, name, ABSENT))

    def mkdir(self, path: str, mode: int = 0o700, *, dir_fd: int | None = None) -> None:
        """Make a directory."""
        self._enter("mkdir", path, mode, dir_fd)
        parent, name = self._named(path, dir_fd, errno.EEXIST, errno.EEXIST)
        if self.machine.presence(parent, name):
            raise failure(errno.EEXIST, path)
        self._create(parent, name, "directory", mode & ~self.process.umask)

    def rmdir(self, path: str, *, dir_fd: int | None = None) -> None:
        """Remove an empty directory."""
        self._enter("rmdir", path, dir_fd)
        machine = self.machine
        parent, name = self._named(path, dir_fd, errno.EINVAL, errno.ENOTEMPTY)
        kind = machine.kind(parent, name)
        if kind is None:
            raise failure(errno.ENOENT, path)
        if kind != "directory":
            raise failure(errno.ENOTDIR, path)
        node = machine.node(machine.lookup(parent, name))
        if machine.names(node):
            raise failure(errno.ENOTEMPTY, path)
        node.removed = True
        self._remove(parent, name)

    def listdir(self, fd: int) -> list[str]:
        """Names in a directory; decides which are there.

        Somebody else's rename over a name while the listing goes on (`Machine.during_listing`) lets that name be
        missed or seen twice, as btrfs and tmpfs do; the source of choices says which.
        """
        self._enter("listdir", fd)
        node = self._opened(fd).node
        if node.kind != "directory":
            raise failure(errno.ENOTDIR)
        machine = self.machine
        meanwhile = machine.during_listing
        if meanwhile is None:
            return machine.names(node)
        return self._list_while(node, meanwhile)

    def _list_while(self, node: Node, meanwhile: Callable[[], None]) -> list[str]:
        machine = self.machine
        seen = len(machine.effects)
        machine.during_listing = None
        meanwhile()
        machine.during_listing = meanwhile
        replaced = {
            effect.target_name
            for effect in machine.effects[seen:]
            if isinstance(effect, Rename) and effect.target_directory == node.ino
        }
        names: list[str] = []
        for name in machine.names(node):
            times = (1, 0, 2)[machine.world.ask(f"listed {name}", 3)] if name in replaced else 1
            names.extend([name] * times)
        return names

    def stat(self, path: str, *, dir_fd: int | None = None) -> Status:
        """Status of a name, without following it."""
        self._enter("stat", path, dir_fd)
        place = self._place(path, dir_fd)
        parent, name = place
        if parent is None:
            return SimulatedStatus(self.machine, self.machine.node(1))
        ino = self.machine.lookup(parent, name)
        if ino == ABSENT:
            raise failure(errno.ENOENT, path)
        return SimulatedStatus(self.machine, self.machine.node(ino))

    def fstat(self, fd: int) -> Status:
        """Status of an open file."""
        self._enter("fstat", fd)
        return SimulatedStatus(self.machine, self._opened(fd).node)

    def fchmod(self, fd: int, mode: int) -> None:
        """Set permission bits."""
        self._enter("fchmod", fd, mode)
        node = self._opened(fd).node
        node.mode = mode & 0o7777
        node.open_mode = None
        if node.open_times is None:
            node.ctime_ns = self.machine.tick_ns()
        self.machine.record(SetMode(node.ino, node.mode))

    def geteuid(self) -> int:
        """Effective user id."""
        self._check_alive()
        return self.process.uid

    def getpid(self) -> int:
        """Process id."""
        self._check_alive()
        return self.process.pid

    def lock(self, fd: int, start: int, length: int, mode: LockMode, deadline_ns: int) -> None:
        """Lock a byte range; a conflict waits until the deadline passes, since nobody else runs meanwhile."""
        self._enter("lock", fd, start, length, mode)
        opened = self._opened(fd)
        access = opened.flags & ACCESS_MODES
        if (mode == "exclusive" and access == seam.O_RDONLY) or (mode == "shared" and access == seam.O_WRONLY):
            raise failure(errno.EBADF)
        locks = self.machine.locks.setdefault(opened.node.ino, RangeLocks())
        if mode != "unlock" and locks.conflict(start, start + length, opened, exclusive=mode == "exclusive"):
            self.machine.monotonic_ns = max(self.machine.monotonic_ns, deadline_ns)
            raise failure(errno.ETIMEDOUT)
        locks.set(start, start + length, opened, mode)

    def realtime_ns(self) -> int:
        """Wall clock."""
        self._enter("realtime")
        return self.machine.monotonic_ns + self.machine.realtime_offset_ns

    def monotonic_ns(self) -> int:
        """Clock that never steps back."""
        self._enter("monotonic")
        return self.machine.monotonic_ns

    def random_bytes(self, count: int) -> bytes:
        """Bytes from the machine's deterministic stream."""
        self._enter("random", count)
        self.process.tokens += 1
        return self.machine.token(self.process.tokens, count)


def check_alive(directory: Node, path: str) -> None:
    """Refuse a new name in a directory that was removed while it was open."""
    if directory.removed:
        raise failure(errno.ENOENT, path)
