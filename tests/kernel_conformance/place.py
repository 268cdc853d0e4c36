"""Where a conformance check runs: a kernel, an empty folder, and what no kernel of ours offers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from store.kernel import O_CREAT, O_DIRECTORY, O_RDONLY, O_WRONLY, Kernel


@dataclass(frozen=True)
class Place:
    """An empty folder on some kernel."""

    kernel: Kernel
    root: str
    symlink: Callable[[str, str], None]  # (target, path)
    set_umask: Callable[[int], None]
    patience: int = 100_000  # calls after which a clock must have ticked on: far more than fit into one tick

    def path(self, name: str) -> str:
        return f"{self.root}/{name}" if name else self.root

    @contextmanager
    def opened(self, name: str, flags: int = O_RDONLY, mode: int = 0o600) -> Iterator[int]:
        fd = self.kernel.open(self.path(name), flags, mode)
        try:
            yield fd
        finally:
            self.kernel.close(fd)

    @contextmanager
    def folder(self, name: str = "") -> Iterator[int]:
        with self.opened(name, O_RDONLY | O_DIRECTORY) as fd:
            yield fd

    def write(self, name: str, data: bytes = b"") -> None:
        with self.opened(name, O_WRONLY | O_CREAT) as fd:
            assert self.kernel.write(fd, data) == len(data)

    def read(self, name: str) -> bytes:
        with self.opened(name) as fd:
            return self.kernel.read(fd, 1 << 16)

    def mkdir(self, name: str) -> None:
        self.kernel.mkdir(self.path(name))

    def rename(self, source: str, target: str) -> None:
        self.kernel.rename(self.path(source), self.path(target))

    def names(self, name: str = "") -> list[str]:
        with self.folder(name) as fd:
            return sorted(self.kernel.listdir(fd))

    def ino(self, name: str) -> int:
        return self.kernel.stat(self.path(name)).ino


Check = Callable[[Place], None]


@contextmanager
def refused(code: int) -> Iterator[None]:
    """The block must raise an OSError with exactly this errno."""
    with pytest.raises(OSError, match=rf"^\[Errno {code}\]"):
        yield
