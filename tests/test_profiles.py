"""Each profile admits what real disks were seen to do, and forbids what would make it worthless."""

import pytest

from model.explore.campaign import run_case
from model.litmus import Tree
from model.persistence import GATES, PROFILES
from scenarios.sessions import target
from tests.crash_outcomes import Disk, Program, outcomes, tree

UNIT = 512
OLD = b"o" * 40
NEW = b"n" * 40
JOURNALLED = ("ext4", "ext4-nodelalloc", "xfs")


def old_file(disk: Disk) -> None:
    disk.write("f", OLD)


def replace(disk: Disk, *, sync_file: bool, sync_folder: bool) -> None:
    disk.write("tmp", NEW)
    if sync_file:
        disk.fsync("tmp")
    disk.rename("tmp", "f")
    if sync_folder:
        disk.fsync()


def kick(disk: Disk) -> None:
    disk.write("kick", b"")
    disk.fsync("kick")


def two_folders(disk: Disk) -> None:
    disk.mkdir("A")
    disk.mkdir("B")
    disk.write("A/f", OLD)
    disk.write("B/y", OLD)


def without(seen: set[Tree], *names: str) -> set[Tree]:
    return {frozenset((name, content) for name, content in each if name not in names) for each in seen}


def create_by_rename(disk: Disk) -> None:
    disk.write("tmp", NEW)
    disk.rename("tmp", "f")


@pytest.mark.parametrize("profile", [name for name in GATES if name != "process-kill"])
def test_temporary_fsync_rename_fsync_leaves_only_the_new_file(profile: str) -> None:
    assert outcomes(lambda disk: replace(disk, sync_file=True, sync_folder=True), profile, before=old_file) == {
        tree(f=NEW)
    }


@pytest.mark.parametrize("profile", GATES)
def test_replacing_with_an_fsync_of_the_file_never_leaves_less_than_one_whole_file(profile: str) -> None:
    seen = outcomes(lambda disk: replace(disk, sync_file=True, sync_folder=False), profile, before=old_file)
    assert without(seen, "tmp") <= {tree(f=OLD), tree(f=NEW)}


@pytest.mark.parametrize("profile", [name for name in GATES if name not in ("process-kill", "sequential")])
def test_a_rename_without_fsync_of_the_folder_may_be_lost(profile: str) -> None:
    seen = outcomes(lambda disk: replace(disk, sync_file=True, sync_folder=False), profile, before=old_file)
    assert tree(f=OLD, tmp=NEW) in seen


@pytest.mark.parametrize("profile", ["posix", "ext4", "xfs", "btrfs"])
def test_a_new_name_without_fsync_of_the_file_may_be_empty(profile: str) -> None:
    def program(disk: Disk) -> None:
        create_by_rename(disk)
        disk.fsync()

    assert tree(f=b"") in outcomes(program, profile)


def test_without_delayed_allocation_data_comes_before_the_name_that_publishes_it() -> None:
    def program(disk: Disk) -> None:
        create_by_rename(disk)
        disk.fsync()

    assert outcomes(program, "ext4-nodelalloc") == {tree(f=NEW)}


def test_ext4_may_show_a_replaced_file_as_full_length_nul_and_xfs_may_not() -> None:
    program: Program = lambda disk: replace(disk, sync_file=False, sync_folder=True)  # noqa: E731
    assert tree(f=bytes(40)) in outcomes(program, "ext4", before=old_file)
    assert outcomes(program, "xfs", before=old_file) == {tree(f=b""), tree(f=NEW)}


@pytest.mark.parametrize("profile", JOURNALLED)
def test_a_journal_keeps_an_earlier_name_when_a_later_file_is_synced(profile: str) -> None:
    def program(disk: Disk) -> None:
        disk.create("A/x")
        disk.write("B/y2", NEW)
        disk.fsync("B/y2")

    seen = outcomes(program, profile, before=two_folders)
    assert all(("A/x", b"") in each for each in seen)


def test_a_log_does_not_keep_an_unrelated_earlier_name() -> None:
    def program(disk: Disk) -> None:
        disk.create("A/x")
        disk.write("B/y2", NEW)
        disk.fsync("B/y2")

    seen = outcomes(program, "btrfs", before=two_folders)
    assert {any(name == "A/x" for name, _ in each) for each in seen} == {True, False}
    assert all(("B/y2", NEW) in each for each in seen)


