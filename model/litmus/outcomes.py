"""What a power cut after a litmus program may leave: all of it, or whether one thing seen is among it."""

from collections.abc import Sequence
from functools import lru_cache

from model.explore.discovery import discover
from model.litmus.matching import matches
from model.litmus.playing import arrange, play
from model.litmus.program import Program
from model.litmus.tree import Tree, read_tree
from model.persistence import PROFILES, Profile, crash_disk
from model.simulation import Machine, write_file
from model.simulation.disk import Disk
from store.kernel import O_RDONLY

FOLDER = "/srv"
ELSEWHERE = "/elsewhere"
"""A file that the programs know nothing of."""


class TooWide(Exception):
    """So much data is pending that its outcomes cannot be listed; ask `admits` about one of them."""


def outcomes(program: Program, profile: str | Profile, *, after: int | None = None) -> frozenset[Tree]:
    """Every tree that a power cut may leave.

    Args:
        program: What was running.
        profile: By which rules, or their name.
        after: How many calls were complete, and nothing of the next one; all by default.

    Raises:
        OSError: A call of the program failed.
        TooWide: There are too many outcomes to list.
    """
    disk = _cut(program, _profile(profile), after, after)
    if any(component.bounded for component in disk.components):
        raise TooWide(f"{program}: too much unsynced data to list every outcome")
    return frozenset(tree for _, tree in discover(disk, _look))


def admits(
    program: Program,
    profile: str | Profile,
    tree: Tree,
    *,
    after: int | None = None,
    until: int | None = None,
    others_sync: bool = False,
) -> bool:
    """Whether a power cut may leave that tree; exact, however much data is pending.

    Args:
        program: What was running.
        profile: By which rules, or their name.
        tree: What was seen, as `read_tree` tells it.
        after: How many calls were surely complete; all by default.
        until: How many calls may have been complete when the power went, the last of them perhaps only in part; as many
            as `after` by default.
        others_sync: Whether, when all calls were complete, somebody may have synced a file that has nothing to do with
            them.  Where an fsync writes a log, more is possible then.

    Raises:
        OSError: A call of the program failed.
    """
    rules = _profile(profile)
    if matches(_cut(program, rules, after, after if until is None else until), FOLDER, tree):
        return True
    return others_sync and matches(_cut(program, rules, None, None, others_sync=True), FOLDER, tree)


def _look(machine: Machine) -> Tree:
    return read_tree(machine.start().kernel, FOLDER)


def _profile(profile: str | Profile) -> Profile:
    return PROFILES[profile] if isinstance(profile, str) else profile


@lru_cache(maxsize=64)
def _played(program: Program, others_sync: bool) -> tuple[Machine, Sequence[int]]:
    """A machine on which the program has run, and how many effects there were before the first and after each call."""
    machine = Machine()
    kernel = machine.start().kernel
    arrange(program, kernel, FOLDER)
    write_file(kernel, ELSEWHERE, b"1")
    machine.settle()
    ends = [0]
    kernel = machine.start().kernel
    play(program, kernel, FOLDER, lambda _: ends.append(len(machine.effects)))
    if others_sync:
        fd = kernel.open(ELSEWHERE, O_RDONLY)
        kernel.fsync(fd)
        kernel.close(fd)
        ends.append(len(machine.effects))
    return machine, ends


def _cut(
    program: Program, profile: Profile, after: int | None, until: int | None, *, others_sync: bool = False
) -> Disk:
    machine, ends = _played(program, others_sync)
    first, last = (ends[-1 if calls is None else calls] for calls in (after, until))
    return crash_disk(
        machine.disk,
        machine.created,
        machine.effects,
        machine.times,
        range(first, last + 1),
        profile,
        machine.next_ino,
        start=first,
        with_times=False,
    ).disk
