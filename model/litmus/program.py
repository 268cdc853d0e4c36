"""Programs of a few calls, as values and as one line of text.

    write b 1500 | write a 1500; rename a b; fsync .

What stands before the bar is durable before the program begins (no bar: nothing is).  Paths are relative to a folder of
the program's own, which `.` names.  The alphabet:

    create a        a new, empty file                           mkdir d
    write a 1500    bytes at its front; made if need be         rmdir d
    append a 1500   bytes at its end                            rename a b      onto a free name, or over another file
    truncate a      cut to nothing (O_TRUNC)                    link a b
    rewrite a 1500  cut to nothing and written, in one go       unlink a
    fsync a         of a file, a directory, or the folder       kick k          a new file with one byte, and its fsync

Each call opens what it needs, does one thing and closes it, but for `kick`, the fsync of an unrelated new file, which
makes most file systems write down what they had put off.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from model.target import UserMistake

Verb = Literal[
    "create",
    "write",
    "append",
    "truncate",
    "rewrite",
    "rename",
    "link",
    "unlink",
    "mkdir",
    "rmdir",
    "fsync",
    "kick",
]

VERBS: Final[tuple[Verb, ...]] = get_args(Verb)
WITH_SIZE: Final = frozenset({"write", "append", "rewrite"})
WITH_TARGET: Final = frozenset({"rename", "link"})


@dataclass(frozen=True, order=True)
class Call:
    """One call.

    Attributes:
        verb: What is done.
        path: To what.
        target: The other path of a rename or link.
        size_bytes: How much a write writes.
    """

    verb: Verb
    path: str
    target: str = ""
    size_bytes: int = 0

    @property
    def syncs(self) -> bool:
        """Whether it makes something durable."""
        return self.verb in ("fsync", "kick")

    def __str__(self) -> str:
        words = [self.verb, self.path]
        if self.verb in WITH_TARGET:
            words.append(self.target)
        if self.verb in WITH_SIZE:
            words.append(str(self.size_bytes))
        return " ".join(words)

    @classmethod
    def parse(cls, text: str) -> "Call":
        """Read one call.

        Raises:
            UserMistake: It is none.
        """
        verb, *words = text.split() or [""]
        if verb not in VERBS:
            raise UserMistake(f"litmus call {text.strip()!r}", "no such call", f"The calls are {', '.join(VERBS)}.")
        wanted = 1 + (verb in WITH_TARGET) + (verb in WITH_SIZE)
        if len(words) != wanted:
            raise UserMistake(
                f"litmus call {text.strip()!r}", f"{verb} takes {wanted} words, not {len(words)}", "See model/litmus."
            )
        if verb in WITH_SIZE:
            if not words[1].isdecimal() or not int(words[1]):
                raise UserMistake(
                    f"litmus call {text.strip()!r}", f"{words[1]!r} is no size", "Give a number of bytes."
                )
            return cls(verb, words[0], size_bytes=int(words[1]))
        return cls(verb, words[0], words[1] if verb in WITH_TARGET else "")


@dataclass(frozen=True, order=True)
class Program:
    """Calls, and others that were durable before the first of them.

    Attributes:
        before: What arranges the folder.
        calls: What the power is cut after.
    """

    before: tuple[Call, ...]
    calls: tuple[Call, ...]

    @property
    def syncs(self) -> bool:
        """Whether one of its calls makes something durable."""
        return any(call.syncs for call in self.calls)

    def __str__(self) -> str:
        calls = "; ".join(map(str, self.calls))
        return f"{'; '.join(map(str, self.before))} | {calls}" if self.before else calls

    @classmethod
    def parse(cls, text: str) -> "Program":
        """Read a program as `str` writes it.

        Raises:
            UserMistake: A call is none.
        """
        before, bar, calls = text.rpartition("|")
        return cls(_calls(before) if bar else (), _calls(calls))


def _calls(text: str) -> tuple[Call, ...]:
    return tuple(Call.parse(call) for call in text.split(";") if call.strip())
