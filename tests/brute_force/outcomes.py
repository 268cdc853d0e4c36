"""What a toy recovery comes to on every crash state, and on every crash state of the recovery itself."""

from collections.abc import Sequence
from functools import cache

from tests.brute_force.crash_states import crash_states
from tests.brute_force.disk import Disk, visible
from tests.brute_force.effects import Effect
from tests.brute_force.kernel import PlainKernel
from tests.brute_force.recoveries import RECOVERIES, Seen, tree

Outcome = tuple[Seen, Seen]
"""What a recovery said it saw, and the tree that it left."""


def outcomes(base: Disk, effects: Sequence[Effect], profile: str, recovery: str) -> set[Outcome]:
    """Every outcome of a recovery when the power goes after the effects."""
    return {outcome(disk, recovery)[0] for disk in crash_states(base, effects, profile)}


def trees_after_second_cut(base: Disk, effects: Sequence[Effect], profile: str, recovery: str) -> set[Seen]:
    """Every tree when the power goes after the effects, and again somewhere in the recovery or after it."""
    seen: set[Seen] = set()
    for disk in {visible(disk) for disk in crash_states(base, effects, profile)}:
        seen |= _trees_after_cut_in(disk, recovery, profile)
    return seen


def outcome(disk: Disk, recovery: str) -> tuple[Outcome, tuple[Effect, ...]]:
    """What a recovery comes to on one disk, and what it did to it."""
    return _outcome(visible(disk), recovery)


@cache
def _outcome(disk: Disk, recovery: str) -> tuple[Outcome, tuple[Effect, ...]]:
    kernel = PlainKernel(disk)
    seen = RECOVERIES[recovery](kernel, "")
    return (seen, tree(kernel, "")), tuple(kernel.effects)


@cache
def _trees_after_cut_in(disk: Disk, recovery: str, profile: str) -> frozenset[Seen]:
    _, effects = _outcome(disk, recovery)
    return frozenset(
        outcome(left, "list everything")[0][1]
        for point in range(len(effects) + 1)
        for left in crash_states(disk, effects[:point], profile)
    )
