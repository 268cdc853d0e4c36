"""A file system on a loop device: mounted, played on, cut, and what the cut left mounted again.

The power is cut by copying the image.  What the file system has not written to its device is not in the image: that is
the page cache, which a power cut loses.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model.litmus.outcomes import FOLDER
from model.live.block_log import Entry, read_log
from model.live.block_server import BlockServer
from model.live.file_systems import FileSystem, Setup, joined
from model.live.forced_commit import force_commit
from model.live.image import copy_image, make_image
from model.live.kernel import LiveKernel
from model.live.loop import attach
from model.live.system_calls import mount, sync_file_system, unmount

_MOST_TRIES = 200
_STILL_WITHIN_S = 20.0
_PAUSE_S = 0.0002
_WRITES, _IN_FLIGHT = 4, 8  # fields of a block device's stat file


class Restless(Exception):
    """The file system wrote to its device so long without a pause that no moment of it could be copied."""


class LiveDisk:
    """A mounted file system that can lose its power.

    Attributes:
        setup: The file system and its options.
        mount_point: Where it is mounted.
    """

    def __init__(self, setup: Setup, image: str, mount_point: str, device: int) -> None:
        self.setup = setup
        self.mount_point = mount_point
        self._image = image
        self._statistics = Path(f"/sys/block/loop{device}/stat")

    def kernel(self) -> LiveKernel:
        """The system calls of a process that has this disk for its root."""
        return LiveKernel(self.mount_point)

    def settle(self) -> None:
        """Everything so far becomes durable."""
        sync_file_system(self.mount_point)

    def commit(self) -> None:
        """What was put off is written down, as happens by itself now and then; data that nobody synced may wait on."""
        force_commit(self.setup.file_system, self.mount_point)

    def rest(self) -> None:
        """Wait until the device has nothing to do.

        Programs are made to wait so between their calls.  One that writes to a page while that page is on its way to
        the disk may tear it anywhere: seen once in 25,000 cuts, in a file that nobody had synced.  P1, which knows only
        whole units, does not have that.
        """
        self.writes()

    def writes(self) -> int:
        """How many writes the device has had.  While the number stays, a cut would leave the same disk.

        Raises:
            Restless: there was one under way all the time.
        """
        give_up_s = time.monotonic() + _STILL_WITHIN_S
        while time.monotonic() < give_up_s:
            if (completed := self._still()) is not None:
                return completed
            time.sleep(_PAUSE_S)  # what was begun is written in the background; a cut may come at any time
        raise Restless(f"{self.setup.name}: writes never stopped")

    def cut(self, target: str) -> None:
        """Leave in the file `target` what a power cut at this moment leaves.

        Raises:
            Restless: the device was written to all the time.
        """
        for _ in range(_MOST_TRIES):
            before = self.writes()
            copy_image(self._image, target)
            if self._still() == before:
                return
        raise Restless(f"{self.setup.name}: writes never stopped")

    def _still(self) -> int | None:
        """Writes and flushes completed so far; None while one is under way."""
        fields = self._statistics.read_text().split()
        return None if int(fields[_IN_FLIGHT]) else int(fields[_WRITES])


class RecordedDisk(LiveDisk):
    """A live disk with a log of everything that is written to its device, from the empty image on.

    Attributes:
        server: What takes it down, leaves marks, and fails on purpose.
        empty: The image before the first entry of the log.
    """

    def __init__(
        self,
        setup: Setup,
        image: str,
        mount_point: str,
        device: int,
        server: BlockServer,
        empty: str,
        log: str,
    ) -> None:
        super().__init__(setup, image, mount_point, device)
        self.server = server
        self.empty = empty
        self._log = log

    def log(self) -> tuple[Entry, ...]:
        """What was taken down so far."""
        return read_log(self._log)


class Bench:
    """Makes live disks in a workshop; images are made once.

    Args:
        workshop: An empty private folder, as `open_workshop` gives it.
    """

    def __init__(self, workshop: str) -> None:
        self.workshop = workshop
        self._made = 0

    @contextmanager
    def live(self, setup: Setup) -> Iterator[LiveDisk]:
        """A new, empty, mounted file system with a durable folder to play in.

        Raises:
            OSError: it cannot be mounted; for options that the kernel does not know, EINVAL.
        """
        image = self.new_path("live")
        copy_image(self._empty(setup.file_system), image)
        try:
            with self.mounted(image, setup.file_system.name, setup.options) as (mount_point, device):
                disk = LiveDisk(setup, image, mount_point, device)
                _prepare(disk)
                yield disk
        finally:
            os.unlink(image)

    @contextmanager
    def recorded(self, setup: Setup) -> Iterator[RecordedDisk]:
        """The same with every block that is written and every flush taken down.

        Raises:
            OSError: as for `live`; also when there is no FUSE.
        """
        empty = self._empty(setup.file_system)
        image, log, folder = self.new_path("live"), self.new_path("log"), self.new_path("served")
        copy_image(empty, image)
        os.mkdir(folder)
        try:
            with (
                BlockServer(image, os.path.basename(self.workshop), folder, log) as server,
                self.mounted(server.disk, setup.file_system.name, setup.options) as (mount_point, device),
            ):
                disk = RecordedDisk(setup, image, mount_point, device, server, empty, log)
                _prepare(disk)
                yield disk
        finally:
            os.rmdir(folder)
            os.unlink(log)
            os.unlink(image)

    @contextmanager
    def after_cut(self, setup: Setup, image: str) -> Iterator[LiveKernel]:
        """What a power cut left, mounted beside the original, which replays the journal: a kernel to look at it with.

        What that kernel leaves open is closed.

        Raises:
            OSError: it cannot be mounted any more.
        """
        options = joined(setup.options, setup.file_system.beside)
        with self.mounted(image, setup.file_system.name, options) as (mount_point, _):
            kernel = LiveKernel(mount_point)
            try:
                yield kernel
            finally:
                kernel.close_all()

    @contextmanager
    def mounted(self, image: str, kind: str, options: str) -> Iterator[tuple[str, int]]:
        """An image mounted for as long as the `with` statement lasts: where, and the number of its loop device."""
        mount_point = self.new_path("mount")
        os.mkdir(mount_point)
        try:
            device = attach(image, self.workshop)
            try:
                mount(device.node, mount_point, kind, options=options)
            finally:
                os.close(device.fd)
            try:
                yield mount_point, device.number
            finally:
                unmount(mount_point)
        finally:
            os.rmdir(mount_point)

    def new_path(self, stem: str) -> str:
        """A path in the workshop that nothing has had."""
        self._made += 1
        return f"{self.workshop}/{stem}-{self._made}"

    def _empty(self, file_system: FileSystem) -> str:
        path = f"{self.workshop}/empty-{file_system.name}{file_system.feature}"
        if not os.path.exists(path):
            making = self.new_path("making")
            make_image(file_system, making)
            os.rename(making, path)
        return path


def _prepare(disk: LiveDisk) -> None:
    """Make the folder to play in; the file of a forced commit lies outside of it."""
    disk.kernel().mkdir(FOLDER)
    disk.settle()
