"""Brute force and the model checker agree on the profiles for study, too: on counts and on what recoveries come to.

There the brute force reads what others have published, call by call, and knows nothing of slots and spans.
"""

import pytest

from model.persistence import PROFILES
from tests.brute_force.agreement import combinations, every, nested_outcomes_agree, outcomes_agree, raw_counts_agree
from tests.brute_force.alphabet import STARTS, effects_of, random_traces, start
from tests.brute_force.crash_states import STUDIED, raw_count
from tests.brute_force.recoveries import RECOVERIES

# Totals over all crash points, in the order of STUDIED: ext4-dioread-lock, ferrite-sequential, ferrite-ext4,
# alice-default, lazyfs.  Under lazyfs there is one disk at each crash point, whatever the trace.
BY_HAND: dict[str, tuple[str, str, tuple[int, ...]]] = {
    # Created: absent or EMPTY.  ALICE has nothing to add: there is no data yet.
    "a name": ("empty", "create A/x", (3, 3, 3, 3, 2)),
    # ext4 7 contents as ever.  In sequence: none, the name, both.  Ferrite: one extension, there or not, name or not.
    # ALICE: EMPTY, or 1,024 zeros, garbage, or the data: 4; name or not: 8.
    "two units": ("empty", "create A/x; write A/x 2", (17, 6, 7, 11, 3)),
    # The fsync leaves one content.  Its name: in order with nothing else (1), barrier (1), free under ALICE (2).
    "synced units": ("empty", "create A/x; write A/x 2; fsync A/x", (18, 7, 8, 13, 4)),
    # 512 o, and 1,024 written over it.  ext4: 2 + 4 at the two sizes.  Ferrite: the block is there already, so data and
    # size are two: o, a, o and zeros, a and more a: 4.  ALICE: the 512 inside old or new, the 512 beyond not there,
    # zeros, garbage or data: 2 x 4.
    "overwrite": ("full", "write A/x 2", (7, 3, 5, 9, 2)),
    # Renamed as one, but for ALICE, where either end is free: 2 x 2.
    "rename": ("full", "rename A/x A/z", (3, 3, 3, 5, 2)),
    # The same over another file.  ALICE: A/x there or not; B/y p, gone or o; and B's file, which has lost its last
    # name, cut or not: 2 x 3 x 2.
    "rename over": ("full", "rename A/x B/y", (3, 3, 3, 13, 2)),
    # ALICE: A/x there or not, its file cut or not.
    "unlink": ("full", "unlink A/x", (3, 3, 3, 5, 2)),
    # With a second name the file is not cut: 1 + 2, then A/x and A/z each there or not: 4.
    "unlink one of two": ("full", "link A/x A/z; unlink A/x", (6, 6, 6, 7, 3)),
    # Two directories: ext4 in order (1 + 2 + 3), Ferrite not (1 + 2 + 4).  An fsync of B keeps all in both.
    "another directory": ("empty", "create A/x; create B/y; fsync B", (7, 7, 8, 9, 4)),
    # New at a free name: EMPTY, zeros, b: 3.  1 + 2 + 2 x 3 + 3 x 3; dioread_lock changes nothing.
    # Ferrite: 1 + 2 + 2 x 2 + 3 x 2.  ALICE: 4 contents; 1 + 2 + 2 x 4 + 4 x 4 (each end free).
    "published": ("empty", "create A/x; append A/x 1; rename A/x A/z", (18, 10, 13, 27, 4)),
    # The same over another file, A/x (o): dioread_lock: with the rename only b: 1 + 2 + 2 x 3 + 2 x 3 + 1.
    # Ferrite as before.  ALICE, the last: A/z there or not, A/x o, gone or new, o's file cut or not, 4 contents:
    # 1 + 2 + 8 + 2 x 3 x 2 x 4.
    "replaced": ("full", "create A/z; append A/z 1; rename A/z A/x", (16, 10, 13, 59, 4)),
    # o to nothing: 512 o, 512 zeros (the units wait), EMPTY; then b as well.  ext4: 1 + 3 + 4.
    # Ferrite: cut or not, extended or not, in this order: 1 + 2 + 3.  ALICE: 1 + 2; then cut or not: cut: EMPTY, zeros,
    # garbage, b; not: o, zeros, garbage, b: 5 different.
    "rewrite": ("full", "truncate A/x; append A/x 1", (8, 6, 6, 8, 3)),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_raw_counts_of_the_published_models_are_those_derived_by_hand(case: str) -> None:
    name, calls, expected = BY_HAND[case]
    base = start(name)
    effects = effects_of(base, calls.split("; "))
    assert tuple(raw_count(base, effects, profile) for profile in STUDIED) == expected


@pytest.mark.parametrize(("name", "length", "step"), [("empty", 3, 1), ("full", 2, 1), ("full", 3, 11)])
def test_raw_counts_agree_on_short_traces(name: str, length: int, step: int) -> None:
    for trace in every(name, length, step):
        raw_counts_agree(name, trace, everywhere=length < 3, profiles=STUDIED)


@pytest.mark.parametrize("recovery", RECOVERIES)
@pytest.mark.parametrize("name", STARTS)
def test_outcomes_agree_on_every_trace_of_two_calls_with_the_next_profile(name: str, recovery: str) -> None:
    for trace, (profile, _) in zip(every(name, 2), combinations(STUDIED), strict=False):
        outcomes_agree(name, trace, profile, recovery, everywhere=True)


@pytest.mark.parametrize("length", [4, 6])
@pytest.mark.parametrize("name", STARTS)
def test_counts_and_outcomes_agree_on_random_longer_traces(name: str, length: int) -> None:
    traces = random_traces(start(name), length, 35, seed=length)
    for trace, (profile, recovery) in zip(traces, combinations(STUDIED), strict=False):
        raw_counts_agree(name, trace, everywhere=True, profiles=[profile])
        outcomes_agree(name, trace, profile, recovery, everywhere=True)


@pytest.mark.parametrize("length", [1, 3])
@pytest.mark.parametrize("name", STARTS)
def test_outcomes_of_recoveries_cut_again_and_again_agree_on_random_traces(name: str, length: int) -> None:
    traces = random_traces(start(name), length, 35, seed=length)
    for trace, (profile, recovery) in zip(traces, combinations(STUDIED), strict=False):
        nested_outcomes_agree(name, trace, profile, recovery)


def test_ext4_with_journalled_data_keeps_to_the_order_of_sequential() -> None:
    journalled, sequential = PROFILES["ext4-data-journal"], PROFILES["sequential"]
    assert (journalled.names, journalled.contents) == (sequential.names, sequential.contents)
