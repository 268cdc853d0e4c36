"""Hands: somebody at a shell takes the live directory away while it is in use, and may put it back.

A hand knows nothing of the store's locks, and syncs nothing: a cut may undo what it has done, as long as nobody has
built on it.
"""

from dataclasses import dataclass, replace
from errno import ENOENT, ENOTEMPTY

from scenarios.session_cases.left_behind import leave_temporary
from store.kernel import O_DIRECTORY, O_RDONLY, Kernel

BACKUP = "sessions.json.bak.1"
"""The backup of an older migration."""
ASIDE = "sessions.d.bak."
"""What a directory that was moved aside is called, and a number: what lies in there is looked at, too."""


@dataclass(frozen=True)
class Way:
    """A way of taking the live directory away.

    Attributes:
        name: In words, as the cases have it.
        removes: Whether it is deleted file by file; else it is moved aside.
        restores: Whether the backup then becomes the legacy file again.
        litters: Somebody begins to write again, and leaves a temporary: the one that the process makes so-manieth.
    """

    name: str
    removes: bool = False
    restores: bool = False
    litters: int = 0


MOVED = Way("moved aside")
REMOVED = Way("deleted by hand", removes=True)
ROLLED_BACK = Way("rolled back by hand", restores=True)
REPLACED = Way("deleted by hand, and the backup restored", removes=True, restores=True)


def littered(way: Way, position: int) -> Way:
    """That way, and a temporary is left where the process makes the one of that number."""
    return replace(way, name=f"{way.name}, and a temporary left", litters=position)


class Hand:
    """Somebody's hand, with a kernel of its own.

    Attributes:
        has_moved: How many live directories it has moved aside.
        has_restored: Whether it has made the backup the legacy file.
        is_back: Whether what it moved aside last is in its place again.
    """

    def __init__(self, kernel: Kernel, path: str) -> None:
        self._kernel = kernel
        self._path = path
        self._folder = path.rpartition("/")[0]
        self._live = f"{self._folder}/sessions.d"
        self.has_moved = 0
        self.has_restored = False
        self.is_back = False

    def take(self, way: Way) -> bool:
        """Take the live directory away; whether there was one."""
        is_there = self._delete() if way.removes else self._move()
        if way.restores:
            self._kernel.rename(f"{self._folder}/{BACKUP}", self._path)
            self.has_restored = True
        if way.litters and not way.restores:
            self._kernel.mkdir(self._live, 0o700)
        if way.litters:
            leave_temporary(self._kernel, self._path, is_live=not way.restores, position=way.litters)
        return is_there

    def _move(self) -> bool:
        try:
            self._kernel.rename(self._live, f"{self._folder}/{ASIDE}{self.has_moved + 1}")
        except FileNotFoundError:
            return False
        self.has_moved += 1
        return True

    def _delete(self) -> bool:
        try:
            fd = self._kernel.open(self._live, O_RDONLY | O_DIRECTORY)
        except FileNotFoundError:
            return False
        for name in sorted(self._kernel.listdir(fd)):
            self._kernel.unlink(name, dir_fd=fd)
        self._kernel.close(fd)
        self._kernel.rmdir(self._live)
        return True

    def put_back(self) -> None:
        """Move what was moved aside last to its place, unless something is there that cannot be moved over."""
        try:
            self._kernel.rename(f"{self._folder}/{ASIDE}{self.has_moved}", self._live)
        except OSError as error:
            if error.errno != ENOTEMPTY:
                raise
        else:
            self.is_back = True

    def take_folder(self) -> None:
        """Move the store's whole folder aside."""
        self._kernel.rename(self._folder, f"{self._folder}.gone")

    def put_folder_back(self) -> None:
        """Move the folder to its place, for good."""
        self._kernel.rename(f"{self._folder}.gone", self._folder)
        fd = self._kernel.open(self._folder.rpartition("/")[0] or "/", O_RDONLY | O_DIRECTORY)
        self._kernel.fsync(fd)
        self._kernel.close(fd)

    def sees_folder(self) -> bool:
        """Whether there is a folder in the store's place."""
        try:
            self._kernel.stat(self._folder)
        except OSError as error:
            if error.errno != ENOENT:
                raise
            return False
        return True
