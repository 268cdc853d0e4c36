"""The litmus table on real disks, row by row: what it tells is seen again, and the profiles admit whatever is seen."""

import ctypes
import os
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from model.litmus import Program, Tree, admits, play, read_tree, tree_text
from model.litmus.beyond import BEYOND, Beyond
from model.litmus.mounts import EVERY, PROFILES_OF_MOUNTS
from model.litmus.row import AT_ONCE, BEGUN, COMMITTED, COMMITTED_FIRST, HURRIED, Row, When
from model.litmus.table import ROWS
from model.live.alone import arrange_all
from model.live.crew import run_apart
from model.live.disk import Bench, LiveDisk
from model.live.file_systems import SETUPS, Setup, setups
from tests.live_ground import live

__all__ = ["live"]

pytestmark = pytest.mark.usefixtures("live")

RUNS_PER_DISK = 8
"""fast_commit: many more fsyncs, and its journal may not be mounted any more."""

TRIES = 3
"""Memory that runs short, or a commit that is due every five seconds, may come in between."""

LIKE_THE_TABLE = os.uname().release.startswith("6.18.")
"""Whether this is the kernel that the table tells of; another one need only keep to the profiles."""


class Run(NamedTuple):
    row: Row
    when: When
    told: tuple[str, ...]

    @property
    def program(self) -> Program:
        return Program.parse(self.row.program)


def runs_on(mount: str) -> list[Run]:
    found: dict[tuple[str, When], list[str]] = {}
    for row in ROWS:
        for sight in row.sights_on(mount):
            found.setdefault((row.name, sight.when), []).append(sight.tree)
    by_name = {row.name: row for row in ROWS}
    return [Run(by_name[name], when, tuple(trees)) for (name, when), trees in found.items()]


def setup_of(mount: str) -> Setup:
    file_system, _, options = mount.partition(" ")
    known = (each for each in SETUPS if each.name == mount)
    return next(known, None) or setups([file_system], [options])[0]


def begin_to_write_back(path: str) -> None:
    """Have the first page of a file written, and wait for nothing."""
    begin = 2  # SYNC_FILE_RANGE_WRITE
    fd = os.open(path, os.O_RDWR)
    failed = ctypes.CDLL(None).sync_file_range(fd, ctypes.c_long(0), ctypes.c_long(4096), begin)
    os.close(fd)
    assert not failed


def cut_and_look(bench: Bench, disk: LiveDisk, folder: str) -> Tree:
    image = f"{bench.workshop}/cut"
    disk.cut(image)
    with bench.after_cut(disk.setup, image) as kernel:
        return read_tree(kernel, folder)


def held(bench: Bench, disk: LiveDisk, folder: str, run: Run) -> Tree:
    """Play a row as it was played when that was seen, cut the power, and say what was there."""
    program = run.program

    def after_call(complete: int) -> None:
        if run.when != HURRIED:
            disk.rest()
        if complete == 1 and run.when == COMMITTED_FIRST:
            disk.commit()
        if complete == 1 and run.when == BEGUN:
            begin_to_write_back(f"{disk.mount_point}{folder}/{program.calls[0].path}")
            disk.rest()

    disk.settle()
    play(program, disk.kernel(), folder, after_call)
    ends_with_sync = program.calls[-1].verb in ("fsync", "kick")
    if run.when == COMMITTED or (run.when == COMMITTED_FIRST and not ends_with_sync):
        disk.commit()
    return cut_and_look(bench, disk, folder)


def all_held(setup: Setup, runs: Sequence[Run]) -> list[Tree]:
    def work(workshop: str) -> list[Tree]:
        bench = Bench(workshop)
        found: list[Tree] = []
        for first in range(0, len(runs), RUNS_PER_DISK):
            some = runs[first : first + RUNS_PER_DISK]
            with bench.live(setup) as disk:
                folders = arrange_all(disk, [run.program for run in some])
                found += [held(bench, disk, folder, run) for folder, run in zip(folders, some, strict=True)]
        return found

    return run_apart(work)


@pytest.mark.parametrize("mount", EVERY)
def test_a_disk_shows_what_the_table_tells_of_it(mount: str) -> None:
    setup, left = setup_of(mount), runs_on(mount)
    assert len([run for run in left if run.when == AT_ONCE]) == len(ROWS)
    for _ in range(TRIES):
        trees = all_held(setup, left)
        for run, tree in zip(left, trees, strict=True):
            admitted = admits(run.program, PROFILES_OF_MOUNTS[mount], tree, others_sync=True)
            assert admitted, f"{run.row.name}: {tree_text(tree)}"
        left = [
            run
            for run, tree in zip(left, trees, strict=True)
            if tree_text(tree) not in run.told and LIKE_THE_TABLE and run.when != HURRIED
        ]
    assert not left, [(run.row.name, run.when) for run in left]


@pytest.mark.parametrize("beyond", [each for each in BEYOND if each.tree is None], ids=lambda each: each.mount)
def test_what_cannot_be_mounted_any_more_could_be_until_the_last_call(beyond: Beyond) -> None:
    """Where another kernel mounts it, this has nothing to say; it tells of the one that the table tells of."""

    def work(workshop: str) -> list[bool]:
        bench, usable = Bench(workshop), list[bool]()
        with bench.live(setup_of(beyond.mount)) as disk:
            (folder,) = arrange_all(disk, [Program.parse(beyond.program)])

            def after_call(_: int) -> None:
                try:
                    cut_and_look(bench, disk, folder)
                except OSError:
                    usable.append(False)
                else:
                    usable.append(True)

            play(Program.parse(beyond.program), disk.kernel(), folder, after_call)
        return usable

    *before, at_the_end = run_apart(work)
    assert all(before)
    assert not (at_the_end and LIKE_THE_TABLE)
