"""A kernel whose calls fail.

The fault model.  A call that reaches out to a device or a table of the kernel may fail with any error that its manual
page allows, at any time, once or from then on; or it reads or writes less than it was asked to.  An error of a call
that changes something means that nothing was changed, with two exceptions: a descriptor is closed even if close says
otherwise, and after a failed fsync of a file nobody knows what is on the disk (P10).  It goes one of three ways, all of
them published (Rebello, Patel, Alagappan, Arpaci-Dusseau, Arpaci-Dusseau: Can Applications Recover from fsync
Failures?, USENIX ATC 2020):

* `lost`: the pages become clean, later reads still show them, a second fsync succeeds, and they are gone.  Published of
  ext4 and xfs; on Linux 6.18 real ext4, xfs and btrfs did so where the device refused data;
* `reverted`: later reads show at once what was last synced.  Published of btrfs; not seen, where we looked: reads of
  btrfs went on to show what is lost until the page cache let go of it;
* `late`: this fsync succeeds, and it is the next one of the same file that fails.  Published of ext4 with
  data=journal; not seen, where we looked: there the fsync failed at once.

What real disks did besides is not among them: they went read-only (ext4) or shut down (xfs) where the journal could not
be written, which is a fault that `lasts`; and ext4 with data=journal had the new content after a cut although reads had
gone back.  `model/PERSISTENCE.md` has the table.

A failed fsync of a directory leaves its names pending.  Errors that say something about names (ENOENT, EEXIST,
ENOTEMPTY) are never made up here: a kernel does not lie about names.  To see them, let somebody change the names.
"""

import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from model.simulation.effects import Sync, Truncate, Write
from model.simulation.errors import failure
from model.simulation.kernel import SimulatedKernel
from model.simulation.machine import Machine
from model.simulation.node import Node
from store.kernel import O_CREAT, Kernel

SHORT: Final = 0
"""In the place of an errno: the call is done in part (read, write)."""

_DEVICE = (errno.EIO, errno.ESTALE)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)

ERRORS: Final[Mapping[str, tuple[int, ...]]] = {
    "open": (*_DEVICE, errno.EMFILE, errno.ENFILE, errno.EACCES, errno.EPERM, errno.EINTR, errno.ENOMEM),
    "create": (*_FULL, errno.EROFS, errno.EOPNOTSUPP),
    "read": (*_DEVICE, errno.EINTR, SHORT),
    "write": (*_DEVICE, *_FULL, errno.EPERM, errno.EINTR, SHORT),
    "fsync": (*_DEVICE, *_FULL, errno.EROFS, errno.EINTR),
    "close": (*_DEVICE, *_FULL, errno.EINTR),
    "rename": (*_DEVICE, *_FULL, *_FORBIDDEN, errno.EXDEV, errno.EMLINK, errno.EBUSY),
    "link": (*_DEVICE, *_FULL, *_FORBIDDEN, errno.EXDEV, errno.EMLINK, errno.EOPNOTSUPP),
    "unlink": (*_DEVICE, *_FORBIDDEN, errno.EBUSY),
    "mkdir": (*_DEVICE, *_FULL, *_FORBIDDEN, errno.EMLINK),
    "rmdir": (*_DEVICE, *_FORBIDDEN, errno.EBUSY),
    "listdir": (*_DEVICE, errno.EACCES, errno.EMFILE, errno.ENOMEM),
    "stat": (*_DEVICE, errno.EACCES, errno.ENOMEM),
    "fstat": (*_DEVICE, errno.ENOMEM),
    "fchmod": (*_DEVICE, errno.EPERM, errno.EROFS, errno.EOPNOTSUPP),
    "lock": (errno.EINTR, errno.ENOLCK, errno.EIO),
}
"""Per call, what its manual page allows; `create` is what open may say besides when it makes a file."""

SyncFailure = Literal["lost", "reverted", "late"]


@dataclass(frozen=True)
class Fault:
    """What goes wrong.

    Attributes:
        error: An errno, or `SHORT`.
        lasts: Whether, from then on, every call fails so that may.
        sync: What a failed fsync of a file does to it (P10); None: nothing.
    """

    error: int
    lasts: bool = False
    sync: SyncFailure | None = None

    def __str__(self) -> str:
        name = "a short count" if self.error == SHORT else errno.errorcode[self.error]
        return f"{name}{f', pages {self.sync}' if self.sync else ''}{' from then on' if self.lasts else ''}"


