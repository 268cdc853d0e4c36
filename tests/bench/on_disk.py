"""The same recovery elsewhere: crash disks of the same case, on tmpfs, under pyfakefs, and in a process for each."""

import hashlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from model.explore.discovery import boots
from model.explore.workload import play_through
from model.observation import Observation
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

Place = Literal["tmpfs", "pyfakefs", "processes"]


@dataclass(frozen=True)
class OnDisk:
    """So many crash disks, laid out and recovered somewhere.

    `seconds` of CPU are those of child processes, too.  `answers` is a digest of what was seen on each disk, in order:
    the same everywhere.
    """

    place: Place
    entries: int
    disks: int
    seconds: float
    answers: str

    @property
    def states_per_s(self) -> float:
        """Crash states recovered per second, laying them out included."""
        return self.disks / self.seconds


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


def measure(place: Place, entries: int, limit: int) -> list[OnDisk]:
    """Lay out and recover the disks as the checker does: a reader looks, recovery runs, recovery runs again."""
    trees = crash_trees(entries, limit)
    seconds, answers = {"tmpfs": _on_tmpfs, "pyfakefs": _on_pyfakefs, "processes": _in_processes}[place](trees)
    assert len(answers) == len(trees)
    return [OnDisk(place, entries, len(trees), seconds, hashlib.sha256("\n".join(answers).encode()).hexdigest())]


def _on_tmpfs(trees: list[Tree]) -> tuple[float, list[str]]:
    return _recovered(trees, recover)


def _in_processes(trees: list[Tree]) -> tuple[float, list[str]]:
    """A fresh Python for each disk, as checkers do that know nothing of the program that they check."""
    return _recovered(trees, _recover_in_process)


def _recovered(trees: list[Tree], recovery: Callable[[str], str]) -> tuple[float, list[str]]:
    spent_s = 0.0
    answers = []
    folder = Path(tempfile.mkdtemp(dir=TMPFS if TMPFS.is_dir() else None))
    try:
        for number, tree in enumerate(trees):
            began = _cpu_s()
            lay_out(folder / str(number), tree)
            seen = recovery(str(folder / str(number) / "sessions.json"))
            spent_s += _cpu_s() - began
            answers.append(seen)
    finally:
        shutil.rmtree(folder)
    return spent_s, answers


def _on_pyfakefs(trees: list[Tree]) -> tuple[float, list[str]]:
    from pyfakefs.fake_filesystem_unittest import Patcher

    spent_s = 0.0
    answers = []
    with Patcher() as patcher:
        assert patcher.fs is not None
        for tree in trees:
            began = _cpu_s()
            patcher.fs.reset()
            patcher.fs.create_dir("/srv", 0o700)
            for name, content in tree.items():
                if content is None:
                    patcher.fs.create_dir(f"/srv/{name}", 0o700)
                else:
                    patcher.fs.create_file(f"/srv/{name}", st_mode=0o100600, contents=content)
            seen = recover("/srv/sessions.json")
            spent_s += _cpu_s() - began
            answers.append(seen)
    return spent_s, answers


def recover(path: str) -> str:
    """What a reader sees, and what recovery and then another one do and show; the disk is looked at each time."""
    read, first, second = peek(HostKernel(), path), examine(HostKernel(), path), examine(HostKernel(), path)
    return answer(read, first, second)


def answer(read: Observation, first: Observation, second: Observation) -> str:
    """What was seen, as `tests.bench.recover` prints it."""
    errors = [each.error for each in (read, first, second) if each.error is not None]
    assert not errors, errors
    seen = [read.entries, *([each.entries, list(each.steps)] for each in (first, second))]
    return json.dumps(seen, sort_keys=True)


def _recover_in_process(path: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.recover", path],
        cwd=Path(__file__).parents[2],
        check=True,
        capture_output=True,
        text=True,
    )
    return run.stdout.rstrip("\n")


def _cpu_s() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


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
