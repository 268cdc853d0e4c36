"""Files as running processes see them: the page cache."""

from model.simulation.disk import Inode, OpenPart
from store.kernel import FileKind


class Node:
    """One inode of a running machine, changed in place by system calls.

    A slot of `entries` that is still undecided holds a negative number: minus one minus its index in `open_slots`.
    A directory that was `removed` while a process had it open takes no new names.
    `open_content`, `open_mode` and `open_times` tell where these are decided, as long as they are not.
    """

    __slots__ = (
        "content",
        "ctime_ns",
        "entries",
        "ino",
        "kind",
        "mode",
        "mtime_ns",
        "open_content",
        "open_mode",
        "open_slots",
        "open_times",
        "removed",
        "uid",
    )

    def __init__(self, ino: int, inode: Inode, parts: tuple[OpenPart, ...] | list[OpenPart] = ()) -> None:
        self.ino = ino
        self.kind: FileKind = inode.kind
        self.mode = inode.mode
        self.uid = inode.uid
        self.content = inode.content
        self.entries: dict[str, int] = dict(inode.entries)
        self.mtime_ns = inode.mtime_ns
        self.ctime_ns = inode.ctime_ns
        self.removed = False
        self.open_content: OpenPart | None = None
        self.open_mode: OpenPart | None = None
        self.open_times: OpenPart | None = None
        self.open_slots: list[OpenPart] = []
        for part in parts:
            kind = part.variable.kind
            if kind == "name":
                self.open_slots.append(part)
                self.entries[part.variable.name] = -len(self.open_slots)
            elif kind == "content":
                self.open_content = part
            elif kind == "mode":
                self.open_mode = part
            else:
                self.open_times = part

    def touch(self, now_ns: int) -> None:
        """The content changed now."""
        self.open_times = None
        self.mtime_ns = self.ctime_ns = now_ns
