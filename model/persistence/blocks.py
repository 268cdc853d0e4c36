"""Persistence models that others have published: what they say of the data of a file.  Blocks have 4,096 bytes.

**Ferrite** (see `model.persistence.published`) breaks a write into its blocks.  A block that the file did not have yet
is an *extension*: data and new size are one.  Any other part is a *write* of data and, if it makes the file longer, an
update of the size by itself.  Updates of the size and extensions stay in order, so do writes and extensions of the same
block, and a write stays before every later extension; a write and an update of the size may overtake each other.  Its
tool has no O_TRUNC: here that updates the size, and the file has no blocks after it.

**ALICE** (Pillai et al.: All File Systems Are Not Created Equal, OSDI 2014; alicedefaultfs.py of its tool) breaks a
write into its blocks as well, and each part that makes the file longer into three micro-operations: zeros, garbage, and
the data.  O_TRUNC is one, and so is what becomes of a file that loses its last name.  Any micro-operations may be
missing, the others take place in program order, and what is left out before them reads as zeros.  Garbage may be
anything; here it is always the same byte.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import prod
from typing import Final, NamedTuple

from model.persistence.allocation import BLOCK_BYTES
from model.persistence.contents import (
    EXPANSION_LIMIT,
    Change,
    FileContent,
    Span,
    all_contents,
    apply_change,
    count_contents,
    some_contents,
)
from model.simulation.disk import Value
from model.simulation.effects import Truncate, Write

GARBAGE: Final = b"\xa5"
MOST_VERSIONS: Final = 2 * EXPANSION_LIMIT
"""Of one block; of more, some from the middle are left out, and the file counts as bounded."""

Shape = list[list[bytes]]
"""For each block of a file of a certain size: what it may hold, whatever the other blocks hold."""


class Blocks(FileContent):
    """The open content of a file, as a union of shapes; a subclass says which."""

    __slots__ = ()

    def _shapes(self, base: bytes, changes: Sequence[Change]) -> list[Shape]:
        """What a file with the content `base` may hold when `changes` are pending."""
        raise NotImplementedError

    def _shapes_in(self, content: bytes, span: Span) -> list[Shape]:
        for _, change in self.changes[: span.floor]:
            content = apply_change(content, change)
        return self._shapes(content, self.changes[span.floor : span.issued])

    def _contents(self, base: bytes, span: Span) -> Iterator[bytes]:
        shapes = dict(enumerate(self._shapes_in(base, span)))
        return all_contents(shapes) if count_contents(shapes) <= EXPANSION_LIMIT else some_contents(shapes)

    @property
    def bounded(self) -> bool:
        """Whether some content is left out."""
        return any(
            sum(prod(map(len, shape)) for shape in self._shapes_in(content, span)) > EXPANSION_LIMIT
            for content, _ in self.base
            for span in self.spans
        )

    def frames_of(self, value: Value) -> int:
        """In which frames the file may hold these bytes."""
        assert isinstance(value, bytes)
        found = 0
        for content, base_frames in self.base:
            for span, frames in self.spans.items():
                if frames & base_frames and any(_fits(value, shape) for shape in self._shapes_in(content, span)):
                    found |= frames & base_frames
        return found

    def counts(self, frame_count: int) -> list[int]:
        """How many contents are possible in each frame; fewer where a block has more versions than are followed."""
        shapes = [
            (frames & base_frames, self._shapes_in(content, span))
            for content, base_frames in self.base
            for span, frames in self.spans.items()
            if frames & base_frames
        ]
        return [
            _count(shape for frames, possible in shapes if frames >> frame & 1 for shape in possible)
            for frame in range(frame_count)
        ]


class _Part(NamedTuple):
    """A change of a file broken up: data for a block, a new size, or both as one.  No block and size 0: O_TRUNC."""

    block: int | None
    data: Write | None
    size: int | None


class BlockContent(Blocks):
    """What Ferrite's ext4 leaves of a file."""

    __slots__ = ()

    def _shapes(self, base: bytes, changes: Sequence[Change]) -> list[Shape]:
        parts = list(_ferrite_parts(len(base), changes))
        sized = [position for position, part in enumerate(parts) if part.size is not None]
        return [_ferrite_shape(base, parts, frozenset(sized[:count])) for count in range(len(sized) + 1)]


