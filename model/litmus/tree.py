"""What a folder holds, as a value and as text.

    a: 1500a; b: EMPTY; d/; d/x: 512a 988NUL

is a file with 1,500 bytes of the letter that the first call of a program writes, an empty one, and a directory with a
file of which 512 bytes arrived and the rest reads as zeros.  A folder without anything is `nothing`.
"""

import itertools
import re
from collections.abc import Iterator

from model.target import UserMistake
from store.kernel import O_DIRECTORY, O_RDONLY, Kernel

DEEPEST = 6
"""Torn renames may leave a directory inside itself: directories this far down are not looked into."""

_READ_BYTES = 1 << 20

Tree = frozenset[tuple[str, bytes | None]]
"""Every path below a folder with its content, None for a directory.

That two paths are one file is not told, nor are modes and times."""


def read_tree(kernel: Kernel, folder: str) -> Tree:
    """Everything below a folder.

    Raises:
        OSError: Something cannot be read.
    """
    return frozenset(_below(kernel, folder, "", 0))


def tree_text(tree: Tree) -> str:
    """A tree in one line."""
    return (
        "; ".join(f"{path}/" if content is None else f"{path}: {describe(content)}" for path, content in _sorted(tree))
        or "nothing"
    )


def parse_tree(text: str) -> Tree:
    """Read a tree as `tree_text` writes it.

    Raises:
        UserMistake: It is none.
    """
    if text == "nothing":
        return frozenset()
    return frozenset(_parse_entry(entry.strip()) for entry in text.split(";"))


def describe(content: bytes) -> str:
    """A content in which equal bytes follow each other, in short."""
    runs = [(byte, len(list(run))) for byte, run in itertools.groupby(content)]
    return " ".join(f"{length}{_name(byte)}" for byte, length in runs) or "EMPTY"


def _sorted(tree: Tree) -> list[tuple[str, bytes | None]]:
    return sorted(tree, key=lambda entry: entry[0])


def _name(byte: int) -> str:
    return "NUL" if not byte else chr(byte) if chr(byte).isalpha() and byte < 128 else f"<{byte}>"


def _parse_entry(entry: str) -> tuple[str, bytes | None]:
    if entry.endswith("/"):
        return entry[:-1], None
    path, colon, runs = entry.partition(": ")
    if not colon or not re.fullmatch(r"EMPTY|\d+(?:NUL|[a-zA-Z])(?: \d+(?:NUL|[a-zA-Z]))*", runs):
        raise UserMistake(f"litmus tree entry {entry!r}", "no such entry", "Write `path/`, or `path: 512a 988NUL`.")
    found = re.findall(r"(\d+)(NUL|[a-zA-Z])", runs)
    return path, b"".join(int(length) * (b"\0" if byte == "NUL" else byte.encode()) for length, byte in found)


def _below(kernel: Kernel, path: str, prefix: str, depth: int) -> Iterator[tuple[str, bytes | None]]:
    fd = kernel.open(path, O_RDONLY | O_DIRECTORY)
    names = kernel.listdir(fd) if depth <= DEEPEST else ()
    kernel.close(fd)
    for name in names:
        here = f"{path}/{name}"
        if kernel.stat(here).kind == "directory":
            yield prefix + name, None
            yield from _below(kernel, here, f"{prefix}{name}/", depth + 1)
        else:
            yield prefix + name, _content(kernel, here)


def _content(kernel: Kernel, path: str) -> bytes:
    fd = kernel.open(path, O_RDONLY)
    parts: list[bytes] = []
    while part := kernel.read(fd, _READ_BYTES):
        parts.append(part)
    kernel.close(fd)
    return b"".join(parts)
