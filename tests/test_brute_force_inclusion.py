"""Every gate's raw disks are among those of posix, and those of posix among those of posix-minimal.

A trace's crash points are those of its beginnings, which are traces of the same set; so only the last one is looked at.
"""

from itertools import chain

import pytest

from tests.brute_force.alphabet import STARTS, effects_of, random_traces, start, traces
from tests.brute_force.crash_states import PROFILES, crash_states

PAIRS = [
    *((gate, "posix") for gate in PROFILES if not gate.startswith("posix")),
    ("posix", "posix-minimal"),
    ("ext4-nodelalloc", "ext4"),
    ("xfs", "ext4"),
    ("ext4", "btrfs"),
    ("process-kill", "sequential"),
    ("sequential", "ext4-nodelalloc"),
    ("sequential", "xfs"),
]
"""The narrower profile first."""


@pytest.mark.parametrize("name", STARTS)
def test_profiles_contain_each_other_on_every_trace_of_up_to_three_calls_and_random_ones(name: str) -> None:
    base = start(name)
    for trace in chain(*(traces(base, length) for length in range(4)), random_traces(base, 6, 100, seed=1)):
        effects = effects_of(base, trace)
        disks = {profile: crash_states(base, effects, profile) for profile in PROFILES}
        for narrow, wide in PAIRS:
            assert disks[narrow] <= disks[wide], (narrow, wide, trace)


# Traces of exactly 0, 1, 2, 3 calls, and the raw disks after those of 3, in the order of PROFILES.
COMPLETE: dict[str, tuple[list[int], list[int]]] = {
    "empty": ([1, 7, 71, 896], [957, 2640, 5883, 6331, 4409, 4313, 3409, 4447]),
    "full": ([1, 20, 380, 7079], [8067, 24245, 113155, 153860, 103984, 96240, 72713, 104056]),
}


@pytest.mark.parametrize("name", STARTS)
def test_the_complete_runs_have_this_many_traces_and_raw_disks(name: str) -> None:
    """Exact figures, not by hand: a change of the alphabet or of a rule shows."""
    base = start(name)
    every = [list(traces(base, length)) for length in range(4)]
    longest = [effects_of(base, trace) for trace in every[3]]
    raw = [sum(len(crash_states(base, effects, profile)) for effects in longest) for profile in PROFILES]
    assert ([len(some) for some in every], raw) == COMPLETE[name]
