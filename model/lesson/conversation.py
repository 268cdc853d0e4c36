"""Asking whoever learns: a prompt, a line, and what to do with lines that make no sense, or that end.

It works on a terminal and in a pipe alike.  When a pipe has no more input, every question gets the answer that the
lesson suggests, so that a lesson without any input plays itself to the end; the end of input on a terminal is a wish to
leave.
"""

from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

HELP = (
    "Enter: what is suggested. p NAME, where a call is asked for: another profile.\n"
    "s: skip to the question at the end. q: leave."
)


class Left(Exception):
    """Whoever learns has had enough."""


class Skipped(Exception):
    """Whoever learns wants to go on to the question at the end."""


class Misunderstood(Exception):
    """A line makes no sense here; says what would."""


class Conversation:
    """Asks, line by line.

    Args:
        read: The next line of input without its end, None when there is no more.
        say: Takes a line of output; `end` stands after it.
        echoes: Whether what was read has to be shown, because no terminal does.
    """

    def __init__(self, read: Callable[[], str | None], say: Callable[[str, str], None], *, echoes: bool) -> None:
        self._read = read
        self._say = say
        self._echoes = echoes
        self._is_over = False

    def show(self, lines: list[str]) -> None:
        """Show some lines."""
        for line in lines:
            self._say(line, "\n")

    def ask(self, prompt: str, understand: Callable[[str], Answer], suggested: str) -> Answer:
        """Ask until a line makes sense.

        Args:
            prompt: What is asked, in a line.
            understand: Makes an answer of a line, or raises `Misunderstood`.
            suggested: What counts as answered where nothing is.

        Raises:
            Left: The answer was q.
            Skipped: The answer was s.
        """
        while True:
            line = self._line(f"{prompt} > ", suggested)
            if line in ("q", "s"):
                raise Left if line == "q" else Skipped
            if line == "?":
                self._say(HELP, "\n")
                continue
            try:
                return understand(line or suggested)
            except Misunderstood as reason:
                self._say(f"{reason}", "\n")

    def _line(self, prompt: str, suggested: str) -> str:
        self._say(prompt, "")
        line = None if self._is_over else self._read()
        if line is None:
            self._is_over = True
            if not self._echoes:
                self._say("", "\n")
                return "q"
            self._say(suggested, "\n")
            return suggested
        if self._echoes:
            self._say(line.strip() or suggested, "\n")
        return line.strip().lower()
