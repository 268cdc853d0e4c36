"""Which names a power cut may leave: P3, P4, P6, P7, P8, and the ordered profiles."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

from model.persistence.frames import SLOT_BY_SLOT, Frame, logged_changes
from model.persistence.history import History, Slot
from model.persistence.profiles import Profile
from model.persistence.published import directory_patterns
from model.simulation.disk import ABSENT, Alternative, Component, Value, Variable

Pattern = tuple[int, ...]


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
    by_frame = profile.names not in SLOT_BY_SLOT
    versions_at = _versions_by_frame(history, profile, frames, moments) if by_frame else {}
    for group in _groups(history, profile):
        if by_frame:
            patterns = _ordered_patterns(group.slots, versions_at)
        elif profile.names == "directories":
            patterns = directory_patterns(history, group.slots, frames, moments)
        else:
            patterns = _free_patterns(history, group.slots, frames, moments, coupled=profile.names == "free")
        variables, alternatives = _combine(history, group, patterns, lifted)
        names.replaced.update(group.components)
        _settle(names, variables, alternatives, everything)
    return names


def _groups(history: History, profile: Profile) -> list[_Group]:
    leader: dict[Slot, Slot] = {slot: slot for slot in history.versions}

    def find(slot: Slot) -> Slot:
        while leader[slot] != slot:
            slot = leader[slot]
        return slot

    if profile.names in ("free", "directories"):
        for source, _, target, _ in history.couplings:
            leader[find(source)] = find(target)
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


def _versions_by_frame(
    history: History, profile: Profile, frames: Sequence[Frame], moments: Sequence[int]
) -> dict[Slot, list[int]]:
    """For every slot and frame: the version that the order of the profile leaves."""
    numbers = [change.effect for change in history.changes]
    logs = logged_changes(history, moments[-1]) if profile.names == "log" else []
    table: dict[Slot, list[int]] = {slot: [] for slot in history.versions}
    for frame in frames:
        persisted: Iterable[int]
        if profile.names == "journal":
            persisted = range(1, frame.changes + 1)
        elif profile.names == "log":
            logged = set(range(1, frame.changes + 1))
            for sync, changes in logs:
                if sync < moments[frame.moment]:
                    logged |= changes
            persisted = logged
        else:
            persisted = [number for number, effect in enumerate(numbers, 1) if effect < frame.effects]
        versions = dict.fromkeys(history.versions, 0)
        for number in persisted:
            for slot, version in history.changes[number - 1].slots:
                if version > versions[slot]:
                    versions[slot] = version
        for slot, version in versions.items():
            table[slot].append(version)
    return table


def _ordered_patterns(slots: Sequence[Slot], versions_at: dict[Slot, list[int]]) -> dict[Pattern, int]:
    patterns: dict[Pattern, int] = {}
    for frame, pattern in enumerate(zip(*(versions_at[slot] for slot in slots), strict=True)):
        patterns[pattern] = patterns.get(pattern, 0) | 1 << frame
    return patterns


def _free_patterns(
    history: History, slots: Sequence[Slot], frames: Sequence[Frame], moments: Sequence[int], *, coupled: bool
) -> dict[Pattern, int]:
    """Version vectors that P3 and, if `coupled`, P4 allow, each with its frames."""
    masks = [_version_masks(history, slot, frames, moments) for slot in slots]
    position = {slot: index for index, slot in enumerate(slots)}
    rules = [
        (position[source], i, position[target], j)
        for source, i, target, j in (history.couplings if coupled else ())
        if source in position and source != target
    ]
    patterns: dict[Pattern, int] = {(): (1 << len(frames)) - 1}
    for index, versions in enumerate(masks):
        due = [rule for rule in rules if max(rule[0], rule[2]) == index]
        longer: dict[Pattern, int] = {}
        for pattern, mask in patterns.items():
            for version, possible in enumerate(versions):
                if mask & possible and _keeps_together(candidate := (*pattern, version), due):
                    longer[candidate] = mask & possible
        patterns = longer
    return patterns


def _keeps_together(pattern: Pattern, rules: Sequence[tuple[int, int, int, int]]) -> bool:
    """P4: one half of a rename implies the other half, or something later."""
    for source, i, target, j in rules:
        if (pattern[source] == i and pattern[target] < j) or (pattern[target] == j and pattern[source] < i):
            return False
    return True


def _version_masks(history: History, slot: Slot, frames: Sequence[Frame], moments: Sequence[int]) -> list[int]:
    """P3: in which frames each version of a slot is possible."""
    versions = history.versions[slot]
    ranges: list[tuple[int, int]] = []
    for end in moments:
        current = sum(1 for effect, _ in versions if effect < end)
        synced = max((sync for sync, ino in history.syncs if ino == slot[0] and sync < end), default=-1)
        ranges.append((sum(1 for effect, _ in versions if effect < synced), current))
    masks = [0] * (len(versions) + 1)
    for bit, frame in enumerate(frames):
        low, high = ranges[frame.moment]
        for version in range(low, high + 1):
            masks[version] |= 1 << bit
    return masks


def _combine(
    history: History, group: _Group, patterns: dict[Pattern, int], lifted: Sequence[int]
) -> tuple[list[Variable], dict[tuple[int, ...], int]]:
    """Values of all slots of a group: new versions where they persisted, what the disk held before where not."""
    disk = history.base
    components = [disk.components[index] for index in group.components]
    variables = [Variable("name", *slot) for slot in group.slots]
    for component in components:
        variables.extend(variable for variable in component.variables if variable not in variables)
    values_of = {slot: [ABSENT, *(ino for _, ino in history.versions[slot])] for slot in group.slots}
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
            if mask & base_mask:
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
