"""A raw disk as a plain value: what every slot names and what every file holds, with nothing left undecided."""

from collections.abc import Iterable
from typing import NamedTuple

UNIT_BYTES = 512
ROOT = 0

Slot = tuple[int, str]
"""A place where a name can stand: (inode of the directory, name)."""


class Disk(NamedTuple):
    """One disk, compared by value; a new inode takes the lowest free number.

    Attributes:
        names: The slots that hold something, each with its inode.  An absent name is a slot that is not here.
        contents: Every inode, reached by a name or not: bytes for a file, None for a directory.
    """

    names: frozenset[tuple[Slot, int]]
    contents: frozenset[tuple[int, bytes | None]]


def base_disk(files: Iterable[tuple[str, bytes]] = ()) -> Disk:
    """A durable root with the directories A and B and the given files ("A/x", content)."""
    names: set[tuple[Slot, int]] = {((ROOT, "A"), 1), ((ROOT, "B"), 2)}
    contents: dict[int, bytes | None] = {ROOT: None, 1: None, 2: None}
    for path, content in files:
        directory, name = path.split("/")
        inode = len(contents)
        names.add((({"A": 1, "B": 2}[directory], name), inode))
        contents[inode] = content
    return Disk(frozenset(names), frozenset(contents.items()))


def visible(disk: Disk) -> Disk:
    """The part of a disk that names lead to from the root (P6): all that a program can ever see of it."""
    children: dict[int, list[tuple[str, int]]] = {}
    for (directory, name), inode in disk.names:
        children.setdefault(directory, []).append((name, inode))
    reached: set[int] = set()
    waiting = [ROOT]
    while waiting:
        inode = waiting.pop()
        if inode not in reached:
            reached.add(inode)
            waiting += (child for _, child in children.get(inode, ()))
    return Disk(
        frozenset(entry for entry in disk.names if entry[0][0] in reached),
        frozenset(entry for entry in disk.contents if entry[0] in reached),
    )
