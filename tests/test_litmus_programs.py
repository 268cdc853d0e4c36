"""Litmus programs: their text, playing them on any kernel, and deciding what a power cut after them may leave."""

import functools
import itertools
from pathlib import Path

import pytest

from model.litmus import Call, Program, TooWide, Tree, admits, arrange, outcomes, parse_tree, play, read_tree, tree_text
from model.litmus.generate import STARTS, at_random, every
from model.litmus.playing import content_of
from model.persistence import PROFILES
from model.persistence.profiles import GATES
from model.simulation import Machine
from model.target import UserMistake
from store.host import HostKernel

REPLACE = "write b 1500 | write a 1500; rename a b; fsync ."


@functools.cache
def few(length: int, step: int) -> list[Program]:
    return [program for start in STARTS for program in itertools.islice(every(start, length), 0, None, step)]


def simulated_tree(program: Program) -> Tree:
    kernel = Machine().start().kernel
    arrange(program, kernel, "/srv")
    play(program, kernel, "/srv")
    return read_tree(kernel, "/srv")


def test_a_program_is_read_from_its_text_and_written_as_it_was() -> None:
    program = Program.parse(REPLACE)
    assert program.before == (Call("write", "b", size_bytes=1500),)
    assert program.calls[1] == Call("rename", "a", "b")
    assert str(program) == REPLACE
    for other in [*few(2, 7), *at_random(6, 10, seed=1)]:
        assert Program.parse(str(other)) == other


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("frobnicate a", "no such call. The calls are create, write"),
        ("rename a", "rename takes 2 words, not 1"),
        ("write a 1,500", "'1,500' is no size"),
        ("create a; write a 0", "'0' is no size"),
    ],
)
def test_what_is_no_program_is_told_with_what_to_write_instead(text: str, complaint: str) -> None:
    with pytest.raises(UserMistake, match=complaint):
        Program.parse(text)


