"""The host kernel on real file systems: the same conformance suite as in memory, and what only btrfs does."""

import os
from collections.abc import Iterator

import pytest

from model.live.crew import run_apart
from model.live.disk import Bench
from model.live.file_systems import Setup
from model.live.kernel import LiveKernel
from store.host import HostKernel
from store.kernel import O_CREAT, O_DIRECTORY, O_RDONLY, O_WRONLY, Kernel
from tests.kernel_conformance import CHECKS, Place
from tests.live_ground import BTRFS, each_file_system, live

__all__ = ["live"]

pytestmark = pytest.mark.usefixtures("live")


DEVIATIONS = {
    # EEXIST where the others say ENOTEMPTY; POSIX allows both, and the store takes both for the same.
    "xfs": ["a_directory_never_replaces_one_that_is_not_empty"],
}


@each_file_system()
def test_the_host_conforms_on_each_file_system(setup: Setup) -> None:
    def work(workshop: str) -> list[str]:
        os.umask(0o022)
        with Bench(workshop).live(setup) as disk:
            return list(_failures(disk.mount_point))

    assert run_apart(work) == DEVIATIONS.get(setup.name, [])


def _failures(folder: str) -> Iterator[str]:
    for number, check in enumerate(CHECKS):
        root = f"{folder}/{number}"
        os.mkdir(root)
        place = Place(HostKernel(), root, os.symlink, lambda mask: (os.umask(mask), None)[1])
        try:
            check(place)
        except Exception:  # one that fails must not hide the others
            yield check.__name__
        finally:
            os.umask(0o022)


@pytest.mark.parametrize("kind", [HostKernel, LiveKernel], ids=["the store's", "ours"])
def test_a_listing_shows_what_came_after_the_directory_was_opened(kind: type[HostKernel | LiveKernel]) -> None:
    """Btrfs lists the names of when a directory was opened or last rewound.

    A roll-back merged two entries of an unmerged legacy file into the live directory and then listed that directory, by
    the descriptor that it had opened before.  On btrfs the two were not in the listing, so they were not in the new
    legacy file either: acknowledged entries, gone.  Rewinding before each listing put it right.
    """

    def work(workshop: str) -> tuple[list[str], list[str]]:
        with Bench(workshop).live(BTRFS) as disk:
            kernel: Kernel = HostKernel() if kind is HostKernel else LiveKernel("")
            folder = disk.mount_point
            fd = kernel.open(folder, O_RDONLY | O_DIRECTORY)
            before = sorted(kernel.listdir(fd))
            for name in ("a", "b"):
                kernel.close(kernel.open(f"{folder}/{name}", O_WRONLY | O_CREAT))
            after = sorted(kernel.listdir(fd))
            kernel.close(fd)
            return before, after

    before, after = run_apart(work)
    assert after == sorted([*before, "a", "b"])
