"""P1 and P2 read literally: every content, as bytes, that a file may have after a power cut.

The history of a file is the list of its (size, units) after none, one, two ... of its data changes.  Anything older
than the floor, which is a position in that list, is out of the question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from tests.brute_force.disk import UNIT_BYTES
from tests.brute_force.effects import DataChange, Truncate

BLOCK_BYTES = 4096


@dataclass(frozen=True)
class Snapshot:
    """A file after some of its data changes: its size, and its whole units padded with zeros."""

    size: int
    units: tuple[bytes, ...]

    def unit(self, number: int) -> bytes:
        """The unit of that number; zeros where nothing was ever written."""
        return self.units[number] if number < len(self.units) else bytes(UNIT_BYTES)


def snapshot(content: bytes) -> Snapshot:
    """A file with that content."""
    padded = content.ljust(-(-len(content) // UNIT_BYTES) * UNIT_BYTES, b"\0")
    return Snapshot(len(content), tuple(padded[at : at + UNIT_BYTES] for at in range(0, len(padded), UNIT_BYTES)))


def changed(content: bytes, change: DataChange) -> bytes:
    """The content after one more data change, nothing lost."""
    if isinstance(change, Truncate):
        return b""
    end = change.offset + len(change.content)
    return content[: change.offset].ljust(change.offset, b"\0") + change.content + content[end:]


def file_contents(
    base: bytes, changes: Sequence[DataChange], floor: int, *, named: int = 0, size_waits_for_data: bool = False
) -> set[bytes]:
    """Every content that a file may have.

    Args:
        base: Its content before the first change.
        changes: Its data changes so far, in order.
        floor: How many of them are certain.
        named: How many of them came before a name change that is certain and waits for new blocks, as on ext4 with
            nodelalloc: their sizes are certain, and of their data what brought the file into a block.
        size_waits_for_data: As on xfs: a size past the certain one needs the unit that it ends in, in the version
            that first reached that size or a later one.
    """
    history = [snapshot(base)]
    content = base
    for change in changes:
        content = changed(content, change)
        history.append(snapshot(content))
    possible = history[floor:]
    found: set[bytes] = set()
    for size in _sizes(history[max(floor, named) :]):
        first_reached = next(at for at, then in enumerate(possible) if then.size >= size)
        last_unit = (size - 1) // UNIT_BYTES
        units: list[set[bytes]] = []
        for number in range(last_unit + 1):
            oldest = max(0, _brought_in(history, changes[:named], number) - floor)
            if size_waits_for_data and size > possible[0].size and number == last_unit:
                oldest = first_reached
            units.append({then.unit(number) for then in possible[oldest:]})
        found.update(b"".join(chosen)[:size] for chosen in product(*units))
    return found


def _brought_in(history: Sequence[Snapshot], changes: Sequence[DataChange], unit: int) -> int:
    """The position after the last change that made the file begin the block of a unit, or cut it to nothing."""
    begin = unit * UNIT_BYTES // BLOCK_BYTES * BLOCK_BYTES
    steps = enumerate(zip(changes, pairwise(history[: len(changes) + 1]), strict=True), 1)
    return max(
        (at for at, (change, (old, new)) in steps if isinstance(change, Truncate) or old.size <= begin < new.size),
        default=0,
    )


def _sizes(possible: Sequence[Snapshot]) -> set[int]:
    """P2: each size since the floor, and each unit boundary strictly between two that follow each other."""
    sizes = {then.size for then in possible}
    for one, next_one in pairwise(possible):
        low, high = sorted((one.size, next_one.size))
        sizes.update(boundary for boundary in range(0, high, UNIT_BYTES) if low < boundary)
    return sizes
