"""Every raw disk that a power cut may leave, built one by one from the persistence rules, for small traces.

Written from rules P1 to P9 alone and sharing nothing with the model checker, which never builds a crash state
but discovers it: that two such different programs agree is why either is to be believed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from tests.brute_force.contents import changed, file_contents
from tests.brute_force.disk import UNIT_BYTES, Disk
from tests.brute_force.effects import DataChange, Effect, NameChange, Sync, Truncate, Write
from tests.brute_force.names import Changes, Names, independent, journal_floor, logged, prefixes

PROFILES = ("process-kill", "sequential", "posix", "posix-minimal", "ext4", "ext4-nodelalloc", "xfs", "btrfs")


def crash_states(base: Disk, effects: Sequence[Effect], profile: str) -> set[Disk]:
    """Every raw disk when the power goes after all of `effects` were issued and before anything else is."""
    if profile in ("process-kill", "sequential"):
        return {played(base, effects)}
    changes = [(at, effect) for at, effect in enumerate(effects) if isinstance(effect, NameChange)]
    syncs = [(at, effect.inode) for at, effect in enumerate(effects) if isinstance(effect, Sync)]
    if profile in ("posix", "posix-minimal"):
        names = independent(base.names, changes, syncs, torn=profile == "posix-minimal")
    elif profile == "btrfs":
        names = logged(base.names, changes, syncs)
    else:
        certain = journal_floor(base.names, changes, syncs)
        if profile == "ext4-nodelalloc":
            return _published(base, effects, prefixes(base.names, changes, certain))
        assert profile in ("ext4", "xfs"), profile
        names = {after for _, after in prefixes(base.names, changes, certain)}
    contents = _contents(base, effects, {}, size_waits_for_data=profile == "xfs")
    return {Disk(chosen, held) for chosen in names for held in contents}


def short_writes(effect: Effect) -> list[Effect]:
    """P9: what a write that was cut inside may have done: a part of it that ends at a unit boundary of the file."""
    if not isinstance(effect, Write):
        return []
    first = (effect.offset // UNIT_BYTES + 1) * UNIT_BYTES
    ends = range(first, effect.offset + len(effect.content), UNIT_BYTES)
    return [replace(effect, content=effect.content[: end - effect.offset]) for end in ends]


def raw_count(base: Disk, effects: Sequence[Effect], profile: str) -> int:
    """How many raw disks there are, over every crash point of a trace: the sum, not the union.

    Inside a write that takes more than one unit there is a crash point for each short write where nothing is
    pending; elsewhere the cut inside a call shows nothing that the cut after it does not.
    """
    total = sum(len(crash_states(base, effects[:point], profile)) for point in range(len(effects) + 1))
    if profile in ("process-kill", "sequential"):
        total += sum(len(short_writes(effect)) for effect in effects)
    return total


def played(base: Disk, effects: Sequence[Effect]) -> Disk:
    """The disk after all of the effects, nothing lost."""
    names = dict(base.names)
    contents = dict(base.contents)
    for effect in effects:
        if isinstance(effect, NameChange):
            for slot, inode in effect.slots:
                names.pop(slot, None)
                if inode is not None:
                    names[slot] = inode
            if effect.made is not None:
                contents[effect.made] = None if effect.directory else b""
        elif isinstance(effect, Write | Truncate):
            contents[effect.inode] = changed(contents[effect.inode] or b"", effect)
    return Disk(frozenset(names.items()), frozenset(contents.items()))


def _published(base: Disk, effects: Sequence[Effect], names: Iterator[tuple[Changes, Names]]) -> set[Disk]:
    """Data before the name change that publishes it: what each prefix of the name changes makes certain of the data."""
    found: set[Disk] = set()
    for prefix, chosen in names:
        certain = {inode: at for at, change in prefix for _, inode in change.slots if inode is not None}
        contents = _contents(base, effects, certain, size_waits_for_data=False)
        found.update(Disk(chosen, held) for held in contents)
    return found


def _contents(
    base: Disk, effects: Sequence[Effect], certain: dict[int, int], *, size_waits_for_data: bool
) -> list[frozenset[tuple[int, bytes | None]]]:
    """Every assignment of a content to every inode; changes of a file before position `certain[inode]` are certain."""
    before: dict[int, bytes | None] = dict(base.contents)
    changes: dict[int, list[DataChange]] = {}
    floors: dict[int, int] = {}
    for at, effect in enumerate(effects):
        if isinstance(effect, NameChange):
            if effect.made is not None:
                before[effect.made] = None if effect.directory else b""
            continue
        if isinstance(effect, Sync):
            floors[effect.inode] = len(changes.get(effect.inode, ()))
            continue
        changes.setdefault(effect.inode, []).append(effect)
        if at < certain.get(effect.inode, 0):
            floors[effect.inode] = len(changes[effect.inode])
    options: list[list[tuple[int, bytes | None]]] = []
    for inode, content in before.items():
        if content is None:
            options.append([(inode, None)])
        else:
            pending, floor = changes.get(inode, []), floors.get(inode, 0)
            held = file_contents(content, pending, floor, size_waits_for_data=size_waits_for_data)
            options.append([(inode, one) for one in held])
    return [frozenset(chosen) for chosen in product(*options)]
