"""Whether tests of real file systems are skipped, where they cannot run."""

import pytest

from tests.live_ground import REQUIRED, give_up_on

LACKING = "real file systems: missing: root, to mount"


def test_where_nothing_can_be_mounted_a_test_is_skipped_with_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REQUIRED[0], raising=False)
    with pytest.raises(BaseException, match="missing: root") as caught:
        give_up_on(LACKING)
    assert type(caught.value).__name__ == "Skipped"


def test_where_it_must_run_it_fails_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(*REQUIRED)
    with pytest.raises(BaseException, match="missing: root") as caught:
        give_up_on(LACKING)
    assert type(caught.value).__name__ == "Failed"


def test_where_nothing_is_lacking_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(*REQUIRED)
    give_up_on("")
