"""A terminal for a program under test: what it shows is read, what is typed is written, as a person would."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
PATIENCE_S = 60
"""How long a program may show nothing before it counts as hung."""


class Screen:
    """One end of the terminal: the person's."""

    def __init__(self, fd: int, process: subprocess.Popen[bytes]) -> None:
        self._fd = fd
        self._process = process
        self._unread = ""
        self.shown = ""

    def until(self, text: str) -> str:
        """Read until a text is there, and return everything up to its end."""
        while text not in self._unread:
            assert select.select([self._fd], [], [], PATIENCE_S)[0], f"{text!r} never came, but {self._unread!r}"
            read = os.read(self._fd, 4096)
            self._take(read)
        before, _, self._unread = self._unread.partition(text)
        return before + text

    def _take(self, read: bytes) -> None:
        text = read.decode("utf-8", "replace").replace("\r\n", "\n")
        self._unread += text
        self.shown += text

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self._fd, keys.encode())

    def end(self) -> int:
        """Read to the end; returns the exit code."""
        try:
            while read := os.read(self._fd, 4096):
                self._take(read)
        except OSError:  # Linux tells so that nobody has the other end open any more
            pass
        return self._process.wait()


@contextmanager
def terminal(arguments: Sequence[str], *, rows: int = 24, columns: int = 80, term: str = "xterm") -> Iterator[Screen]:
    """Run `blackstart` on a terminal of its own."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    command = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from model.cli import main; main()"
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-c", command, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": term},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    try:
        yield Screen(ours, process)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
