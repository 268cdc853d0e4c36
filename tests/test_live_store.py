"""A whole store on real file systems whose power is cut, and stores that are known to be bad and must not get away."""

from dataclasses import replace

import pytest

from model.explore.campaign import run_case
from model.live.crew import run_apart
from model.live.disk import Bench
from model.live.file_systems import Setup
from model.live.stores import StoreRuns, play_cases
from model.persistence import PROFILES
from model.target import Target
from scenarios import live as lives
from tests.live_ground import each_file_system, live

__all__ = ["live"]  # a fixture

FEW = 2
"""Entries of the legacy file here; `make live` has ten times as many."""

EVIDENCE = {
    "no-fsync-of-the-file": "/c.json: b''",
    "no-fsync-of-the-directory": "/.tmp-",
    "no-fsync-of-the-parent": "sessions.d.migrating/",
}
"""What the disk of each known-bad store holds after an acknowledged operation: an empty file, a name from before its
rename, a directory from before its rename."""


def runs(target: Target, setup: Setup, *, with_log: bool = False) -> StoreRuns:
    """One life of a store on a disk whose power is cut at every call."""

    def work(workshop: str) -> StoreRuns:
        return play_cases(Bench(workshop), setup, target, target.cases(FEW)[:1], seed=0, with_log=with_log)

    return run_apart(work)


@pytest.mark.slow
@pytest.mark.usefixtures("live")
@each_file_system()
def test_no_cut_of_a_whole_life_breaks_a_promise_or_shows_what_the_profile_forbids(setup: Setup) -> None:
    found = runs(lives.target, setup)
    assert not found.broken_promises, found.broken_promises[0]
    assert not found.unlike_profile, found.unlike_profile[0]
    assert found.cuts > 80


@pytest.mark.slow
@pytest.mark.usefixtures("live")
@each_file_system()
def test_nor_does_any_cut_of_what_was_written_to_the_device_in_a_short_one(setup: Setup) -> None:
    short = replace(lives.target, cases=lambda _: (lives.WRITTEN,))
    found = runs(short, setup, with_log=True)
    assert not found.broken_promises, found.broken_promises[0]
    assert not found.unlike_profile, found.unlike_profile[0]
    assert found.cuts > 100


@pytest.mark.slow
@pytest.mark.usefixtures("live")
@each_file_system()
@pytest.mark.parametrize("bad", lives.BAD, ids=lambda each: each.name)
def test_a_store_that_leaves_out_a_sync_is_convicted_by_a_real_disk(bad: Target, setup: Setup) -> None:
    found = runs(bad, setup)
    assert found.broken_promises
    assert all("Because" in each.what for each in found.broken_promises)
    acknowledged = [each for each in found.broken_promises if "returned before the cut" in each.what]
    assert any(EVIDENCE[bad.name] in line for each in acknowledged for line in each.held), acknowledged


@each_file_system()
def test_the_simulated_disk_says_the_same_of_the_good_store_and_of_the_bad_ones(setup: Setup) -> None:
    """The cases that real disks are given, and who looks and judges there, are right about what they promise."""
    for case in lives.target.cases(FEW):
        assert run_case(lives.target, case, PROFILES[setup.profile], nested=0).verdict == "ok"
    for bad in lives.BAD:
        (case,) = bad.cases()
        assert run_case(bad, case, PROFILES[setup.profile], nested=0).verdict == "counterexample"
