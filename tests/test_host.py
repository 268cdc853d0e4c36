"""What the host kernel adds to the plain system calls: waiting for locks, and doing without byte ranges."""

import os
import threading
from pathlib import Path

import pytest

from store.host import HostKernel
from store.kernel import O_CREAT, O_RDWR
from tests.kernel_conformance import Check, Place, locks

RANGELESS = (
    locks.exclusive_keeps_everyone_else_out,
    locks.unlocking_lets_the_other_in,
    locks.unlocking_what_is_not_locked_is_nothing,
    locks.closing_frees_every_lock_of_that_opening,
    locks.closing_one_opening_frees_nothing_of_another,
    locks.waiting_ends_at_the_deadline,
    locks.a_passed_deadline_still_takes_what_is_free,
    locks.locks_are_of_the_file_and_not_of_its_name,
)


def place_without_byte_ranges(folder: Path) -> Place:
    return Place(HostKernel(open_file_locks=False), str(folder), os.symlink, lambda mask: None)


@pytest.mark.parametrize("check", RANGELESS, ids=lambda check: check.__name__)
def test_one_lock_per_file_stands_in_where_there_are_no_byte_ranges(check: Check, tmp_path: Path) -> None:
    check(place_without_byte_ranges(tmp_path))


def test_without_byte_ranges_the_file_is_free_only_after_the_last_range(tmp_path: Path) -> None:
    kernel = place_without_byte_ranges(tmp_path).kernel
    one = kernel.open(str(tmp_path / "lock"), O_RDWR | O_CREAT)
    other = kernel.open(str(tmp_path / "lock"), O_RDWR)
    kernel.lock(one, 0, 1, "shared", 0)
    kernel.lock(one, 1 << 62, 1, "exclusive", 0)
    kernel.lock(one, 0, 1, "unlock", 0)
    with pytest.raises(TimeoutError):
        kernel.lock(other, 0, 1, "shared", 0)
    kernel.lock(one, 1 << 62, 1, "unlock", 0)
    kernel.lock(other, 0, 1, "shared", 0)
    kernel.lock(other, 7, 1, "shared", 0)
    kernel.lock(other, 0, (1 << 63) - 1, "unlock", 0)
    kernel.lock(one, 0, 1, "exclusive", 0)
    kernel.close(one)
    kernel.close(other)


@pytest.mark.parametrize("open_file_locks", [True, False])
def test_a_waiting_thread_gets_the_lock_when_it_is_let_go(tmp_path: Path, open_file_locks: bool) -> None:
    kernel = HostKernel(open_file_locks=open_file_locks)
    holder = kernel.open(str(tmp_path / "lock"), O_RDWR | O_CREAT)
    waiter = kernel.open(str(tmp_path / "lock"), O_RDWR)
    kernel.lock(holder, 0, 1, "exclusive", 0)
    order: list[str] = []

    def wait() -> None:
        kernel.lock(waiter, 0, 1, "exclusive", kernel.monotonic_ns() + 60 * 10**9)
        order.append("taken")

    thread = threading.Thread(target=wait)
    thread.start()
    order.append("let go")
    kernel.lock(holder, 0, 1, "unlock", 0)
    thread.join()
    assert order == ["let go", "taken"]
    kernel.close(holder)
    kernel.close(waiter)


def test_a_reused_descriptor_number_inherits_no_lock(tmp_path: Path) -> None:
    kernel = HostKernel(open_file_locks=False)
    first = kernel.open(str(tmp_path / "lock"), O_RDWR | O_CREAT)
    kernel.lock(first, 0, 1, "exclusive", 0)
    kernel.close(first)
    second = kernel.open(str(tmp_path / "lock"), O_RDWR)
    assert second == first
    third = kernel.open(str(tmp_path / "lock"), O_RDWR)
    kernel.lock(second, 5, 1, "exclusive", 0)
    kernel.lock(second, 5, 1, "unlock", 0)
    kernel.lock(third, 0, 1, "exclusive", 0)
    kernel.close(second)
    kernel.close(third)


def test_descriptors_are_not_inherited(tmp_path: Path) -> None:
    kernel = HostKernel()
    fd = kernel.open(str(tmp_path / "a"), O_RDWR | O_CREAT)
    assert not os.get_inheritable(fd)
    kernel.close(fd)