def _ferrite_parts(size: int, changes: Sequence[Change]) -> Iterator[_Part]:
    blocks = -(-size // BLOCK_BYTES)
    for _, change in changes:
        if isinstance(change, Truncate):
            yield _Part(None, None, 0)
            size = blocks = 0
            continue
        for piece in _pieces(change):
            block, end = piece.offset // BLOCK_BYTES, piece.offset + len(piece.content)
            if block >= blocks:
                yield _Part(block, piece, end)
                blocks = block + 1
            else:
                yield _Part(block, piece, None)
                if end > size:
                    yield _Part(None, None, end)
            size = max(size, end)


def _ferrite_shape(base: bytes, parts: Sequence[_Part], sized: frozenset[int]) -> Shape:
    """What the blocks may hold if exactly these parts of those that set the size have persisted."""
    size = len(base)
    last_extension = -1
    for position in sorted(sized):
        part = parts[position]
        assert part.size is not None
        size = part.size
        if part.block is not None:
            last_extension = position
    return [
        _ferrite_block(base, parts, sized, last_extension, number, min(BLOCK_BYTES, size - number * BLOCK_BYTES))
        for number in range(-(-size // BLOCK_BYTES))
    ]


def _ferrite_block(
    base: bytes, parts: Sequence[_Part], sized: frozenset[int], last_extension: int, number: int, length: int
) -> list[bytes]:
    start = number * BLOCK_BYTES
    content = base[start : start + BLOCK_BYTES]
    versions = [content]
    for position, part in enumerate(parts):
        if part.block is None and part.size == 0 and position in sized:
            content = b""
            versions = [content]
        elif part.block == number and part.data is not None:
            if part.size is not None and position not in sized:
                break  # an extension that is missing: what is written to its block later is missing, too
            data = part.data.content
            content = apply_change(b"" if part.size is not None else content, Write(0, part.data.offset - start, data))
            certain = position <= last_extension
            versions = [content] if certain else [*versions, content]
    return list(dict.fromkeys(version[:length].ljust(length, b"\0") for version in versions))


class MicroOperationContent(Blocks):
    """What ALICE's default model leaves of a file."""

    __slots__ = ()

    def _shapes(self, base: bytes, changes: Sequence[Change]) -> list[Shape]:
        found: list[Shape] = []
        cuts = [position for position, (_, change) in enumerate(changes) if isinstance(change, Truncate)]
        for last_cut in (-1, *cuts):
            writes = _alice_parts(base, changes, last_cut)
            found += _alice_shapes(b"" if last_cut >= 0 else base, writes)
        return found


def _alice_parts(base: bytes, changes: Sequence[Change], after: int) -> list[Write]:
    """The micro-operations after some change but for cuts, given that sizes went on as in program order."""
    size = len(base)
    found: list[Write] = []
    for position, (_, change) in enumerate(changes):
        if isinstance(change, Truncate):
            size = 0
            continue
        for piece in _pieces(change):
            end = piece.offset + len(piece.content)
            if position > after:
                found += _alice_writes(piece, size)
            size = max(size, end)
    return found


def _alice_writes(piece: Write, size: int) -> list[Write]:
    """What a part of a write is broken into: what lies inside the file, and what makes it longer."""
    end = piece.offset + len(piece.content)
    if end <= size:
        return [piece]
    grown = max(size, piece.offset)
    inside, beyond = piece.content[: grown - piece.offset], piece.content[grown - piece.offset :]
    longer = [Write(0, grown, content) for content in (bytes(len(beyond)), GARBAGE * len(beyond), beyond)]
    return [Write(0, piece.offset, inside), *longer] if inside else longer


def _alice_shapes(base: bytes, writes: Sequence[Write]) -> list[Shape]:
    """One shape for every size that the file may have."""
    count = 1 + max([len(base) - 1, *(write.offset for write in writes)]) // BLOCK_BYTES
    blocks = [_alice_block(base, writes, number * BLOCK_BYTES) for number in range(count)]
    padded = [list(dict.fromkeys(version.ljust(BLOCK_BYTES, b"\0") for version in versions)) for versions in blocks]
    found: list[Shape] = [] if base else [[]]
    for last in range(max(0, -(-len(base) // BLOCK_BYTES) - 1), count):
        by_length: dict[int, list[bytes]] = {}
        for version in blocks[last]:
            by_length.setdefault(len(version), []).append(version)
        by_length.pop(0, None)  # then another block is the last
        found.extend([*padded[:last], versions] for versions in by_length.values())
    return found


def _alice_block(base: bytes, writes: Sequence[Write], start: int) -> list[bytes]:
    """What a block may hold, as far as anything reaches into it: any of the writes to it, one upon the other."""
    versions = [base[start : start + BLOCK_BYTES]]
    for write in writes:
        if start <= write.offset < start + BLOCK_BYTES:
            here = Write(0, write.offset - start, write.content)
            versions = list(dict.fromkeys([*versions, *(apply_change(version, here) for version in versions)]))
            if len(versions) > MOST_VERSIONS:
                versions = versions[: MOST_VERSIONS // 2] + versions[-MOST_VERSIONS // 2 :]
    return versions


def _pieces(write: Write) -> Iterator[Write]:
    """A write, cut at the ends of blocks."""
    at, end = write.offset, write.offset + len(write.content)
    while at < end:
        stop = min(end, (at // BLOCK_BYTES + 1) * BLOCK_BYTES)
        yield Write(write.ino, at, write.content[at - write.offset : stop - write.offset])
        at = stop


def _fits(value: bytes, shape: Shape) -> bool:
    return len(value) == sum(len(versions[0]) for versions in shape) and all(
        value[number * BLOCK_BYTES : (number + 1) * BLOCK_BYTES] in versions for number, versions in enumerate(shape)
    )


def _count(shapes: Iterable[Shape]) -> int:
    """How many contents there are in at least one of the shapes: each adds what is in none of those before it."""
    before: list[Shape] = []
    found = 0
    for shape in shapes:
        common = [_common(shape, other) for other in before]
        found += prod(map(len, shape)) - _count([each for each in common if each is not None])
        before.append(shape)
    return found


def _common(one: Shape, other: Shape) -> Shape | None:
    """What is in both; None if nothing is."""
    if len(one) != len(other):
        return None
    both = [[version for version in versions if version in others] for versions, others in zip(one, other, strict=True)]
    return both if all(both) else None
