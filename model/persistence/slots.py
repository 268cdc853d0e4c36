"""Which versions of slots may persist together where each slot persists by itself: P3, and P4 for renames."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from model.persistence.frames import LOGGED, Frame, last_sync
from model.persistence.history import Coupling, History, Slot
from model.persistence.log import Claims
from model.simulation.disk import ABSENT

Pattern = tuple[int, ...]
"""A version of each slot of a group, from 0, which is what the disk held; or `LOST`."""

ALL_FRAMES: Final = -1

LOST = -1
"""In the place of a version: what the next one replaces is gone."""


class Rule(NamedTuple):
    """What P4 says of one rename, slots told by their number in a group, versions as states (see `_slot_states`).

    Attributes:
        source: The slot that the file left.
        gone: The state in which it had left.
        places: Where it was from then on, one name after the other: slot and first state.
        twice: Earlier states of the source in which it holds that file, so that it must not be in the first place, too.
        ino: The file, if it depends on what the disk held whether state 0 is one of `twice`; or 0.
        synced: The frames in which something was synced after the rename; in the others it is one change.
    """

    source: int
    gone: int
    places: Sequence[tuple[int, int]]
    twice: frozenset[int]
    ino: int
    synced: int

    @property
    def last(self) -> int:
        """The slot with the highest number."""
        return max(self.source, *(slot for slot, _ in self.places))

    @property
    def depends_on_disk(self) -> bool:
        """Whether `forbids` has something to say."""
        return self.ino != ABSENT

    def permits(self, states: Sequence[int]) -> int:
        """In which frames slots may be in these states, as far as states tell."""
        state = states[self.source]
        slot, first = self.places[0]
        if state == self.gone and states[slot] < first:
            return self.synced if any(states[slot] >= first for slot, first in self.places) else 0
        if states[slot] == first and state < self.gone:
            return 0 if state in self.twice else self.synced
        return ALL_FRAMES

    def forbids(self, pattern: Pattern, old: Sequence[int]) -> bool:
        """Whether the file is in two places because of what the disk held."""
        slot, first = self.places[0]
        return pattern[self.source] == 0 and 2 * pattern[slot] == first and old[self.source] == self.ino


def p4_rules(history: History, slots: Sequence[Slot], frames: Sequence[Frame], moments: Sequence[int]) -> list[Rule]:
    """What P4 says of the renames between slots of a group."""
    position = {slot: index for index, slot in enumerate(slots)}
    rules: list[Rule] = []
    for coupling in history.couplings:
        if coupling.source in position and coupling.source != coupling.target:
            effect = history.versions[coupling.source][coupling.i - 1][0]
            after = [last_sync(history, end) > effect for end in moments]
            synced = sum(1 << bit for bit, frame in enumerate(frames) if after[frame.moment])
            rules.append(_rule(history, coupling, position, synced))
    return rules


def _rule(history: History, coupling: Coupling, position: dict[Slot, int], synced: int) -> Rule:
    source, i, target, j, ino, is_one = coupling
    places = [(position[target], 2 * j)]
    for later in history.couplings:
        if (later.source, later.i) == (target, j + 1):
            target, j = later.target, later.j
            places.append((position[target], 2 * j))
    if not is_one:
        return Rule(position[source], 2 * i, places, frozenset(), ABSENT, synced)
    twice = {2 * number for number, (_, held) in enumerate(history.versions[source][: i - 1], 1) if held == ino}
    on_disk = history.on_disk(source)
    if i == 1 or on_disk == {ino}:
        twice.add(0)
    open_ino = ino if ino in on_disk and 0 not in twice else ABSENT
    return Rule(position[source], 2 * i, places, frozenset(twice), open_ino, synced)


def free_patterns(
    history: History,
    slots: Sequence[Slot],
    frames: Sequence[Frame],
    moments: Sequence[int],
    rules: Sequence[Rule],
    claims: Claims | None,
) -> dict[Pattern, int]:
    """Version vectors that P3, the rules of P4 and the claims of logs allow, each with its frames.

    Args:
        history: What happened.
        slots: The slots of a group.
        frames: What the masks of the result count.
        moments: Completed effects at each moment.
        rules: Of P4, in so far as it holds.
        claims: What is certain of names; None where fsync writes no log.
    """
    patterns: dict[Pattern, int] = {(): (1 << len(frames)) - 1}
    for index, slot in enumerate(slots):
        masks = _slot_states(history, slot, frames, moments, claims)
        due = [rule for rule in rules if rule.last == index]
        longer: dict[Pattern, int] = {}
        for pattern, mask in patterns.items():
            for state, possible in masks.items():
                candidate = (*pattern, state)
                left = mask & possible
                for rule in due:
                    left &= rule.permits(candidate)
                if left:
                    longer[candidate] = left
        patterns = longer
    return {tuple([LOST if state % 2 else state // 2 for state in states]): mask for states, mask in patterns.items()}


def _slot_states(
    history: History, slot: Slot, frames: Sequence[Frame], moments: Sequence[int], claims: Claims | None
) -> dict[int, int]:
    """P3: in which frames each state of a slot is possible.

    Version v is state 2 v; 2 v - 1 is that what v replaced is gone, and v has not come (P4).
    """
    ranges = [_possible_states(history, slot, end, claims) for end in moments]
    masks: dict[int, int] = {}
    for bit, frame in enumerate(frames):
        possible = ranges[frame.moment]
        if claims is not None and frame.changes != LOGGED:
            effect = history.changes[frame.changes - 1].effect if frame.changes else -1
            possible = [2 * sum(1 for each, _ in history.versions[slot] if each <= effect)]
        for state in possible:
            masks[state] = masks.get(state, 0) | 1 << bit
    return masks


def _possible_states(history: History, slot: Slot, end: int, claims: Claims | None) -> Sequence[int]:
    synced = max((sync for sync, ino in history.syncs if ino == slot[0] and sync < end), default=-1)
    low = sum(1 for effect, _ in history.versions[slot] if effect < synced)
    losses = history.losses.get(slot, ())
    last = last_sync(history, end) if losses or claims is not None else -1
    if claims is not None:
        end = last
    high = sum(1 for effect, _ in history.versions[slot] if effect < end)
    states = [*range(2 * low, 2 * high + 1, 2)]
    states += [2 * loss.version - 1 for loss in losses if loss.effect < last and loss.version > low]
    due = [claim for claim in claims.get(slot, ()) if claim.sync <= end and claim.newest == high] if claims else []
    return [state for state in states if all(claim.admits(state / 2, _held_in(history, slot, state)) for claim in due)]


def _held_in(history: History, slot: Slot, state: int) -> set[int]:
    if state % 2:
        return {ABSENT}
    return {history.versions[slot][state // 2 - 1][1]} if state else history.on_disk(slot)
