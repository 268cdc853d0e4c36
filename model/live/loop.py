"""Loop devices: a file as a block device, freed by the kernel when nobody uses it any more."""

import errno
import fcntl
import os
import stat
import struct
from typing import NamedTuple

from model.live.workshop import NAME

CONTROL = "/dev/loop-control"

_LOOP_CTL_GET_FREE = 0x4C82
_LOOP_CONFIGURE = 0x4C0A
_LO_FLAGS_AUTOCLEAR = 4
_LOOP_MAJOR = 7
# struct loop_info64: device, inode, rdevice, offset, sizelimit; number, encryption, its key's size, flags; names; rest
_INFO = struct.Struct("<5Q4I64s64s32s2Q")
_RESERVED = bytes(64)


class LoopDevice(NamedTuple):
    """An attached device.  Close `fd` once it is mounted: from then on it lives as long as the mount."""

    node: str
    fd: int
    number: int


def attach(image: str, folder: str) -> LoopDevice:
    """Attach a file to a free loop device, whose node is made in `folder`.

    The device detaches itself when `fd` is closed and nothing is mounted from it.

    Raises:
        OSError: when there is no loop driver, or no right to use it.
    """
    control = os.open(CONTROL, os.O_RDWR | os.O_CLOEXEC)
    backing = os.open(image, os.O_RDWR | os.O_CLOEXEC)
    try:
        while True:
            number = fcntl.ioctl(control, _LOOP_CTL_GET_FREE)
            device = _open_node(folder, number)
            try:
                fcntl.ioctl(device.fd, _LOOP_CONFIGURE, _configuration(backing, number))
            except OSError as error:
                os.close(device.fd)
                if error.errno != errno.EBUSY:
                    raise
                continue  # somebody else was faster; the next free one
            return device
    finally:
        os.close(backing)
        os.close(control)


def _open_node(folder: str, number: int) -> LoopDevice:
    # A node of our own: where /dev is no devtmpfs, a new device has none.
    node = f"{folder}/loop{number}"
    if not os.path.exists(node):
        os.mknod(node, 0o600 | stat.S_IFBLK, os.makedev(_LOOP_MAJOR, number))
    return LoopDevice(node, os.open(node, os.O_RDWR | os.O_CLOEXEC), number)


def _configuration(backing: int, number: int) -> bytes:
    name = NAME.encode()
    info = _INFO.pack(0, 0, 0, 0, 0, number, 0, 0, _LO_FLAGS_AUTOCLEAR, name, b"", b"", 0, 0)
    return struct.pack("<II", backing, 0) + info + _RESERVED
