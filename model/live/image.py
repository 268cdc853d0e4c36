"""Images of disks: files in memory that hold little more than what was written to them."""

import errno
import os
import subprocess
from collections.abc import Iterator

from model.live.file_systems import FileSystem, mkfs_of
from model.live.system_calls import punch_hole

_PIECE_BYTES = 1 << 16


def make_image(file_system: FileSystem, path: str) -> None:
    """Make an image with an empty file system.

    Raises:
        subprocess.CalledProcessError: when mkfs failed; `stderr` says why.
    """
    with open(path, "wb") as image:
        image.truncate(file_system.size_bytes)
    command = [mkfs_of(file_system) or file_system.mkfs[0], *file_system.mkfs[1:], path]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  (ours, from a table)
    punch_zeros(path)


def punch_zeros(path: str) -> None:
    """Turn what is zero into holes: mkfs.xfs writes 64 MiB of zeros, which every copy would carry along."""
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        for start, end in list(_extents(fd)):
            for piece in range(start, end, _PIECE_BYTES):
                length = min(_PIECE_BYTES, end - piece)
                if not os.pread(fd, length, piece).strip(b"\0"):
                    punch_hole(fd, piece, length)
    finally:
        os.close(fd)


def copy_image(source: str, target: str) -> None:
    """Make `target` the same as `source`, whatever it held; only what is no hole is copied.

    A target that is there already is written over in place: it has its memory, and asking for that is what takes long.
    """
    with open(source, "rb") as old, open(target, "r+b" if os.path.exists(target) else "w+b") as new:
        size = os.fstat(old.fileno()).st_size
        new.truncate(size)
        end = 0
        for start, stop in _extents(old.fileno()):
            _clear(new.fileno(), end, start)
            _copy_range(old.fileno(), new.fileno(), start, stop)
            end = stop
        _clear(new.fileno(), end, size)


def _copy_range(source: int, target: int, position: int, end: int) -> None:
    while position < end:
        position += os.copy_file_range(source, target, end - position, position, position)


def _clear(fd: int, start: int, end: int) -> None:
    if start < end:
        punch_hole(fd, start, end - start)


def _extents(fd: int) -> Iterator[tuple[int, int]]:
    """Start and end of what is no hole."""
    end = 0
    while True:
        try:
            start = os.lseek(fd, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return
            raise
        end = os.lseek(fd, start, os.SEEK_HOLE)
        yield start, end
