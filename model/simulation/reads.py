"""What a program saw of the disk that its machine booted from, question by question.

A program on a fresh machine is a function of its answers: the same answers in the same order lead to the same calls and
the same result.  That makes a run worth remembering: on another disk that gives the same answers it need not be run.

Inodes are numbered by when they were first met, so that answers do not depend on how a disk numbers its inodes.
"""

from collections.abc import Hashable
from typing import NamedTuple

from model.simulation.disk import ROOT
from model.simulation.effects import Effect, Rename, SetMode, SetName, Sync

PRESENCE = 1
KIND = 2
IDENTITY = 3


class Question(NamedTuple):
    """One look: `what` at the inode met as number `met`, or at a name in it, with what else decides the answer."""

    what: str
    met: int
    name: str = ""
    detail: Hashable = None


class Read(NamedTuple):
    """A question and its answer."""

    question: Question
    answer: Hashable


class Recorder:
    """Writes down every look at what was there before the program began, and has not been changed by it.

    Attributes:
        limit: The first inode number that nobody had used then: inodes from there on are the program's own work.
        reads: The looks, in order, none that earlier ones imply.
        met: The inodes, in the order in which they were met.
        is_complete: Whether everything seen is among the reads; if not, the run must not be remembered.
    """

    __slots__ = ("_changed", "_known", "_listed", "_numbers", "_seen", "is_complete", "limit", "met", "reads")

    def __init__(self, limit: int) -> None:
        self.reads: list[Read] = []
        self.met = [ROOT]
        self.is_complete = True
        self._numbers = {ROOT: 0}
        self.limit = limit
        self._known: dict[tuple[int, str], int] = {}
        self._listed: set[int] = set()
        self._changed: set[tuple[str, int]] = set()
        self._seen: set[Question] = set()

    def saw_name(self, directory: int, name: str, level: int, answer: Hashable) -> None:
        """A slot was looked at: whether it holds something, what kind of thing, or (kind, owner) of what inode."""
        if directory >= self.limit:
            return
        known = self._known.get((directory, name), PRESENCE - 1 if directory not in self._listed else IDENTITY)
        if known >= level:
            return
        self._known[directory, name] = IDENTITY if answer in (None, False) else level
        self.reads.append(Read(Question("name", self._numbers[directory], name, level), answer))

    def meet(self, ino: int) -> int:
        """The number of an inode of the disk, a new one if it was not met before."""
        number = self._numbers.get(ino)
        if number is None:
            number = self._numbers[ino] = len(self.met)
            self.met.append(ino)
        return number

    def known_names(self, directory: int) -> tuple[str, ...]:
        """Names in a directory that need no more look at the disk."""
        return tuple(sorted([name for (holder, name) in self._known if holder == directory]))

    def saw_listing(self, directory: int, known: tuple[str, ...], names: tuple[str, ...]) -> None:
        """All names were listed; `names` are those that were not known before."""
        if directory >= self.limit or directory in self._listed:
            return
        self._listed.add(directory)
        for name in names:
            self._known[directory, name] = PRESENCE
        self.reads.append(Read(Question("listing", self._numbers[directory], detail=known), names))

    def is_listed(self, directory: int) -> bool:
        """Whether the directory was listed, or made by the program."""
        return directory >= self.limit or directory in self._listed

    def saw_file(self, what: str, ino: int, detail: Hashable, answer: Hashable) -> None:
        """Content, size, mode, times or number of a file were looked at."""
        if ino >= self.limit or (what, ino) in self._changed:
            return
        question = Question(what, self._numbers[ino], detail=detail)
        if question not in self._seen:
            self._seen.add(question)
            self.reads.append(Read(question, answer))

    def did(self, effect: Effect) -> None:
        """The program changed something; what it looks at there from now on is its own."""
        if isinstance(effect, SetName):
            self._known[effect.directory, effect.name] = IDENTITY
        elif isinstance(effect, Rename):
            self._known[effect.directory, effect.name] = IDENTITY
            self._known[effect.target_directory, effect.target_name] = IDENTITY
        elif isinstance(effect, SetMode):
            self._changed.add(("mode", effect.ino))
        elif not isinstance(effect, Sync):
            self._changed.update((what, effect.ino) for what in ("content", "bytes", "size"))
