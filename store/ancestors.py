"""The directories above a store: made when the first put needs them, and made durable once."""

from collections.abc import Iterator
from errno import EACCES, EEXIST, EINVAL, ENOENT, EPERM

from store.errors import WriteFailed
from store.kernel import O_DIRECTORY, O_RDONLY, Kernel


def above(path: str) -> Iterator[str]:
    """Yield the directories above a path, nearest first, up to the root (or to where a relative path begins)."""
    while path not in ("/", ".", ""):
        path = path.rstrip("/")
        parent, slash, _ = path.rpartition("/")
        path = parent or slash or "."
        yield path


def make_directories(kernel: Kernel, path: str) -> None:
    """Make a directory and whatever is missing above it; durable only after `sync_above`."""
    missing = []
    for directory in (path, *above(path)):
        try:
            kernel.mkdir(directory, 0o700)
            break
        except OSError as error:
            if error.errno == EEXIST:
                break
            if error.errno != ENOENT:
                raise WriteFailed(directory, "mkdir", error) from error
            missing.append(directory)
    for directory in reversed(missing):
        try:
            kernel.mkdir(directory, 0o700)
        except OSError as error:
            if error.errno != EEXIST:
                raise WriteFailed(directory, "mkdir", error) from error


def sync_above(kernel: Kernel, path: str) -> None:
    """Make the names of a directory and of all above it durable.

    Whoever made them may have been killed before syncing them.  A directory that we may not open is passed over: then
    it was not one of us who made a name in it.
    """
    for directory in above(path):
        try:
            fd = kernel.open(directory, O_RDONLY | O_DIRECTORY)
        except OSError as error:
            if error.errno in (EACCES, EPERM):
                continue
            raise WriteFailed(directory, "open", error) from error
        try:
            kernel.fsync(fd)
        except OSError as error:
            if error.errno != EINVAL:
                raise WriteFailed(directory, "fsync", error) from error
        finally:
            kernel.close(fd)
