"""Names as processes see them: what a folder holds after so many effects, and where a path leads."""

from collections.abc import Iterable, Mapping

from model.simulation.disk import ABSENT, ROOT, Disk
from model.simulation.effects import Effect, Rename, SetName


class Names:
    """What every folder holds.

    Args:
        disk: What the machine had booted from.
        effects: What was done since.
    """

    def __init__(self, disk: Disk, effects: Iterable[Effect]) -> None:
        self._entries = {ino: dict(inode.entries) for ino, inode in disk.inodes.items()}
        self._unknown = {
            (variable.ino, variable.name)
            for component in disk.components
            for variable in component.variables
            if variable.kind == "name"
        }
        for effect in effects:
            if isinstance(effect, SetName):
                self._set(effect.directory, effect.name, effect.ino)
            elif isinstance(effect, Rename):
                self._set(effect.directory, effect.name, ABSENT)
                self._set(effect.target_directory, effect.target_name, effect.ino)

    def _set(self, directory: int, name: str, ino: int) -> None:
        names = self._entries.setdefault(directory, {})
        self._unknown.discard((directory, name))
        if ino == ABSENT:
            names.pop(name, None)
        else:
            names[name] = ino

    def of(self, directory: int) -> Mapping[str, int]:
        """Every name in a folder, with what it leads to."""
        return self._entries.get(directory, {})

    def has(self, path: str, *, is_made: bool) -> bool:
        """Whether a path leads somewhere, or may do so on a disk that was not looked at there.

        Args:
            path: From the root, with neither links nor dots.
            is_made: Leave the last name aside: the call makes it if it is not there.
        """
        ino = ROOT
        names = [name for name in path.split("/") if name]
        for name in names[: len(names) - is_made]:
            if (ino, name) in self._unknown:
                return True
            ino = self.of(ino).get(name, ABSENT)
            if ino == ABSENT:
                return False
        return True
