"""Kernels that go where they were meant to go: below a root, or into a folder as it was when first seen."""

import errno
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from store.kernel import O_DIRECTORY, O_NOFOLLOW, O_RDONLY, Kernel, Status


class _Confined:
    """Reaches absolute paths below `root` one folder at a time, each opened without following a symbolic link.

    A link that is swapped in at any moment is an error (ENOTDIR or ELOOP), not a way out.  Calls that are relative to
    an open directory pass through, as do all others.
    """

    def __init__(self, kernel: Kernel, root: str) -> None:
        self._kernel = kernel
        self._root = root.rstrip("/") or "/"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernel, name)

    def open(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
        """Open a file; the last step follows no link either when there is anything below the root to follow."""
        with self._reached(path, dir_fd) as (name, folder):
            return self._kernel.open(name, flags if name == path else flags | O_NOFOLLOW, mode, dir_fd=folder)

    def stat(self, path: str, *, dir_fd: int | None = None) -> Status:
        """Status of a name."""
        with self._reached(path, dir_fd) as (name, folder):
            return self._kernel.stat(name, dir_fd=folder)

    def mkdir(self, path: str, mode: int = 0o700, *, dir_fd: int | None = None) -> None:
        """Make a directory."""
        with self._reached(path, dir_fd) as (name, folder):
            self._kernel.mkdir(name, mode, dir_fd=folder)

    @contextmanager
    def _reached(self, path: str, dir_fd: int | None) -> Iterator[tuple[str, int | None]]:
        """The path's last name and the open folder that holds it; the path itself where it is not below the root."""
        below = self._below(path)
        if not below:
            yield path, dir_fd
            return
        folder = self._kernel.open(self._root, O_RDONLY | O_DIRECTORY)
        try:
            for step in below[:-1]:
                deeper = self._kernel.open(step, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, dir_fd=folder)
                self._kernel.close(folder)
                folder = deeper
            yield below[-1], folder
        finally:
            self._kernel.close(folder)

    def _below(self, path: str) -> list[str]:
        prefix = posixpath.join(self._root, "")
        return [step for step in path[len(prefix) :].split("/") if step] if path.startswith(prefix) else []


class _Resolved:
    """Opens one folder through whatever symbolic links lead to it, as long as they lead where they first did."""

    def __init__(self, kernel: Kernel, folder: str) -> None:
        self._kernel = kernel
        self._folder = folder
        self._identity: tuple[int, int] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernel, name)

    def open(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
        """Open a file; the folder itself, through symbolic links."""
        if path != self._folder:
            return self._kernel.open(path, flags, mode, dir_fd=dir_fd)
        fd = self._kernel.open(path, flags & ~O_NOFOLLOW)
        try:
            status = self._kernel.fstat(fd)
            self._identity = self._identity or (status.dev, status.ino)
            if self._identity != (status.dev, status.ino):
                raise OSError(errno.ELOOP, "leads elsewhere by now", path)
        except BaseException:
            self._kernel.close(fd)
            raise
        return fd


def resolved(kernel: Kernel, folder: str) -> Kernel:
    """A kernel like the given one, which may reach `folder` through symbolic links that stay as they are."""
    return cast(Kernel, _Resolved(kernel, folder))


def confined(kernel: Kernel, root: str) -> Kernel:
    """A kernel like the given one, which follows no symbolic link below `root`; `root` itself may be one."""
    return cast(Kernel, _Confined(kernel, root))
