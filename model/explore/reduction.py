"""Undecided disks brought to a normal form, so that a disk is never explored twice.

What can only be one thing is written into its inode; what no name can lead to is dropped; frames that allow the same
alternatives everywhere become one; inodes are numbered in the order in which a walk from the root meets them.  Time
stamps are no part of a disk's identity: recovery, which starts with an empty cache, only compares a file's times with
themselves.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from model.simulation.disk import ROOT, Alternative, Component, Disk, Inode, Value, Variable, with_value

Remaining = Sequence[Sequence[Alternative] | None]


class Reduced(NamedTuple):
    """A disk in normal form, its identity, and for each of its frames the old frames that it stands for."""

    disk: Disk
    key: Hashable
    classes: Sequence[int]


def reduce_disk(disk: Disk, remaining: Remaining | None = None, frames: int | None = None) -> Reduced:
    """Bring a disk to its normal form.

    Args:
        disk: The disk.
        remaining: For each component what a world has left of it, None where it left all.
        frames: The frames that are still possible, all by default.
    """
    if frames is None:
        frames = disk.all_frames
    inodes = dict(disk.inodes)
    components = _narrow(disk, remaining, frames, inodes)
    walk = _Walk(inodes, components)
    walk.run()
    reached = [components[index] for index in walk.component_numbers]
    classes = partition(frames, [mask for component in reached for mask in component.masks()])
    kept = reached
    if classes != [1 << bit for bit in range(disk.frame_count)]:
        kept = [component.mapped(lambda mask: _to_classes(mask, classes)) for component in reached]
    key = (len(classes), tuple(walk.nodes), tuple(_component_key(component, walk.numbers) for component in kept))
    reduced = Disk({ino: inodes[ino] for ino in walk.numbers}, tuple(kept), len(classes), disk.next_ino)
    return Reduced(reduced, key, classes)


def _to_classes(mask: int, classes: Sequence[int]) -> int:
    found = 0
    for index, old in enumerate(classes):
        if mask & old:
            found |= 1 << index
    return found


def partition(frames: int, masks: Sequence[int]) -> list[int]:
    """Split a set of frames so far that each mask holds all of a part or nothing of it."""
    parts = [frames]
    for mask in dict.fromkeys(masks):
        split: list[int] = []
        for old in parts:
            inside, outside = old & mask, old & ~mask
            if inside:
                split.append(inside)
            if outside:
                split.append(outside)
        parts = split
    return parts


def _narrow(disk: Disk, remaining: Remaining | None, frames: int, inodes: dict[int, Inode]) -> list[Component]:
    """What is still open of each component; what is not goes into the inodes."""
    found: list[Component] = []
    for index, component in enumerate(disk.components):
        left = remaining[index] if remaining is not None else None
        if left is not None:
            component = Component(component.variables, left)
        if frames != disk.all_frames:
            component = component.mapped(lambda mask: mask & frames)
        values = component.only()
        if values is not None:
            for variable, value in zip(component.variables, values, strict=True):
                inodes[variable.ino] = with_value(inodes[variable.ino], variable, value)
        elif len(component.variables) > 1:
            found.extend(_without_constants(component, inodes))
        else:
            found.append(component)
    return found


def _without_constants(component: Component, inodes: dict[int, Inode]) -> list[Component]:
    alternatives = component.alternatives
    open_ones: list[int] = []
    for position, variable in enumerate(component.variables):
        value = alternatives[0].values[position]
        if all(alternative.values[position] == value for alternative in alternatives):
            inodes[variable.ino] = with_value(inodes[variable.ino], variable, value)
        else:
            open_ones.append(position)
    if len(open_ones) == len(component.variables):
        return [component]
    merged: dict[tuple[Value, ...], int] = {}
    for values, mask in alternatives:
        narrowed = tuple(values[position] for position in open_ones)
        merged[narrowed] = merged.get(narrowed, 0) | mask
    variables = tuple(component.variables[position] for position in open_ones)
    return [Component(variables, [Alternative(values, mask) for values, mask in merged.items()])]


def _component_key(component: Component, numbers: Mapping[int, int]) -> Hashable:
    variables = component.variables
    if variables[0].kind == "times":
        return None
    identity = component.identity()
    if identity is None:
        alternatives = component.alternatives
        if variables[0].kind == "name":
            identity = tuple(
                (tuple([numbers[value] + 1 if value else 0 for value in values]), mask)  # type: ignore[index]
                for values, mask in alternatives
            )
        else:
            identity = tuple(alternatives)
    return (tuple([(variable.kind, numbers.get(variable.ino), variable.name) for variable in variables]), identity)


class _Walk:
    """Everything that names can lead to, in an order that depends on names alone."""

    def __init__(self, inodes: Mapping[int, Inode], components: Sequence[Component]) -> None:
        self.inodes = inodes
        self.components = components
        self.numbers: dict[int, int] = {}
        self.component_numbers: dict[int, int] = {}
        self.nodes: list[Hashable] = []
        self._ahead: list[int] = []
        self._open: dict[int, list[tuple[Variable, int]]] = {}
        for index, component in enumerate(components):
            for variable in component.variables:
                self._open.setdefault(variable.ino, []).append((variable, index))

    def run(self) -> None:
        self._number(ROOT)
        for ino in self._ahead:
            self._visit(ino)

    def _number(self, ino: int) -> int:
        number = self.numbers.get(ino)
        if number is None:
            number = self.numbers[ino] = len(self.numbers)
            self._ahead.append(ino)
        return number

    def _visit(self, ino: int) -> None:
        inode = self.inodes[ino]
        slots: dict[str, int] = {}
        content: bytes | None = inode.content
        mode: int | None = inode.mode
        for variable, index in self._open.get(ino, ()):
            if variable.kind == "name":
                slots[variable.name] = index
                continue
            self._component(index)
            if variable.kind == "content":
                content = None
            elif variable.kind == "mode":
                mode = None
        entries = inode.entries
        self.nodes.append(
            (
                inode.kind,
                mode,
                inode.uid,
                content,
                tuple(
                    [
                        (name, -1 - self._component(slots[name]) if name in slots else self._number(entries[name]))
                        for name in sorted({*entries, *slots} if slots else entries)
                    ]
                ),
            )
        )

    def _component(self, index: int) -> int:
        number = self.component_numbers.get(index)
        if number is None:
            number = self.component_numbers[index] = len(self.component_numbers)
            component = self.components[index]
            if component.variables[0].kind == "name":
                for variable in component.variables:
                    self._number(variable.ino)
                for values, _ in component.alternatives:
                    for value in values:
                        if isinstance(value, int) and value:
                            self._number(value)
        return number
