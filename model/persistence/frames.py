"""Frames: every moment, and every order of persistence, that one undecided disk stands for.

Under the orders of `SLOT_BY_SLOT` a frame is a crash point.  Under the others it is a crash point together with how
much of the order had persisted, which decides every name: slots need no more coupling than the frame they share.
"""

from collections.abc import Sequence
from typing import NamedTuple

from model.persistence.history import History, NameChange
from model.persistence.profiles import Profile
from model.simulation.effects import Write

UNIT_BYTES = 512
SLOT_BY_SLOT = frozenset({"free", "torn", "directories", "micro-operations"})
LOGGED = -1


class Frame(NamedTuple):
    """A frame of the disk before, a moment, and what persisted.

    `changes` counts the name changes that persisted (journal, log); or it is `LOGGED`: the last commit (log) was before
    the last fsync, and what came before that may be in its log or not.  `effects` and `units` say where a prefix of the
    whole trace ends (program, kill): inside effect number `effects` if `units` > 0.
    """

    base: int
    moment: int
    changes: int = 0
    effects: int = 0
    units: int = 0


def frames_of(history: History, profile: Profile, moments: Sequence[int], start: int) -> list[Frame]:
    """All frames, given how many effects were complete at each moment, and at `start`, before the first of them."""
    bases = range(history.base.frame_count)
    if profile.names in SLOT_BY_SLOT:
        return [Frame(base, moment) for moment in range(len(moments)) for base in bases]
    if profile.names in ("journal", "log"):
        return [
            Frame(base, moment, changes=changes)
            for moment, end in enumerate(moments)
            for changes in _change_counts(history, profile, end)
            for base in bases
        ]
    return [
        Frame(base, moment, effects=effects, units=units)
        for moment, end in enumerate(moments)
        for effects, units in _prefixes(history, profile, moments[moment - 1] if moment else start, end)
        for base in bases
    ]


def _change_counts(history: History, profile: Profile, end: int) -> Sequence[int]:
    issued = sum(1 for change in history.changes if change.effect < end)
    if profile.names == "log":
        last = last_sync(history, end)
        before = sum(1 for change in history.changes if change.effect < last)
        return [LOGGED, *range(before + 1, issued + 1)] if before else range(issued + 1)
    floor = 0
    for sync, ino in history.syncs:
        if sync >= end:
            break
        for number, change in enumerate(history.changes, 1):
            if change.effect < sync and number > floor and _involves(change, ino):
                floor = number
    return range(floor, issued + 1)


def last_sync(history: History, end: int) -> int:
    """The effect index of the last fsync of anything before an effect; -1 if there is none."""
    return max((sync for sync, _ in history.syncs if sync < end), default=-1)


def _involves(change: NameChange, ino: int) -> bool:
    """Whether a name change is one of that inode's own: of its names, or of the names in it."""
    return ino in change.inodes or any(slot[0] == ino for slot, _ in change.slots)


def _prefixes(history: History, profile: Profile, previous: int, end: int) -> list[tuple[int, int]]:
    """Where the persisted prefix may end at a moment; after a kill, it ends in the last call if it was cut inside."""
    if profile.names == "immediate":
        return [(end, 0)]
    if profile.names == "calls":
        return [(count, 0) for count in range(last_sync(history, end) + 1, end + 1)]
    if profile.names == "kill":
        inside = range(1, units_of(history, end - 1)) if previous < end else range(0)
        return [*((end - 1, units) for units in inside), (end, 0)]
    floor = 0
    for sync, ino in history.syncs:
        if sync < end:
            floor = max(floor, _last_effect_on(history, ino, sync) + 1)
    return [*((count, units) for count in range(floor, end) for units in range(units_of(history, count))), (end, 0)]


def units_of(history: History, effect: int) -> int:
    """In how many whole units an effect takes place (1 for everything but a long write)."""
    if effect >= len(history.effects):
        return 1
    write = history.effects[effect]
    if not isinstance(write, Write):
        return 1
    first = write.offset // UNIT_BYTES
    return (write.offset + len(write.content) - 1) // UNIT_BYTES - first + 1


def _last_effect_on(history: History, ino: int, before: int) -> int:
    last = -1
    for change in history.changes:
        if change.effect < before and _involves(change, ino):
            last = max(last, change.effect)
    for index, _ in [*history.writes.get(ino, []), *history.modes.get(ino, [])]:
        if index < before:
            last = max(last, index)
    return last
