"""Exact counts of crash states: a change of the store's steps, of a rule or of the explorer shows here first.

Two of them by hand, under `posix`:

**put, a new key.**  Effects: create the temporary, write it (one unit), sync it, rename it, sync the directory.
Before anything 1 disk; after the creation the temporary is there or not, 2; after the write it is there or not, and
holds nothing, NULs or the entry, 2 * 3 = 6; after its sync, 2; after the rename the two slots are (nothing, nothing),
(temporary, nothing) or (nothing, entry), since a rename is one, 3; after the directory's sync 1.  Together 15.
Recovery sweeps a temporary unread, so it tells 3 apart: nothing, a temporary, the entry.

**delete, of an entry.**  Before, 1; after the unlink it is there or not, 2; after the sync, 1.  Together 4, of which 2
can be told apart.
"""

import pytest

from model.explore.campaign import run_case
from model.persistence import PROFILES
from scenarios.sessions import target

CASES = {(case.operation, case.name): case for case in target.cases()}

COUNTS = [
    ("put", "a new key", "posix", 15, 3),
    ("delete", "of an entry", "posix", 4, 2),
    ("put", "a new key", "sequential", 10, 3),
    ("put", "a new key", "process-kill", 6, 3),
    ("put", "a new key", "ext4", 13, 3),
    ("put", "a new key", "xfs", 11, 3),
    ("put", "replaces an entry", "posix", 15, 3),
    ("save", "three puts and two removals", "posix", 136, 30),
    ("migrate", "of 4 entries", "posix", 1_532, 36),
    ("migrate", "of 4 entries", "btrfs", 119, 10),
    ("merge", "equal, different, newer, unreadable and missing entries", "posix", 263, 50),
    ("roll back", "of a live store", "posix", 20, 4),
]


@pytest.mark.parametrize(("operation", "name", "profile", "raw_states", "states"), COUNTS)
def test_the_crash_states_of_a_case_are_these_many(
    operation: str, name: str, profile: str, raw_states: int, states: int
) -> None:
    result = run_case(target, CASES[operation, name], PROFILES[profile], nested=0)
    assert (result.verdict, result.raw_states, result.states) == ("ok", raw_states, states)
