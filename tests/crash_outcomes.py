"""What a power cut after a few calls may leave, as the checker discovers it: for tests of profiles and rules."""

from collections.abc import Callable

from model.explore.discovery import discover
from model.persistence import PROFILES, crash_disk
from model.simulation import Machine
from store.kernel import O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY, Kernel

Tree = frozenset[tuple[str, bytes | None]]
"""Path below /srv and content, None for a directory."""


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
    return {
        tree for _, tree in discover(crash.disk, lambda booted: frozenset(_look(booted.start().kernel, "/srv", "")))
    }


def tree(**files: bytes | None) -> Tree:
    """A tree given by keywords; `__` in a name stands for a slash."""
    return frozenset((name.replace("__", "/"), content) for name, content in files.items())


def _tree(machine: Machine) -> Tree:
    return frozenset(_look(machine.start().kernel, "/srv", ""))


def _look(kernel: Kernel, path: str, prefix: str) -> list[tuple[str, bytes | None]]:
    fd = kernel.open(path, O_RDONLY | O_DIRECTORY)
    found: list[tuple[str, bytes | None]] = []
    for name in kernel.listdir(fd):
        if kernel.stat(name, dir_fd=fd).kind == "directory":
            found.append((prefix + name, None))
            found.extend(_look(kernel, f"{path}/{name}", f"{prefix}{name}/"))
        else:
            file_fd = kernel.open(name, O_RDONLY, dir_fd=fd)
            found.append((prefix + name, kernel.read(file_fd, 1 << 20)))
            kernel.close(file_fd)
    kernel.close(fd)
    return found
