"""Byte-range locks that belong to an opening of the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EBADF

import pytest

from store.kernel import O_CREAT, O_RDONLY, O_RDWR, O_WRONLY, LockMode
from tests.kernel_conformance.place import Place, refused

_FAR = 1 << 62


@contextmanager
def _two_openings(place: Place) -> Iterator[tuple[int, int]]:
    with place.opened("lock", O_RDWR | O_CREAT) as one, place.opened("lock", O_RDWR) as other:
        yield one, other


def _take(place: Place, fd: int, mode: LockMode, start: int = 0, length: int = 1) -> None:
    """Take, without waiting: the deadline is now."""
    place.kernel.lock(fd, start, length, mode, place.kernel.monotonic_ns())


@contextmanager
def _timed_out() -> Iterator[None]:
    with pytest.raises(TimeoutError) as raised:
        yield
    assert raised.value.errno is not None


def exclusive_keeps_everyone_else_out(place: Place) -> None:
    with _two_openings(place) as (one, other):
        _take(place, one, "exclusive")
        with _timed_out():
            _take(place, other, "exclusive")
        with _timed_out():
            _take(place, other, "shared")


def shared_lets_shared_in_and_keeps_exclusive_out(place: Place) -> None:
    with _two_openings(place) as (one, other):
        _take(place, one, "shared")
        _take(place, other, "shared")
        _take(place, other, "unlock")
        with _timed_out():
            _take(place, other, "exclusive")


def ranges_that_do_not_touch_do_not_meet(place: Place) -> None:
    with _two_openings(place) as (one, other):
        _take(place, one, "exclusive", 0)
        _take(place, other, "exclusive", 1)
        _take(place, other, "exclusive", _FAR, 1)
        _take(place, one, "exclusive", _FAR + 1, 1)
        with _timed_out():
            _take(place, one, "exclusive", _FAR - 1, 2)


def ranges_that_overlap_meet(place: Place) -> None:
    with _two_openings(place) as (one, other):
        _take(place, one, "exclusive", 10, 10)
        for start, length in ((10, 10), (5, 6), (19, 1), (0, 100)):
            with _timed_out():
                _take(place, other, "shared", start, length)
        _take(place, other, "shared", 0, 10)
        _take(place, other, "shared", 20, 10)


def unlocking_lets_the_other_in(place: Place) -> None:
    with _two_openings(place) as (one, other):
        _take(place, one, "exclusive")
        _take(place, one, "unlock")
        _take(place, other, "exclusive")


def a_part_can_be_unlocked(place: Place) -> None:
    with _two_openings(place) as (one, other):
        _take(place, one, "exclusive", 0, 30)
        _take(place, one, "unlock", 10, 10)
        _take(place, other, "exclusive", 10, 10)
        with _timed_out():
            _take(place, other, "exclusive", 9, 1)
        with _timed_out():
            _take(place, other, "exclusive", 20, 1)


def unlocking_what_is_not_locked_is_nothing(place: Place) -> None:
    with _two_openings(place) as (one, other):
        _take(place, one, "exclusive")
        _take(place, other, "unlock")
        with _timed_out():
            _take(place, other, "exclusive")


def closing_frees_every_lock_of_that_opening(place: Place) -> None:
    with place.opened("lock", O_RDWR | O_CREAT) as other:
        with place.opened("lock", O_RDWR) as one:
            _take(place, one, "exclusive", 0, 5)
            _take(place, one, "shared", _FAR, 5)
        _take(place, other, "exclusive", 0, 5)
        _take(place, other, "exclusive", _FAR, 5)


def closing_one_opening_frees_nothing_of_another(place: Place) -> None:
    with _two_openings(place) as (one, other):
        _take(place, one, "exclusive")
        with place.opened("lock", O_RDWR):
            pass
        with _timed_out():
            _take(place, other, "exclusive")


def an_opening_replaces_its_own_lock(place: Place) -> None:
    with _two_openings(place) as (one, other):
        _take(place, one, "exclusive")
        _take(place, one, "exclusive")
        _take(place, one, "shared")
        _take(place, other, "shared")
        _take(place, other, "unlock")
        _take(place, one, "exclusive")
        with _timed_out():
            _take(place, other, "shared")


def a_refused_upgrade_keeps_what_was_held(place: Place) -> None:
    with _two_openings(place) as (one, other):
        _take(place, one, "shared")
        _take(place, other, "shared")
        with _timed_out():
            _take(place, one, "exclusive")
        _take(place, one, "shared")
        with _timed_out():
            _take(place, other, "exclusive")


def part_of_a_range_can_change_its_mode(place: Place) -> None:
    with _two_openings(place) as (one, other):
        _take(place, one, "exclusive", 0, 30)
        _take(place, one, "shared", 10, 10)
        _take(place, other, "shared", 10, 10)
        with _timed_out():
            _take(place, other, "shared", 5, 1)


def waiting_ends_at_the_deadline(place: Place) -> None:
    with _two_openings(place) as (one, other):
        _take(place, one, "exclusive")
        deadline_ns = place.kernel.monotonic_ns() + 1_000_000
        with _timed_out():
            place.kernel.lock(other, 0, 1, "exclusive", deadline_ns)
        assert place.kernel.monotonic_ns() >= deadline_ns


def a_passed_deadline_still_takes_what_is_free(place: Place) -> None:
    with _two_openings(place) as (one, _):
        place.kernel.lock(one, 0, 1, "exclusive", 0)


def locking_needs_an_opening_that_could_do_as_much(place: Place) -> None:
    place.write("lock")
    with place.opened("lock", O_RDONLY) as reader, place.opened("lock", O_WRONLY) as writer:
        with refused(EBADF):
            _take(place, reader, "exclusive")
        with refused(EBADF):
            _take(place, writer, "shared")
        _take(place, reader, "shared", 0, 1)
        _take(place, writer, "exclusive", 1, 1)


def locks_are_of_the_file_and_not_of_its_name(place: Place) -> None:
    place.write("lock")
    with place.opened("lock", O_RDWR) as one:
        _take(place, one, "exclusive")
        place.rename("lock", "moved")
        place.write("lock")
        with place.opened("moved", O_RDWR) as moved, _timed_out():
            _take(place, moved, "exclusive")
        with place.opened("lock", O_RDWR) as fresh:
            _take(place, fresh, "exclusive")
