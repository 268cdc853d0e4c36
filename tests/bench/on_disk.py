"""The same recovery on a real file system: crash disks of the same case, laid out as directories."""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from model.explore.discovery import boots
from model.explore.workload import play_through
from model.persistence.profiles import PROFILES
from model.simulation.files import read_file
from scenarios.look import examine, peek
from scenarios.session_cases import scaling_case
from store.host import HostKernel
from store.kernel import O_DIRECTORY, O_RDONLY, Kernel
from tests.bench.simulated import PROFILE

TMPFS = Path("/dev/shm")
SEED = 1
Tree = Mapping[str, bytes | None]
"""Paths below the store's folder to content; None is a directory."""


@dataclass(frozen=True)
class OnDisk:
    """So many crash disks, laid out and recovered on a real file system."""

    entries: int
    disks: int
    laying_out_s: float
    recovering_s: float

    @property
    def states_per_s(self) -> float:
        """Crash states recovered per second, laying them out included."""
        return self.disks / (self.laying_out_s + self.recovering_s)


def crash_trees(entries: int, limit: int) -> list[Tree]:
    """Up to `limit` different concrete disks that a power cut can leave of the scaling case."""
    workload = play_through(scaling_case(entries))
    folder = workload.stage.path.rpartition("/")[0]
    disk = workload.crash(PROFILES[PROFILE]).disk
    found: dict[str, Tree] = {}
    for boot in boots(disk, sampled=SEED, samples=10 * limit):
        # Looking at every name and every byte decides the whole disk.
        tree = dict(_walk(boot.machine.start().kernel, folder, ""))
        found.setdefault(repr(sorted(tree.items())), tree)
        if len(found) == limit:
            break
    return list(found.values())


def measure(entries: int, limit: int) -> OnDisk:
    """Lay out and recover the disks as the checker does: a reader looks, recovery runs, recovery runs again."""
    laying_out_s = recovering_s = 0.0
    trees = crash_trees(entries, limit)
    folder = Path(tempfile.mkdtemp(dir=TMPFS if TMPFS.is_dir() else None))
    try:
        for number, tree in enumerate(trees):
            place = folder / str(number)
            began = time.process_time()
            lay_out(place, tree)
            laid_out = time.process_time()
            path = str(place / "sessions.json")
            peek(HostKernel(), path)
            examine(HostKernel(), path)
            examine(HostKernel(), path)
            recovering_s += time.process_time() - laid_out
            laying_out_s += laid_out - began
    finally:
        shutil.rmtree(folder)
    return OnDisk(entries, len(trees), laying_out_s, recovering_s)


def _walk(kernel: Kernel, folder: str, below: str) -> Iterator[tuple[str, bytes | None]]:
    fd = kernel.open(folder, O_RDONLY | O_DIRECTORY)
    names = kernel.listdir(fd)
    kernel.close(fd)
    for name in sorted(names):
        path = f"{folder}/{name}"
        if kernel.stat(path).kind == "directory":
            yield below + name, None
            yield from _walk(kernel, path, f"{below}{name}/")
        else:
            yield below + name, read_file(kernel, path)


def lay_out(place: Path, tree: Tree) -> None:
    """Make a folder with these files in it."""
    place.mkdir(mode=0o700)
    for name, content in tree.items():
        path = place / name
        if content is None:
            path.mkdir(mode=0o700)
        else:
            path.write_bytes(content)
            path.chmod(0o600)