@pytest.mark.parametrize("profile", [name for name in GATES if name not in ("process-kill", "sequential")])
def test_syncing_an_old_clean_file_does_not_keep_a_rename(profile: str) -> None:
    def program(disk: Disk) -> None:
        disk.rename("A/f", "A/g")
        disk.fsync("B/y")

    seen = outcomes(program, profile, before=two_folders)
    assert {any(name == "A/f" for name, _ in each) for each in seen} == {True, False}


def test_an_unlink_is_gone_after_a_kick_in_a_journal_and_may_be_back_in_a_log() -> None:
    def program(disk: Disk) -> None:
        disk.unlink("f")
        kick(disk)

    assert without(outcomes(program, "ext4", before=old_file), "kick") == {tree()}
    assert without(outcomes(program, "xfs", before=old_file), "kick") == {tree()}
    assert without(outcomes(program, "btrfs", before=old_file), "kick") == {tree(), tree(f=OLD)}


@pytest.mark.parametrize("profile", ["posix", "ext4", "xfs", "btrfs"])
def test_a_directory_may_arrive_with_empty_files(profile: str) -> None:
    def program(disk: Disk) -> None:
        disk.mkdir("staging")
        disk.write("staging/a", NEW)
        disk.write("staging/b", NEW)
        disk.rename("staging", "live")
        disk.fsync("live")
        disk.fsync()

    assert tree(live=None, live__a=b"", live__b=b"") in outcomes(program, profile)


@pytest.mark.parametrize("profile", ["posix", "ext4", "xfs"])
def test_a_write_may_be_cut_short_at_a_unit(profile: str) -> None:
    def program(disk: Disk) -> None:
        disk.write("f", b"n" * (3 * UNIT))
        disk.fsync()

    assert tree(f=b"n" * (2 * UNIT)) in outcomes(program, profile)


def test_earlier_units_may_be_nul_on_xfs_but_not_the_last_one() -> None:
    def program(disk: Disk) -> None:
        disk.write("f", b"n" * (2 * UNIT))
        disk.fsync()

    seen = outcomes(program, "xfs")
    assert tree(f=bytes(UNIT) + b"n" * UNIT) in seen
    assert tree(f=b"n" * UNIT + bytes(UNIT)) not in seen


def test_sequential_never_reorders() -> None:
    def program(disk: Disk) -> None:
        disk.write("a", NEW)
        disk.write("b", NEW)

    seen = outcomes(program, "sequential")
    assert seen == {tree(), tree(a=b""), tree(a=NEW), tree(a=NEW, b=b""), tree(a=NEW, b=NEW)}


def test_a_kill_keeps_every_completed_call() -> None:
    assert outcomes(lambda disk: disk.write("a", NEW), "process-kill") == {tree(a=NEW)}


def test_posix_renames_within_a_directory_as_one_and_posix_minimal_does_not() -> None:
    def program(disk: Disk) -> None:
        disk.rename("A/f", "A/g")

    for_posix = without(outcomes(program, "posix", before=two_folders), "A", "B", "B/y")
    assert for_posix == {tree(A__f=OLD), tree(A__g=OLD)}
    torn = without(outcomes(program, "posix-minimal", before=two_folders), "A", "B", "B/y")
    assert torn == for_posix | {tree(), tree(A__f=OLD, A__g=OLD)}


def test_after_an_fsync_the_old_name_in_another_directory_may_stay_under_posix_but_not_go_alone() -> None:
    def renamed(disk: Disk) -> None:
        disk.rename("A/f", "B/f")

    def program(disk: Disk) -> None:
        renamed(disk)
        disk.fsync("B/y")

    before_fsync = without(outcomes(renamed, "posix", before=two_folders), "A", "B", "B/y")
    assert before_fsync == {tree(A__f=OLD), tree(B__f=OLD)}
    for_posix = without(outcomes(program, "posix", before=two_folders), "A", "B", "B/y")
    assert for_posix == {tree(A__f=OLD), tree(B__f=OLD), tree(A__f=OLD, B__f=OLD)}
    torn = without(outcomes(program, "posix-minimal", before=two_folders), "A", "B", "B/y")
    assert torn == for_posix | {tree()}


def test_a_directory_is_never_under_two_names_but_under_posix_minimal() -> None:
    def before(disk: Disk) -> None:
        two_folders(disk)
        disk.mkdir("A/d")

    def program(disk: Disk) -> None:
        disk.rename("A/d", "B/d")
        disk.fsync("B/y")

    seen = without(outcomes(program, "posix", before=before), "A", "B", "A/f", "B/y")
    assert seen == {tree(A__d=None), tree(B__d=None)}


