"""Programs over a small space of names: all short ones, and longer ones at random.

Two durable directories, A and B, and the names x and y in each; a directory that a program makes may hold a file x.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations, product
from typing import Final

from model.litmus.outcomes import FOLDER
from model.litmus.playing import arrange, play
from model.litmus.program import WITH_SIZE, Call, Program
from model.litmus.tree import read_tree
from model.simulation import Machine

STARTS: Final[Mapping[str, tuple[Call, ...]]] = {
    "empty": (Call("mkdir", "A"), Call("mkdir", "B")),
    "full": (
        Call("mkdir", "A"),
        Call("mkdir", "B"),
        Call("write", "A/x", size_bytes=1500),
        Call("write", "B/x", size_bytes=1500),
    ),
}
"""What is durable before the first call."""

PLACES: Final = ("A/x", "A/y", "B/x", "B/y")
INNER: Final = ("A/x/x", "A/y/x", "B/x/x", "B/y/x")
KICKED: Final = "k"
_MAKING: Final = frozenset({"create", "mkdir", "kick"})

SHORT_BYTES: Final = 700
LONG_BYTES: Final = 1500
RANDOM_BYTES: Final = (1, 512, 700, 1500, 4096, 5000, 12_288)


def every(start: str, length: int) -> Iterator[Program]:
    """Every program of exactly that many calls that all succeed and all do something, modulo symmetry.

    No fsync is repeated at once.  Of programs that are the same but for which directory, or which name in it, is which,
    there is one.

    Args:
        start: What is durable before, one of `STARTS`.
        length: How many calls.
    """
    before = STARTS[start]
    return _longer(before, (), length, _symmetries(before))


def at_random(length: int, count: int, seed: int) -> Iterator[Program]:
    """Programs of that many calls, by a seed: any of the starts, and writes of other sizes too.

    Args:
        length: How many calls.
        count: How many programs.
        seed: The same seed, the same programs.
    """
    source = random.Random(seed)  # noqa: S311  (it must repeat, not be unpredictable)
    for _ in range(count):
        before = STARTS[source.choice(sorted(STARTS))]
        calls: tuple[Call, ...] = ()
        while len(calls) < length:
            call = _resized(source.choice(ALPHABET), source)
            if _does_something(before, calls, call):
                calls = (*calls, call)
        yield Program(before, calls)


def _alphabet() -> Iterator[Call]:
    """Every call, possible or not at the moment."""
    for path in (*PLACES, *INNER):
        yield Call("create", path)
        yield Call("write", path, size_bytes=SHORT_BYTES)
        yield Call("append", path, size_bytes=SHORT_BYTES)
        yield Call("truncate", path)
        yield Call("rewrite", path, size_bytes=LONG_BYTES)
        yield Call("unlink", path)
        yield Call("fsync", path)
    for path in PLACES:
        yield Call("mkdir", path)
        yield Call("rmdir", path)
    for source, target in permutations((*PLACES, *INNER), 2):
        yield Call("rename", source, target)
    for source, target in permutations(PLACES, 2):
        yield Call("link", source, target)
    yield Call("fsync", "A")
    yield Call("fsync", "B")
    yield Call("kick", KICKED)


ALPHABET: Final[Sequence[Call]] = tuple(_alphabet())


def _longer(
    before: tuple[Call, ...], calls: tuple[Call, ...], length: int, renamings: Sequence[Mapping[str, str]]
) -> Iterator[Program]:
    if len(calls) == length:
        yield Program(before, calls)
        return
    there = _paths_after(before, calls)
    for call in ALPHABET:
        longer = (*calls, call)
        # What is not the first of its like never becomes it, however it goes on.
        is_first = all(longer <= _renamed(longer, renaming) for renaming in renamings)
        if is_first and _may_succeed(call, there) and _does_something(before, calls, call):
            yield from _longer(before, longer, length, renamings)


def _paths_after(before: tuple[Call, ...], calls: tuple[Call, ...]) -> frozenset[str]:
    kernel = Machine().start().kernel
    arrange(Program(before, ()), kernel, FOLDER)
    play(Program((), calls), kernel, FOLDER)
    return frozenset(path for path, _ in read_tree(kernel, FOLDER))


def _may_succeed(call: Call, there: frozenset[str]) -> bool:
    """A cheap guess, never wrong about what cannot succeed: most calls of the alphabet cannot at most times."""
    parent = (call.target or call.path).rpartition("/")[0]
    if parent and parent not in there:
        return False
    return call.verb == "write" or (call.path in there) == (call.verb not in _MAKING)


def _does_something(before: tuple[Call, ...], calls: tuple[Call, ...], call: Call) -> bool:
    if call.verb == "fsync" and calls[-1:] == (call,):
        return False
    machine = Machine()
    kernel = machine.start().kernel
    ends: list[int] = []
    try:
        arrange(Program(before, ()), kernel, FOLDER)
        play(Program(before, (*calls, call)), kernel, FOLDER, lambda _: ends.append(len(machine.effects)))
    except OSError:
        return False
    return ends[-1] > ([0, *ends])[-2]


def _symmetries(before: tuple[Call, ...]) -> list[dict[str, str]]:
    """Renamings of paths, by directories and by the names in each, that leave the start as it is."""
    found: list[dict[str, str]] = []
    for directories, in_a, in_b in product(permutations("AB"), permutations("xy"), permutations("xy")):
        names = {"A": dict(zip("xy", in_a, strict=True)), "B": dict(zip("xy", in_b, strict=True))}
        renaming = {KICKED: KICKED, "": ""}
        for directory, other in zip("AB", directories, strict=True):
            renaming[directory] = other
            for name in "xy":
                renaming[f"{directory}/{name}"] = f"{other}/{names[directory][name]}"
                renaming[f"{directory}/{name}/x"] = f"{other}/{names[directory][name]}/x"
        if set(_renamed(before, renaming)) == set(before):
            found.append(renaming)
    return found


def _renamed(calls: tuple[Call, ...], renaming: Mapping[str, str]) -> tuple[Call, ...]:
    return tuple(Call(call.verb, renaming[call.path], renaming[call.target], call.size_bytes) for call in calls)


def _resized(call: Call, source: random.Random) -> Call:
    return Call(call.verb, call.path, call.target, source.choice(RANDOM_BYTES)) if call.verb in WITH_SIZE else call
