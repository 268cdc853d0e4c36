"""Which bytes a power cut may leave in a file: P1, P2, P5, and what the ordered profiles add.

A file that was written to is a variable by itself.  Its alternatives are computed when recovery first reads it: most
of what is pending is never looked at.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple

from model.persistence.allocation import BLOCK_BYTES, allocation
from model.persistence.frames import UNIT_BYTES
from model.simulation.disk import Alternative, Component, Value, Variable
from model.simulation.effects import Truncate, Write

EXPANSION_LIMIT = 512
SAMPLES = 48

Change = tuple[int, Write | Truncate]


class Span(NamedTuple):
    """How far the writing of a file had come.

    Attributes:
        floor: Changes that are surely on disk.
        issued: Changes that may be.
        units: Units of a change cut short (P9).
        allocated: If more than `floor`, changes of which the size is surely on disk, and the data in new blocks (see
            `model.persistence.allocation`).
    """

    floor: int
    issued: int
    units: int = 0
    allocated: int = 0


class FileContent(Component):
    """The open content of one file that was written to since the machine booted.

    Args:
        ino: The file.
        base: What the disk held: contents and, as masks of the new frames, when.
        changes: What was written.
        spans: How far writing had come, and the frames of it.
        completed: Whether a size implies that the unit that ends there has persisted (xfs).
    """

    __slots__ = ("base", "changes", "completed", "spans")

    def __init__(
        self,
        ino: int,
        base: Sequence[tuple[bytes, int]],
        changes: Sequence[Change],
        spans: Mapping[Span, int],
        *,
        completed: bool,
    ) -> None:
        super().__init__((Variable("content", ino),), ())
        self._alternatives = None
        self.base = base
        self.changes = changes
        self.spans = spans
        self.completed = completed

    def expand(self) -> Sequence[Alternative]:
        """All contents, or the bounded choice of them where there are too many."""
        found: dict[bytes, int] = {}
        for content, base_frames in self.base:
            for span, frames in self.spans.items():
                if mask := frames & base_frames:
                    for value in self._contents(content, span):
                        found[value] = found.get(value, 0) | mask
        return [Alternative((value,), mask) for value, mask in found.items()]

    @property
    def bounded(self) -> bool:
        """Whether some content is left out."""
        return any(
            count_contents(sizes) > EXPANSION_LIMIT
            for content, _ in self.base
            for span in self.spans
            for sizes in [self._units_by_size(content, span)]
        )

    def masks(self) -> Iterable[int]:
        """Sets of frames that tell apart what is possible when, without expanding."""
        return [*self.spans.values(), *(frames for _, frames in self.base)]

    def mapped(self, change: Callable[[int], int]) -> Component:
        """The same file in other frames, still to be expanded."""
        spans = {span: frames for span, old in self.spans.items() if (frames := change(old))}
        base = [(content, frames) for content, old in self.base if (frames := change(old))]
        return type(self)(self.variables[0].ino, base, self.changes, spans, completed=self.completed)

    def only(self) -> tuple[Value, ...] | None:
        """The content, if nothing that is pending can be missing and the disk held only one."""
        if len(self.base) != 1 or len(self.spans) != 1:
            return None
        span = next(iter(self.spans))
        if span.allocated == span.issued > span.floor:
            sizes = self._units_by_size(self.base[0][0], span)
            return tuple(all_contents(sizes)) if count_contents(sizes) == 1 else None
        if span.floor != span.issued:
            return None
        return (contents_after(self.base[0][0], self.changes, span)[0],)

    def signatures(self, frame_count: int) -> list[Any]:
        """For each frame: which of the old contents are possible, and how far writing had come; None where no frame."""
        found: list[Any] = [None] * frame_count
        for span, frames in self.spans.items():
            for frame in range(frame_count):
                if frames >> frame & 1:
                    bases = sum(1 << index for index, (_, held) in enumerate(self.base) if held >> frame & 1)
                    found[frame] = (bases, span)
        return found

    @staticmethod
    def covers(more: Any, less: Any) -> bool:
        """Whether fewer changes are surely on disk in one frame than in another, and more may be."""
        if more is None or less is None:
            return less is None
        (bases, span), (old_bases, old_span) = more, less
        if old_bases & ~bases:
            return False
        if span.units or old_span.units:
            return bool(span == old_span)
        is_older = span.floor <= old_span.floor and span.allocated <= max(old_span.floor, old_span.allocated)
        return bool(is_older and old_span.issued <= span.issued)

    def frames_of(self, value: Value) -> int:
        """In which frames the file may hold these bytes, found unit by unit without listing contents."""
        assert isinstance(value, bytes)
        found = 0
        for content, base_frames in self.base:
            for span, frames in self.spans.items():
                if frames & base_frames & ~found and self._admits(value, content, span):
                    found |= frames & base_frames
        return found

    def _admits(self, value: bytes, base: bytes, span: Span) -> bool:
        states = contents_after(base, self.changes, span)
        return len(value) in _sizes(states, span) and all(
            value[number * UNIT_BYTES : (number + 1) * UNIT_BYTES] in versions
            for number, versions in enumerate(self._units(states, len(value), span))
        )

    def identity(self) -> Hashable:
        """What the file held, what was written since, and how far."""
        changes = tuple(
            (change.offset, change.content) if isinstance(change, Write) else None for _, change in self.changes
        )
        return (tuple(self.base), changes, tuple(self.spans.items()), self.completed)

    def counts(self, frame_count: int) -> list[int]:
        """How many contents are possible in each frame, counted without listing them."""
        if len(self.base) > 1:
            return [mask.bit_count() for mask in super().signatures(frame_count)]
        found = [0] * frame_count
        for span, frames in self.spans.items():
            number = 1
            if span.floor != span.issued:
                number = count_contents(self._units_by_size(self.base[0][0], span))
            while frames:
                lowest = frames & -frames
                found[lowest.bit_length() - 1] = number
                frames ^= lowest
        return found

    def _contents(self, base: bytes, span: Span) -> Iterator[bytes]:
        sizes = self._units_by_size(base, span)
        if count_contents(sizes) <= EXPANSION_LIMIT:
            return all_contents(sizes)
        return some_contents(sizes)

    def _units_by_size(self, base: bytes, span: Span) -> dict[int, list[list[bytes]]]:
        """For every size: for every unit, its possible bytes, oldest first."""
        states = contents_after(base, self.changes, span)
        return {size: self._units(states, size, span) for size in sorted(_sizes(states, span))}

    def _units(self, states: Sequence[bytes], size: int, span: Span) -> list[list[bytes]]:
        if span.allocated > span.floor:
            return self._units_in_blocks(states, size, span)
        units = _units_among(states, 0, size)
        if self.completed and size > len(states[0]):
            reached = next(index for index, state in enumerate(states) if len(state) >= size)
            (units[-1],) = _units_among(states[reached:], (size - 1) // UNIT_BYTES * UNIT_BYTES, size)
        return units

    def _units_in_blocks(self, states: Sequence[bytes], size: int, span: Span) -> list[list[bytes]]:
        waited_for = [change for _, change in self.changes[span.floor : span.allocated]]
        units: list[list[bytes]] = []
        for block in range(0, size, BLOCK_BYTES):
            oldest = allocation(waited_for, states, block)
            units += _units_among(states[oldest:], block, min(size, block + BLOCK_BYTES))
        return units


def _units_among(states: Sequence[bytes], start: int, end: int) -> list[list[bytes]]:
    """P1: for every unit from `start` to `end`, what it is in any of the states, oldest first."""
    units: list[list[bytes]] = []
    for at in range(start, end, UNIT_BYTES):
        length = min(UNIT_BYTES, end - at)
        units.append(list(dict.fromkeys([state[at : at + length].ljust(length, b"\0") for state in states])))
    return units


def _sizes(states: Sequence[bytes], span: Span) -> set[int]:
    """P2: the sizes of all states, and the ends of units between the smallest and the largest."""
    sizes = {len(state) for state in states[max(0, span.allocated - span.floor) :]}
    low, high = min(sizes), max(sizes)
    sizes.update(range(low - low % UNIT_BYTES + UNIT_BYTES, high, UNIT_BYTES))
    return sizes


def contents_after(base: bytes, changes: Sequence[Change], span: Span) -> list[bytes]:
    """The file after each number of changes from `span.floor` on."""
    states: list[bytes] = []
    content = base
    for number in range(span.issued + 1):
        if number:
            content = apply_change(content, changes[number - 1][1])
        if number >= span.floor:
            states.append(content)
    if span.units:
        change = changes[span.issued][1]
        assert isinstance(change, Write)
        end = (change.offset // UNIT_BYTES + span.units) * UNIT_BYTES - change.offset
        states = [apply_change(content, Write(change.ino, change.offset, change.content[:end]))]
    return states


def apply_change(content: bytes, change: Write | Truncate) -> bytes:
    """The file after one write or truncation."""
    if isinstance(change, Truncate):
        return b""
    end = change.offset + len(change.content)
    return content[: change.offset].ljust(change.offset, b"\0") + change.content + content[end:]


def count_contents(sizes: Mapping[int, list[list[bytes]]]) -> int:
    """How many different contents there are."""
    return sum(prod(len(versions) for versions in units) for units in sizes.values())


def all_contents(sizes: Mapping[int, list[list[bytes]]]) -> Iterator[bytes]:
    """Every content."""
    for units in sizes.values():
        for parts in product(*units):
            yield b"".join(parts)


def some_contents(sizes: Mapping[int, list[list[bytes]]]) -> Iterator[bytes]:
    """Extremes first, and a fixed sample of the rest.

    For the smallest, the largest and some sizes between: all units old, all new, each of a few prefixes new and the
    rest old, and the reverse.  Then `SAMPLES` mixtures.  A NUL-filled file is `all old` of one that was new.
    """
    yield from dict.fromkeys(_extremes(sizes))
    state = 1
    order = list(sizes)
    for _ in range(SAMPLES):
        state = state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407 & (1 << 64) - 1
        units = sizes[order[(state >> 33) % len(order)]]
        parts: list[bytes] = []
        for versions in units:
            state = state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407 & (1 << 64) - 1
            parts.append(versions[(state >> 33) % len(versions)])
        yield b"".join(parts)


def _extremes(sizes: Mapping[int, list[list[bytes]]]) -> Iterator[bytes]:
    order = list(sizes)
    picked = sorted({0, 1, len(order) // 2, len(order) - 2, len(order) - 1} & set(range(len(order))))
    for size in (order[index] for index in picked):
        units = sizes[size]
        cuts = sorted({0, 1, len(units) // 2, len(units) - 1, len(units)} & set(range(len(units) + 1)))
        for cut in cuts:
            yield b"".join(versions[-1 if index < cut else 0] for index, versions in enumerate(units))
            yield b"".join(versions[0 if index < cut else -1] for index, versions in enumerate(units))
