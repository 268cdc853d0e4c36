"""Disks, decided and undecided.

A `Disk` is what a machine boots from.  After a power cut many things about it are open: a name may be there or
not, a file may hold its old bytes or its new ones.  Each such thing is a `Variable`, and variables that depend on one
another form a `Component`: a list of alternatives, each of which fixes the values of all its variables.

Alternatives also depend on *when* the power went.  All moments that a disk stands for are its **frames**, numbered
from 0; each alternative carries the set of frames in which it is possible, as a bit mask.  A state of the disk is
possible if some frame allows every chosen alternative.  That is how one exploration serves every crash point at once:
which crash point it was is discovered like everything else.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple

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

    def masks(self) -> Iterable[int]:
        """Sets of frames that tell apart what is possible when."""
        return [alternative.frames for alternative in self.alternatives]

    def mapped(self, change: Callable[[int], int]) -> "Component":
        """The same component with every set of frames changed; alternatives that are left in no frame are dropped."""
        return Component(
            self.variables,
            [Alternative(values, frames) for values, old in self.alternatives if (frames := change(old))],
        )

    def only(self) -> tuple[Value, ...] | None:
        """The values of all variables if there is nothing to choose, found without listing alternatives."""
        alternatives = self.alternatives
        return alternatives[0].values if len(alternatives) == 1 else None

    def signatures(self, frame_count: int) -> list[Any]:
        """For each frame, what is possible in it, to be compared by `covers`."""
        found = [0] * frame_count
        for index, (_, frames) in enumerate(self.alternatives):
            while frames:
                lowest = frames & -frames
                found[lowest.bit_length() - 1] |= 1 << index
                frames ^= lowest
        return found

    @staticmethod
    def covers(more: Any, less: Any) -> bool:
        """Whether everything that is possible in one frame is possible in another, given their signatures."""
        return not less & ~more

    def frames_of(self, value: Value) -> int:
        """In which frames its one variable may have that value; exact, also where `alternatives` is bounded."""
        return sum(frames for values, frames in self.alternatives if values == (value,))

    def identity(self) -> Hashable | None:
        """A value that tells this component's alternatives from all others without listing them, if there is one."""
        return None

    def counts(self, frame_count: int) -> list[int]:
        """How many different values are possible in each frame, exactly, also where `alternatives` is bounded."""
        return [mask.bit_count() for mask in self.signatures(frame_count)]


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


def with_value(inode: Inode, variable: Variable, value: Value) -> Inode:
    """The inode with one of its variables decided."""
    if variable.kind == "name":
        entries = dict(inode.entries)
        entries.pop(variable.name, None)
        if isinstance(value, int) and value != ABSENT:
            entries[variable.name] = value
        return replace(inode, entries=entries)
    if isinstance(value, bytes):
        return replace(inode, content=value)
    if isinstance(value, tuple):
        return replace(inode, mtime_ns=value[0], ctime_ns=value[1])
    return replace(inode, mode=value)


def with_values(inode: Inode, settings: Sequence[tuple[Variable, Value]]) -> Inode:
    """The inode with several of its variables decided."""
    if len(settings) == 1:
        return with_value(inode, *settings[0])
    entries: dict[str, int] | None = None
    for variable, value in settings:
        if variable.kind == "name":
            if entries is None:
                entries = dict(inode.entries)
            if isinstance(value, int) and value != ABSENT:
                entries[variable.name] = value
            else:
                entries.pop(variable.name, None)
        else:
            inode = with_value(inode, variable, value)
    return inode if entries is None else replace(inode, entries=entries)


class OpenPart(NamedTuple):
    """Where a variable of an inode is decided: component index, position in the component."""

    variable: Variable
    component: int
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


def open_names(disk: Disk) -> Iterator[tuple[int, str, int]]:
    """Directory, name and inode for everything that an open name may lead to."""
    for component in disk.components:
        for position, variable in enumerate(component.variables):
            if variable.kind == "name":
                for values, _ in component.alternatives:
                    value = values[position]
                    if isinstance(value, int) and value != ABSENT:
                        yield variable.ino, variable.name, value


def empty_disk() -> Disk:
    """A disk with nothing but its root directory."""
    return Disk(inodes={ROOT: Inode("directory", 0o755)})
