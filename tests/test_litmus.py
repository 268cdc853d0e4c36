"""What a real disk has shown, its profile admits; what an fsync forbids, it does not."""

from pathlib import Path

import pytest

from model.litmus import Program, admits, outcomes, parse_tree, tree_text
from model.litmus.mounts import PROFILES_OF_MOUNTS
from model.litmus.table import EVERY, ROWS, Row
from model.live.file_systems import SETUPS
from model.persistence import GATES, PROFILES

DOCUMENT = Path(__file__).parent.parent / "model" / "PERSISTENCE.md"
CHOICES = [(row, mount) for row in ROWS for mount in row.mounts]
MOUNTED = [pytest.param(row, mount, id=f"{row.name} on {mount}") for row, mount in CHOICES]
FORCED = [pytest.param(row, mount, id=f"{row.name} on {mount}") for row in ROWS for mount in row.forced]


@pytest.mark.parametrize(("row", "mount"), MOUNTED)
def test_a_tree_that_was_seen_on_a_real_disk_is_admitted_by_its_profile_and_by_posix(row: Row, mount: str) -> None:
    program = Program.parse(row.program)
    for tree in row.seen_on(mount):
        assert admits(program, PROFILES_OF_MOUNTS[mount], parse_tree(tree))
        assert admits(program, "posix", parse_tree(tree))


@pytest.mark.parametrize(("row", "mount"), FORCED)
def test_nothing_else_is_admitted_where_an_fsync_leaves_no_choice(row: Row, mount: str) -> None:
    found = outcomes(Program.parse(row.program), PROFILES_OF_MOUNTS[mount])
    assert {tree_text(tree) for tree in found} == set(row.seen_on(mount))


@pytest.mark.parametrize("profile", [name for name in GATES if name != "process-kill"])
def test_file_synced_renamed_and_directory_synced_shows_the_new_file_under_every_gate(profile: str) -> None:
    for program in (
        "write a 1500; fsync a; rename a b; fsync .",
        "write b 700 | write a 1500; fsync a; rename a b; fsync .",
    ):
        assert {tree_text(tree) for tree in outcomes(Program.parse(program), profile)} == {"b: 1500a"}


def test_without_the_fsync_of_the_file_something_else_may_be_there_wherever_data_may_come_late() -> None:
    program = Program.parse("write b 700 | write a 1500; rename a b; fsync .")
    late = {name for name in PROFILES if {tree_text(tree) for tree in outcomes(program, name)} != {"b: 1500a"}}
    assert late == {"posix", "posix-minimal", "ext4", "xfs", "btrfs", "alice-default", "lazyfs"}


def test_dioread_lock_keeps_the_data_of_what_replaces_and_not_of_what_is_new() -> None:
    replaced = Program.parse("write b 700 | write a 1500; rename a b; fsync .")
    assert {tree_text(tree) for tree in outcomes(replaced, "ext4-dioread-lock")} == {"b: 1500a"}
    created = Program.parse("write a 1500; rename a b; fsync .")
    assert admits(created, "ext4-dioread-lock", parse_tree("b: EMPTY"))


def test_every_mount_that_was_looked_at_has_a_profile_and_every_row_speaks_of_one() -> None:
    assert set(EVERY) <= set(PROFILES_OF_MOUNTS)
    assert set(PROFILES_OF_MOUNTS.values()) <= set(PROFILES)
    assert all(row.mounts and set(row.forced) <= set(row.mounts) for row in ROWS)
    assert {setup.name: setup.profile for setup in SETUPS}.items() <= PROFILES_OF_MOUNTS.items()
    assert len({row.name for row in ROWS}) == len(ROWS) == len({row.program for row in ROWS})


def test_the_rows_are_those_of_the_document() -> None:
    _, _, table = DOCUMENT.read_text("utf-8").partition("| calls | ext4, and with fast_commit |")
    told = [line.split(" | ")[0].removeprefix("| ") for line in table.partition("\n\n")[0].splitlines()[2:]]
    assert told == [row.name for row in ROWS]
