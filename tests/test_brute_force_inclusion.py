"""Every gate's raw disks are among those of posix, and those of posix among those of posix-minimal.

What holds of the profiles for study follows from their definitions.  Nothing of ours is among ALICE's disks: there a
write comes in blocks of 4,096 bytes, with us also in units of 512.

A trace's crash points are those of its beginnings, which are traces of the same set; so only the last one is looked at.
"""

from itertools import chain

import pytest

from tests.brute_force.alphabet import STARTS, Trace, effects_of, random_traces, start, traces
from tests.brute_force.crash_states import RULED, STUDIED, crash_states
from tests.brute_force.disk import Disk

PAIRS = [
    *((gate, "posix") for gate in RULED if not gate.startswith("posix")),
    ("posix", "posix-minimal"),
    ("ext4-nodelalloc", "ext4"),
    ("xfs", "ext4"),
    ("ext4", "btrfs"),
    ("process-kill", "sequential"),
    ("sequential", "ext4-nodelalloc"),
    ("sequential", "xfs"),
]
"""The narrower profile first."""

STUDY_PAIRS = [
    ("ext4-nodelalloc", "ext4-dioread-lock"),
    ("ext4-dioread-lock", "ext4"),
    ("ferrite-sequential", "sequential"),
    ("ferrite-sequential", "ferrite-ext4"),
    ("ferrite-sequential", "alice-default"),
    ("ferrite-ext4", "posix"),
    ("lazyfs", "ext4"),
    ("lazyfs", "xfs"),
    ("lazyfs", "alice-default"),
]


@pytest.mark.parametrize("name", STARTS)
def test_profiles_contain_each_other_on_every_trace_of_up_to_three_calls_and_random_ones(name: str) -> None:
    base = start(name)
    for trace in chain(*(traces(base, length) for length in range(4)), random_traces(base, 6, 100, seed=1)):
        _contain(base, trace, PAIRS)


@pytest.mark.parametrize("name", STARTS)
def test_profiles_for_study_contain_each_other_on_every_trace_of_up_to_two_calls_and_random_ones(name: str) -> None:
    base = start(name)
    for trace in chain(*(traces(base, length) for length in range(3)), random_traces(base, 5, 60, seed=2)):
        _contain(base, trace, STUDY_PAIRS)


def _contain(base: Disk, trace: Trace, pairs: list[tuple[str, str]]) -> None:
    effects = effects_of(base, trace)
    disks = {profile: crash_states(base, effects, profile) for profile in {name for pair in pairs for name in pair}}
    for narrow, wide in pairs:
        assert disks[narrow] <= disks[wide], (narrow, wide, trace)


def test_what_is_no_part_of_what_is_shown_by_a_trace_of_one_or_two_calls() -> None:
    """The pairs that one might expect beside those above, each with what speaks against it."""
    for narrow, wide, calls in [
        ("process-kill", "lazyfs", "write A/x 2"),  # data is there without an fsync
        ("ext4", "ferrite-ext4", "write A/x 2"),  # half of the block is new
        ("ferrite-ext4", "ext4", "unlink A/x; create B/z"),  # the second of two directories, and not the first
        ("ferrite-ext4", "alice-default", "append A/x 1; write A/x 2"),  # the size waits, and the second write does not
        ("alice-default", "posix-minimal", "append A/x 1"),  # garbage
    ]:
        base = start("full")
        effects = effects_of(base, calls.split("; "))
        assert not crash_states(base, effects, narrow) <= crash_states(base, effects, wide)


# Traces of exactly 0, 1, 2, 3 calls, and the raw disks after those of 3 (of STUDIED from "full": of 2), in the order of
# RULED and of STUDIED.
COMPLETE: dict[str, tuple[list[int], list[int], list[int]]] = {
    "empty": (
        [1, 7, 71, 896],
        [957, 2640, 5892, 6331, 4409, 4313, 3409, 4458],
        [4409, 2410, 3182, 5761, 896],
    ),
    "full": (
        [1, 20, 380, 7079],
        [8067, 24245, 114058, 153887, 103984, 99045, 72713, 104586],
        [2678, 907, 1425, 4258, 380],
    ),
}


@pytest.mark.parametrize(("name", "studied"), [("empty", 3), ("full", 2)])
def test_the_complete_runs_have_this_many_traces_and_raw_disks(name: str, studied: int) -> None:
    """Exact figures, not by hand: a change of the alphabet or of a rule shows."""
    base = start(name)
    every = [list(traces(base, length)) for length in range(4)]

    def raw(length: int, profiles: tuple[str, ...]) -> list[int]:
        effects = [effects_of(base, trace) for trace in every[length]]
        return [sum(len(crash_states(base, each, profile)) for each in effects) for profile in profiles]

    assert ([len(some) for some in every], raw(3, RULED), raw(studied, STUDIED)) == COMPLETE[name]
