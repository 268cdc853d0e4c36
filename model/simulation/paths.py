"""Path resolution, step by step as Linux does it."""

import errno
from typing import NamedTuple

from model.simulation.disk import ABSENT, ROOT
from model.simulation.errors import failure
from model.simulation.machine import Machine
from model.simulation.node import Node

NAME_LIMIT_BYTES = 255
PATH_LIMIT_BYTES = 4096
LINK_LIMIT = 40


class Place(NamedTuple):
    """A directory and a name in it; the directory is None for the root itself."""

    parent: Node | None
    name: str

    def named(self, number: int) -> tuple[Node, str]:
        """The place of something that has a name; the root has none, which is this errno."""
        if self.parent is None:
            raise failure(number, "/")
        return self.parent, self.name


def check_name(name: str, path: str) -> None:
    """Refuse what no directory can hold."""
    if "\0" in name:
        raise ValueError("embedded null byte")
    if len(name) > NAME_LIMIT_BYTES or (
        not name.isascii() and len(name.encode("utf-8", "surrogateescape")) > NAME_LIMIT_BYTES
    ):
        raise failure(errno.ENAMETOOLONG, path)


def locate(machine: Machine, base: Node | None, path: str, *, follow: bool) -> Place:
    """Resolve all but the last step of a path; with `follow`, symbolic links in the last step too."""
    if base is not None and "/" not in path and path not in ("", ".", ".."):
        check_name(path, path)
        if not follow or machine.kind(base, path) != "symlink":
            return Place(base, path)
    if not path:
        raise failure(errno.ENOENT, path)
    if len(path) >= PATH_LIMIT_BYTES:
        raise failure(errno.ENAMETOOLONG, path)
    return _walk(machine, base, path, follow=follow)


def _walk(machine: Machine, base: Node | None, path: str, *, follow: bool) -> Place:
    root = machine.node(ROOT)
    trail: list[Place] = []
    here = root if base is None or path.startswith("/") else base
    steps = [step for step in reversed(path.split("/")) if step not in ("", ".")]
    wants_directory = path.endswith(("/", "/."))
    links = 0
    place = Place(None, "/") if here is root else None
    while steps:
        step = steps.pop()
        if here.kind != "directory":
            raise failure(errno.ENOTDIR, path)
        if step == "..":
            if not trail and here is not root:
                raise failure(errno.EINVAL, path)  # what an open directory is in is not simulated
            here = trail.pop().parent or root if trail else here
            place = trail[-1] if trail else Place(None, "/")
            continue
        check_name(step, path)
        place = Place(here, step)
        last = not steps
        if last and not follow and not wants_directory:
            return place
        ino = machine.lookup(here, step)
        if ino == ABSENT:
            if last:
                return place
            raise failure(errno.ENOENT, path)
        node = machine.node(ino)
        if node.kind == "symlink":
            links += 1
            if links > LINK_LIMIT:
                raise failure(errno.ELOOP, path)
            target = machine.content(node).decode("utf-8", "surrogateescape")
            steps.extend(part for part in reversed(target.split("/")) if part not in ("", "."))
            if target.startswith("/"):
                here, trail = root, []
                place = Place(None, "/")
            continue
        if last and wants_directory and node.kind != "directory":
            raise failure(errno.ENOTDIR, path)
        trail.append(place)
        here = node
    if place is None:
        raise failure(errno.EINVAL, path)
    return place
