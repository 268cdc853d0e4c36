"""The disk under the measurements: which file system it is, how long one sync takes, and a kernel that times syncs."""

import ctypes
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from store.host import HostKernel
from tests.bench.spread import spread

IN_MEMORY = frozenset({"tmpfs", "ramfs"})
"""File systems on which a sync does nothing: no figure from there says how long a write takes."""


class TimedHost(HostKernel):
    """The host, which adds up how many syncs there were and how long they took."""

    def __init__(self) -> None:
        """Begin at nothing."""
        super().__init__()
        self.fsyncs = 0
        self.fsync_s = 0.0

    def fsync(self, fd: int) -> None:
        """Sync, and add it up."""
        began = time.perf_counter()
        super().fsync(fd)
        self.fsync_s += time.perf_counter() - began
        self.fsyncs += 1


def file_system(folder: Path) -> str:
    """The type of the file system that a folder is on, as the kernel calls it; `unknown` where it does not tell."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return "unknown"
    path = folder.resolve()
    best, kind = -1, "unknown"
    for line in mounts:
        before, _, after = line.partition(" - ")
        point = Path(before.split()[4].replace("\\040", " "))
        # Of two mounts on one point the later one is seen.
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), after.split()[0]
    return kind


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A fresh folder in there, removed afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="bench-", dir=folder))
    try:
        yield place
    finally:
        shutil.rmtree(place)


def settle_disk(folder: Path) -> None:
    """Have everything written that is waiting to be, on this file system: what comes next does not pay for it."""
    if sys.platform != "linux":
        os.sync()
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(fd) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"syncfs: {os.strerror(number)}")
    finally:
        os.close(fd)


def surroundings(folder: Path) -> dict[str, Any]:
    """What the figures depend on: machine, Python, file system, and how long a sync takes."""
    with scratch(folder) as place:
        kernel = TimedHost()
        samples = []
        fd = os.open(place / "probe", os.O_WRONLY | os.O_CREAT)
        for _ in range(20):
            os.write(fd, bytes(4096))
            before = kernel.fsync_s
            kernel.fsync(fd)
            samples.append(kernel.fsync_s - before)
        os.close(fd)
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "file_system": file_system(folder),
        "sync_ms": spread(samples).times(1000).median,
    }
