"""The page cache beside the disk: what processes see at a cut, what is surely on the disk, and what is pending.

Nothing is decided here.  What a power cut leaves open is read off the undecided disk that it would leave.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from model.lesson.left import Left
from model.lesson.names import Names
from model.scenario.answers import LastValues
from model.scenario.places import Places
from model.simulation.disk import ABSENT, ROOT, Disk, Value, Variable
from model.simulation.effects import Effect
from model.simulation.tree import describe_bytes

SURE = "the same"
GONE = "-"


def in_full(content: bytes) -> str:
    """The size and all of a file's bytes, on one line."""
    if not content:
        return describe_bytes(content)
    if not content.strip(b"\0"):
        return f"{len(content)} bytes, all zero (NUL)"
    text = content.decode("utf-8", "replace").replace("\0", "\u2400")
    return f"{len(content)} bytes: {' '.join(text.split())}"


class Row(NamedTuple):
    """One name: what processes see behind it, what of that is surely on the disk, whether the run has touched it."""

    path: str
    seen: str
    on_disk: str
    is_touched: bool


@dataclass
class Beside:
    """Both sides at one moment.

    Args:
        base: What the machine had booted from.
        last: What everything was last; it has followed `effects`.
        effects: What was done since.
        crash: The undecided disk that a cut would leave.
        places: Where files lie.
        is_kill: Whether the cut is a kill, which can only have cut a write short.
    """

    base: Disk
    last: LastValues
    effects: Sequence[Effect]
    crash: Disk
    places: Places
    is_kill: bool = False

    def __post_init__(self) -> None:
        self._names = Names(self.base, self.effects)
        self._before = Names(self.base, ())
        self._left = Left(self.crash, lambda _variable, _value: True)
        self._changed = {getattr(effect, "ino", ABSENT) for effect in self.effects}

    @cached_property
    def _open(self) -> dict[Variable, tuple[Value, ...]]:
        return {variable: values for variable, values in self._left.open.items() if len(values) > 1}

    def rows(self) -> list[Row]:
        """Every name below the folder of the store, on either side."""
        return list(self._rows(ROOT, "", is_sure=True))

    def _rows(self, directory: int, path: str, *, is_sure: bool) -> Iterator[Row]:
        """The names in a folder and, as far as processes see them, below; `is_sure`: it is there in any case."""
        for name in self._listed(directory):
            here = f"{path}/{name}"
            if path == "" and name != "srv":
                continue
            seen = self._names.of(directory).get(name, ABSENT)
            on_disk = self._on_disk(directory, name, seen)
            if path:
                told = on_disk if is_sure or on_disk != SURE else "if its folder is"
                touched = seen in self._changed or seen != self._before.of(directory).get(name, ABSENT)
                yield Row(self.places.plain(here), self._seen(seen), told, touched)
            if seen != ABSENT and self._kind(seen) == "directory":
                yield from self._rows(seen, here, is_sure=is_sure and on_disk == SURE)

    def _listed(self, directory: int) -> list[str]:
        surely = self.crash.inodes[directory].entries if directory in self.crash.inodes else {}
        opened = [variable.name for variable in self._open if variable.kind == "name" and variable.ino == directory]
        return sorted({*self._names.of(directory), *surely, *opened})

    def _kind(self, ino: int) -> str:
        return self.last.kind_of(ino) or "file"

    def _seen(self, ino: int) -> str:
        if ino == ABSENT:
            return GONE
        return "a folder" if self._kind(ino) == "directory" else self._content(ino)

    def _content(self, ino: int) -> str:
        content = self.last.of(Variable("content", ino))
        return in_full(content) if isinstance(content, bytes) else "a file"

    def _on_disk(self, directory: int, name: str, seen: int) -> str:
        possible = self._left.values(Variable("name", directory, name))
        if possible == (seen,):
            if Variable("content", seen) not in self._open:
                return SURE
            return "perhaps only a part" if self.is_kill else "the name, not its bytes"
        if ABSENT not in possible:
            return "one of two files"
        return "perhaps still there" if seen == ABSENT else "not even the name"

    def pending(self) -> list[str]:
        """Everything that may go either way, names first: the name or the content of what."""
        names = [self._slot("name", variable) for variable in self._open if variable.kind == "name"]
        contents = [each for variable in self._open if variable.kind == "content" for each in self._contents(variable)]
        return [*sorted(names), *sorted(contents)]

    def _slot(self, what: str, slot: Variable) -> str:
        return self.places.plain(f"{what} {self.places.path(slot.ino)}/{slot.name}")

    def _contents(self, variable: Variable) -> Iterator[str]:
        """A file's content; where it depends on which of its names is there, under which of them it is open."""
        slots = [slot for slot, inodes in self._open.items() if slot.kind == "name" and variable.ino in inodes]
        by_slot = {slot: self._under(slot, variable) for slot in slots}
        if all(set(found) == set(self._open[variable]) for found in by_slot.values()):
            yield f"content of {self.places.names().get(variable.ino, 'a file')}"
            return
        for slot, found in by_slot.items():
            if len(found) > 1:
                yield self._slot("content of", slot) + ", if it is there"

    def _under(self, slot: Variable, content: Variable) -> tuple[Value, ...]:
        """What a file's content may be where this name leads to it."""
        return Left(self.crash, lambda each, value: each != slot or value == content.ino).values(content)
