"""The page cache beside the disk: what processes see at a cut, what is surely on the disk, and what is pending.

Nothing is decided here.  What a power cut leaves open is read off the undecided disk that it would leave.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from model.scenario.answers import LastValues
from model.scenario.places import Places
from model.simulation.disk import ABSENT, ROOT, Disk, Value, Variable
from model.simulation.effects import Effect, Rename, SetName
from model.simulation.tree import describe_bytes

SURE = "the same"
GONE = "-"


def in_full(content: bytes) -> str:
    """The size and all of a file's bytes, on one line."""
    if not content or not content.strip(b"\0"):
        return describe_bytes(content)
    text = content.decode("utf-8", "replace").replace("\0", "\u2400")
    return f"{len(content)} bytes: {' '.join(text.split())}"


class Row(NamedTuple):
    """One name: what processes see behind it, and what of that is surely on the disk."""

    path: str
    seen: str
    on_disk: str


class Pending(NamedTuple):
    """One open thing: the name or the content of what, and what the disk may hold of it."""

    about: str
    may_be: tuple[str, ...]


@dataclass
class Beside:
    """Both sides at one moment.

    Args:
        base: What the machine had booted from.
        last: What everything was last; it has followed `effects`.
        effects: What was done since.
        crash: The undecided disk that a power cut would leave.
        places: Where files lie.
    """

    base: Disk
    last: LastValues
    effects: Sequence[Effect]
    crash: Disk
    places: Places

    def __post_init__(self) -> None:
        self._entries = {ino: dict(inode.entries) for ino, inode in self.base.inodes.items()}
        for effect in self.effects:
            if isinstance(effect, SetName):
                self._set(effect.directory, effect.name, effect.ino)
            elif isinstance(effect, Rename):
                self._set(effect.directory, effect.name, ABSENT)
                self._set(effect.target_directory, effect.target_name, effect.ino)
        self._open: dict[Variable, list[Value]] = {}
        for component in self.crash.components:
            for position, variable in enumerate(component.variables):
                values = dict.fromkeys(alternative.values[position] for alternative in component.alternatives)
                if len(values) > 1:
                    self._open[variable] = list(values)

    def _set(self, directory: int, name: str, ino: int) -> None:
        names = self._entries.setdefault(directory, {})
        if ino == ABSENT:
            names.pop(name, None)
        else:
            names[name] = ino

    def rows(self) -> list[Row]:
        """Every name below the folder of the store, on either side."""
        return list(self._rows(ROOT, ""))

    def _rows(self, directory: int, path: str) -> Iterator[Row]:
        for name in self._names(directory):
            here = f"{path}/{name}"
            if path == "" and name != "srv":
                continue
            seen = self._entries.get(directory, {}).get(name, ABSENT)
            if path:
                yield Row(self.places.plain(here), self._seen(seen), self._on_disk(directory, name, seen))
            for inside in dict.fromkeys((seen, *self._possible(directory, name))):
                if inside != ABSENT and self._kind(inside) == "directory":
                    yield from self._rows(inside, here)

    def _names(self, directory: int) -> list[str]:
        surely = self.crash.inodes[directory].entries if directory in self.crash.inodes else {}
        opened = [variable.name for variable in self._open if variable.kind == "name" and variable.ino == directory]
        return sorted({*self._entries.get(directory, {}), *surely, *opened})

    def _possible(self, directory: int, name: str) -> list[int]:
        """Which files the disk may hold under a name."""
        values = self._open.get(Variable("name", directory, name))
        if values is None:
            inode = self.crash.inodes.get(directory)
            return [ABSENT if inode is None else inode.entries.get(name, ABSENT)]
        return [value for value in values if isinstance(value, int)]

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
        possible = self._possible(directory, name)
        if possible == [seen]:
            is_open = Variable("content", seen) in self._open
            return "the name, not its bytes" if is_open else SURE
        if ABSENT not in possible:
            return "one of two files"
        return "perhaps still there" if seen == ABSENT else "not even the name"

    def pending(self) -> list[Pending]:
        """Everything that may go either way, names first."""
        found = [
            Pending(self._about(variable), tuple(self._in_words(value) for value in values))
            for variable, values in self._open.items()
            if variable.kind in ("name", "content")
        ]
        return sorted(found, key=lambda each: (not each.about.startswith("name"), each.about))

    def _about(self, variable: Variable) -> str:
        if variable.kind == "name":
            return self.places.plain(f"name {self.places.path(variable.ino)}/{variable.name}")
        return f"content of {self._names_of_files.get(variable.ino, 'a file')}"

    @property
    def _names_of_files(self) -> Mapping[int, str]:
        return self.places.names()

    def _in_words(self, value: Value) -> str:
        if isinstance(value, bytes):
            return in_full(value)
        if value == ABSENT:
            return "absent"
        if not isinstance(value, int) or self._kind(value) == "directory":
            return "there"
        if Variable("content", value) in self._open:
            return "the file whose bytes are pending"
        return self._content(value)