def test_an_older_file_may_be_back_under_the_old_name_of_a_renamed_one_but_not_the_renamed_one_itself() -> None:
    def renamed(disk: Disk) -> None:
        disk.unlink("f")
        disk.write("f", NEW)
        disk.fsync("f")
        disk.rename("f", "g")

    def program(disk: Disk) -> None:
        renamed(disk)
        disk.fsync("g")

    assert tree(f=OLD, g=NEW) not in outcomes(renamed, "posix", before=old_file)
    seen = outcomes(program, "posix", before=old_file)
    assert tree(f=OLD, g=NEW) in seen
    assert tree(f=NEW, g=NEW) not in seen
    assert tree(f=OLD, g=NEW) not in outcomes(program, "ext4", before=old_file)


def test_a_replaced_name_may_be_gone_when_its_file_was_synced_by_another_one() -> None:
    def before(disk: Disk) -> None:
        two_folders(disk)
        disk.kernel.link("/srv/A/f", "/srv/A/link")

    def replaced(disk: Disk) -> None:
        disk.rename("B/y", "A/f")

    def synced(disk: Disk) -> None:
        replaced(disk)
        disk.fsync("A/link")

    lost = tree(A=None, B=None, A__link=OLD, B__y=OLD)
    for profile in ("posix", "btrfs"):
        assert lost not in outcomes(replaced, profile, before=before)
        assert lost in outcomes(synced, profile, before=before)
    assert lost not in outcomes(synced, "ext4", before=before)


def test_without_delayed_allocation_what_is_written_over_comes_in_any_order() -> None:
    def overwritten(disk: Disk) -> None:
        disk.write("f", NEW)
        disk.rename("f", "g")
        disk.fsync()

    def appended(disk: Disk) -> None:
        disk.write("f", NEW, append=True)
        disk.rename("f", "g")
        disk.fsync()

    assert outcomes(overwritten, "ext4-nodelalloc", before=old_file) == {tree(g=OLD), tree(g=NEW)}
    # The old and the new bytes lie in one unit; the size is certain.
    assert outcomes(appended, "ext4-nodelalloc", before=old_file) == {tree(g=OLD + bytes(40)), tree(g=OLD + NEW)}


def test_without_delayed_allocation_only_new_blocks_come_before_the_name() -> None:
    def before(disk: Disk) -> None:
        disk.write("f", b"o" * 8 * UNIT)

    def program(disk: Disk) -> None:
        disk.write("f", b"n" * UNIT, append=True)
        disk.rename("f", "g")
        disk.fsync()

    assert outcomes(program, "ext4-nodelalloc", before=before) == {tree(g=b"o" * 8 * UNIT + b"n" * UNIT)}


def test_a_log_keeps_a_new_file_below_the_old_name_of_its_directory() -> None:
    def before(disk: Disk) -> None:
        disk.mkdir("A")

    def program(disk: Disk) -> None:
        disk.rename("A", "B")
        disk.write("B/x", NEW)
        disk.fsync("B/x")

    found = {tree(A=None, A__x=NEW), tree(B=None, B__x=NEW)}
    assert outcomes(program, "btrfs", before=before) == found
    assert outcomes(program, "ext4", before=before) == {tree(B=None, B__x=NEW)}


@pytest.mark.parametrize("profile", GATES)
def test_what_a_gate_admits_posix_admits(profile: str) -> None:
    def program(disk: Disk) -> None:
        disk.write("tmp", b"n" * 700)
        disk.rename("tmp", "f")
        disk.fsync("f")
        disk.unlink("A/f")
        disk.write("A/g", NEW)
        disk.rename("A/g", "B/g")

    def before(disk: Disk) -> None:
        old_file(disk)
        two_folders(disk)

    assert outcomes(program, profile, before=before) <= outcomes(program, "posix", before=before)
    assert outcomes(program, "posix", before=before) <= outcomes(program, "posix-minimal", before=before)


def test_every_profile_says_what_stands_behind_it() -> None:
    for profile in PROFILES.values():
        assert profile.summary
        assert profile.rules
        assert profile.evidence


@pytest.mark.parametrize("profile", [name for name in PROFILES if name not in GATES])
def test_our_store_replaces_an_entry_safely_under_every_profile_for_study_but_that_of_alice(profile: str) -> None:
    (case,) = (each for each in target.cases() if (each.operation, each.name) == ("put", "replaces an entry"))
    result = run_case(target, case, PROFILES[profile])
    assert result.verdict == ("counterexample" if profile == "alice-default" else "ok")
    # ALICE removes what a rename replaces before it makes the new name, and may do no more than that.
    assert [found.lost for found in result.counterexamples] == [("name /srv/sessions.d/b.json: absent",)] * (
        profile == "alice-default"
    )
