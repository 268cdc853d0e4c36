"""Brute force and the model checker agree on the number of raw disks and on what recoveries make of them.

From an empty start there are 1, 7, 71, 896 and 12,651 traces of 0 to 4 calls, from a full one 1, 20, 380 and 7,079 of
0 to 3; 8 profiles of ours and 7 recoveries make 56 pairs.  `python -m tests.brute_force` tries all traces with all
pairs.  For time, here the longer traces take turns, each with the next profile or pair, and some of the longest are
left out.
"""

import pytest

from tests.brute_force.agreement import combinations, every, nested_outcomes_agree, outcomes_agree, raw_counts_agree
from tests.brute_force.alphabet import STARTS, random_traces, start
from tests.brute_force.crash_states import RULED
from tests.brute_force.recoveries import RECOVERIES

WIDE = (
    "append A/x 8; rename A/x A/z",
    "append A/x 7; link A/x A/z; append A/z 1",
    "append B/y 6; rename B/y A/x; fsync A",
    "append B/y 6; fsync B/y; append B/y 1; write B/y 1; rename B/y A/x",
    "append A/x 7; append A/x 1; rename A/x B/y; unlink B/y",
    "append A/x 7; fsync A/x; append A/x 2; rename A/x A/z",
    "append A/x 7; fsync A/x; write A/x 8; rename A/x A/z",
)
"""Blocks have 4,096 bytes, 8 units; A/x begins with 1 unit, B/y with 2 that are not full."""


@pytest.mark.parametrize("name", STARTS)
def test_raw_counts_agree_on_every_trace_of_up_to_three_calls(name: str) -> None:
    for length in range(4):
        for trace in every(name, length):
            raw_counts_agree(name, trace, everywhere=False)


@pytest.mark.parametrize("name", STARTS)
def test_outcomes_agree_on_every_trace_of_up_to_one_call_with_every_pair(name: str) -> None:
    for length in range(2):
        for trace in every(name, length):
            for profile in RULED:
                for recovery in RECOVERIES:
                    outcomes_agree(name, trace, profile, recovery, everywhere=True)


@pytest.mark.parametrize("calls", WIDE)
def test_counts_and_outcomes_agree_on_writes_that_reach_into_another_block(calls: str) -> None:
    trace = tuple(calls.split("; "))
    raw_counts_agree("full", trace, everywhere=False)
    outcomes_agree("full", trace, "ext4-nodelalloc", "list everything", everywhere=False)


@pytest.mark.parametrize("recovery", RECOVERIES)
@pytest.mark.parametrize("name", STARTS)
def test_outcomes_agree_on_every_trace_of_two_calls_with_the_next_profile(name: str, recovery: str) -> None:
    for trace, (profile, _) in zip(every(name, 2), combinations(), strict=False):
        outcomes_agree(name, trace, profile, recovery, everywhere=True)


@pytest.mark.parametrize(("name", "step"), [("empty", 1), ("full", 5)])
def test_outcomes_agree_on_traces_of_three_calls_with_the_next_pair(name: str, step: int) -> None:
    for trace, (profile, recovery) in zip(every(name, 3, step), combinations(), strict=False):
        outcomes_agree(name, trace, profile, recovery, everywhere=False)


def test_counts_and_outcomes_agree_on_one_in_twenty_traces_of_four_calls_with_the_next_pair() -> None:
    for trace, (profile, recovery) in zip(every("empty", 4, 20), combinations(), strict=False):
        raw_counts_agree("empty", trace, everywhere=False)
        outcomes_agree("empty", trace, profile, recovery, everywhere=False)


@pytest.mark.parametrize("length", [5, 6, 7, 8])
@pytest.mark.parametrize("name", STARTS)
def test_counts_and_outcomes_agree_on_random_longer_traces(name: str, length: int) -> None:
    traces = random_traces(start(name), length, 56, seed=length)
    for trace, (profile, recovery) in zip(traces, combinations(), strict=False):
        raw_counts_agree(name, trace, everywhere=True)
        outcomes_agree(name, trace, profile, recovery, everywhere=True)


def test_outcomes_of_recoveries_cut_again_and_again_agree_on_every_trace_of_up_to_one_call_with_every_pair() -> None:
    for length in range(2):
        for trace in every("empty", length):
            for profile in RULED:
                for recovery in RECOVERIES:
                    nested_outcomes_agree("empty", trace, profile, recovery)


@pytest.mark.parametrize("recovery", RECOVERIES)
def test_outcomes_of_recoveries_cut_again_and_again_agree_on_every_call_with_the_next_profile(recovery: str) -> None:
    for trace, (profile, _) in zip(every("full", 1), combinations(), strict=False):
        nested_outcomes_agree("full", trace, profile, recovery)


@pytest.mark.parametrize("length", [2, 3, 4, 5])
@pytest.mark.parametrize("name", STARTS)
def test_outcomes_of_recoveries_cut_again_and_again_agree_on_random_traces(name: str, length: int) -> None:
    traces = random_traces(start(name), length, 56, seed=length)
    for trace, (profile, recovery) in zip(traces, combinations(), strict=False):
        nested_outcomes_agree(name, trace, profile, recovery)
