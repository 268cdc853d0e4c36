"""Which disks a power cut may leave of what was written to a device: prefixes, subsets, torn writes.

A device that keeps its promise has, after a flush, everything that was written before it.  Of what was written since,
it has any part: blocks of 4,096 bytes, in any order.

    w w F w w w F       cut here: the first two, and any of the three
            ^

Of n writes since a flush there are 2^n parts.  Taken are, for each of them as the newest that is there: all of the
older ones (a prefix); any part of the four just before it; all but one; and some at random.  And the newest one torn.
Two devices for positive controls: an `unreliable` one does not keep its promise; one that was `never asked`, because
the file system was told not to flush, has none to keep, but for what was settled in the beginning.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Literal

from model.live.block_log import Entry, Flush, Write

BLOCK_BYTES = 4096
Device = Literal["honest", "unreliable", "never asked"]

NEAR = 4
"""Of the writes just before the newest, so many are there or not in every combination."""

DRAWN = 8
"""So many more parts are drawn for each newest write that has more before it."""


@dataclass(frozen=True)
class BlockState:
    """One disk that a cut may leave.

    Attributes:
        durable: Entries of the log before this one are all on the disk.
        kept: What else is, in the order of writing.
        first: The earliest moment at which it may be left: this many entries were in the log.
        last: The latest.
    """

    durable: int
    kept: tuple[Write, ...]
    first: int
    last: int


def block_states(log: Sequence[Entry], *, start: int, seed: int, device: Device = "honest") -> Iterator[BlockState]:
    """The disks that a cut may leave, each once, in the order of their durable parts.

    Args:
        log: The log.
        start: Cuts come when this many entries or more were in the log.
        seed: Which parts are drawn where there are too many.
        device: What the device does with flushes.
    """
    source = random.Random(seed)  # noqa: S311  (it must repeat, not be unpredictable)
    flushed = [place + 1 for place, entry in enumerate(log) if isinstance(entry, Flush)]
    settled = [] if device == "honest" else [start]
    kept = [place for place in flushed if place < start or device != "unreliable"]
    bounds = [0, *sorted({*settled, *kept}), len(log) + 1]
    for durable, next_durable in pairwise(bounds):
        last = next_durable - 1  # the next flush had not come back
        if last >= start:
            yield from _since(log, durable, last, start, source)


def _since(log: Sequence[Entry], durable: int, last: int, start: int, source: random.Random) -> Iterator[BlockState]:
    places = [place for place in range(durable, min(last, len(log))) if isinstance(log[place], Write)]
    yield BlockState(durable, (), max(durable, start), last)
    for newest, place in enumerate(places):
        first = max(place + 1, start)
        for part in _parts(newest, source):
            kept = [_write(log, places[each]) for each in part]
            yield BlockState(durable, (*kept, _write(log, place)), first, last)
        older = tuple(_write(log, each) for each in places[:newest])
        for piece in _torn(_write(log, place)):
            yield BlockState(durable, (*older, piece), first, last)


def _write(log: Sequence[Entry], place: int) -> Write:
    entry = log[place]
    assert isinstance(entry, Write)
    return entry


def _parts(count: int, source: random.Random) -> Iterator[tuple[int, ...]]:
    """Which of `count` older writes are there, no choice twice."""
    everything = tuple(range(count))
    far, near = everything[:-NEAR], everything[-NEAR:]
    found = dict.fromkeys((*far, *some) for size in range(len(near), -1, -1) for some in combinations(near, size))
    if far:
        found.update(dict.fromkeys(tuple(each for each in everything if each != missing) for missing in far))
        found.update(dict.fromkeys(tuple(each for each in everything if source.random() < 0.5) for _ in range(DRAWN)))
        found[()] = None
    yield from found


def _torn(write: Write) -> Iterator[Write]:
    """A write of several blocks of which only some arrived: the first, all but the first, the last."""
    end = write.offset + len(write.content)
    first_end = min(end, (write.offset // BLOCK_BYTES + 1) * BLOCK_BYTES)
    last_start = max(write.offset, (end - 1) // BLOCK_BYTES * BLOCK_BYTES)
    pieces = [(write.offset, first_end), (first_end, end), (last_start, end)]
    for start, stop in dict.fromkeys(pieces):
        if start < stop and (start, stop) != (write.offset, end):
            yield Write(start, write.content[start - write.offset : stop - write.offset])
