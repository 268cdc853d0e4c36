"""What a toy recovery comes to on every crash state, and on every crash state of the recovery itself."""

from collections.abc import Iterable, Sequence
from functools import cache

from tests.brute_force.crash_states import crash_states
from tests.brute_force.disk import Disk, visible
from tests.brute_force.effects import Effect
from tests.brute_force.kernel import PlainKernel
from tests.brute_force.recoveries import RECOVERIES, Seen, tree

Outcome = tuple[Seen, Seen]
"""What a recovery said it saw, and the tree that it left."""

Judged = dict[int | Outcome, set[Outcome]]
"""For each crash point of a trace, and for each outcome that a recovery came to in the end: what a fresh recovery may
come to when the power goes there, and then any number of times inside recoveries.

That an outcome comes again after itself is left out: it is no news, and whether it is asked depends on whether a call
that changes nothing is noted."""


def outcome(disk: Disk, recovery: str) -> Outcome:
    """What a recovery comes to on one disk."""
    return _run(visible(disk), recovery)[0]


def outcomes(disks: Iterable[Disk], recovery: str) -> set[Outcome]:
    """What a recovery may come to on these disks."""
    return {outcome(disk, recovery) for disk in disks}


def judged(base: Disk, effects: Sequence[Effect], profile: str, recovery: str) -> Judged:
    """All that a judge has to judge, cuts inside recoveries followed until nothing new appears."""
    reached: dict[int | Outcome, set[Disk]] = {}
    waiting: list[tuple[int | Outcome, Disk]] = [
        (point, visible(disk))
        for point in range(len(effects) + 1)
        for disk in crash_states(base, effects[:point], profile)
    ]
    while waiting:
        held, disk = waiting.pop()
        disks = reached.setdefault(held, set())
        if disk not in disks:
            disks.add(disk)
            waiting += ((held, left) for left in _cut_inside(disk, recovery, profile))
            ended, changes = _run(disk, recovery)
            if changes:
                waiting += ((ended, visible(left)) for left in crash_states(disk, changes, profile))
    return without_repeats({held: outcomes(disks, recovery) for held, disks in reached.items()})


def without_repeats(found: Judged) -> Judged:
    """What was judged, less each outcome that only came again."""
    return {held: news for held, outcomes in found.items() if (news := outcomes - {held})}


@cache
def _run(disk: Disk, recovery: str) -> tuple[Outcome, tuple[Effect, ...]]:
    kernel = PlainKernel(disk)
    seen = RECOVERIES[recovery](kernel, "")
    return (seen, tree(kernel, "")), tuple(kernel.effects)


@cache
def _cut_inside(disk: Disk, recovery: str, profile: str) -> frozenset[Disk]:
    """What a cut inside the recovery of a disk, or at its end, leaves."""
    _, effects = _run(disk, recovery)
    return frozenset(
        visible(left) for point in range(1, len(effects) + 1) for left in crash_states(disk, effects[:point], profile)
    )