def test_a_program_leaves_the_same_tree_on_the_simulated_kernel_and_on_the_host(tmp_path: Path) -> None:
    for number, program in enumerate([*few(3, 499), *at_random(8, 20, seed=2)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        kernel = HostKernel()
        complete: list[int] = []
        arrange(program, kernel, str(folder))
        play(program, kernel, str(folder), complete.append)
        assert read_tree(kernel, str(folder)) == simulated_tree(program), str(program)
        assert complete == list(range(1, len(program.calls) + 1))


def test_a_tree_is_read_from_its_text_and_written_as_it_was() -> None:
    text = "a: 512a 988NUL 12b; d/; d/x: EMPTY"
    content = b"a" * 512 + bytes(988) + b"b" * 12
    assert parse_tree(text) == {("a", content), ("d", None), ("d/x", b"")}
    assert tree_text(parse_tree(text)) == text
    assert tree_text(parse_tree("nothing")) == "nothing"
    for program in few(3, 499):
        tree = simulated_tree(program)
        assert parse_tree(tree_text(tree)) == tree


@pytest.mark.parametrize("text", ["a", "a: 5", "a: 5a6b", "a: 5a, b: 6b", ""])
def test_what_is_no_tree_is_told_with_what_to_write_instead(text: str) -> None:
    with pytest.raises(UserMistake, match="Write `path/`, or `path: 512a 988NUL`"):
        parse_tree(text)


def test_every_outcome_is_admitted_and_every_other_tree_of_the_same_program_is_not() -> None:
    for program in few(3, 499):
        seen = {profile: outcomes(program, profile) for profile in PROFILES}
        every_tree = frozenset().union(*seen.values())
        for profile, found in seen.items():
            assert {tree for tree in every_tree if admits(program, profile, tree)} == found, (str(program), profile)


def test_two_names_of_one_file_are_never_admitted_with_different_bytes() -> None:
    program = Program.parse("write a 100 | link a b; write a 100")
    old, new = content_of("o", 100), content_of("b", 100)
    assert admits(program, "posix", frozenset({("a", old), ("b", old)}))
    assert admits(program, "posix", frozenset({("a", new), ("b", new)}))
    assert not admits(program, "posix", frozenset({("a", old), ("b", new)}))


def test_a_write_with_more_outcomes_than_can_be_listed_is_still_decided_exactly() -> None:
    program = Program.parse("write a 40960; fsync .")
    content = content_of("a", 40_960)
    with pytest.raises(TooWide):
        outcomes(program, "ext4")
    holed = content[:8192] + bytes(4096) + content[12_288:]
    for tree, in_ext4, in_xfs in [
        ({("a", content[:32_768])}, True, True),
        ({("a", holed)}, True, True),
        ({("a", content[:-512] + bytes(512))}, True, False),
        ({("a", content[:32_760])}, False, False),
        ({("a", content + b"a")}, False, False),
        ({("a", content[:100] + bytes(40_860))}, False, False),
    ]:
        assert admits(program, "ext4", frozenset(tree)) == in_ext4
        assert admits(program, "xfs", frozenset(tree)) == in_xfs


def test_the_cut_may_be_after_any_call_or_somewhere_between_two() -> None:
    program = Program.parse("write a 1500; fsync a; fsync .; unlink a")
    nothing: Tree = frozenset()
    whole = frozenset({("a", content_of("a", 1500))})
    torn = frozenset({("a", content_of("a", 1024))})
    assert [admits(program, "posix", nothing, after=calls) for calls in range(5)] == [True, True, True, False, True]
    assert [admits(program, "posix", whole, after=calls) for calls in range(5)] == [False, True, True, True, True]
    assert [admits(program, "posix", torn, after=calls) for calls in range(5)] == [False, True, False, False, False]
    assert admits(program, "posix", torn, after=0, until=2)
    assert not admits(program, "posix", torn, after=2, until=4)
    assert admits(program, "posix", nothing, after=3, until=4)


def test_a_kill_inside_a_write_is_between_two_calls() -> None:
    program = Program.parse("create a; write a 1500")
    torn = frozenset({("a", content_of("b", 512))})
    assert not admits(program, "process-kill", torn)
    assert admits(program, "process-kill", torn, after=1, until=2)


@pytest.mark.parametrize(("start", "counts"), [("empty", [1, 5, 65, 1278]), ("full", [1, 16, 480])])
def test_there_are_this_many_programs_modulo_symmetry(start: str, counts: list[int]) -> None:
    found = [list(every(start, length)) for length in range(len(counts))]
    assert [len(programs) for programs in found] == counts
    assert all(len(set(programs)) == len(programs) for programs in found)


def test_random_programs_repeat_by_their_seed() -> None:
    assert list(at_random(7, 5, seed=3)) == list(at_random(7, 5, seed=3)) != list(at_random(7, 5, seed=4))


@pytest.mark.parametrize(
    ("program", "shown"),
    [
        (
            "mkdir A; mkdir B | write B/x 700; fsync A; create A/y; append B/x 1500; fsync B; rename B/x B/y",
            "A/; B/; B/y: EMPTY",
        ),
        (
            "mkdir A; mkdir B; write A/x 1500; write B/x 1500 | write B/y 1500; fsync A/x; write A/y 700; fsync B; "
            "rename A/x B/x; link B/y A/x",
            "A/; A/x: EMPTY; B/; B/x: 1500q; B/y: EMPTY",
        ),
    ],
    ids=["a rename", "a link"],
)
def test_the_log_of_an_fsync_elsewhere_may_hold_a_name_without_an_earlier_one(program: str, shown: str) -> None:
    """Seen on btrfs, in a log that was cut while another program on the disk synced its own file."""
    played, tree = Program.parse(program), parse_tree(shown)
    assert not admits(played, "btrfs", tree)
    assert admits(played, "btrfs", tree, others_sync=True)
    assert not admits(played, "ext4", tree, others_sync=True)


def test_what_others_sync_takes_nothing_away() -> None:
    program = Program.parse("create x; rename x y")
    for profile in GATES:
        trees = outcomes(program, profile)
        assert all(admits(program, profile, tree, others_sync=True) for tree in trees), profile
