"""Ferrite's litmus tests have as many outcomes as its authors count, and they are these.

The programs and the counts are those of its artifact (rosette/litmus/*.rkt; Bornholt et al., ASPLOS 2016).  An outcome
is what the files may be after a crash.  All crash points count together, also the one before the first call; what the
setup did is durable.  Blocks have 4,096 bytes.
"""

import pytest

from model.litmus import Program, outcomes, tree_text

CREATE_RENAME = "create a; append a 2; rename a b"
CREATE_RENAME_SYNCED = "create a; append a 2; fsync a; rename a b"
REPLACE = "write b 1 | create a; append a 2; rename a b"
REPLACE_SYNCED = "write b 1 | create a; append a 2; fsync a; rename a b"
TWO_APPENDS = "create a; create b; append a 2; append b 1; fsync b"
TWO_APPENDS_SYNCED = "create a; create b; append a 2; fsync a; append b 1; fsync b"
CHROME = "write a 2509 | append a 13; append a 2500"

NOTHING, EMPTY, WRITTEN, RENAMED = "nothing", "a: EMPTY", "a: 2b", "b: 2b"
BOTH = ["a: EMPTY; b: EMPTY", "a: 2c; b: EMPTY"]

GOLDEN: dict[tuple[str, str], list[str]] = {
    (CREATE_RENAME, "ferrite-sequential"): [NOTHING, EMPTY, WRITTEN, RENAMED],
    (CREATE_RENAME, "ferrite-ext4"): [NOTHING, EMPTY, WRITTEN, RENAMED, "b: EMPTY"],
    (CREATE_RENAME_SYNCED, "ferrite-sequential"): [NOTHING, EMPTY, WRITTEN, RENAMED],
    (CREATE_RENAME_SYNCED, "ferrite-ext4"): [NOTHING, EMPTY, WRITTEN, RENAMED],
    (REPLACE, "ferrite-sequential"): ["b: 1o", "a: EMPTY; b: 1o", "a: 2b; b: 1o", RENAMED],
    (REPLACE_SYNCED, "ferrite-sequential"): ["b: 1o", "a: EMPTY; b: 1o", "a: 2b; b: 1o", RENAMED],
    (TWO_APPENDS, "ferrite-sequential"): [NOTHING, EMPTY, *BOTH, "a: 2c; b: 1d"],
    (TWO_APPENDS_SYNCED, "ferrite-sequential"): [NOTHING, EMPTY, *BOTH, "a: 2c; b: 1e"],
    (CHROME, "ferrite-sequential"): ["a: 2509o", "a: 2509o 13a", "a: 2509o 13a 2500b"],
    # The size goes from 2,509 to 2,522 to 4,096 by itself, data of the block that is there already too; the second
    # block, an extension, comes after all of it.
    (CHROME, "ferrite-ext4"): [
        "a: 2509o",
        "a: 2509o 13NUL",
        "a: 2509o 13a",
        "a: 2509o 1587NUL",
        "a: 2509o 13a 1574NUL",
        "a: 2509o 13a 1574b",
        "a: 2509o 13a 2500b",
    ],
}


def every_outcome(text: str, profile: str) -> set[str]:
    program = Program.parse(text)
    return {
        tree_text(tree) for calls in range(len(program.calls) + 1) for tree in outcomes(program, profile, after=calls)
    }


@pytest.mark.parametrize(("program", "profile"), GOLDEN)
def test_a_litmus_test_of_ferrite_has_exactly_its_outcomes(program: str, profile: str) -> None:
    assert every_outcome(program, profile) == set(GOLDEN[program, profile])


@pytest.mark.parametrize(
    ("programs", "model", "counts"),
    [
        ((CREATE_RENAME, CREATE_RENAME_SYNCED), "ferrite-sequential", [4, 4]),
        ((CREATE_RENAME, CREATE_RENAME_SYNCED), "ferrite-ext4", [5, 4]),
        ((REPLACE, REPLACE_SYNCED), "ferrite-sequential", [4, 4]),
        ((TWO_APPENDS, TWO_APPENDS_SYNCED), "ferrite-sequential", [5, 5]),
        ((CHROME,), "ferrite-sequential", [3]),
        ((CHROME,), "ferrite-ext4", [7]),
    ],
)
def test_the_counts_are_those_that_were_published(programs: tuple[str, ...], model: str, counts: list[int]) -> None:
    assert [len(every_outcome(program, model)) for program in programs] == counts


def test_our_sequential_agrees_where_no_write_is_longer_than_a_unit_and_tears_the_one_that_is() -> None:
    for program, profile in GOLDEN:
        if profile == "ferrite-sequential" and program != CHROME:
            assert every_outcome(program, "sequential") == every_outcome(program, profile)
    # The longer append goes from 2,522 to 5,022, over the ends of the units at 2,560, 3,072, 3,584, 4,096 and 4,608.
    assert len(every_outcome(CHROME, "sequential")) == 3 + 5


def test_an_fsync_is_a_barrier_for_everything_in_ferrite_and_for_its_own_file_with_us() -> None:
    program = "write a 10; create b; fsync b"
    assert every_outcome(program, "ferrite-ext4") >= {"a: 10a; b: EMPTY"}
    at_the_end = {tree_text(tree) for tree in outcomes(Program.parse(program), "ferrite-ext4")}
    assert at_the_end == {"a: 10a; b: EMPTY"}
    assert {"a: EMPTY; b: EMPTY", "b: EMPTY"} & {tree_text(tree) for tree in outcomes(Program.parse(program), "posix")}
