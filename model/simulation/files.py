"""Whole files in one call, for arranging a machine and for looking at it."""

import errno

from store.kernel import O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_TRUNC, O_WRONLY, Kernel


def write_file(kernel: Kernel, path: str, data: bytes, *, mode: int = 0o600, exclusive: bool = False) -> None:
    """Create or overwrite a file, without any sync."""
    flags = O_WRONLY | O_CREAT | (O_EXCL if exclusive else O_TRUNC)
    fd = kernel.open(path, flags, mode)
    try:
        while data:
            data = data[kernel.write(fd, data) :]
    finally:
        kernel.close(fd)


def read_file(kernel: Kernel, path: str) -> bytes | None:
    """Content of a file, None if there is no such name."""
    try:
        fd = kernel.open(path, O_RDONLY | O_NOFOLLOW)
    except OSError as error:
        if error.errno == errno.ENOENT:
            return None
        raise
    try:
        parts: list[bytes] = []
        while part := kernel.read(fd, 65_536):
            parts.append(part)
        return b"".join(parts)
    finally:
        kernel.close(fd)


def make_directory(kernel: Kernel, path: str, *, mode: int = 0o700) -> None:
    """Make a directory, without any sync."""
    kernel.mkdir(path, mode)
