"""Where files lie: a path for every inode, by the last name that it was given."""

import re
from collections.abc import Callable, Iterable, Mapping

from model.simulation.disk import ABSENT, ROOT, Disk, open_names
from model.simulation.effects import Effect, Rename, SetName

_TOKEN = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{16}|[0-9]{13})(?![0-9a-f])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_FOLDERS = 40


def printable(text: str) -> str:
    """A text without lone surrogates, which neither TOML nor UTF-8 can hold."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Places:
    """The last place (directory and name) of each inode.

    Tokens and times in names are nothing that two versions of a program need have in common: they are numbered, in the
    order in which they came up.
    """

    def __init__(self, places: Mapping[int, tuple[int, str]], tokens: Mapping[str, int] | None = None) -> None:
        self._places = dict(places)
        self._tokens = dict(tokens or {})
        for _, (_, name) in sorted(self._places.items()):
            self.note(name)

    @classmethod
    def of(cls, disk: Disk) -> "Places":
        """The places that a disk has; where a name is open, it counts for all that it may lead to."""
        places = {child: (directory, name) for directory, name, child in open_names(disk)}
        for ino, inode in disk.inodes.items():
            for name, child in inode.entries.items():
                places[child] = (ino, name)
        return cls(places)

    def copy(self) -> "Places":
        """The same places, to go on from."""
        return Places(self._places, self._tokens)

    def note(self, name: str) -> None:
        """Give every token in a name its number."""
        for token in _TOKEN.findall(name):
            self._tokens.setdefault(token, len(self._tokens) + 1)

    def plain(self, text: str) -> str:
        """A text with a number for each token in it; one that is not known stays."""
        return _TOKEN.sub(self._numbered, printable(text))

    def _numbered(self, found: re.Match[str]) -> str:
        number = self._tokens.get(found[0])
        return found[0] if number is None else f"<{number}>"

    def follow(self, effects: Iterable[Effect]) -> None:
        """Take in what was done; a file whose name is taken away keeps its last place."""
        for effect in effects:
            if isinstance(effect, SetName) and effect.ino != ABSENT:
                self._places[effect.ino] = (effect.directory, effect.name)
                self.note(effect.name)
            elif isinstance(effect, Rename):
                self._places[effect.ino] = (effect.target_directory, effect.target_name)
                self.note(effect.target_name)

    def path(self, ino: int) -> str:
        """The path of an inode."""
        parts: list[str] = []
        while ino != ROOT:
            if ino not in self._places or len(parts) > _MOST_FOLDERS:
                return "/".join([f"inode {ino}", *reversed(parts)])
            ino, name = self._places[ino]
            parts.append(name)
        return "".join(f"/{part}" for part in reversed(parts))

    def holds(self, ino: int, entries: Callable[[int], Mapping[str, int]]) -> bool:
        """Whether every name on the way to an inode's last place leads there.

        Args:
            ino: The inode.
            entries: What the directory of a number holds.
        """
        for _ in range(_MOST_FOLDERS):
            if ino == ROOT:
                return True
            directory, name = self._places.get(ino, (0, ""))
            if entries(directory).get(name) != ino:
                return False
            ino = directory
        return False

    def knows(self, ino: int) -> bool:
        """Whether the inode has ever had a name."""
        return ino in self._places

    def names(self) -> dict[int, str]:
        """A name for every inode, each its own: of those in the same place, older ones are called so."""
        by_path: dict[str, list[int]] = {}
        for ino in sorted(self._places):
            by_path.setdefault(self.plain(self.path(ino)), []).append(ino)
        found = {ROOT: ""}
        for path, inodes in by_path.items():
            for age, ino in enumerate(reversed(inodes)):
                found[ino] = path + (f" ({'older' if age == 1 else f'older by {age}'})" if age else "")
        return found
