"""What a folder holds, as a value."""

from collections.abc import Iterator

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
