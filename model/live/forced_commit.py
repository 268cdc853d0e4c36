"""Make a file system write down what it has put off, as it does by itself every few seconds.

On ext4 and xfs an fsync of a file that has nothing to do with the rest commits the whole journal.  On btrfs it would
not: there the transaction is committed by the two requests that the commit timer's work amounts to.  In neither case
is data written that no fsync asked for and that allocation was delayed for: that is what makes the cut after it worth
looking at.
"""

import fcntl
import os
import struct

from model.live.file_systems import BTRFS, FileSystem

UNRELATED = ".forced-commit"
"""Name of the unrelated file, at the top of the file system."""

_BTRFS_START_SYNC = 0x8008_9418
_BTRFS_WAIT_SYNC = 0x4008_9416


def force_commit(file_system: FileSystem, mount_point: str) -> None:
    """Commit what is pending, without an fsync of anything that a program under test has touched."""
    if file_system is BTRFS:
        fd = os.open(mount_point, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            started = fcntl.ioctl(fd, _BTRFS_START_SYNC, bytes(8))
            fcntl.ioctl(fd, _BTRFS_WAIT_SYNC, struct.pack("<Q", *struct.unpack("<Q", started)))
        finally:
            os.close(fd)
        return
    fd = os.open(f"{mount_point}/{UNRELATED}", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        os.write(fd, b".")
        os.fsync(fd)
    finally:
        os.close(fd)
