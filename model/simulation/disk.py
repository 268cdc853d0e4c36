"""Disks, decided and undecided.

A `Disk` is what a machine boots from.  After a power cut many things about it are open: a name may be there or
not, a file may hold its old bytes or its new ones.  Each such thing is a `Variable`, and variables that depend on one
another form a `Component`: a list of alternatives, each of which fixes the values of all its variables.

Alternatives also depend on *when* the power went.  All moments that a disk stands for are its **frames**, numbered
from 0; each alternative carries the set of frames in which it is possible, as a bit mask.  A state of the disk is
possible if some frame allows every chosen alternative.  That is how one exploration serves every crash point at once:
which crash point it was is discovered like everything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from store.kernel import FileKind

ABSENT = 0
ROOT = 1

VariableKind = Literal["name", "content", "mode", "times", "event"]
Value = int | bytes | tuple[int, int]


class Variable(NamedTuple):
    """One open thing: a slot (`name` of directory `ino`), or a file's content, mode or times."""

    kind: VariableKind
    ino: int
    name: str = ""


class Alternative(NamedTuple):
    """Values of a component's variables, in their order, and the frames in which they are possible together."""

    values: tuple[Value, ...]
    frames: int


class Component:
    """Variables that are decided together, and what they may be.

    `alternatives` are pairwise different in their values.  A subclass may compute them when first looked at.
    """

    __slots__ = ("_alternatives", "variables")

    def __init__(self, variables: tuple[Variable, ...], alternatives: Sequence[Alternative]) -> None:
        self.variables = variables
        self._alternatives: Sequence[Alternative] | None = alternatives

    @property
    def alternatives(self) -> Sequence[Alternative]:
        """What the variables may be."""
        found = self._alternatives
        if found is None:
            found = self._alternatives = self.expand()
        return found

    @property
    def bounded(self) -> bool:
        """Whether `alternatives` leaves some out because there are too many."""
        return False

    def expand(self) -> Sequence[Alternative]:
        """Compute the alternatives (for subclasses that wait until they are looked at)."""
        raise AssertionError("a component without alternatives")

    def count(self, frame: int) -> int:
        """How many different values are possible in one frame, exactly, also where `alternatives` is bounded."""
        return sum(1 for alternative in self.alternatives if alternative.frames >> frame & 1)


@dataclass(frozen=True, slots=True)
class Inode:
    """A file, directory or symbolic link as the disk holds it; its open parts are in the disk's components."""

    kind: FileKind
    mode: int
    uid: int = 0
    content: bytes = b""
    entries: Mapping[str, int] = field(default_factory=dict)
    mtime_ns: int = 0
    ctime_ns: int = 0


class OpenPart(NamedTuple):
    """Where a variable of an inode is decided: component index, position in the component."""

    variable: Variable
    index: int
    position: int


@dataclass(frozen=True)
class Disk:
    """Inodes, what is open about them, and how many frames it stands for.

    Slots, contents, modes and times that a component holds override those of the inode.
    """

    inodes: Mapping[int, Inode]
    components: tuple[Component, ...] = ()
    frame_count: int = 1
    next_ino: int = 2

    @property
    def all_frames(self) -> int:
        """The mask of every frame."""
        return (1 << self.frame_count) - 1

    @cached_property
    def open_parts(self) -> Mapping[int, Sequence[OpenPart]]:
        """What is open about each inode."""
        found: dict[int, list[OpenPart]] = {}
        for index, component in enumerate(self.components):
            for position, variable in enumerate(component.variables):
                found.setdefault(variable.ino, []).append(OpenPart(variable, index, position))
        return found


def empty_disk() -> Disk:
    """A disk with nothing but its root directory."""
    return Disk(inodes={ROOT: Inode("directory", 0o755)})
