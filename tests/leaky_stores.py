"""Small stores, each with one hole, and mended ones: what counterexamples are made of in tests."""

import json
from typing import Any

from model.target import Operation, Target
from store.kernel import O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, Kernel

Entries = dict[str, Any]


class Files:
    """What all of them do with files."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        self.kernel = kernel
        self.path = path
        self.recover()

    def recover(self) -> None:
        """What is done at opening."""

    def load(self) -> Entries:
        """All entries."""
        return self.read(self.path) or {}

    def put(self, key: str, entry: Any) -> None:
        """Set one entry."""
        self.replace({**self.load(), key: entry})

    def replace(self, entries: Entries) -> None:
        """Write all entries."""
        raise NotImplementedError

    def read(self, path: str) -> Entries | None:
        """The entries in a file; None if it is not there, or holds none."""
        try:
            fd = self.kernel.open(path, O_RDONLY)
        except FileNotFoundError:
            return None
        content = self.kernel.read(fd, 65_536)
        self.kernel.close(fd)
        try:
            loaded: Entries = json.loads(content)
        except ValueError:
            return None
        return loaded

    def write(self, path: str, entries: Entries, *, synced: bool = True) -> None:
        """Write a file."""
        fd = self.kernel.open(path, O_WRONLY | O_CREAT | O_TRUNC)
        self.kernel.write(fd, json.dumps(entries).encode())
        if synced:
            self.kernel.fsync(fd)
        self.kernel.close(fd)

    def settle(self) -> None:
        """Sync the folder."""
        fd = self.kernel.open(self.path.rpartition("/")[0], O_RDONLY)
        self.kernel.fsync(fd)
        self.kernel.close(fd)


class Sound(Files):
    """Writes aside, syncs, renames, syncs the folder: nothing is lost."""

    def replace(self, entries: Entries) -> None:
        """Step W: write all entries."""
        self.write(f"{self.path}.new", entries)
        self.kernel.rename(f"{self.path}.new", self.path)
        self.settle()


class Chatty(Sound):
    """The same, with calls that do not matter."""

    def replace(self, entries: Entries) -> None:
        """Write all entries, after looking around."""
        self.read(f"{self.path}.new")
        self.read("/srv/nothing")
        super().replace(entries)


class Forgetful(Files):
    """Forgets to sync the folder."""

    def replace(self, entries: Entries) -> None:
        """Step W: write all entries."""
        self.write(f"{self.path}.new", entries)
        self.kernel.rename(f"{self.path}.new", self.path)


class ForgetfulAndChatty(Forgetful):
    """The same, with calls that do not matter."""

    def replace(self, entries: Entries) -> None:
        """Write all entries, after looking around."""
        self.read("/srv/nothing")
        super().replace(entries)


class Curious(Forgetful):
    """The same, and it keeps a note that it does not need."""

    def load(self) -> Entries:
        """All entries."""
        self.read(f"{self.path}.note")
        return super().load()

    def replace(self, entries: Entries) -> None:
        """Write all entries, and a note."""
        self.write(f"{self.path}.note", {}, synced=False)
        super().replace(entries)


class Late(Files):
    """Syncs the file when it has its name already."""

    def replace(self, entries: Entries) -> None:
        """Write all entries."""
        self.write(f"{self.path}.new", entries, synced=False)
        self.kernel.rename(f"{self.path}.new", self.path)
        fd = self.kernel.open(self.path, O_RDONLY)
        self.kernel.fsync(fd)
        self.kernel.close(fd)
        self.settle()


class Twice(Files):
    """Writes two copies and syncs neither: only if both are lost, entries are."""

    def load(self) -> Entries:
        """All entries, from the first copy that has any."""
        return self.read(self.path) or self.read(f"{self.path}.copy") or {}

    def replace(self, entries: Entries) -> None:
        """Write both copies."""
        self.write(self.path, entries, synced=False)
        self.write(f"{self.path}.copy", entries, synced=False)


class Journalled(Files):
    """Writes a journal, durably; recovery makes it the file, and forgets to sync before it takes the journal away."""

    def recover(self) -> None:
        """Bring the journal into the file."""
        entries = self.read(f"{self.path}.journal")
        if entries is not None:
            self.write(self.path, entries, synced=False)
            self.kernel.unlink(f"{self.path}.journal")

    def load(self) -> Entries:
        """All entries, the journal's first."""
        return self.read(f"{self.path}.journal") or super().load()

    def replace(self, entries: Entries) -> None:
        """Write the journal."""
        self.write(f"{self.path}.next", entries)
        self.kernel.rename(f"{self.path}.next", f"{self.path}.journal")
        self.settle()


def target_of(store: type[Files]) -> Target:
    """A store as a target, with a put of two keys."""
    put = Operation(
        "put",
        (("a", {"version": 1}), ("b", {"version": 2})),
        store.put,
        lambda entries, key, entry: {**entries, key: entry},
    )
    return Target(name=store.__name__.lower(), open=store, operations=(put,))


sound, chatty, forgetful, late, twice, journalled = map(target_of, (Sound, Chatty, Forgetful, Late, Twice, Journalled))
forgetful_and_chatty, curious = map(target_of, (ForgetfulAndChatty, Curious))
