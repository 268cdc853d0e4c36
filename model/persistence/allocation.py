"""Data that waits for no name, and names that wait for data: what a journal that orders data, as ext4's does, keeps.

A commit flushes first the blocks that were allocated since the one before it.  A name change that persists brings with
it all commits before it: so of a write before it, what lies in blocks of 4,096 bytes that the file did not reach into
yet is there, and so is the size.  What lies in a block that the file had already, be it written over or appended, is
free (P1), also if the file got that block from an earlier pending write: a commit may have come in between.  Cutting a
file (O_TRUNC) gives its blocks back.
"""

from collections.abc import Sequence
from typing import Final

from model.simulation.effects import Truncate, Write

BLOCK_BYTES: Final = 4096


def allocation(changes: Sequence[Write | Truncate], states: Sequence[bytes], block: int) -> int:
    """The oldest state that what lies in a block can be of, given that some changes are ordered before what persists.

    Args:
        changes: Those, of a file, that are ordered.
        states: The file before the first of them, and after each; perhaps more.
        block: Where the block begins.
    """
    found = 0
    for number, change in enumerate(changes, 1):
        if isinstance(change, Truncate) or len(states[number - 1]) <= block < len(states[number]):
            found = number
    return found
