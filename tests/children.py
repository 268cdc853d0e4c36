"""Other processes for tests: forked, so that they need no access to Python's own files once they gave up root.

A child runs one function and hands back its result; what it raises, the parent raises as `ChildFailed`.  `talk` is a
pipe for tests that proceed in lockstep.
"""

import ctypes
import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

NOBODY = 65534
_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_PR_SET_DUMPABLE = 4
_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18


class ChildFailed(AssertionError):
    """What a child raised, with its traceback."""


class Child:
    """One forked process: runs `function(talk)`, then ends."""

    def __init__(self, function: Callable[[Connection], Any], *, uid: int | None = None) -> None:
        self.talk, theirs = Pipe()
        self._result, report = Pipe(duplex=False)
        self.pid = os.fork()
        if self.pid == 0:
            _run(function, theirs, report, uid)
        theirs.close()
        report.close()

    def result(self) -> Any:
        """Wait for the end; return what the function returned."""
        try:
            kind, value = self._result.recv()
        except EOFError:
            kind, value = "died", ""
        _, status = os.waitpid(self.pid, 0)
        self.talk.close()
        self._result.close()
        if kind != "returned":
            raise ChildFailed(f"the child {kind} (status {status}):\n{value}")
        return value

    def kill(self) -> None:
        """SIGKILL, and gone."""
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        self.talk.close()
        self._result.close()


def _run(function: Callable[[Connection], Any], talk: Connection, report: Connection, uid: int | None) -> None:
    try:
        if uid is not None and os.geteuid() == 0:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
        report.send(("returned", function(talk)))
    except BaseException:
        report.send(("failed", traceback.format_exc()))
    finally:
        os._exit(0)


def in_child(function: Callable[[], Any], *, uid: int | None = None) -> Any:
    """Run a function in a child and return its result."""
    return Child(lambda _: function(), uid=uid).result()


@contextmanager
def folder_for_everyone() -> Iterator[Path]:
    """A temporary folder that other users can reach (pytest's own are closed to them)."""
    folder = Path(tempfile.mkdtemp(prefix="blackstart-"))
    folder.chmod(0o777)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _call(name: str, *arguments: Any) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _own_mounts() -> None:
    """From here on, this (child) process's mounts are its own."""
    uid, gid = os.geteuid(), os.getegid()
    _call("unshare", _CLONE_NEWNS if uid == 0 else _CLONE_NEWNS | _CLONE_NEWUSER)
    if uid != 0:
        _call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)  # who gave up root may not see its own /proc else
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    _call("mount", b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)


def mount_read_only(folder: Path) -> None:
    """Make a folder read-only for this (child) process alone, whoever it is."""
    _own_mounts()
    path = os.fsencode(folder)
    _call("mount", path, path, None, _MS_BIND, None)
    _call("mount", b"none", path, None, _MS_BIND | _MS_REMOUNT | _MS_RDONLY, None)


def mount_small_disk(folder: Path, size_bytes: int) -> None:
    """Mount an empty disk of that size for this (child) process alone."""
    _own_mounts()
    _call("mount", b"tmpfs", os.fsencode(folder), b"tmpfs", 0, f"size={size_bytes},mode=0700".encode())
