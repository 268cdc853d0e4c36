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
from tests.brute_force.names import (
    Changes,
    Names,
    Syncs,
    independent,
    journal_floor,
    logged,
    owners,
    prefixes,
    replacements,
)
from tests.brute_force.published import alice_default, ferrite_ext4, lazyfs

RULED = ("process-kill", "sequential", "posix", "posix-minimal", "ext4", "ext4-nodelalloc", "xfs", "btrfs")
STUDIED = ("ext4-dioread-lock", "ferrite-sequential", "ferrite-ext4", "alice-default", "lazyfs")
PROFILES = (*RULED, *STUDIED)
"""All of them but `ext4-data-journal`, which is `sequential` under another name."""


def crash_states(base: Disk, effects: Sequence[Effect], profile: str) -> set[Disk]:
    """Every raw disk when the power goes after all of `effects` were issued and before anything else is."""
    if profile == "process-kill":
        return {_kept(base, effects, part) for part in (effects, *_cut_inside(effects))}
    changes = [(at, effect) for at, effect in enumerate(effects) if isinstance(effect, NameChange)]
    syncs = [(at, effect.inode) for at, effect in enumerate(effects) if isinstance(effect, Sync)]
    if profile == "sequential":
        return {_kept(base, effects, part) for part in _prefixes(base, effects, changes, syncs)}
    if profile == "ferrite-sequential":
        certain = max((at + 1 for at, _ in syncs), default=0)
        return {_kept(base, effects, effects[:length]) for length in range(certain, len(effects) + 1)}
    if profile == "ferrite-ext4":
        return ferrite_ext4(base, effects)
    if profile == "alice-default":
        return alice_default(base, effects)
    if profile == "lazyfs":
        return {lazyfs(base, effects)}
    if profile in ("posix", "posix-minimal"):
        names = independent(base.names, changes, syncs, torn=profile == "posix-minimal")
    elif profile == "btrfs":
        names = logged(base.names, changes, syncs)
    else:
        certain = journal_floor(base.names, changes, syncs)
        if profile == "ext4-nodelalloc":
            return _published(base, effects, changes, prefixes(base.names, changes, certain))
        if profile == "ext4-dioread-lock":
            replacing = replacements(base.names, changes)
            return _published(base, effects, replacing, prefixes(base.names, changes, certain))
        assert profile in ("ext4", "xfs"), profile
        names = {after for _, after in prefixes(base.names, changes, certain)}
    contents = _contents(base, effects, {}, size_waits_for_data=profile == "xfs")
    return {Disk(chosen, held) for chosen in names for held in contents}


def raw_count(base: Disk, effects: Sequence[Effect], profile: str) -> int:
    """How many raw disks there are, over every crash point of a trace: the sum, not the union.

    The crash point after a call stands for those inside it as well.
    """
    return sum(len(crash_states(base, effects[:point], profile)) for point in range(len(effects) + 1))


def _cut_inside(effects: Sequence[Effect]) -> list[list[Effect]]:
    """P9: the effects, the last one a write that came only to some unit boundary of the file."""
    last = effects[-1] if effects else None
    if not isinstance(last, Write):
        return []
    first = (last.offset // UNIT_BYTES + 1) * UNIT_BYTES
    ends = range(first, last.offset + len(last.content), UNIT_BYTES)
    return [[*effects[:-1], replace(last, content=last.content[: end - last.offset])] for end in ends]


def _prefixes(base: Disk, effects: Sequence[Effect], changes: Changes, syncs: Syncs) -> Iterator[Sequence[Effect]]:
    """Program order for names and data: from what is certain (P7) to everything, cut between calls or inside a write.

    An fsync vouches for the last change of its inode, a data change or one of its names or of the names in it, and
    order for all that came before.
    """
    last_own: dict[int, int] = {}
    certain = 0
    for at, effect in enumerate(effects):
        if isinstance(effect, Sync):
            certain = max(certain, last_own.get(effect.inode, 0))
        elif isinstance(effect, NameChange):
            last_own.update(dict.fromkeys(owners(base.names, changes, effect), at + 1))
        else:
            last_own[effect.inode] = at + 1
    yield effects[:certain]
    for length in range(certain + 1, len(effects) + 1):
        yield from _cut_inside(effects[:length])
        yield effects[:length]


def _kept(base: Disk, effects: Sequence[Effect], part: Sequence[Effect]) -> Disk:
    """The disk after a part of the effects, which has an inode for all that the whole of them made."""
    names = dict(base.names)
    contents = dict(base.contents)
    for effect in effects:
        if isinstance(effect, NameChange) and effect.made is not None:
            contents[effect.made] = None if effect.directory else b""
    for effect in part:
        if isinstance(effect, NameChange):
            for slot, inode in effect.slots:
                names.pop(slot, None)
                if inode is not None:
                    names[slot] = inode
        elif isinstance(effect, Write | Truncate):
            contents[effect.inode] = changed(contents[effect.inode] or b"", effect)
    return Disk(frozenset(names.items()), frozenset(contents.items()))


def _published(
    base: Disk, effects: Sequence[Effect], waiting: Changes, names: Iterator[tuple[Changes, Names]]
) -> set[Disk]:
    """New blocks before those name changes that wait for them: what each prefix of the name changes makes certain."""
    found: set[Disk] = set()
    for prefix, chosen in names:
        waited = [entry for entry in prefix if entry in waiting]
        named = {inode: at for at, change in waited for _, inode in change.slots if inode is not None}
        contents = _contents(base, effects, named, size_waits_for_data=False)
        found.update(Disk(chosen, held) for held in contents)
    return found


def _contents(
    base: Disk, effects: Sequence[Effect], named: dict[int, int], *, size_waits_for_data: bool
) -> list[frozenset[tuple[int, bytes | None]]]:
    """Every assignment of a content to every inode; new blocks of before position `named[inode]` are certain."""
    before: dict[int, bytes | None] = dict(base.contents)
    changes: dict[int, list[DataChange]] = {}
    floors: dict[int, int] = {}
    waited: dict[int, int] = {}
    for at, effect in enumerate(effects):
        if isinstance(effect, NameChange):
            if effect.made is not None:
                before[effect.made] = None if effect.directory else b""
            continue
        if isinstance(effect, Sync):
            floors[effect.inode] = len(changes.get(effect.inode, ()))
            continue
        changes.setdefault(effect.inode, []).append(effect)
        if at < named.get(effect.inode, 0):
            waited[effect.inode] = len(changes[effect.inode])
    options: list[list[tuple[int, bytes | None]]] = []
    for inode, content in before.items():
        if content is None:
            options.append([(inode, None)])
        else:
            held = file_contents(
                content,
                changes.get(inode, []),
                floors.get(inode, 0),
                named=waited.get(inode, 0),
                size_waits_for_data=size_waits_for_data,
            )
            options.append([(inode, one) for one in held])
    return [frozenset(chosen) for chosen in product(*options)]
