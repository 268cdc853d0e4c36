"""P10 on real disks: a device fails what an fsync needs, and we look what becomes of the bytes.

A file holds old bytes, durably, and new ones are written over them.  Then the device fails: the writes that carry the
new bytes; or all writes to the place where the old ones are; or all flushes.  Two fsyncs later it is well again, the
file is dropped from the page cache and synced a third time, and the power is cut.
"""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from model.litmus import describe
from model.litmus.outcomes import FOLDER
from model.litmus.playing import content_of
from model.live.block_log import Write
from model.live.checkpoint import checkpoint
from model.live.disk import Bench, RecordedDisk
from model.live.file_systems import BTRFS, EXT4, Setup
from model.simulation.files import read_file
from store.kernel import O_CREAT, O_RDWR, Kernel

SIZE_BYTES: Final = 8192
OLD: Final = content_of("o", SIZE_BYTES)
NEW: Final = content_of("a", SIZE_BYTES)
PATH: Final = f"{FOLDER}/f"

WRITES, PLACE, FLUSHES = "new bytes", "their place", "flushes"


@dataclass(frozen=True)
class FailedSync:
    """What was seen of one failure.  A call is told by its errno, or `ok`; a content in short.

    Attributes:
        setup: The file system with its options.
        fails: What the device failed.
        first: The first fsync after the new bytes were written.
        read: What a reader sees then.
        second: The second fsync.
        dropped: What a reader sees when the device is well and the page cache has let go of the file.
        third: An fsync then.
        cut: What a power cut leaves.
    """

    setup: str
    fails: str
    first: str
    read: str
    second: str
    dropped: str
    third: str
    cut: str

    @property
    def is_reported(self) -> bool:
        """Whether one of the fsyncs said that something was wrong, at the latest one late (P10)."""
        return self.first != "ok" or self.second != "ok"

    @property
    def is_forgotten(self) -> bool:
        """Whether an fsync succeeded although the new bytes did not reach the disk: it vouches for nothing (P10)."""
        return "ok" in (self.second, self.third) and self.cut != describe(NEW)

    @property
    def is_admitted(self) -> bool:
        """Whether P10 has it: the failure is reported, and the disk holds a mixture of old, new and zeros, or less."""
        return self.is_reported and _is_mixture(self.cut)


def fail_syncs(bench: Bench, setup: Setup) -> list[FailedSync]:
    """Let a device fail in each way."""
    # btrfs writes to a new place each time: there is none that could be told before.
    ways = [WRITES, FLUSHES] if setup.file_system is BTRFS else [WRITES, PLACE, FLUSHES]
    return [_fail(bench, setup, way) for way in ways]


def _fail(bench: Bench, setup: Setup, way: str) -> FailedSync:
    cut = f"{bench.workshop}/cut"
    with bench.recorded(setup) as disk:
        kernel = disk.kernel()
        fd = kernel.open(PATH, O_RDWR | O_CREAT)
        try:
            os.pwrite(fd, OLD, 0)
            disk.settle()
            place = _place_of_old(disk) if way == PLACE else 0
            os.pwrite(fd, NEW, 0)
            disk.server.tell(_command(way, place))
            first = _told(lambda: os.fsync(fd))
            read = _content(kernel)
            second = _told(lambda: os.fsync(fd))
            disk.server.tell("!heal")
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            dropped = _content(kernel)
            third = _told(lambda: os.fsync(fd))
        finally:
            kernel.close_all()
        disk.cut(cut)
    try:
        with bench.after_cut(setup, cut) as other:
            left = _content(other)
    except OSError as error:
        left = f"not mounted: {errno.errorcode[error.errno or 0]}"
    return FailedSync(setup.name, way, first, read, second, dropped, third, left)


def _place_of_old(disk: RecordedDisk) -> int:
    """Where on the disk the old bytes are, once they are not only in a journal; xfs puts none into its log."""
    if disk.setup.file_system.name == EXT4.name:
        checkpoint(disk.mount_point)
    places = [
        entry.offset + entry.content.index(OLD)
        for entry in disk.log()
        if isinstance(entry, Write) and OLD in entry.content
    ]
    return places[-1]


def _command(way: str, place: int) -> str:
    if way == WRITES:
        return f"!fail writes {NEW[:1024].hex()}"
    return f"!fail place {place} {place + SIZE_BYTES}" if way == PLACE else "!fail flushes"


def _told(call: Callable[[], None]) -> str:
    try:
        call()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "ok"


def _content(kernel: Kernel) -> str:
    try:
        content = read_file(kernel, PATH)
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "absent" if content is None else describe(content)


def _is_mixture(shown: str) -> bool:
    """Whether a content in short is made of nothing but old bytes, new bytes and zeros."""
    return shown == "EMPTY" or all(part.lstrip("0123456789") in ("o", "a", "NUL") for part in shown.split())
