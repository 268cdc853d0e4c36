"""The Linux system calls that Python's own library does not have: mounts, namespaces, holes, death of a parent."""

import ctypes
import os
import signal

_CLONE_NEWNS = 0x0002_0000
_PR_SET_PDEATHSIG = 1
_FALLOC_FL_KEEP_SIZE = 0x01
_FALLOC_FL_PUNCH_HOLE = 0x02

MS_RDONLY = 1
MS_REC = 0x4000
MS_PRIVATE = 0x4_0000
MNT_DETACH = 2

_libc = ctypes.CDLL(None, use_errno=True)


def mount(source: str, target: str, kind: str, *, flags: int = 0, options: str = "") -> None:
    """Mount `source` at `target`; `options` are the file system's own, without those that are flags.

    Raises:
        OSError: as mount(2) gives it; its text names source, file system and options.
    """
    chosen = options.encode() if options else None
    failed = _libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), chosen)
    _check(failed, f"mount {source} as {kind} with options '{options}' at {target}")


def unmount(target: str, *, detached: bool = False) -> None:
    """Unmount what is at `target`; `detached` at once, although something in it may still be open."""
    _check(_libc.umount2(target.encode(), MNT_DETACH if detached else 0), f"unmount {target}")


def unshare_mounts() -> None:
    """Give this process a copy of its mount namespace, for itself and the children that it will have."""
    _check(_libc.unshare(_CLONE_NEWNS), "unshare the mount namespace")


def sync_file_system(path: str) -> None:
    """Write down everything that is pending on the file system of `path`, and no other."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _check(_libc.syncfs(fd), f"sync the file system of {path}")
    finally:
        os.close(fd)


def join_mounts(fd: int) -> None:
    """Move into the mount namespace that a descriptor of `/proc/PID/ns/mnt` stands for."""
    _check(_libc.setns(fd, _CLONE_NEWNS), "join a mount namespace")


def punch_hole(fd: int, start: int, length: int) -> None:
    """Give back the room of a range of a file; it reads as zeros, and the size stays."""
    mode = _FALLOC_FL_PUNCH_HOLE | _FALLOC_FL_KEEP_SIZE
    _check(_libc.fallocate(fd, mode, ctypes.c_int64(start), ctypes.c_int64(length)), f"punch a hole at {start}")


def die_with_parent(parent: int) -> None:
    """Be killed when the process `parent`, which forked this one, dies; at once if it is dead already."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0), "ask to die with the parent")
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)}: {what}")
