"""P10 on real disks: what becomes of the bytes when the device fails what an fsync needs."""

import pytest

from model.live.crew import run_apart
from model.live.disk import Bench
from model.live.failed_sync import FLUSHES, PLACE, WRITES, FailedSync, fail_syncs
from model.live.file_systems import SETUPS, Setup
from tests.live_ground import EXT4, XFS, each_file_system, each_setup, live

__all__ = ["live"]

pytestmark = pytest.mark.usefixtures("live")

JOURNAL = next(setup for setup in SETUPS if setup.options == "data=journal")
OLD, NEW = "8192o", "8192a"


def failures(setup: Setup) -> dict[str, FailedSync]:
    return {failed.fails: failed for failed in run_apart(lambda workshop: fail_syncs(Bench(workshop), setup))}


@each_setup()
def test_every_failure_is_reported_and_leaves_what_p10_admits(setup: Setup) -> None:
    found = failures(setup)
    assert set(found) >= {WRITES, FLUSHES}
    for failed in found.values():
        assert failed.is_reported, failed
        assert failed.is_admitted, failed


@each_file_system()
def test_the_second_fsync_vouches_for_nothing(setup: Setup) -> None:
    """The first fsync fails, readers see the new bytes all the same, a second fsync succeeds; the disk has the old."""
    failed = failures(setup)[WRITES]
    assert (failed.first, failed.read, failed.second) == ("EIO", NEW, "ok")
    assert (failed.dropped, failed.third, failed.cut) == (OLD, "ok", OLD)
    assert failed.is_forgotten


@pytest.mark.parametrize("setup", [EXT4, XFS], ids=["ext4", "xfs"])
def test_it_is_the_same_where_only_the_place_of_the_old_bytes_fails(setup: Setup) -> None:
    failed = failures(setup)[PLACE]
    assert (failed.first, failed.read, failed.second, failed.cut) == ("EIO", NEW, "ok", OLD)


def test_a_journal_that_holds_data_gives_up_when_that_data_cannot_be_written() -> None:
    failed = failures(JOURNAL)
    assert failed[WRITES].cut == OLD
    assert "ok" not in (failed[WRITES].first, failed[WRITES].second, failed[WRITES].third)
    # What failed only in its place is in the journal, and a cut brings it back.
    assert (failed[PLACE].first, failed[PLACE].cut) == ("EIO", NEW)
