"""What a cut has left, as far as it was looked at: which values everything that was open can still have."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from model.simulation.disk import ABSENT, Disk, Value, Variable

KindOf = Callable[[int], str | None]
Fits = Callable[[Variable, Value], bool]

_SHOWN = ("name", "content")
"""What people see of a disk; modes and times aside."""


class Left:
    """An undecided disk of which something is known.

    Args:
        disk: The disk.
        fits: Whether a thing may have a value, for all that is known.
    """

    def __init__(self, disk: Disk, fits: Fits) -> None:
        self._disk = disk
        self._fits = fits
        found = [
            (
                component.variables,
                [
                    each
                    for each in component.alternatives
                    if all(map(fits, component.variables, each.values)) and each.frames
                ],
            )
            for component in disk.components
        ]
        frames = (1 << disk.frame_count) - 1
        for _, alternatives in found:
            allowed = 0
            for each in alternatives:
                allowed |= each.frames
            frames &= allowed
        self.is_possible = bool(frames)
        self._values: dict[Variable, tuple[Value, ...]] = {
            variable: tuple(
                dict.fromkeys(each.values[position] for each in alternatives if each.frames & frames),
            )
            for variables, alternatives in found
            for position, variable in enumerate(variables)
        }

    @property
    def open(self) -> Mapping[Variable, tuple[Value, ...]]:
        """The possible values of everything that the cut had left open."""
        return self._values

    def values(self, variable: Variable) -> tuple[Value, ...]:
        """What a thing can be; one value where nothing about it is open."""
        found = self._values.get(variable)
        if found is not None:
            return found
        inode = self._disk.inodes.get(variable.ino)
        if variable.kind == "name":
            return (ABSENT if inode is None else inode.entries.get(variable.name, ABSENT),)
        return (b"" if inode is None else inode.content,)

    def given(self, fits: Fits) -> "Left":
        """The same, knowing more."""
        return Left(self._disk, lambda variable, value: self._fits(variable, value) and fits(variable, value))

    def admitted_by(self, other: Disk) -> "Left":
        """The same on the disk that another profile leaves; not possible if that cannot be like this one."""

        def fits(variable: Variable, value: Value) -> bool:
            if variable.kind not in _SHOWN:
                return True
            mine = self.values(variable)
            return len(mine) > 1 or value in mine

        found = Left(other, fits)
        settled = [each for each in self._values if each.kind in _SHOWN and each not in found.open]
        if not all(fits(each, found.values(each)[0]) for each in settled):
            found.is_possible = False
        return found


def answered(disk: Disk, answers: Sequence[tuple[Variable, Any]], kind_of: KindOf) -> Left:
    """What is left of a disk once questions about it were answered.

    Args:
        disk: The disk.
        answers: What was asked about, and the answer as the machine was given it.
        kind_of: Whether an inode is a file or a directory.
    """
    given: dict[Variable, list[Any]] = {}
    for variable, answer in answers:
        given.setdefault(variable, []).append(answer)
    known = {
        component.variables[position]: {each.values[position] for each in component.alternatives}
        for component in disk.components
        for position in range(len(component.variables))
        if component.variables[position] in given
    }

    def fits(variable: Variable, value: Value) -> bool:
        return all(is_answer(value, answer, kind_of, known[variable]) for answer in given.get(variable, ()))

    return Left(disk, fits)


def is_answer(value: Value, answer: Any, kind_of: KindOf, known: Collection[Value]) -> bool:
    """Whether the answer to a question is true of a value.

    Args:
        value: What a thing is.
        answer: An option of a question about it: a file or whether there is one or of which kind, bytes or how many.
        kind_of: Whether an inode is a file or a directory.
        known: All values that it may have.
    """
    if isinstance(value, bytes):
        if isinstance(answer, bytes):
            return value == answer or (answer not in known and answer != b"" and answer in value)
        return bool(len(value) == answer)
    if isinstance(value, int) and (not answer or isinstance(answer, bool)):
        return bool(value) == bool(answer)
    if isinstance(value, int) and isinstance(answer, str):
        return bool(kind_of(value) == answer)
    return bool(value == answer)
