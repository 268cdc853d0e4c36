"""The cache: what vouches for content, and what does not."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.cache import (
    COARSE_GRAIN_NS,
    COARSE_TICK_NS,
    FINE_GRAIN_NS,
    UNSEEN_STEP_NS,
    Cache,
    Clock,
    grain_ns,
    is_settled,
    stepped_back,
)
from store.host import HostKernel
from store.kernel import FileKind
from tests.interposed import interposed
from tests.stores import Installation, entry

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND
OLD = NOW - 3600 * SECOND + 1


@dataclass(frozen=True)
class Stamp:
    """A status as a value."""

    kind: FileKind = "file"
    mode: int = 0o600
    uid: int = 0
    dev: int = 1
    ino: int = 2
    nlink: int = 1
    size: int = 7
    mtime_ns: int = OLD
    ctime_ns: int = OLD


def kept(stamp: Stamp = Stamp(), data: bytes = b'{"a":1}') -> Cache:
    cache = Cache()
    cache.observe(Clock(NOW, 0))
    cache.keep("a.json", stamp, NOW, data)
    return cache


def test_content_of_a_file_that_did_not_change_is_vouched_for_and_a_fresh_copy() -> None:
    cache = kept()
    for _ in range(3):
        found = cache.take("a.json", Stamp(), NOW)
        assert found == ("a", {"a": 1})
        found[1]["a"] = 2


@pytest.mark.parametrize("field", ["dev", "ino", "size", "mtime_ns", "ctime_ns"])
def test_any_difference_of_the_file_ends_it(field: str) -> None:
    changed = Stamp()
    object.__setattr__(changed, field, getattr(changed, field) + 1)
    assert kept().take("a.json", changed, NOW) is None


@pytest.mark.parametrize("field", ["mtime_ns", "ctime_ns"])
@pytest.mark.parametrize(("age_ns", "trusted"), [(FINE_GRAIN_NS - 1, False), (FINE_GRAIN_NS + 1, True), (-1, False)])
def test_a_file_changed_just_before_it_was_read_is_not_trusted(field: str, age_ns: int, trusted: bool) -> None:
    """A second change within the same tick would leave the same stamp."""
    stamp = replace(Stamp(), mtime_ns=NOW - age_ns) if field == "mtime_ns" else replace(Stamp(), ctime_ns=NOW - age_ns)
    cache = kept(stamp)
    assert cache.holds("a.json", NOW) is trusted
    assert (cache.take("a.json", stamp, NOW + 10 * SECOND) is not None) is trusted


def test_a_stamp_without_a_fraction_is_taken_for_a_coarse_one() -> None:
    assert grain_ns(NOW) == COARSE_GRAIN_NS
    assert grain_ns(NOW + 1) == FINE_GRAIN_NS
    recent = replace(Stamp(), mtime_ns=NOW - SECOND)
    assert not kept(recent).holds("a.json", NOW)


def test_a_clock_that_stepped_back_drops_everything() -> None:
    cache = kept()
    cache.observe(Clock(NOW + SECOND, SECOND))
    assert cache.holds("a.json", NOW + SECOND)
    cache.observe(Clock(NOW + SECOND, 2 * SECOND))
    assert not cache.holds("a.json", NOW + SECOND)


def test_a_clock_that_stepped_back_and_caught_up_again_drops_everything() -> None:
    """The wall clock alone looks right again; only beside the monotonic clock does it show."""
    cache = kept()
    cache.observe(Clock(NOW + SECOND, 60 * SECOND))
    assert not cache.holds("a.json", NOW + SECOND)


def test_a_clock_before_the_reading_is_not_trusted() -> None:
    assert kept().take("a.json", Stamp(), NOW - 1) is None


@given(
    first=st.integers(0, 300),
    second=st.integers(0, 300),
    read=st.integers(0, 300),
    tick=st.integers(1, 50),
)
def test_content_that_is_trusted_cannot_have_been_changed_under_the_same_stamp(
    first: int, second: int, read: int, tick: int
) -> None:
    """In milliseconds: a file is changed at `first`, read at `read`, changed at `second`, and stamped by ticks."""
    unit = FINE_GRAIN_NS // 50
    base = NOW + 1
    stamps = [base + (moment - moment % tick) * unit for moment in (first, second)]
    read_at = base + read * unit
    changed_after_reading = read <= second and first <= read
    if changed_after_reading and is_settled(stamps[0], stamps[0], read_at, read_at):
        assert stamps[0] != stamps[1]


def test_a_step_back_is_noticed_from_the_margin_on() -> None:
    assert not stepped_back(NOW - UNSEEN_STEP_NS, NOW)
    assert stepped_back(NOW - UNSEEN_STEP_NS - 1, NOW)


def test_a_step_back_that_is_not_noticed_does_no_harm_where_stamps_count_in_two_seconds() -> None:
    """A file with the stamp of an even second was read just over two seconds later.

    Then the clock stepped back across the end of that tick, by too little to be noticed, and the file was changed: it
    got the stamp that it had.  The old content was vouched for, and shown for good.  Now whatever is trusted is older
    than its reading by a tick and by the step that may go unnoticed.
    """
    stamp, read_at = replace(Stamp(), mtime_ns=NOW, ctime_ns=NOW), NOW + COARSE_TICK_NS + 1
    cache = Cache()
    cache.observe(Clock(read_at, 0))
    cache.keep("a.json", stamp, read_at, b'{"a":1}')
    cache.observe(Clock(read_at, UNSEEN_STEP_NS))
    changed_at = read_at - UNSEEN_STEP_NS
    assert changed_at - changed_at % COARSE_TICK_NS == NOW
    assert cache.take("a.json", stamp, read_at + SECOND) is None


def test_the_cache_stays_within_its_size() -> None:
    cache = Cache(largest_bytes=20)
    for number in range(5):
        cache.keep(f"{number}.json", Stamp(), NOW, b'{"a":1}')
    assert [cache.holds(f"{number}.json", NOW) for number in range(5)] == [True, True, False, False, False]
    cache.forget("0.json")
    cache.keep("2.json", Stamp(), NOW, b'{"a":1}')
    assert [cache.holds(f"{number}.json", NOW) for number in range(3)] == [False, True, True]


def test_a_file_that_is_known_is_not_opened_again(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.arrange({"a": entry(0), "b": entry(1)})
    opened: list[str] = []

    def listen(name: str, arguments: tuple[object, ...], _: object) -> None:
        if name == "open":
            opened.append(str(arguments[0]))

    with installation.opened() as store:
        store.migrate()
    # The time of the last change of a file's attributes cannot be set, so it is the clock that goes ahead.
    kernel = HostKernel()
    ahead = interposed(kernel, listen)
    ahead.realtime_ns = lambda: kernel.realtime_ns() + 3600 * SECOND  # type: ignore[method-assign]
    with installation.opened(kernel=ahead) as store:
        assert store.load() == store.load() == {"a": entry(0), "b": entry(1)}
        assert opened.count("a.json") == 1
        assert store.get("a") == entry(0)
        assert opened.count("a.json") == 1
        # Somebody writes in place, as quickly as can be, and leaves size and time as they were.
        before = os.stat(installation.live / "a.json")
        (installation.live / "a.json").write_bytes((installation.live / "a.json").read_bytes().replace(b"n-0", b"n-9"))
        os.utime(installation.live / "a.json", ns=(before.st_atime_ns, before.st_mtime_ns))
        assert store.get("a") == {**entry(0), "sessionId": "session-9"}
        assert opened.count("a.json") == 2
