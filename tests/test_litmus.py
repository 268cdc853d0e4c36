"""What a real disk has shown, its profile admits; what an fsync forbids, it does not."""

import re

import pytest

from model.litmus import Program, admits, outcomes, parse_tree, tree_text
from model.litmus.beyond import BEYOND
from model.litmus.mounts import EVERY, PROFILES_OF_MOUNTS
from model.litmus.row import AT_ONCE, Row
from model.litmus.table import ROWS
from model.litmus.told import DOCUMENT, OPTIONS, numbered, told_on, with_table
from model.live.file_systems import SETUPS
from model.persistence import GATES, PROFILES

CHOICES = [(row, mount) for row in ROWS for mount in EVERY]
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


def test_what_somebody_else_syncs_on_btrfs_leaves_what_only_posix_has() -> None:
    program = Program.parse("mkdir A; mkdir B | create A/x; create B/y")
    later_name_alone = parse_tree("A/; B/; B/y: EMPTY")
    admitting = {name for name in GATES if name != "process-kill" and admits(program, name, later_name_alone)}
    assert admitting == {"posix"}
    assert admits(program, "btrfs", later_name_alone, others_sync=True)
    for journal in ("ext4", "xfs"):
        assert not admits(program, journal, later_name_alone, others_sync=True)


def test_no_profile_has_what_is_said_to_be_beyond_them_all() -> None:
    torn = [each for each in BEYOND if each.tree is not None]
    assert torn
    for each in torn:
        assert each.tree is not None
        program = Program.parse(each.program)
        for profile in PROFILES:
            assert not admits(program, profile, parse_tree(each.tree), others_sync=True), profile


def test_a_seam_between_two_units_is_what_the_torn_one_would_have_to_have() -> None:
    """Only the place of the seam is beyond the profiles: at 2,048 bytes, four units, they have it."""
    (each,) = (each for each in BEYOND if each.tree is not None)
    assert each.tree is not None
    whole = each.tree.replace("612NUL 88b", "548NUL 152b")
    assert whole != each.tree
    assert admits(Program.parse(each.program), PROFILES_OF_MOUNTS[each.mount], parse_tree(whole))


def test_every_mount_has_a_profile_and_every_row_was_seen_on_each() -> None:
    assert set(EVERY) == set(PROFILES_OF_MOUNTS)
    assert set(PROFILES_OF_MOUNTS.values()) <= set(PROFILES)
    for row in ROWS:
        assert set(row.forced) <= set(EVERY)
        for mount in EVERY:
            assert [sight.when for sight in row.sights_on(mount)].count(AT_ONCE) == 1, (row.name, mount)
    assert {setup.name: setup.profile for setup in SETUPS}.items() <= PROFILES_OF_MOUNTS.items()
    assert len({row.name for row in ROWS}) == len(ROWS) == len({row.program for row in ROWS})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_a_row_says_of_a_tree_is_what_the_tree_holds(row: Row) -> None:
    """EMPTY and NUL are said where a file that was written has neither its bytes nor others, and nowhere else."""
    is_written = any(call.verb in ("write", "append", "rewrite") for call in Program.parse(row.program).calls)
    by_tree: dict[str, set[str]] = {}
    for sight in row.sights:
        assert ("NUL" in sight.says) == ("NUL" in sight.tree)
        assert ("EMPTY" in sight.says) == ("EMPTY" in sight.tree and is_written)
        by_tree.setdefault(sight.tree, set()).add(sight.says.removeprefix("only "))
    assert all(len(words) == 1 for words in by_tree.values()), "one tree, one reading"
    assert len({words.strip("*") for (words,) in by_tree.values()}) == len(by_tree), "another tree, another reading"


def test_the_document_has_the_table_as_it_is() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert with_table(document) == document, "run .venv/bin/python -m model.litmus.told"


CLAIM = re.compile(r"([^;(]*)\(([^)]*)\)")
NAMES = {**OPTIONS, "ext4": ("ext4",), "xfs": ("xfs",), "btrfs": ("btrfs",)}


def claims() -> list[tuple[str, str]]:
    """Each claim of what was seen, with what stands in brackets behind it."""
    _, _, rules = DOCUMENT.read_text("utf-8").partition("| rule | seen | only caution |\n")
    seen = [line.split("|")[2] for line in rules.partition("\n\n")[0].splitlines()[1:]]
    assert all(CLAIM.sub("", cell).strip(" ;,") == "" for cell in seen), "something is claimed and not shown"
    return [(claim, shown.strip()) for cell in seen for claim, shown in CLAIM.findall(cell)]


@pytest.mark.parametrize(("claim", "shown"), claims())
def test_what_is_said_to_be_seen_stands_in_the_rows_that_are_named_for_it(claim: str, shown: str) -> None:
    if shown.startswith("`make "):
        return
    rows = dict(numbered())
    named = [rows[int(number)] for number in shown.split(", ")]
    words = re.findall(r"\*([^*]+)\*|\b(EMPTY|NUL)\b", claim)
    (word,) = {italic or capitals for italic, capitals in words}
    places = re.split(r"[\s,]+", claim.rpartition("*" if "*" in claim else word)[2])
    mounts = EVERY if "everywhere" in places else tuple(m for place in places for m in NAMES.get(place, ()))
    assert mounts
    for row in named:
        for mount in mounts:
            assert word in told_on(row, mount).replace("*", ""), (row.name, mount)


def test_the_commands_that_the_rules_name_are_there() -> None:
    makefile = (DOCUMENT.parent.parent / "Makefile").read_text("utf-8")
    targets = [shown.strip("`").removeprefix("make ") for _, shown in claims() if shown.startswith("`make ")]
    assert targets
    assert all(f"\n{target}:" in makefile for target in targets)