def errors_of(name: str, arguments: tuple[Any, ...]) -> tuple[int, ...]:
    """What a call may fail with."""
    found = ERRORS.get(name, ())
    return (*found, *ERRORS["create"]) if name == "open" and arguments[1] & O_CREAT else found


class FaultyKernel:
    """Passes every call on, until a fault strikes.

    Attributes:
        calls: Name and arguments of the calls so far.
        has_failed: Whether the fault has struck.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._at = -1
        self._fault: Fault | None = None
        self._late: set[int] = set()
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.has_failed = False

    @property
    def as_kernel(self) -> Kernel:
        """Itself, as what it stands for."""
        return cast(Kernel, self)

    def fail_in(self, calls: int, fault: Fault) -> None:
        """After so many more calls, let the first one fail that may fail so."""
        self._at, self._fault, self.has_failed = len(self.calls) + calls, fault, False

    def mend(self) -> None:
        """It is over: every call works again."""
        self._fault = None

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._kernel, name)
        if name not in ERRORS:
            return call

        def made(*arguments: Any, **named: Any) -> Any:
            position = len(self.calls)
            self.calls.append((name, arguments))
            if name == "fsync" and self._is_late(arguments[0]):
                raise failure(errno.EIO)
            fault = self._fault
            if fault is None or fault.error not in errors_of(name, arguments) or (fault.sync and name != "fsync"):
                return call(*arguments, **named)
            if position < self._at or (self.has_failed and not fault.lasts):
                return call(*arguments, **named)
            self.has_failed = True
            return self._strike(fault, name, call, arguments, named)

        return made

    def _strike(
        self, fault: Fault, name: str, call: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        if name == "fsync" and fault.sync is not None and fail_pages(self._kernel, arguments[0], fault.sync):
            self._late.add(self._node(arguments[0]))
            return None
        if fault.error != SHORT:
            if name == "close":
                call(*arguments, **named)
            raise failure(fault.error)
        fd, given = arguments
        if name == "write":
            return call(fd, given[: max(1, len(given) // 2)])
        return call(fd, max(1, given // 2))

    def _is_late(self, fd: int) -> bool:
        if not self._late or self._node(fd) not in self._late:
            return False
        self._late.discard(self._node(fd))
        return True

    def _node(self, fd: int) -> int:
        return simulated(self._kernel).descriptors[fd].node.ino


def simulated(kernel: Kernel) -> SimulatedKernel:
    """The simulated kernel that this one is, or is wrapped around: only there do pages get lost."""
    while not isinstance(kernel, SimulatedKernel):
        kernel = kernel._kernel  # type: ignore[attr-defined]
    return kernel


def fail_pages(kernel: Kernel, fd: int, how: SyncFailure) -> bool:
    """Do to a file what a failed fsync does (P10); True if it is only told later.

    Nothing happens to a directory, or to a file of which nothing is pending.
    """
    opened = simulated(kernel).descriptors[fd]
    machine, node = simulated(kernel).machine, opened.node
    durable = _synced_content(machine, node)
    if node.kind != "file" or durable is None:
        return False
    machine.record(Sync(node.ino, has_failed=True))
    if how == "reverted":
        node.content = durable
        machine.record(Truncate(node.ino))
        if durable:
            machine.record(Write(node.ino, 0, durable))
    return how == "late"


def _synced_content(machine: Machine, node: Node) -> bytes | None:
    """What the last successful fsync found, or the disk that the machine booted from; None if that is what is there."""
    ino = node.ino
    content = durable = machine.disk.inodes[ino].content if ino in machine.disk.inodes else b""
    for part in machine.disk.open_parts.get(ino, ()):
        if part.variable.kind == "content":
            content = durable = machine.look(part)
    is_pending = False
    for effect in machine.effects:
        if isinstance(effect, Write | Truncate) and effect.ino == ino:
            content, is_pending = _changed(content, effect), True
        elif isinstance(effect, Sync) and effect.ino == ino and not effect.has_failed:
            durable, is_pending = content, False
    return durable if is_pending else None


def _changed(content: bytes, change: Write | Truncate) -> bytes:
    if isinstance(change, Truncate):
        return b""
    end = change.offset + len(change.content)
    return content[: change.offset].ljust(change.offset, b"\0") + change.content + content[end:]
