"""The wire format of /dev/fuse, as far as a folder with two files needs it (Linux, protocol 7.31).

A request is a header, the structure of its operation, and then data or a name; a reply is a header and a structure.
"""

import struct
from typing import Final

LOOKUP: Final = 1
FORGET: Final = 2
GETATTR: Final = 3
SETATTR: Final = 4
OPEN: Final = 14
READ: Final = 15
WRITE: Final = 16
RELEASE: Final = 18
FSYNC: Final = 20
FLUSH: Final = 25
INIT: Final = 26
INTERRUPT: Final = 36
DESTROY: Final = 38
BATCH_FORGET: Final = 42
FALLOCATE: Final = 43

WITHOUT_REPLY: Final = frozenset({FORGET, BATCH_FORGET, INTERRUPT})

DIRECT_IO: Final = 1
"""For an open file: every write comes to the server as it is made."""

MOST_WRITTEN: Final = 1 << 20
"""Bytes of the largest write that is asked for."""

ROOM: Final = MOST_WRITTEN + (1 << 16)
"""Bytes that a request may need; the kernel refuses to be read with less."""

HEADER: Final = struct.Struct("<IIQQIIIHH")  # length, operation, unique, node, uid, gid, pid, extensions, padding
REPLY: Final = struct.Struct("<IiQ")  # length, negative errno, unique
READING: Final = struct.Struct("<QQIIQII")  # handle, offset, size, flags, lock owner, flags, padding
WRITING: Final = READING  # the same, and then the data
WRITTEN: Final = struct.Struct("<II")  # size, padding
OPENED: Final = struct.Struct("<QII")  # handle, flags, padding

_INIT_IN = struct.Struct("<IIII")  # major, minor, readahead, flags
_INIT_OUT = struct.Struct("<IIIIHHIIHHI28x")
_MAJOR, _MINOR = 7, 31
_BIG_WRITES = 1 << 5
_MAX_PAGES = 1 << 22
_PAGE_BYTES = 4096
_ATTRIBUTES = struct.Struct("<QQQQQQIIIIIIIIII")
_ENTRY = struct.Struct("<QQQQII")  # node, generation, how long name and attributes are good for
_ATTRIBUTES_HEAD = struct.Struct("<QII")
_GOOD_FOR_S = 3600


def initialised(request: bytes) -> bytes:
    """The reply to INIT."""
    _, _, readahead, offered = _INIT_IN.unpack_from(request)
    taken = offered & (_BIG_WRITES | _MAX_PAGES)
    pages = MOST_WRITTEN // _PAGE_BYTES
    return _INIT_OUT.pack(_MAJOR, _MINOR, readahead, taken, 16, 12, MOST_WRITTEN, 1, pages, 0, 0)


def attributes(node: int, mode: int, size_bytes: int) -> bytes:
    """A node's attributes, as they are part of other replies."""
    blocks = -(-size_bytes // 512)
    return _ATTRIBUTES.pack(node, size_bytes, blocks, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, _PAGE_BYTES, 0)


def entry(node: int, described: bytes) -> bytes:
    """The reply to LOOKUP."""
    return _ENTRY.pack(node, 0, _GOOD_FOR_S, _GOOD_FOR_S, 0, 0) + described


def status(described: bytes) -> bytes:
    """The reply to GETATTR and SETATTR."""
    return _ATTRIBUTES_HEAD.pack(_GOOD_FOR_S, 0, 0) + described
