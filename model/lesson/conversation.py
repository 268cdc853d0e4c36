"""Asking whoever learns: a prompt, an answer, and what to do with answers that make no sense, or that end.

It works on a terminal and in a pipe alike.  When a pipe has no more input, every question gets the answer that the
lesson suggests, so that a lesson without any input plays itself to the end; the end of input on a terminal is a wish to
leave.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from model.lesson.width import wrapped

Answer = TypeVar("Answer")

HELP = (
    "Enter: what is suggested. p NAME, where a call is asked for: another profile (blackstart profiles lists them).",
    "s: skip to the question at the end, and there to the answer. q: leave.",
)
_LEAST_ROWS = 10


class Left(Exception):
    """Whoever learns has had enough."""


class Skipped(Exception):
    """Whoever learns wants to go on to the question at the end, or to its answer."""


class Misunderstood(Exception):
    """An answer makes no sense here; says what would."""


class Offer(NamedTuple):
    """An answer that makes sense: the line that gives it, and what it is about."""

    line: str
    hint: str = ""


class Reader(Protocol):
    """Where answers come from."""

    @property
    def help(self) -> Sequence[str]:
        """What can be answered, in paragraphs."""

    def line(self, prompt: str, offers: Sequence[Offer], suggested: str) -> str | None:
        """Show a prompt, and return the answer as a line, empty for what is suggested; None if there is no more."""

    def wait(self) -> str:
        """Wait until what stands on the screen was read; returns the answer, empty to go on."""


class Conversation:
    """Shows lines, and asks.

    Args:
        reader: Where answers come from.
        say: Takes a line of output.
        rows: How many lines the screen has; None where there is no screen.
    """

    def __init__(self, reader: Reader, say: Callable[[str], None], rows: int | None = None) -> None:
        self._reader = reader
        self._say = say
        self._room = None if rows is None else max(rows, _LEAST_ROWS) - 2
        self._on_screen = 0

    def show(self, lines: Sequence[str]) -> None:
        """Show some lines; where they are more than the screen has room for, wait in between.

        Raises:
            Left: The answer to that was q.
            Skipped: It was s.
        """
        rest = list(lines)
        while self._room is not None and self._on_screen + len(rest) > self._room:
            count = _break(rest, self._room - self._on_screen)
            self._print(rest[:count])
            rest = rest[count:]
            _leave_or_skip(self._reader.wait())
            self._on_screen = 0
        self._print(rest)

    def _print(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._say(line)
        self._on_screen += len(lines)

    def ask(
        self, prompt: str, understand: Callable[[str], Answer], suggested: str, offers: Sequence[Offer] = ()
    ) -> Answer:
        """Ask until an answer makes sense.

        Args:
            prompt: What is asked, in a line.
            understand: Makes an answer of a line, or raises `Misunderstood`.
            suggested: What counts as answered where nothing is.
            offers: What can be answered, for those who have keys to choose with.

        Raises:
            Left: The answer was q.
            Skipped: The answer was s.
        """
        while True:
            line = self._reader.line(prompt, offers, suggested)
            self._on_screen = 0
            _leave_or_skip("q" if line is None else line)
            if line == "?":
                for told in self._reader.help:
                    self._print(wrapped(told))
                continue
            try:
                return understand(line or suggested)
            except Misunderstood as reason:
                self._print(wrapped(str(reason)))


def _leave_or_skip(line: str) -> None:
    if line in ("q", "s"):
        raise Left if line == "q" else Skipped


def _break(lines: Sequence[str], room: int) -> int:
    """After how many lines to wait: before an empty one if there is one not too early, else when the screen is full."""
    if room <= 0:
        return 0
    blank = [index for index in range(room // 2, room + 1) if not lines[index].strip()]
    return blank[-1] if blank else room


class Lines:
    """Answers as lines of text.

    Args:
        read: The next line of input without its end, None when there is no more.
        write: Takes text.
        echoes: Whether what was read has to be shown, because no terminal does.
    """

    help = HELP

    def __init__(self, read: Callable[[], str | None], write: Callable[[str], None], *, echoes: bool) -> None:
        self._read = read
        self._write = write
        self._echoes = echoes
        self._is_over = False

    def line(self, prompt: str, _offers: Sequence[Offer], suggested: str) -> str | None:
        """Show a prompt and read a line; from the end of a pipe on, what is suggested."""
        self._write("\n".join(wrapped(f"{prompt} >")) + " ")
        line = None if self._is_over else self._read()
        if line is None:
            self._is_over = True
            self._write(f"{suggested}\n" if self._echoes else "\n")
            return "" if self._echoes else None
        if self._echoes:
            self._write(f"{line.strip() or suggested}\n")
        return line.strip().lower()

    def wait(self) -> str:
        """Wait for a line."""
        self._write("-- Enter: more -- ")
        line = self._read()
        return "q" if line is None else line.strip().lower()
