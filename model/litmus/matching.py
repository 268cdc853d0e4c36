"""Whether an undecided disk may show a given tree: a search that follows only the choices that agree with it.

Nothing is sampled and no content is listed, so the answer is exact for a file with 2^80 possible contents too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from model.litmus.tree import DEEPEST, Tree
from model.simulation.disk import ABSENT, ROOT, Alternative, Disk


class _Choice(NamedTuple):
    """What was chosen on the way: the frames left, the alternatives left of names, the contents of files."""

    frames: int
    left: Mapping[int, Sequence[Alternative]]
    contents: Mapping[int, bytes]


def matches(disk: Disk, folder: str, tree: Tree) -> bool:
    """Whether some choice of everything that is open on the disk shows exactly that tree below a folder.

    The way to the folder itself must be decided.
    """
    ino = ROOT
    for name in folder.strip("/").split("/"):
        ino = disk.inodes[ino].entries[name]
    search = _Search(disk, tree)
    return any(True for _ in search.directory(ino, "", 0, _Choice(disk.all_frames, {}, {})))


class _Search:
    """Goes through the tree as a listing would; each method yields the choices under which its part agrees."""

    def __init__(self, disk: Disk, tree: Tree) -> None:
        self._disk = disk
        self._wanted = dict(tree)
        self._names: dict[str, set[str]] = {}
        for path in self._wanted:
            parent, _, name = path.rpartition("/")
            self._names.setdefault(parent, set()).add(name)

    def directory(self, ino: int, path: str, depth: int, choice: _Choice) -> Iterator[_Choice]:
        wanted = self._names.get(path, set())
        if depth > DEEPEST:
            if not wanted:
                yield choice
            return
        held = set(self._disk.inodes[ino].entries)
        held.update(part.variable.name for part in self._disk.open_parts.get(ino, ()) if part.variable.kind == "name")
        if wanted <= held:
            yield from self._slots(ino, path, sorted(held), depth, choice)

    def _slots(self, ino: int, path: str, names: Sequence[str], depth: int, choice: _Choice) -> Iterator[_Choice]:
        if not names:
            yield choice
            return
        name = names[0]
        here = f"{path}/{name}" if path else name
        for child, narrowed in self._children(ino, name, choice):
            for agreed in self._child(child, here, depth, narrowed):
                yield from self._slots(ino, path, names[1:], depth, agreed)

    def _children(self, ino: int, name: str, choice: _Choice) -> Iterator[tuple[int, _Choice]]:
        """What a slot may hold, each with what it leaves of the rest."""
        for part in self._disk.open_parts.get(ino, ()):
            if part.variable.kind == "name" and part.variable.name == name:
                break
        else:
            yield self._disk.inodes[ino].entries[name], choice
            return
        alternatives = choice.left.get(part.component, self._disk.components[part.component].alternatives)
        values: dict[int, list[Alternative]] = {}
        for alternative in alternatives:
            value = alternative.values[part.position]
            assert isinstance(value, int)
            if alternative.frames & choice.frames:
                values.setdefault(value, []).append(alternative)
        for value, left in values.items():
            frames = 0
            for alternative in left:
                frames |= alternative.frames
            yield value, choice._replace(frames=choice.frames & frames, left={**choice.left, part.component: left})

    def _child(self, ino: int, path: str, depth: int, choice: _Choice) -> Iterator[_Choice]:
        if ino == ABSENT:
            if path not in self._wanted:
                yield choice
        elif path in self._wanted:
            wanted = self._wanted[path]
            if self._disk.inodes[ino].kind == "directory":
                if wanted is None:
                    yield from self.directory(ino, path, depth + 1, choice)
            elif wanted is not None:
                yield from self._file(ino, wanted, choice)

    def _file(self, ino: int, wanted: bytes, choice: _Choice) -> Iterator[_Choice]:
        if ino in choice.contents:  # two names of one file
            if choice.contents[ino] == wanted:
                yield choice
            return
        frames = choice.frames
        for part in self._disk.open_parts.get(ino, ()):
            if part.variable.kind == "content":
                frames &= self._disk.components[part.component].frames_of(wanted)
                break
        else:
            frames = frames if self._disk.inodes[ino].content == wanted else 0
        if frames:
            yield choice._replace(frames=frames, contents={**choice.contents, ino: wanted})
