"""What lies on the disk after a kill, on the host and on the simulated machine, in one form.

Left out are inode numbers and times; tokens and the milliseconds in names are blanks.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from model.simulation import Machine
from model.simulation.disk import ROOT
from model.simulation.node import Node

TOKEN = re.compile(r"(?<=[-.])[0-9a-f]{16}(?=[-.]|$)")
MILLISECONDS = re.compile(r"(?<=\.bak\.)[0-9]{13}")


class Lying(NamedTuple):
    """One name: its path, the kind and mode of what it leads to, and the content."""

    path: str
    kind: str
    mode: int
    content: bytes


Tree = tuple[Lying, ...]


def host_tree(root: Path) -> Tree:
    """What lies on the host."""
    return tuple(sorted(_lines(_host_names(root), "")))


def simulated_tree(machine: Machine) -> Tree:
    """What processes of the simulated machine see."""
    return tuple(sorted(_lines(_simulated_names(machine, machine.node(ROOT)), "")))


Names = Callable[[], Iterator[tuple[str, str, int, bytes, "Names | None"]]]
"""A directory's names: each with kind, mode and content, and for a directory its own names."""


def _lines(names: Names, above: str) -> Iterator[Lying]:
    for name, kind, mode, content, inside in names():
        path = f"{above}/{name}"
        blank = MILLISECONDS.sub("<ms>", TOKEN.sub("<token>", path))
        yield Lying(blank, kind, mode, MILLISECONDS.sub("<ms>", content.decode("latin-1")).encode("latin-1"))
        if inside is not None:
            yield from _lines(inside, path)


def _host_names(folder: Path) -> Names:
    def names() -> Iterator[tuple[str, str, int, bytes, Names | None]]:
        with os.scandir(folder) as listing:
            for each in listing:
                mode = each.stat(follow_symlinks=False).st_mode
                path = folder / each.name
                if stat.S_ISDIR(mode):
                    yield each.name, "directory", stat.S_IMODE(mode), b"", _host_names(path)
                elif stat.S_ISLNK(mode):
                    yield each.name, "symlink", stat.S_IMODE(mode), b"", None
                else:
                    yield each.name, "file", stat.S_IMODE(mode), path.read_bytes(), None

    return names


def _simulated_names(machine: Machine, folder: Node) -> Names:
    def names() -> Iterator[tuple[str, str, int, bytes, Names | None]]:
        for name in machine.names(folder):
            node = machine.node(machine.lookup(folder, name))
            if node.kind == "directory":
                yield name, node.kind, node.mode, b"", _simulated_names(machine, node)
            else:
                content = b"" if node.kind == "symlink" else machine.content(node)
                yield name, node.kind, node.mode, content, None

    return names
