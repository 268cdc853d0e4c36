"""How far pyfakefs is a kernel: the host kernel over its fake file system, and every known deviation by name.

It serves to run other people's Python code without a disk.  It is no place to look for lost writes: its fsync does
nothing.  A deviation that is mended in a later release fails here, and its line goes.
"""

import pytest
from pyfakefs.fake_filesystem_unittest import Patcher

from store.host import HostKernel
from tests.kernel_conformance import CHECKS, Check, Place, directories, locks, naming, opening, status
from tests.kernel_conformance.content import a_closed_descriptor_is_refused_by_every_call, a_directory_has_no_content

DEVIATIONS: dict[str, tuple[Check, ...]] = {
    "locks never conflict": (
        locks.exclusive_keeps_everyone_else_out,
        locks.shared_lets_shared_in_and_keeps_exclusive_out,
        locks.ranges_that_do_not_touch_do_not_meet,
        locks.ranges_that_overlap_meet,
        locks.a_part_can_be_unlocked,
        locks.unlocking_what_is_not_locked_is_nothing,
        locks.closing_one_opening_frees_nothing_of_another,
        locks.an_opening_replaces_its_own_lock,
        locks.a_refused_upgrade_keeps_what_was_held,
        locks.part_of_a_range_can_change_its_mode,
        locks.waiting_ends_at_the_deadline,
        locks.locking_needs_an_opening_that_could_do_as_much,
        locks.locks_are_of_the_file_and_not_of_its_name,
    ),
    "names past 255 bytes, zero bytes and lone surrogates are accepted": (
        naming.a_name_may_have_255_bytes_and_no_more,
        naming.the_limit_counts_bytes_not_characters,
        naming.a_zero_byte_in_a_name_is_a_value_error,
        naming.a_lone_surrogate_that_stands_for_no_byte_is_a_value_error,
    ),
    "the time of a directory never changes, that of a renamed file neither, and listing changes times": (
        status.every_change_of_a_name_moves_the_time_of_its_directory,
        status.a_rename_moves_the_change_time_and_keeps_the_content_time,
        status.looking_moves_no_time,
    ),
    "open ignores the umask, and its mode falls upon an existing file": (
        status.the_umask_takes_permissions_away,
        status.an_existing_file_keeps_its_mode,
    ),
    "another errno than the kernel's, or none": (
        opening.exclusive_creation_refuses_any_taken_name,
        opening.a_symlink_to_a_directory_is_no_directory_under_nofollow,
        opening.a_missing_folder_on_the_way_is_enoent_and_a_file_enotdir,
        opening.the_empty_path_is_missing,
        opening.the_given_directory_must_be_an_open_directory,
        a_directory_has_no_content,
        a_closed_descriptor_is_refused_by_every_call,
        directories.dot_names_are_neither_made_nor_moved_nor_removed,
    ),
    "an open directory is a path, which does not outlive its name": (
        directories.nothing_is_made_in_a_removed_directory,
        directories.nothing_is_made_in_a_directory_that_was_replaced,
    ),
}
DEVIATING = {check: reason for reason, checks in DEVIATIONS.items() for check in checks}


def run_under_pyfakefs(check: Check) -> None:
    with Patcher() as patcher:
        assert patcher.fs is not None
        fake = patcher.fs
        fake.create_dir("/srv")
        check(
            Place(
                HostKernel(),
                "/srv",
                symlink=lambda target, path: (fake.create_symlink(path, target), None)[1],
                set_umask=lambda mask: setattr(fake, "umask", mask),
                patience=50,
            )
        )


@pytest.mark.parametrize(
    "check", [check for check in CHECKS if check not in DEVIATING], ids=lambda check: check.__name__
)
def test_pyfakefs_conforms(check: Check) -> None:
    run_under_pyfakefs(check)


@pytest.mark.parametrize(("check", "reason"), DEVIATING.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_pyfakefs_deviates_as_is_known(check: Check, reason: str) -> None:
    with pytest.raises(BaseException):  # noqa: B017, PT011 -- pytest's own failures derive from it
        run_under_pyfakefs(check)
