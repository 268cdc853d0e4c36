"""The programs of the lessons: ways to save a session, from the first that comes to mind to the one that holds.

A session is a small JSON value, and all but the first program keep each session in a file of its own.  What each of
them gets wrong is told by the lesson that plays it.
"""

import json
from typing import Any

from store.kernel import O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, Kernel

Session = dict[str, Any]

MOST_BYTES = 65_536


def as_bytes(value: Any) -> bytes:
    """A session, or several, as they lie in a file."""
    return json.dumps(value).encode()


class OneFile:
    """All sessions in one file; to change one, all are written."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        self.kernel = kernel
        self.path = path

    def load(self) -> dict[str, Session]:
        """All sessions; a file that makes no sense counts as none."""
        return read_json(self.kernel, self.path) or {}

    def put(self, name: str, session: Session) -> None:
        """Save one session."""
        sessions = {**self.load(), name: session}
        fd = self.kernel.open(self.path, O_WRONLY | O_CREAT | O_TRUNC)
        self.kernel.write(fd, as_bytes(sessions))
        self.kernel.close(fd)


class Sessions:
    """What the others have in common: a file for each session, and how it is read."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        self.kernel = kernel
        self.folder = path.rpartition("/")[0]

    def load(self) -> dict[str, Session]:
        """All sessions; a file that makes no sense is left out."""
        fd = self.kernel.open(self.folder, O_RDONLY)
        names = sorted(self.kernel.listdir(fd))
        self.kernel.close(fd)
        found = {}
        for name in names:
            if name.endswith(".json"):
                session = read_json(self.kernel, f"{self.folder}/{name}")
                if session is not None:
                    found[name.removesuffix(".json")] = session
        return found

    def put(self, name: str, session: Session) -> None:
        """Save one session."""
        raise NotImplementedError

    def sync_folder(self) -> None:
        """Make the names in the folder durable."""
        fd = self.kernel.open(self.folder, O_RDONLY)
        self.kernel.fsync(fd)
        self.kernel.close(fd)


class InPlace(Sessions):
    """Writes over the old session, where it lies."""

    def put(self, name: str, session: Session) -> None:
        """Save one session (as long as the old one, for simplicity)."""
        place = f"{self.folder}/{name}.json"
        fd = self.kernel.open(place, O_WRONLY | O_CREAT)
        self.kernel.write(fd, as_bytes(session))
        self.kernel.fsync(fd)
        self.kernel.close(fd)


class Aside(Sessions):
    """Writes a temporary file and gives it the name; syncs nothing."""

    def put(self, name: str, session: Session) -> None:
        """Save one session."""
        place = f"{self.folder}/{name}.json"
        temporary = f"{self.folder}/{name}.tmp"
        fd = self.kernel.open(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        self.kernel.write(fd, as_bytes(session))
        self.kernel.close(fd)
        self.kernel.rename(temporary, place)


class NamesSynced(Sessions):
    """The same, and syncs the folder, but not the file."""

    def put(self, name: str, session: Session) -> None:
        """Save one session."""
        place = f"{self.folder}/{name}.json"
        temporary = f"{self.folder}/{name}.tmp"
        fd = self.kernel.open(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        self.kernel.write(fd, as_bytes(session))
        self.kernel.close(fd)
        self.kernel.rename(temporary, place)
        self.sync_folder()


class BytesSynced(Sessions):
    """The same, and syncs the file, but not the folder."""

    def put(self, name: str, session: Session) -> None:
        """Save one session."""
        place = f"{self.folder}/{name}.json"
        temporary = f"{self.folder}/{name}.tmp"
        fd = self.kernel.open(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        self.kernel.write(fd, as_bytes(session))
        self.kernel.fsync(fd)
        self.kernel.close(fd)
        self.kernel.rename(temporary, place)


class Careful(Sessions):
    """Syncs the file before it gets its name, and the folder after."""

    def put(self, name: str, session: Session) -> None:
        """Save one session."""
        place = f"{self.folder}/{name}.json"
        temporary = f"{self.folder}/{name}.tmp"
        fd = self.kernel.open(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        self.kernel.write(fd, as_bytes(session))
        self.kernel.fsync(fd)
        self.kernel.close(fd)
        self.kernel.rename(temporary, place)
        self.sync_folder()


class NewFolder(Careful):
    """Just as careful, in a folder of its own, which it makes when it is not there."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        super().__init__(kernel, path)
        self.folder = f"{self.folder}/sessions"

    def load(self) -> dict[str, Session]:
        """All sessions; without a folder there are none."""
        try:
            return super().load()
        except FileNotFoundError:
            return {}

    def put(self, name: str, session: Session) -> None:
        """Save one session, the first one too."""
        self.make_folder()
        super().put(name, session)

    def make_folder(self) -> None:
        """Make the folder if it is not there."""
        try:
            self.kernel.mkdir(self.folder)
        except FileExistsError:
            return


class NewFolderSynced(NewFolder):
    """The same, and syncs the folder above."""

    def make_folder(self) -> None:
        """Make the folder if it is not there, and its name durable."""
        super().make_folder()
        fd = self.kernel.open(self.folder.rpartition("/")[0], O_RDONLY)
        self.kernel.fsync(fd)
        self.kernel.close(fd)


class Promised(Careful):
    """Saves a session as a promise, in one file; whoever opens the store next keeps it."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        super().__init__(kernel, path)
        self.recover()

    def put(self, name: str, session: Session) -> None:
        """Save one session, as a promise; an earlier one is kept first."""
        self.recover()
        super().put("promise", {"name": name, "session": session})

    def recover(self) -> None:
        """Keep the promise that was left, if any."""
        place = f"{self.folder}/promise.json"
        promise = read_json(self.kernel, place)
        if promise is not None:
            self.kernel.unlink(place)
            Careful.put(self, promise["name"], promise["session"])


class PromisedLast(Promised):
    """The same, with the promise removed last."""

    def recover(self) -> None:
        """Keep the promise that was left, if any."""
        place = f"{self.folder}/promise.json"
        promise = read_json(self.kernel, place)
        if promise is not None:
            Careful.put(self, promise["name"], promise["session"])
            self.kernel.unlink(place)


class Retrying(Careful):
    """Keeps sessions in a folder, or in one file as long as there is no folder."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        super().__init__(kernel, path)
        self.path = path
        self.folder = path.removesuffix(".json") + ".d"

    def load(self) -> dict[str, Session]:
        """All sessions: of the folder, and only without one of the file."""
        try:
            return super().load()
        except FileNotFoundError:
            return read_json(self.kernel, self.path) or {}

    def put(self, name: str, session: Session) -> None:
        """Save one session; where the folder has gone, make it and try again."""
        try:
            super().put(name, session)
        except FileNotFoundError:
            self.kernel.mkdir(self.folder)
            super().put(name, session)


class Vouching(Careful):
    """Careful in writing, and when it is opened: what it is going to show is made durable first."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        super().__init__(kernel, path)
        self.sync_folder()


def read_json(kernel: Kernel, path: str) -> Any:
    """What a file holds; None for a file that is not there, or makes no sense."""
    try:
        fd = kernel.open(path, O_RDONLY)
    except FileNotFoundError:
        return None
    content = kernel.read(fd, MOST_BYTES)
    kernel.close(fd)
    try:
        return json.loads(content)
    except ValueError:
        return None
