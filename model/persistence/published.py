"""Persistence models that others have published, to compare ours with: what Ferrite says of names.

**Ferrite** (Bornholt, Kaufmann, Li, Krishnamurthy, Torlak, Wang: Specifying and Checking File System Crash-Consistency
Models, ASPLOS 2016) orders the calls of a program.  A power cut leaves what some of them did, such that with each call
come all those that it must not overtake.  On its ext4 (Definition 7) two calls stay in order if both update the
metadata of one file, or write the same block of one file, or update the same directory, or the first is a write and the
second an extension of the same file.  Its published tool (rosette/lang.rkt, rosette/ext4.rkt) settles what the
definition leaves open: nothing overtakes an fsync, whatever is synced, and no fsync overtakes anything.

So names and data are free of each other, and the names of each directory persist in program order, a rename in the
order of both its directories.  What comes of the data stands in `model.persistence.blocks`.
"""

from collections.abc import Sequence

from model.persistence.frames import Frame
from model.persistence.history import History, NameChange, Slot

_Pattern = tuple[int, ...]
_Held = tuple[_Pattern, frozenset[int]]
"""Versions of slots, and the directories in which something was left out: nothing later of them persists."""


def directory_patterns(
    history: History, slots: Sequence[Slot], frames: Sequence[Frame], moments: Sequence[int]
) -> dict[_Pattern, int]:
    """Version vectors of slots where the name changes of each directory persist in program order, each with its frames.

    Args:
        history: What happened.
        slots: Slots of the same directories, or of directories between which something was renamed.
        frames: What the masks of the result count.
        moments: Completed effects at each moment.
    """
    position = {slot: index for index, slot in enumerate(slots)}
    found: dict[_Held, int] = {((0,) * len(slots), frozenset()): (1 << len(frames)) - 1}
    for change in history.changes:
        if change.slots[0][0] in position:
            found = _after(found, change, position, _masks(history, change, frames, moments))
    patterns: dict[_Pattern, int] = {}
    for (pattern, _), mask in found.items():
        patterns[pattern] = patterns.get(pattern, 0) | mask
    return patterns


def _masks(history: History, change: NameChange, frames: Sequence[Frame], moments: Sequence[int]) -> tuple[int, int]:
    """In which frames a change may have persisted, and in which it may not have."""
    may = may_not = 0
    first_sync = next((sync for sync, _ in history.syncs if sync > change.effect), len(history.effects))
    for bit, frame in enumerate(frames):
        may |= (change.effect < moments[frame.moment]) << bit
        may_not |= (moments[frame.moment] <= first_sync) << bit
    return may, may_not


def _after(
    before: dict[_Held, int], change: NameChange, position: dict[Slot, int], masks: tuple[int, int]
) -> dict[_Held, int]:
    """One more change: it persisted, or nothing later of its directories does."""
    may, may_not = masks
    directories = frozenset(slot[0] for slot, _ in change.slots)
    found: dict[_Held, int] = {}
    for (pattern, stopped), mask in before.items():
        if mask & may_not:
            without = (pattern, stopped | directories)
            found[without] = found.get(without, 0) | mask & may_not
        if mask & may and not stopped & directories:
            versions = list(pattern)
            for slot, version in change.slots:
                versions[position[slot]] = version
            with_it = (tuple(versions), stopped)
            found[with_it] = found.get(with_it, 0) | mask & may
    return found
