"""The published models of others, read literally: every disk that Ferrite, ALICE and LazyFS say a power cut may leave.

Ferrite: a trace is cracked into operations; those that persist are any set that holds, with an operation, all earlier
ones that it must not overtake (ASPLOS 2016, Definition 7; nothing overtakes an fsync).  ALICE: any micro-operations may
be missing but those that an fsync waits for (OSDI 2014).  LazyFS: names at once, data by fsync.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from tests.brute_force.contents import changed
from tests.brute_force.disk import Disk, Slot
from tests.brute_force.effects import DataChange, Effect, NameChange, Sync, Truncate, Write

BLOCK_BYTES = 4096
GARBAGE = b"\xa5"


@dataclass(frozen=True)
class Operation:
    """What Ferrite cracks a call into: a change of names, a barrier, or something about one file.

    A file's operation writes `data` into a `block`, sets the `size`, or both at once, which is an extension.
    """

    names: NameChange | None = None
    barrier: bool = False
    inode: int = -1
    block: int = -1
    data: Write | None = None
    size: int | None = None

    def precedes(self, later: "Operation") -> bool:
        """Whether a later operation must not overtake this one."""
        if self.barrier or later.barrier:
            return True
        if self.names and later.names:
            return bool({slot[0] for slot, _ in self.names.slots} & {slot[0] for slot, _ in later.names.slots})
        if self.names or later.names or self.inode != later.inode:
            return False
        same_metadata = self.size is not None and later.size is not None
        same_block = self.data is not None and later.data is not None and self.block == later.block
        write = self.data is not None and self.size is None
        extension = later.data is not None and later.size is not None
        return same_metadata or same_block or (write and extension)


def ferrite_ext4(base: Disk, effects: Sequence[Effect]) -> set[Disk]:
    """All that some permitted order, cut short, leaves."""
    operations = list(_cracked(base, effects))
    return {_carried_out(base, effects, chosen) for chosen in _closed(operations, 0, ())}


def _cracked(base: Disk, effects: Sequence[Effect]) -> Iterator[Operation]:
    contents = _made(base, effects)
    blocks = {inode: -(-len(content) // BLOCK_BYTES) for inode, content in contents.items() if content is not None}
    for effect in effects:
        if isinstance(effect, NameChange):
            yield Operation(names=effect)
        elif isinstance(effect, Sync):
            yield Operation(barrier=True)
        elif isinstance(effect, Truncate):
            yield Operation(inode=effect.inode, size=0)
            contents[effect.inode], blocks[effect.inode] = b"", 0
        else:
            for piece in _pieces(effect):
                old = contents[effect.inode] or b""
                block, end = piece.offset // BLOCK_BYTES, piece.offset + len(piece.content)
                if block >= blocks[effect.inode]:
                    yield Operation(inode=effect.inode, block=block, data=piece, size=end)
                    blocks[effect.inode] = block + 1
                else:
                    yield Operation(inode=effect.inode, block=block, data=piece)
                    if end > len(old):
                        yield Operation(inode=effect.inode, size=end)
                contents[effect.inode] = changed(old, piece)


def _closed(operations: Sequence[Operation], at: int, chosen: tuple[int, ...]) -> Iterator[list[Operation]]:
    """Every set that holds all barriers (each fsync has returned) and, with an operation, all that must precede it."""
    if at == len(operations):
        yield [operations[index] for index in chosen]
        return
    operation = operations[at]
    if all(index in chosen for index in range(at) if operations[index].precedes(operation)):
        yield from _closed(operations, at + 1, (*chosen, at))
    if not operation.barrier:
        yield from _closed(operations, at + 1, chosen)


def _carried_out(base: Disk, effects: Sequence[Effect], operations: Sequence[Operation]) -> Disk:
    names = dict(base.names)
    data = _made(base, effects)
    sizes = {inode: len(content) for inode, content in data.items() if content is not None}
    for operation in operations:
        if operation.names:
            for slot, inode in operation.names.slots:
                names.pop(slot, None)
                if inode is not None:
                    names[slot] = inode
        if operation.data is not None:
            start = operation.block * BLOCK_BYTES
            old = (data[operation.inode] or b"").ljust(start, b"\0")
            if operation.size is not None:  # an extension fills its whole block
                old = old[:start] + bytes(BLOCK_BYTES) + old[start + BLOCK_BYTES :]
            data[operation.inode] = changed(old, operation.data)
        if operation.size is not None:
            sizes[operation.inode] = operation.size
            if operation.data is None and operation.size == 0:
                data[operation.inode] = b""
    held = {
        inode: None if content is None else content[: sizes[inode]].ljust(sizes[inode], b"\0")
        for inode, content in data.items()
    }
    return Disk(frozenset(names.items()), frozenset(held.items()))


def alice_default(base: Disk, effects: Sequence[Effect]) -> set[Disk]:
    """All that any of the micro-operations leave: what each slot may hold, times what each file may."""
    slots: dict[Slot, set[int | None]] = {slot: {inode} for slot, inode in base.names}
    files = {inode: {content} for inode, content in _made(base, effects).items()}
    names, contents = dict(base.names), _made(base, effects)
    for at, effect in enumerate(effects):
        synced = {later.inode for later in effects[at:] if isinstance(later, Sync)}
        for inode, change in _alice_data(effect, names, contents):
            done = {changed(content or b"", change) for content in files[inode]}
            files[inode] = set(done) if inode in synced else files[inode] | done
        for slot, entry in _alice_entries(effect, names):
            slots[slot] = {entry} if slot[0] in synced else slots.get(slot, {None}) | {entry}
        _take_place(effect, names, contents)
    found: set[Disk] = set()
    for entries in product(*(sorted(held, key=str) for held in slots.values())):
        for held in product(*files.values()):
            there = ((slot, entry) for slot, entry in zip(slots, entries, strict=True) if entry is not None)
            found.add(Disk(frozenset(there), frozenset(zip(files, held, strict=True))))
    return found


def _alice_entries(effect: Effect, names: dict[Slot, int]) -> Iterator[tuple[Slot, int | None]]:
    """delete_dir_entry and create_dir_entry; a rename first deletes what it replaces, then the source."""
    if isinstance(effect, NameChange):
        if len(effect.slots) == 2 and effect.slots[1][0] in names:
            yield effect.slots[1][0], None
        yield from effect.slots


def _alice_data(
    effect: Effect, names: dict[Slot, int], contents: dict[int, bytes | None]
) -> Iterator[tuple[int, DataChange]]:
    """Zeros, garbage and data for all that makes a file longer; a file that loses its last name is cut to nothing."""
    if isinstance(effect, Truncate):
        yield effect.inode, effect
    elif isinstance(effect, Write):
        size = len(contents[effect.inode] or b"")
        for piece in _pieces(effect):
            inside = max(0, min(size, piece.offset + len(piece.content)) - piece.offset)
            beyond = piece.content[inside:]
            if inside:
                yield effect.inode, Write(effect.inode, piece.offset, piece.content[:inside])
            if beyond:
                for content in (bytes(len(beyond)), GARBAGE * len(beyond), beyond):
                    yield effect.inode, Write(effect.inode, piece.offset + inside, content)
    elif isinstance(effect, NameChange):
        slot, entry = effect.slots[-1]
        lost = names.get(slot) if entry is None or len(effect.slots) == 2 else None
        if lost is not None and contents[lost] is not None and list(names.values()).count(lost) == 1:
            yield lost, Truncate(lost)


def _take_place(effect: Effect, names: dict[Slot, int], contents: dict[int, bytes | None]) -> None:
    if isinstance(effect, NameChange):
        for slot, inode in effect.slots:
            names.pop(slot, None)
            if inode is not None:
                names[slot] = inode
    elif isinstance(effect, Write | Truncate):
        contents[effect.inode] = changed(contents[effect.inode] or b"", effect)


def lazyfs(base: Disk, effects: Sequence[Effect]) -> Disk:
    """Every name as it was, every file as it was when it was last synced."""
    names, now = dict(base.names), _made(base, effects)
    synced = dict(now)
    for effect in effects:
        _take_place(effect, names, now)
        if isinstance(effect, Sync):
            synced[effect.inode] = now[effect.inode]
    return Disk(frozenset(names.items()), frozenset(synced.items()))


def _made(base: Disk, effects: Sequence[Effect]) -> dict[int, bytes | None]:
    """The contents before, with those of all that was made since."""
    contents = dict(base.contents)
    for effect in effects:
        if isinstance(effect, NameChange) and effect.made is not None:
            contents[effect.made] = None if effect.directory else b""
    return contents


def _pieces(write: Write) -> Iterator[Write]:
    """A write, block by block."""
    end = write.offset + len(write.content)
    for block in range(write.offset // BLOCK_BYTES, (end - 1) // BLOCK_BYTES + 1):
        start, stop = max(write.offset, block * BLOCK_BYTES), min(end, (block + 1) * BLOCK_BYTES)
        yield Write(write.inode, start, write.content[start - write.offset : stop - write.offset])
