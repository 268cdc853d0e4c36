"""Play a program on any kernel, simulated or the host's.

Every call that writes writes a letter of its own: `a`, `b`, `c` ... the first, second, third call of the program, `o`,
`p`, `q` ... those before it.  So a look at the disk tells which writes arrived.
"""

from collections.abc import Callable, Sequence

from model.litmus.program import Call, Program
from store.kernel import O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY, Kernel

OLD_LETTERS = "opqrstuvwxyz"
NEW_LETTERS = "abcdefghijklmn"
"""By number of the call, from the beginning again where there are more calls than letters."""

_FLAGS = {
    "create": O_WRONLY | O_CREAT | O_EXCL,
    "write": O_WRONLY | O_CREAT,
    "append": O_WRONLY | O_APPEND,
    "truncate": O_WRONLY | O_TRUNC,
    "rewrite": O_WRONLY | O_TRUNC,
    "fsync": O_RDONLY,
    "kick": O_WRONLY | O_CREAT | O_EXCL,
}


def arrange(program: Program, kernel: Kernel, folder: str) -> None:
    """Make the calls that are to be durable before the program begins; the caller makes them so.

    Raises:
        OSError: A call failed.
    """
    _perform(program.before, kernel, folder, OLD_LETTERS, None)


def play(
    program: Program,
    kernel: Kernel,
    folder: str,
    after_each: Callable[[int], None] | None = None,
    *,
    begin: int = 0,
    end: int | None = None,
) -> None:
    """Make the calls of a program, in a folder that `arrange` has arranged.

    Args:
        program: What to play.
        kernel: On what.
        folder: Absolute path of the program's folder, which exists.
        after_each: Told after each call how many are complete.
        begin: So many calls have been made before.
        end: After so many it stops; all by default.

    Raises:
        OSError: A call failed.
    """
    _perform(program.calls[:end], kernel, folder, NEW_LETTERS, after_each, begin)


def content_of(letter: str, size_bytes: int) -> bytes:
    """What a call writes: its own letter, never NUL."""
    return letter.encode() * size_bytes


def _perform(
    calls: Sequence[Call],
    kernel: Kernel,
    folder: str,
    letters: str,
    after_each: Callable[[int], None] | None,
    begin: int = 0,
) -> None:
    for number, call in enumerate(calls[begin:], begin):
        _make(call, kernel, folder, letters[number % len(letters)])
        if after_each is not None:
            after_each(number + 1)


def _make(call: Call, kernel: Kernel, folder: str, letter: str) -> None:
    path = folder if call.path == "." else f"{folder}/{call.path}"
    match call.verb:
        case "rename":
            kernel.rename(path, f"{folder}/{call.target}")
        case "link":
            kernel.link(path, f"{folder}/{call.target}")
        case "unlink":
            kernel.unlink(path)
        case "mkdir":
            kernel.mkdir(path)
        case "rmdir":
            kernel.rmdir(path)
        case verb:
            fd = kernel.open(path, _FLAGS[verb])
            try:
                _write(kernel, fd, content_of(letter, 1 if verb == "kick" else call.size_bytes))
                if verb in ("fsync", "kick"):
                    kernel.fsync(fd)
            finally:
                kernel.close(fd)


def _write(kernel: Kernel, fd: int, data: bytes) -> None:
    while data:
        data = data[kernel.write(fd, data) :]
