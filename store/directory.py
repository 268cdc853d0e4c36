"""An open directory, and the few safe ways to read and change it.

Everything is reached by a single name relative to the open descriptor, and never through a symbolic link.
A change of names is only durable after `settle`; the object knows whether that is still due.
"""

from collections.abc import Callable
from errno import (
    EEXIST,
    EINVAL,
    EIO,
    ELOOP,
    EMLINK,
    ENOENT,
    ENOTDIR,
    ENOTEMPTY,
    ENXIO,
    EOPNOTSUPP,
    EPERM,
)

from store.errors import ReadFailed, StoreError, StoreRefused, WriteFailed
from store.kernel import (
    O_CREAT,
    O_DIRECTORY,
    O_EXCL,
    O_NOFOLLOW,
    O_NONBLOCK,
    O_RDONLY,
    O_WRONLY,
    Kernel,
    Status,
)

_READ = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
_OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
_CREATE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
_MOST_TOKENS = 100

TemporaryName = Callable[[str], str]  # a token in, a name out


class NotRegular(StoreError):
    """The name is there, but it is no regular file; the text says what it is."""


def open_directory(
    kernel: Kernel, path: str, name: str | None = None, *, dir_fd: int | None = None
) -> "Directory | None":
    """Open a directory that is one, not a link to one; None when the name is not there.

    Raises:
        StoreRefused: the name is something else.
        ReadFailed: the kernel does not let us.
    """
    try:
        return Directory(kernel, kernel.open(name or path, _OPEN_DIRECTORY, dir_fd=dir_fd), path)
    except OSError as error:
        if error.errno == ENOENT:
            return None
        if error.errno in (ENOTDIR, ELOOP, EMLINK):
            raise StoreRefused(path, "not a directory (a symbolic link is not followed)") from error
        raise ReadFailed(path, "open", error) from error


def close_descriptor(kernel: Kernel, fd: int, path: str) -> None:
    """Close a descriptor of a file or directory."""
    try:
        kernel.close(fd)
    except OSError as error:
        raise ReadFailed(path, "close", error) from error


