"""Every block that a file system writes, and every flush, in order: the log, and what it is made of.

The loop device lies over a file that we serve ourselves through /dev/fuse (`model.live.block_server`), so that nothing
reaches it unseen.  Writes come with their bytes; a flush comes as an fsync of the file, once everything written before
it is there; what the block layer wants flushed through comes as a write and a flush.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_RECORD = struct.Struct("<cQI")
_WRITE, _FLUSH, _MARK = b"w", b"f", b"m"


@dataclass(frozen=True)
class Write:
    """Bytes that were written to the device."""

    offset: int
    content: bytes


@dataclass(frozen=True)
class Flush:
    """All writes before this are on the disk."""


@dataclass(frozen=True)
class Mark:
    """The program under test said where it was."""

    text: str


Entry = Write | Flush | Mark


def encoded(entry: Entry) -> bytes:
    """An entry as a log file has it."""
    match entry:
        case Write(offset, content):
            return _RECORD.pack(_WRITE, offset, len(content)) + content
        case Mark(text):
            return _RECORD.pack(_MARK, 0, len(text.encode())) + text.encode()
        case Flush():
            return _RECORD.pack(_FLUSH, 0, 0)


def read_log(path: str) -> tuple[Entry, ...]:
    """The entries of a log file."""
    return tuple(_entries(Path(path).read_bytes()))


def _entries(text: bytes) -> Iterator[Entry]:
    position = 0
    while position < len(text):
        kind, offset, length = _RECORD.unpack_from(text, position)
        position += _RECORD.size
        content = text[position : position + length]
        position += length
        if kind == _WRITE:
            yield Write(offset, content)
        elif kind == _MARK:
            yield Mark(content.decode())
        else:
            yield Flush()
