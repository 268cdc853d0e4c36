"""What became of each call in a crash state: kept, lost or torn, and which call overtook which.

A call is *lost* where a slot or a file holds what it held before that call and not what any later one gave it; *kept*
in the opposite case; *torn* where one write is there in part, or one end of a rename.  Where two versions look the
same, nothing is claimed.  A kept call has *overtaken* a lost one that was issued before it.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from model.explore.workload import Workload
from model.persistence.crash import CrashDisk
from model.persistence.frames import UNIT_BYTES
from model.persistence.history import History, read_history
from model.simulation.disk import ABSENT, Alternative, Variable
from model.simulation.effects import Truncate, Write
from model.simulation.world import World

MOST_ALTERNATIVES = 600
"""A file that may hold more different contents is taken in by those that exploration takes in, too."""


class Fate(NamedTuple):
    """What one value of one variable says of the calls (numbers of effects) that changed it."""

    kept: frozenset[int]
    lost: frozenset[int]
    torn: frozenset[int]


NOTHING = Fate(frozenset(), frozenset(), frozenset())


@dataclass
class Seen:
    """Calls by number of their effect, and pairs: (a later one that is there, an earlier one that is not)."""

    lost: set[int] = field(default_factory=set)
    torn: set[int] = field(default_factory=set)
    overtaken: set[tuple[int, int]] = field(default_factory=set)

    def update(self, other: "Seen") -> None:
        """Take in what was seen elsewhere."""
        self.lost |= other.lost
        self.torn |= other.torn
        self.overtaken |= other.overtaken


class Fates:
    """Reads fates off the crash states of one workload.

    Attributes:
        is_narrowed: Whether something may be left in more ways than were taken in.
    """

    def __init__(self, workload: Workload, crash: CrashDisk) -> None:
        machine = workload.stage.machine
        self._history: History = read_history(machine.disk, machine.created, machine.effects, machine.times)
        self._crash = crash
        self._ends = [workload.moments[frame.moment] for frame in crash.frames]
        self._known: dict[Hashable, Fate] = {}
        self._contents: dict[int, list[tuple[int, bytes]]] = {}
        self.is_narrowed = False

    @cached_property
    def possible(self) -> Seen:
        """What the profile allows, whether anybody looks or not."""
        return self._read(World(self._crash.disk), None)

    def seen_by(self, world: World) -> Seen:
        """What a run that looked at this world can have noticed; the world is narrowed to what the run found."""
        return self._read(world, {decision.question for decision in world.decisions})

    def _read(self, world: World, asked: Set[Variable] | None) -> Seen:
        seen = Seen()
        by_frame: dict[int, list[Fate]] = {}
        for index, component in enumerate(world.components):
            positions = [
                position
                for position, variable in enumerate(component.variables)
                if variable.kind in ("name", "content") and (asked is None or variable in asked)
            ]
            if positions:
                alternatives = world.possible(index)
                self.is_narrowed |= len(alternatives) > MOST_ALTERNATIVES
                self._read_component(
                    alternatives[:MOST_ALTERNATIVES],
                    component.variables,
                    positions,
                    world.frames,
                    seen,
                    by_frame,
                )
        for fates in by_frame.values():
            kept = frozenset().union(*(fate.kept for fate in fates))
            lost = frozenset().union(*(fate.lost for fate in fates))
            seen.overtaken.update((later, earlier) for later in kept for earlier in lost if earlier < later)
        return seen

    def _read_component(
        self,
        alternatives: Sequence[Alternative],
        variables: Sequence[Variable],
        positions: Sequence[int],
        frames: int,
        seen: Seen,
        by_frame: dict[int, list[Fate]],
    ) -> None:
        for values, mask in alternatives:
            for frame in _bits(mask & frames):
                fate = self._joined(variables, values, positions, self._ends[frame])
                if fate is not NOTHING:
                    seen.lost |= fate.lost
                    seen.torn |= fate.torn
                    by_frame.setdefault(frame, []).append(fate)

    def _joined(
        self, variables: Sequence[Variable], values: Sequence[object], positions: Sequence[int], end: int
    ) -> Fate:
        fates = [
            fate
            for position in positions
            if (fate := self._fate(variables[position], values[position], end)) is not NOTHING
        ]
        if len(fates) <= 1:
            return fates[0] if fates else NOTHING
        kept = frozenset().union(*(fate.kept for fate in fates))
        lost = frozenset().union(*(fate.lost for fate in fates))
        torn = frozenset().union(*(fate.torn for fate in fates)) | (kept & lost)
        return Fate(kept - torn, lost - torn, torn)

    def _fate(self, variable: Variable, value: object, end: int) -> Fate:
        key = (variable, value, end)
        fate = self._known.get(key)
        if fate is None:
            if variable.kind == "name":
                fate = _fate_of_name(value, self._versions(variable), end)
            else:
                assert isinstance(value, bytes)
                fate = _fate_of_content(
                    value, self._history.writes.get(variable.ino, ()), self._states(variable.ino), end
                )
            self._known[key] = fate
        return fate

    def _versions(self, variable: Variable) -> Sequence[tuple[int, int]]:
        slot = (variable.ino, variable.name)
        before = self._history.inode(variable.ino).entries.get(variable.name, ABSENT)
        return [(-1, before), *self._history.versions.get(slot, ())]

    def _states(self, ino: int) -> Sequence[tuple[int, bytes]]:
        """The whole content after each change of a file, from what the disk held on."""
        if ino not in self._contents:
            content = self._history.inode(ino).content
            states = [(-1, content)]
            for effect, change in self._history.writes.get(ino, ()):
                if isinstance(change, Truncate):
                    content = b""
                else:
                    content = content.ljust(change.offset, b"\0")
                    content = content[: change.offset] + change.content + content[change.offset + len(change.content) :]
                states.append((effect, content))
            self._contents[ino] = states
        return self._contents[ino]


def _fate_of_name(value: object, versions: Sequence[tuple[int, int]], end: int) -> Fate:
    issued = [(effect, held) for effect, held in versions if effect < end]
    kept, lost = set(), set()
    for number in range(1, len(issued)):
        is_before = any(held == value for _, held in issued[:number])
        is_after = any(held == value for _, held in issued[number:])
        if is_after and not is_before:
            kept.add(issued[number][0])
        elif is_before and not is_after:
            lost.add(issued[number][0])
    return Fate(frozenset(kept), frozenset(lost), frozenset()) if kept or lost else NOTHING


def _fate_of_content(
    content: bytes, changes: Iterable[tuple[int, Write | Truncate]], states: Sequence[tuple[int, bytes]], end: int
) -> Fate:
    kept, lost, torn = set(), set(), set()
    issued = [(effect, held) for effect, held in states if effect < end]
    for number, (effect, change) in enumerate(changes, 1):
        if effect >= end or isinstance(change, Truncate):
            continue
        before = [held for _, held in issued[:number]]
        after = [held for _, held in issued[number:]]
        found = {_side(unit, content, before, after) for unit in _units(change)} - {"either"}
        if found == {"after"}:
            kept.add(effect)
        elif found == {"before"}:
            lost.add(effect)
        elif found:
            torn.add(effect)
    return Fate(frozenset(kept), frozenset(lost), frozenset(torn)) if kept or lost or torn else NOTHING


def _units(write: Write) -> range:
    return range(write.offset // UNIT_BYTES, (write.offset + len(write.content) - 1) // UNIT_BYTES + 1)


def _side(unit: int, content: bytes, before: Iterable[bytes], after: Iterable[bytes]) -> str:
    """On which side of a write a unit stands; what no version has (zeros, a shorter file) was not written."""
    held = _unit(content, unit)
    is_before = any(_unit(version, unit) == held for version in before)
    is_after = any(_unit(version, unit) == held for version in after)
    if is_before and is_after:
        return "either"
    return "after" if is_after else "before"


def _unit(content: bytes, unit: int) -> bytes:
    return content[unit * UNIT_BYTES : (unit + 1) * UNIT_BYTES]


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