class Directory:
    """One open directory.  `settled` says that all its names are known to be durable."""

    __slots__ = ("fd", "kernel", "path", "settled")

    def __init__(self, kernel: Kernel, fd: int, path: str) -> None:
        self.kernel = kernel
        self.fd = fd
        self.path = path
        self.settled = False

    def full(self, name: str) -> str:
        """Return the path of a name in here, for messages."""
        return f"{self.path}/{name}"

    def close(self) -> None:
        """Close the descriptor."""
        close_descriptor(self.kernel, self.fd, self.path)

    def subdirectory(self, name: str) -> "Directory | None":
        """Open a directory in this one; None when it is not there."""
        return open_directory(self.kernel, self.full(name), name, dir_fd=self.fd)

    def names(self) -> list[str]:
        """List the names, in no order."""
        try:
            return self.kernel.listdir(self.fd)
        except OSError as error:
            raise ReadFailed(self.path, "list", error) from error

    def status(self, name: str) -> Status | None:
        """Return the status of a name, None when it is not there."""
        try:
            return self.kernel.stat(name, dir_fd=self.fd)
        except OSError as error:
            if error.errno == ENOENT:
                return None
            raise ReadFailed(self.full(name), "stat", error) from error

    def own_status(self) -> Status:
        """Return the status of the directory itself."""
        try:
            return self.kernel.fstat(self.fd)
        except OSError as error:
            raise ReadFailed(self.path, "stat", error) from error

    def open_file(self, name: str) -> int | None:
        """Open a file for reading; None when it is not there.

        Raises:
            NotRegular: a symbolic link or a socket.
        """
        try:
            return self.kernel.open(name, _READ, dir_fd=self.fd)
        except OSError as error:
            if error.errno == ENOENT:
                return None
            if error.errno in (ELOOP, EMLINK):
                raise NotRegular("a symbolic link") from error
            if error.errno == ENXIO:
                raise NotRegular("not a regular file") from error
            raise ReadFailed(self.full(name), "open", error) from error

    def read_open(self, fd: int, name: str, *, sync: bool = False) -> tuple[bytes, Status]:
        """Return content and status (taken before the content) of an open file; with `sync`, made durable first.

        Raises:
            NotRegular: a directory, pipe or device.
        """
        kernel, step = self.kernel, "stat"
        try:
            status = kernel.fstat(fd)
            if status.kind != "file":
                raise NotRegular(f"a {status.kind}" if status.kind == "directory" else "not a regular file")
            if sync:
                step = "fsync"
                kernel.fsync(fd)
            step = "read"
            size = status.size
            data = kernel.read(fd, size + 1)
            if len(data) == size:
                return data, status  # one byte more was asked for, and is not there
            chunks = [data]
            while chunks[-1]:
                chunks.append(kernel.read(fd, 65536))
            return b"".join(chunks), status
        except OSError as error:
            if step == "fsync":
                raise WriteFailed(self.full(name), step, error) from error
            raise ReadFailed(self.full(name), step, error) from error

    def read(self, name: str, *, sync: bool = False) -> tuple[bytes, Status] | None:
        """Return content and status of a file, None when it is not there; with `sync`, its content made durable."""
        fd = self.open_file(name)
        if fd is None:
            return None
        try:
            return self.read_open(fd, name, sync=sync)
        finally:
            close_descriptor(self.kernel, fd, self.full(name))

    def sync_file(self, name: str) -> None:
        """Make a file's content durable; nothing to do when it is not there (rule N).

        Raises:
            NotRegular: a symbolic link or a socket.
        """
        fd = self.open_file(name)
        if fd is None:
            return
        try:
            self.kernel.fsync(fd)
        except OSError as error:
            if error.errno != EINVAL:  # not a regular file: there is nothing to sync
                raise WriteFailed(self.full(name), "fsync", error) from error
        finally:
            close_descriptor(self.kernel, fd, self.full(name))

    def make_private(self, name: str) -> bool:
        """Let nobody else into a file; False where it is not ours to say.  Durable after `sync_file` (P11).

        Raises:
            NotRegular: a symbolic link or a socket.
        """
        fd = self.open_file(name)
        if fd is None:
            return True
        try:
            self.kernel.fchmod(fd, 0o600)
        except OSError as error:
            if error.errno in (EPERM, EOPNOTSUPP):
                return False
            raise WriteFailed(self.full(name), "chmod", error) from error
        finally:
            close_descriptor(self.kernel, fd, self.full(name))
        return True

    def settle(self) -> None:
        """Make every name in here durable, unless they are known to be.  A failed fsync leaves them unsettled."""
        if self.settled:
            return
        try:
            self.kernel.fsync(self.fd)
        except OSError as error:
            raise WriteFailed(self.path, "fsync", error) from error
        self.settled = True

    def write_file(self, name: str, data: bytes) -> bool:
        """Create a file with durable content (its name is durable after `settle`); False when the name is taken."""
        kernel = self.kernel
        try:
            fd = kernel.open(name, _CREATE, 0o600, dir_fd=self.fd)
        except OSError as error:
            if error.errno == EEXIST:
                return False
            raise WriteFailed(self.full(name), "create", error) from error
        self.settled = False
        step = "write"
        try:
            try:
                while data:
                    taken = kernel.write(fd, data)
                    if not taken:
                        raise OSError(EIO, "nothing was written")
                    data = data[taken:]
                step = "fsync"
                kernel.fsync(fd)
                step = "close"
            finally:
                kernel.close(fd)
        except BaseException as error:
            self.discard(name, error)
            if isinstance(error, OSError):
                raise WriteFailed(self.full(name), step, error) from error
            raise
        return True

    def write_temporary(self, data: bytes, name_of_token: TemporaryName) -> str:
        """Write a file with durable content under a temporary name that nobody has; return the name (step W)."""
        for _ in range(_MOST_TOKENS):
            name = name_of_token(self.kernel.random_bytes(8).hex())
            if self.write_file(name, data):
                return name
        taken = OSError(EEXIST, "every temporary name is taken")
        raise WriteFailed(self.path, "create", taken) from taken

    def discard(self, name: str, error: BaseException) -> None:
        """Remove a temporary because of `error`, to which a failure to do so is added."""
        try:
            self.kernel.unlink(name, dir_fd=self.fd)
        except OSError as failure:
            if failure.errno != ENOENT:
                error.add_note(f"{self.full(name)} could not be removed: {failure.strerror}")

    def rename(self, source: str, target: str) -> None:
        """Move a name in here; what had the target name loses it."""
        self.settled = False
        try:
            self.kernel.rename(source, target, dir_fd=self.fd, target_dir_fd=self.fd)
        except OSError as error:
            raise WriteFailed(self.full(target), "rename", error) from error

    def link(self, source: str, target: str) -> bool:
        """Give a file in here one more name; False where that cannot be done to it (a directory, a simple disk)."""
        self.settled = False
        try:
            self.kernel.link(source, target, dir_fd=self.fd, target_dir_fd=self.fd)
        except OSError as error:
            if error.errno in (EPERM, EOPNOTSUPP, EMLINK):
                return False
            raise WriteFailed(self.full(target), "link", error) from error
        return True

    def unlink(self, name: str) -> bool:
        """Remove a name; False when it is not there."""
        self.settled = False
        try:
            self.kernel.unlink(name, dir_fd=self.fd)
        except OSError as error:
            if error.errno == ENOENT:
                return False
            raise WriteFailed(self.full(name), "unlink", error) from error
        return True

    def make(self, name: str) -> bool:
        """Make a directory in here; False when the name is taken."""
        self.settled = False
        try:
            self.kernel.mkdir(name, 0o700, dir_fd=self.fd)
        except OSError as error:
            if error.errno == EEXIST:
                return False
            raise WriteFailed(self.full(name), "mkdir", error) from error
        return True

    def remove(self, name: str) -> bool:
        """Remove an empty directory in here; False when it is not empty."""
        self.settled = False
        try:
            self.kernel.rmdir(name, dir_fd=self.fd)
        except OSError as error:
            if error.errno in (ENOTEMPTY, EEXIST):
                return False
            raise WriteFailed(self.full(name), "rmdir", error) from error
        return True
