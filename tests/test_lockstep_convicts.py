"""The lockstep machine finds what is wrong with a store, and says so in few steps and few losses."""

import pytest

from store import cache, directory
from tests.lockstep.simulated import Simulated
from tests.lockstep.verdicts import convict


def test_a_put_that_does_not_sync_its_rename_is_convicted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rename that is not synced may be undone.

    The power went after a put had returned.  The rename had not persisted, because nothing synced its directory.  The
    entry was not there.  A sync of the directory before the put returns puts it right.
    """

    def settle(self: directory.Directory) -> None:
        self.settled = True

    monkeypatch.setattr(directory.Directory, "settle", settle)
    steps = convict(Simulated, "must show|must be")
    assert len(steps) <= 4


def test_a_cache_that_asks_for_no_stamps_is_convicted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a cache holds is old news once somebody else has written.

    Nothing was cut.  One process had read an entry, somebody else changed it, and the first one read it again.  It saw
    the old one.  Asking for the file's stamps before each use puts it right.
    """
    monkeypatch.setattr(cache, "is_same_file", lambda old, new: True)
    monkeypatch.setattr(cache, "is_settled", lambda *stamps: True)
    assert len(convict(Simulated, "state")) <= 2
