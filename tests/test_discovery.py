"""Crash states are discovered by looking, each once, and counted exactly."""

from collections.abc import Sequence
from typing import Any

from model.explore.choices import Exhaustive, Replayed, Sampled
from model.explore.discovery import boots, discover
from model.persistence import PROFILES, crash_disk
from model.persistence.crash import CrashDisk
from model.simulation import Machine, Variable, read_file
from store.kernel import O_DIRECTORY, O_RDONLY
from tests.crash_outcomes import Disk, Program

QUESTION = Variable("event", 0, "test")


def crash_of(program: Program, profile: str = "posix", *, everywhere: bool = False) -> CrashDisk:
    machine = Machine()
    program(Disk(machine.start().kernel))
    end = len(machine.effects)
    moments = list(range(end + 1)) if everywhere else [end]
    return crash_disk(
        machine.disk, machine.created, machine.effects, machine.times, moments, PROFILES[profile], machine.next_ino
    )


def listing(machine: Machine) -> tuple[str, ...]:
    kernel = machine.start().kernel
    return tuple(kernel.listdir(kernel.open("/srv", O_RDONLY | O_DIRECTORY)))


def three_files(disk: Disk) -> None:
    for name in ("a", "b", "c"):
        disk.write(name, b"x" * 1600)


def test_the_exhaustive_source_goes_through_every_path_once() -> None:
    source = Exhaustive()
    seen: list[tuple[int, ...]] = []
    shared_lengths: list[int] = []
    for shared in source.rounds():
        shared_lengths.append(shared)
        if source(2, QUESTION, "ab"):
            source(3, QUESTION, "abc")
        seen.append(source.path)
    assert seen == [(0,), (1, 0), (1, 1), (1, 2)]
    assert shared_lengths == [0, 1, 2, 2]


def test_a_sample_begins_with_the_extremes_and_repeats_by_its_seed() -> None:
    def draw(seed: int) -> list[tuple[int, ...]]:
        source = Sampled(seed)
        paths: list[tuple[int, ...]] = []
        for _ in source.rounds(5):
            for _ in range(4):
                source(10, QUESTION, range(10))
            paths.append(source.path)
        return paths

    assert draw(7)[:2] == [(0,) * 4, (9,) * 4]
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


def test_a_replay_repeats_the_answers() -> None:
    source = Replayed((1, 0))
    assert [source(2, QUESTION, "ab") for _ in range(3)] == [1, 0, 0]


def test_what_is_not_looked_at_is_not_decided() -> None:
    # Raw, by hand: three slots that are there or not, and three files of 1,600 bytes in four units.  A file has
    # sizes 0, 512, 1024, 1536 and 1600, with 0, 1, 2, 3 and 4 units, each old (NUL) or new: 1 + 2 + 4 + 8 + 16 = 31
    # contents.  2 * 2 * 2 * 31 * 31 * 31 = 238,328 disks; a listing can tell 8 of them apart.
    crash = crash_of(three_files)
    assert crash.raw_states(0) == 238_328
    assert len(list(discover(crash.disk, listing))) == 8


def test_reading_a_file_decides_its_bytes_and_nobody_elses() -> None:
    crash = crash_of(three_files)
    seen = [content for _, content in discover(crash.disk, lambda booted: read_file(booted.start().kernel, "/srv/a"))]
    assert len(seen) == len(set(seen)) == 1 + 31


def test_a_crash_point_is_discovered_with_the_state() -> None:
    # Before the first call nothing is there; after k creations any subset of the first k names: 1 + 2 + 4 + 8 raw.
    def create(disk: Disk) -> None:
        for name in ("a", "b", "c"):
            disk.create(name)

    crash = crash_of(create, everywhere=True)
    assert [crash.raw_states(moment) for moment in range(4)] == [1, 2, 4, 8]
    seen = {names: frames for frames, names in discover(crash.disk, listing)}
    assert len(seen) == 8
    assert seen[()] == 0b1111
    assert seen[("b",)] == 0b1100
    assert seen[("a", "b", "c")] == 0b1000


def test_an_undecided_value_stays_one_unknown_through_a_sync_and_a_second_cut() -> None:
    crash = crash_of(lambda disk: disk.create("a"))
    seen: set[tuple[bool, ...]] = set()
    for boot in boots(crash.disk):
        kernel = boot.machine.start().kernel
        folder = kernel.open("/srv", O_RDONLY | O_DIRECTORY)
        kernel.fsync(folder)
        again = crash_disk(
            boot.machine.disk,
            boot.machine.created,
            boot.machine.effects,
            boot.machine.times,
            [len(boot.machine.effects)],
            PROFILES["posix"],
            boot.machine.next_ino,
        )
        for _, names in discover(again.disk, listing):
            seen.add(("a" in names,))
    assert seen == {(True,), (False,)}


def test_looking_twice_gives_the_same_answer() -> None:
    crash = crash_of(three_files)
    assert all(first == second for _, (first, second) in discover(crash.disk, lambda booted: _twice(booted)))


def _twice(machine: Machine) -> Sequence[Any]:
    return listing(machine), listing(machine)


def test_unlinking_decides_presence_and_not_content() -> None:
    def unlink(machine: Machine) -> bool:
        try:
            machine.start().kernel.unlink("/srv/a")
        except FileNotFoundError:
            return False
        return True

    crash = crash_of(three_files)
    assert sorted(seen for _, seen in discover(crash.disk, unlink)) == [False, True]
