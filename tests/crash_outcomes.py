"""What a power cut after a few calls may leave, where the calls want bytes of their own (else see `model.litmus`)."""

from collections.abc import Callable

from model.explore.discovery import discover
from model.litmus import Tree, read_tree
from model.persistence import PROFILES, crash_disk
from model.simulation import Machine
from store.kernel import O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY, Kernel


class Disk:
    """Short names for the calls that programs in these tests make, below /srv."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    def write(
        self, path: str, data: bytes, *, append: bool = False, create: bool = True, truncate: bool = False
    ) -> None:
        flags = O_WRONLY | O_CREAT | (O_APPEND if append else 0) | (O_TRUNC if truncate else 0)
        fd = self.kernel.open(f"/srv/{path}", flags)
        self.kernel.write(fd, data)
        self.kernel.close(fd)

    def create(self, path: str) -> None:
        self.kernel.close(self.kernel.open(f"/srv/{path}", O_WRONLY | O_CREAT | O_EXCL))

    def fsync(self, path: str = "") -> None:
        fd = self.kernel.open(f"/srv/{path}", O_RDONLY)
        self.kernel.fsync(fd)
        self.kernel.close(fd)

    def rename(self, source: str, target: str) -> None:
        self.kernel.rename(f"/srv/{source}", f"/srv/{target}")

    def unlink(self, path: str) -> None:
        self.kernel.unlink(f"/srv/{path}")

    def mkdir(self, path: str) -> None:
        self.kernel.mkdir(f"/srv/{path}")


Program = Callable[[Disk], None]


def outcomes(program: Program, profile: str, *, before: Program | None = None) -> set[Tree]:
    """Every tree that a power cut just after the program's last call may leave; `before` is durable."""
    machine = Machine()
    if before is not None:
        before(Disk(machine.start().kernel))
        machine.settle()
    program(Disk(machine.start().kernel))
    crash = crash_disk(
        machine.disk,
        machine.created,
        machine.effects,
        machine.times,
        [len(machine.effects)],
        PROFILES[profile],
        machine.next_ino,
        start=len(machine.effects),
    )
    return {found for _, found in discover(crash.disk, _look)}


def tree(**files: bytes | None) -> Tree:
    """A tree given by keywords; `__` in a name stands for a slash."""
    return frozenset((name.replace("__", "/"), content) for name, content in files.items())


def _look(machine: Machine) -> Tree:
    return read_tree(machine.start().kernel, "/srv")
