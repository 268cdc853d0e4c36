"""Answers by single keys, on a terminal: what is suggested stands there, arrows move it, Enter takes it.

The terminal is asked for keys as they are pressed, and not to show them itself, for as long as the lesson lasts: what
is pressed while a lesson computes is neither lost nor printed into the middle of a table.
"""

import codecs
import os
import re
import termios
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from model.lesson.conversation import HELP, Offer
from model.lesson.width import width, wrapped
from model.report.figures import visible

ENTER = ("\r", "\n")
BACKSPACE = ("\x7f", "\x08")
END = "\x04"
LATER = ("\x1b[B", "\x1b[C", "\x1bOB", "\x1bOC")
EARLIER = ("\x1b[A", "\x1b[D", "\x1bOA", "\x1bOD")
_KEY = re.compile(r"\x1b[\[O][0-9;]*[ -/]*[@-~]|.", re.DOTALL)
_FROM_HERE = "\r\x1b[K"
"""Go to the beginning of the line, and clear it."""

MORE = "-- any key: more --"
HOW = "(arrows move, Enter takes, ? helps)"


class Terminal:
    """Keys as they are pressed.

    Args:
        fd: The terminal's descriptor.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._ahead: list[str] = []

    def key(self) -> str | None:
        """The next key: a character, or the sequence that an arrow sends; None when there are no more."""
        while not self._ahead:
            # A shell that had suspended us may have set the terminal back.
            tty.setcbreak(self._fd, termios.TCSADRAIN)
            read = os.read(self._fd, 64)
            if not read:
                return None
            self._ahead = _KEY.findall(self._decoder.decode(read))
        return self._ahead.pop(0)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Get keys as they are pressed, for as long as the `with` statement lasts."""
        before = termios.tcgetattr(self._fd)
        try:
            tty.setcbreak(self._fd, termios.TCSADRAIN)
            yield
        finally:
            termios.tcsetattr(self._fd, termios.TCSADRAIN, before)


class Keys:
    """Answers by single keys.

    Args:
        key: The next key, None when there are no more.
        write: Takes text for the terminal as it is.
    """

    help = (
        "Arrows: another answer. Enter takes it. A digit takes an answer, or begins its number. a, p (again and again: "
        "one profile after the other) where they are offered.",
        HELP[1],
    )

    def __init__(self, key: Callable[[], str | None], write: Callable[[str], None]) -> None:
        self._key = key
        self._write = write

    def line(self, prompt: str, offers: Sequence[Offer], suggested: str) -> str | None:
        """Show a prompt, let keys move what is suggested, and return what was taken."""
        self._write("\n".join([*wrapped(prompt), ""]))
        lines = [offer.line for offer in offers] or [suggested]
        chosen = lines.index(suggested) if suggested in lines else 0
        typed = ""
        while True:
            hint = offers[chosen].hint if offers else ""
            self._draw(lines[chosen], hint or HOW)
            key = self._key()
            if key is None or key == END:
                return self._taken(None)
            if key in ENTER:
                return self._taken(lines[chosen])
            if key in ("q", "s", "?"):
                self._draw(key, "")
                return self._taken(key)
            if key in BACKSPACE:
                typed = typed[:-1]
                chosen = lines.index(typed or suggested) if (typed or suggested) in lines else chosen
            elif key in LATER + EARLIER:
                typed = ""
                chosen = min(max(chosen + (1 if key in LATER else -1), 0), len(lines) - 1)
            elif key == "p":
                typed, chosen = "", _next_profile(lines, chosen)
            else:
                typed, chosen, is_taken = _typed(lines, chosen, typed, key)
                if is_taken:
                    self._draw(lines[chosen], offers[chosen].hint)
                    return self._taken(lines[chosen])

    def wait(self) -> str:
        """Wait for any key."""
        self._write(MORE)
        key = self._key()
        self._write(_FROM_HERE)
        return "q" if key in (None, END, "q") else "s" if key == "s" else ""

    def _draw(self, line: str, hint: str) -> None:
        shown = visible(f"> {line}  {hint}".rstrip())
        self._write(f"{_FROM_HERE}{shown[: width() - 1]}")

    def _taken(self, line: str | None) -> str | None:
        self._write("\n")
        return line


def _typed(lines: Sequence[str], chosen: int, typed: str, key: str) -> tuple[str, int, bool]:
    """What was typed with one more key, what is chosen then, and whether nothing can follow."""
    for begin in (typed + key, key):
        beginning = [line for line in lines if line.startswith(begin) and not line.startswith("p ")]
        if begin in beginning:
            return begin, lines.index(begin), len(beginning) == 1
    return "", chosen, False


def _next_profile(lines: Sequence[str], chosen: int) -> int:
    """The next of the answers that choose a profile, the first after the last; the same where there is none."""
    profiles = [index for index, line in enumerate(lines) if line.startswith("p ")]
    return next((index for index in profiles if index > chosen), profiles[0]) if profiles else chosen
