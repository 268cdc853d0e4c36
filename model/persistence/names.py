"""Which names a power cut may leave: P3, P4, P6, P7, P8, and the ordered profiles."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from model.persistence.frames import SLOT_BY_SLOT, Frame
from model.persistence.history import History, Slot
from model.persistence.log import read_claims
from model.persistence.profiles import Profile
from model.persistence.published import directory_patterns
from model.persistence.slots import Pattern, Rule, free_patterns, p4_rules
from model.simulation.disk import ABSENT, Alternative, Component, Value, Variable

COUPLED = frozenset({"free", "log"})
"""Where slots persist by themselves but for the two of a rename (P4)."""


class Names(NamedTuple):
    """Slots that are decided, and components of those that are not."""

    decided: dict[Slot, int]
    components: list[Component]
    replaced: set[int]


class _Group(NamedTuple):
    """Touched slots that must be decided together, and the open components of the disk that they belong to."""

    slots: list[Slot]
    components: list[int]


def crash_names(
    history: History, profile: Profile, frames: Sequence[Frame], moments: Sequence[int], lifted: Sequence[int]
) -> Names:
    """Alternatives for every slot that was touched, over the given frames.

    Args:
        history: What happened.
        profile: By which rules.
        frames: What the masks of the result count.
        moments: Completed effects at each moment.
        lifted: For each frame of the disk before, the mask of the frames that build on it.
    """
    names = Names({}, [], set())
    everything = (1 << len(frames)) - 1
    by_frame = profile.names not in SLOT_BY_SLOT and profile.names != "log"
    versions_at = _versions_by_frame(history, profile, frames) if by_frame else {}
    claims = read_claims(history) if profile.names == "log" else None
    for group in _groups(history, profile):
        rules: Sequence[Rule] = ()
        if by_frame:
            patterns = _ordered_patterns(group.slots, versions_at)
        elif profile.names == "directories":
            patterns = directory_patterns(history, group.slots, frames, moments)
        else:
            if profile.names in COUPLED:
                rules = p4_rules(history, group.slots, frames, moments)
            patterns = free_patterns(history, group.slots, frames, moments, rules, claims)
        variables, alternatives = _combine(history, group, patterns, rules, lifted)
        names.replaced.update(group.components)
        _settle(names, variables, alternatives, everything)
    return names


def _groups(history: History, profile: Profile) -> list[_Group]:
    leader: dict[Slot, Slot] = {slot: slot for slot in history.versions}

    def find(slot: Slot) -> Slot:
        while leader[slot] != slot:
            slot = leader[slot]
        return slot

    if profile.names in COUPLED or profile.names == "directories":
        for coupling in history.couplings:
            leader[find(coupling.source)] = find(coupling.target)
    if profile.names == "directories":
        some: dict[int, Slot] = {}
        for slot in history.versions:
            leader[find(slot)] = find(some.setdefault(slot[0], slot))
    touched_components: dict[int, Slot] = {}
    for index, component in enumerate(history.base.components):
        for variable in component.variables:
            slot = (variable.ino, variable.name)
            if variable.kind == "name" and slot in leader:
                if index in touched_components:
                    leader[find(touched_components[index])] = find(slot)
                touched_components[index] = slot
    groups: dict[Slot, _Group] = {}
    for slot in history.versions:
        groups.setdefault(find(slot), _Group([], [])).slots.append(slot)
    for index, slot in touched_components.items():
        groups[find(slot)].components.append(index)
    return list(groups.values())


def _versions_by_frame(history: History, profile: Profile, frames: Sequence[Frame]) -> dict[Slot, list[int]]:
    """For every slot and frame: the version that the order of the profile leaves."""
    numbers = [change.effect for change in history.changes]
    table: dict[Slot, list[int]] = {slot: [] for slot in history.versions}
    for frame in frames:
        persisted = frame.changes if profile.names == "journal" else bisect_left(numbers, frame.effects)
        versions = dict.fromkeys(history.versions, 0)
        for change in history.changes[:persisted]:
            versions.update(change.slots)
        for slot, version in versions.items():
            table[slot].append(version)
    return table


def _ordered_patterns(slots: Sequence[Slot], versions_at: dict[Slot, list[int]]) -> dict[Pattern, int]:
    patterns: dict[Pattern, int] = {}
    for frame, pattern in enumerate(zip(*(versions_at[slot] for slot in slots), strict=True)):
        patterns[pattern] = patterns.get(pattern, 0) | 1 << frame
    return patterns


def _combine(
    history: History, group: _Group, patterns: dict[Pattern, int], rules: Sequence[Rule], lifted: Sequence[int]
) -> tuple[list[Variable], dict[tuple[int, ...], int]]:
    """Values of all slots of a group: new versions where they persisted, what the disk held before where not."""
    disk = history.base
    components = [disk.components[index] for index in group.components]
    variables = [Variable("name", *slot) for slot in group.slots]
    for component in components:
        variables.extend(variable for variable in component.variables if variable not in variables)
    values_of = {slot: [ABSENT, *(ino for _, ino in history.versions[slot]), ABSENT] for slot in group.slots}
    depending = [rule for rule in rules if rule.depends_on_disk]
    alternatives: dict[tuple[int, ...], int] = {}
    for base in product(*(component.alternatives for component in components)):
        before: dict[Variable, Value] = {}
        base_mask = -1
        for component, alternative in zip(components, base, strict=True):
            before.update(zip(component.variables, alternative.values, strict=True))
            base_mask &= lift(alternative.frames, lifted)
        old = [
            _as_ino(before[variable])
            if variable in before
            else history.inode(variable.ino).entries.get(variable.name, ABSENT)
            for variable in variables
        ]
        for pattern, mask in patterns.items():
            if mask & base_mask and not any(rule.forbids(pattern, old) for rule in depending):
                new = [
                    values_of[slot][version] if version else old[index]
                    for index, (slot, version) in enumerate(zip(group.slots, pattern, strict=True))
                ]
                values = (*new, *old[len(new) :])
                alternatives[values] = alternatives.get(values, 0) | mask & base_mask
    return variables, alternatives


def _as_ino(value: Value) -> int:
    assert isinstance(value, int)
    return value


def lift(mask: int, lifted: Sequence[int]) -> int:
    """The frames that build on any of the frames in `mask`."""
    found = 0
    for base, frames in enumerate(lifted):
        if mask >> base & 1:
            found |= frames
    return found


def _settle(
    names: Names, variables: Sequence[Variable], alternatives: dict[tuple[int, ...], int], everything: int
) -> None:
    """Split off the slots that can only be one thing."""
    constant = [len({values[index] for values in alternatives}) == 1 for index in range(len(variables))]
    open_ones = [index for index, fixed in enumerate(constant) if not fixed]
    some = next(iter(alternatives))
    for index, fixed in enumerate(constant):
        if fixed:
            names.decided[variables[index].ino, variables[index].name] = some[index]
    if open_ones:
        names.components.append(
            Component(
                tuple(variables[index] for index in open_ones),
                [
                    Alternative(tuple(values[index] for index in open_ones), mask & everything)
                    for values, mask in alternatives.items()
                ],
            )
        )
