"""Small programs on real file systems: the profiles admit what their disks show, and a wrong profile is found out."""

import pytest

from model.litmus import Program, Tree, parse_tree
from model.litmus.generate import every
from model.litmus.row import Row
from model.litmus.table import ROWS
from model.live.alone import Play, in_every_way, in_new_ways, play_alone
from model.live.crew import run_apart
from model.live.crowd import play_crowd, play_in_step
from model.live.disk import Bench
from model.live.file_systems import Setup
from model.live.replayed import play_recorded
from model.live.sighting import Harvest, Ledger, number_of
from tests.live_ground import EXT4, XFS, each_file_system, each_setup, live

__all__ = ["live"]

pytestmark = pytest.mark.usefixtures("live")

SYNCED = Program.parse("write b 700 | write a 1500; fsync a; rename a b; fsync .")
UNSYNCED = Program.parse("write b 700 | write a 1500; rename a b; fsync .")


def alone(setup: Setup, *plays: Play) -> Harvest:
    def work(workshop: str) -> Harvest:
        ledger = Ledger(setup)
        play_alone(Bench(workshop), ledger, plays)
        return ledger.harvest

    return run_apart(work)


def showed(harvest: Harvest, program: Program, tree: str | Tree) -> bool:
    return number_of(program, parse_tree(tree) if isinstance(tree, str) else tree) in harvest.seen


@each_setup()
def test_each_disk_shows_what_its_profile_admits_and_some_have_lost_something(setup: Setup) -> None:
    programs = [*every("empty", 1), *every("full", 1), SYNCED, UNSYNCED]

    def work(workshop: str) -> Harvest:
        ledger = Ledger(setup)
        play_crowd(Bench(workshop), ledger, programs)
        play_alone(Bench(workshop), ledger, [play for program in programs for play in in_every_way(program)])
        return ledger.harvest

    harvest = run_apart(work)
    assert not harvest.contradictions, harvest.contradictions[0]
    assert harvest.lossy
    assert len(harvest.seen) >= len(programs)


@each_file_system()
def test_what_was_synced_is_there_after_every_cut(setup: Setup) -> None:
    harvest = alone(setup, Play(SYNCED, commit_at_end=False))
    assert harvest.disks == 1
    assert showed(harvest, SYNCED, "b: 1500a")


@each_file_system()
def test_what_nobody_synced_is_lost(setup: Setup) -> None:
    created = Program.parse("create old; fsync . | write a 1500; fsync old")
    harvest = alone(setup, Play(created, commit_at_end=False), *in_every_way(UNSYNCED))
    assert harvest.lossy


@each_file_system()
def test_a_cut_before_anything_was_written_to_the_device_is_not_looked_at_twice(setup: Setup) -> None:
    quiet = Program.parse("write b 700 | create a; unlink a; mkdir d")
    assert alone(setup, Play(quiet, every_call=True, commit_at_end=False)).disks == 0


def test_a_profile_that_promises_too_much_is_contradicted() -> None:
    """ext4 commits names before the data behind them; who expects one order of all calls is wrong about it."""
    wrong = Setup(EXT4.file_system, "", "sequential")
    program = Program.parse("write a 9000; rename a b; kick k")
    (found,) = alone(wrong, Play(program)).contradictions
    assert (found.setup, found.profile, found.after, found.shown) == ("ext4", "sequential", 3, "b: EMPTY; k: 1c")


@each_file_system()
def test_what_the_litmus_table_tells_is_seen_again(setup: Setup) -> None:
    """Each row of which the table says that a file system leaves no choice; the others depend on the moment."""
    rows: list[Row] = [row for row in ROWS if setup.name in row.forced]
    assert rows
    programs = [Program.parse(row.program) for row in rows]
    harvest = alone(setup, *(Play(program, commit_at_end=False) for program in programs))
    for row, program in zip(rows, programs, strict=True):
        assert any(showed(harvest, program, tree) for tree in row.seen_on(setup.name)), row.name


@each_file_system()
def test_no_cut_of_the_block_log_shows_what_the_profile_forbids(setup: Setup) -> None:
    def work(workshop: str) -> Harvest:
        ledger = Ledger(setup)
        play_recorded(Bench(workshop), ledger, [SYNCED, UNSYNCED], seed=1)
        play_recorded(Bench(workshop), ledger, [UNSYNCED], seed=1, commits=True)
        return ledger.harvest

    harvest = run_apart(work)
    assert not harvest.contradictions, harvest.contradictions[0]
    assert harvest.disks > 10
    assert showed(harvest, SYNCED, "b: 1500a")


@each_file_system()
def test_a_device_that_loses_what_it_flushed_is_found_out(setup: Setup) -> None:
    def work(workshop: str) -> Harvest:
        ledger = Ledger(setup)
        play_recorded(Bench(workshop), ledger, [SYNCED], seed=1, device="unreliable")
        return ledger.harvest

    found = run_apart(work).contradictions
    assert any(each.after == 4 and each.shown == "b: 700o" for each in found)


@pytest.mark.parametrize("setup", [EXT4], ids=["ext4"])
def test_a_file_system_that_is_told_not_to_flush_is_found_out(setup: Setup) -> None:
    def work(workshop: str) -> Harvest:
        ledger = Ledger(Setup(setup.file_system, setup.file_system.no_barriers, setup.profile))
        play_recorded(Bench(workshop), ledger, [SYNCED], seed=1, device="never asked")
        return ledger.harvest

    assert run_apart(work).contradictions


@each_setup()
def test_in_step_a_program_shows_what_it_shows_alone(setup: Setup) -> None:
    program = Program.parse("create t; write t 1500; rename t x")

    def in_step(workshop: str) -> Harvest:
        ledger = Ledger(setup)
        for calls in (1, 2):
            play_in_step(Bench(workshop), ledger, [program] * 20, calls)
        return ledger.harvest

    found = run_apart(in_step)
    assert not found.contradictions, found.contradictions[0]
    assert found.lossy
    assert alone(setup, *(Play(program, commit_after=calls) for calls in (1, 2))).seen <= found.seen


def test_programs_that_sync_nothing_are_left_to_be_played_in_step() -> None:
    assert list(in_new_ways(Program.parse("create a; create b; unlink a"))) == []
    ways = list(in_new_ways(Program.parse("create a; fsync a; unlink a")))
    assert [(way.commit_after, way.commit_at_end) for way in ways] == [(0, True), (1, True), (2, True)]
    ways = list(in_new_ways(Program.parse("create a; unlink a; fsync .")))
    assert [(way.commit_after, way.commit_at_end) for way in ways] == [(0, False), (1, False), (2, False)]


def test_the_same_program_gives_the_same_sights_among_others_and_alone() -> None:
    def together(workshop: str) -> Harvest:
        ledger = Ledger(XFS)
        play_crowd(Bench(workshop), ledger, [SYNCED] * 3)
        return ledger.harvest

    assert run_apart(together).seen == alone(XFS, Play(SYNCED)).seen == {number_of(SYNCED, parse_tree("b: 1500a"))}
