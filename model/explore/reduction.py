"""Undecided disks brought to a normal form, so that a disk is never explored twice.

What can only be one thing is written into its inode; what no name can lead to is dropped; frames that allow the same
alternatives everywhere become one, and a frame that allows less than another is dropped; of two files that could only
be in the same place and hold the same, one remains; inodes are numbered in the order in which a walk from the root
meets them.  Time stamps are no part of a disk's identity: recovery, which starts with an empty cache, only compares a
file's times with themselves.

Frames carry labels.  Frames of the same label are under the same obligations, whatever these are: that is what makes
it safe to drop the smaller of two.
"""

from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from operator import and_
from typing import NamedTuple

from model.explore.twins import without_twins
from model.simulation.disk import ROOT, Alternative, Component, Disk, Inode, Value, Variable, with_value, with_values

Remaining = Sequence[Sequence[Alternative] | None]


class Reduced(NamedTuple):
    """A disk in normal form, its identity, and for each of its frames the old frames that it stands for, and a label.

    Frames of the same new label stand for old frames of the same labels.
    """

    disk: Disk
    key: Hashable
    classes: Sequence[int]
    labels: Sequence[int]


def reduce_disk(
    disk: Disk, labels: Sequence[int], remaining: Remaining | None = None, frames: int | None = None
) -> Reduced:
    """Bring a disk to its normal form.

    Args:
        disk: The disk.
        labels: The label of each of its frames.
        remaining: For each component what a world has left of it, None where it left all.
        frames: The frames that are still possible, all by default.
    """
    if frames is None:
        frames = disk.all_frames
    inodes = dict(disk.inodes)
    components = _narrow(disk, remaining, frames, inodes)
    walk = _Walk(inodes, components)
    walk.run()
    reached = _where_possible(inodes, [components[index] for index in walk.component_numbers], walk.numbers)
    classes = partition(frames, [mask for component in reached for mask in component.masks()])
    kept = reached
    if len(classes) != disk.frame_count:
        kept = [component.mapped(lambda mask: _to_classes(mask, classes)) for component in reached]
    label_sets = [_labels_in(old, labels) for old in classes]
    if len(classes) > 1:
        greatest = _greatest(kept, label_sets)
        if len(greatest) < len(classes):
            return reduce_disk(disk, labels, remaining, _join_classes(classes, greatest))
    numbered: dict[frozenset[int], int] = {}
    new_labels = [numbered.setdefault(each, len(numbered)) for each in label_sets]
    without = without_twins(inodes, kept, set(walk.numbers)) if kept else None
    if without is not None:
        again = reduce_disk(Disk(inodes, tuple(without), len(classes), disk.next_ino), new_labels)
        return again._replace(classes=[_join_classes(classes, _bits(mask)) for mask in again.classes])
    key = (
        tuple(new_labels),
        tuple(walk.nodes),
        tuple([_component_key(component, walk.numbers) for component in kept]),
    )
    reduced = Disk({ino: inodes[ino] for ino in walk.numbers}, tuple(kept), len(classes), disk.next_ino)
    return Reduced(reduced, key, classes, new_labels)


def as_it_is(disk: Disk, labels: Sequence[int]) -> Reduced:
    """A disk without a normal form, equal to no other: for one that is wide, and explored once."""
    return Reduced(disk, object(), [1 << frame for frame in range(disk.frame_count)], labels)


def _where_possible(
    inodes: Mapping[int, Inode], components: Sequence[Component], reached: Mapping[int, int]
) -> list[Component]:
    """The components, those of files that only open names hold limited to the frames in which such a name does."""
    frames: dict[int, int] = {}
    for component in components:
        if component.variables[0].kind == "name":
            for values, mask in component.alternatives:
                for value in values:
                    if isinstance(value, int):
                        frames[value] = frames.get(value, 0) | mask
    if not frames:
        return list(components)
    opened = {(variable.ino, variable.name) for component in components for variable in component.variables}
    certain = {child for ino in reached for name, child in inodes[ino].entries.items() if (ino, name) not in opened}
    found: list[Component] = []
    for component in components:
        possible = frames.get(component.variables[0].ino)
        if component.variables[0].kind == "name" or possible is None or component.variables[0].ino in certain:
            found.append(component)
        else:
            found.append(component.mapped(partial(and_, possible)))
    return found


def _bits(mask: int) -> list[int]:
    return [index for index in range(mask.bit_length()) if mask >> index & 1]


def _labels_in(frames: int, labels: Sequence[int]) -> frozenset[int]:
    return frozenset([label for frame, label in enumerate(labels) if frames >> frame & 1])


def _join_classes(classes: Sequence[int], chosen: Sequence[int]) -> int:
    found = 0
    for index in chosen:
        found |= classes[index]
    return found


def _greatest(components: Sequence[Component], labels: Sequence[frozenset[int]]) -> list[int]:
    """The frames that no other frame covers: with all of its labels, and all that is possible in it."""
    signatures = [
        component.signatures(len(labels)) for component in components if component.variables[0].kind != "times"
    ]
    judges = [component.covers for component in components if component.variables[0].kind != "times"]
    greatest: list[int] = []
    for frame in range(len(labels) - 1, -1, -1):
        for other in greatest:
            if labels[frame] <= labels[other] and all(
                covers(each[other], each[frame]) for covers, each in zip(judges, signatures, strict=True)
            ):
                break
        else:
            greatest = [
                other
                for other in greatest
                if not (
                    labels[other] <= labels[frame]
                    and all(covers(each[frame], each[other]) for covers, each in zip(judges, signatures, strict=True))
                )
            ]
            greatest.append(frame)
    return sorted(greatest)


def _to_classes(mask: int, classes: Sequence[int]) -> int:
    found = 0
    for index, old in enumerate(classes):
        if mask & old:
            found |= 1 << index
    return found


def partition(frames: int, masks: Sequence[int]) -> list[int]:
    """Split a set of frames so far that each mask holds all of a part or nothing of it; parts by their first frame."""
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
    return sorted(parts, key=lambda part: part & -part)


def _narrow(disk: Disk, remaining: Remaining | None, frames: int, inodes: dict[int, Inode]) -> list[Component]:
    """What is still open of each component; what is not goes into the inodes."""
    found: list[Component] = []
    decided: dict[int, list[tuple[Variable, Value]]] = {}
    for index, component in enumerate(disk.components):
        left = remaining[index] if remaining is not None else None
        if left is not None:
            component = Component(component.variables, left)
        if frames != disk.all_frames and (left is None or len(left) > 1):
            component = component.mapped(lambda mask: mask & frames)
        values = component.only()
        if values is not None:
            for variable, value in zip(component.variables, values, strict=True):
                decided.setdefault(variable.ino, []).append((variable, value))
        elif len(component.variables) > 1:
            found.extend(_without_constants(component, inodes))
        else:
            found.append(component)
    for ino, settings in decided.items():
        inodes[ino] = with_values(inodes[ino], settings)
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
