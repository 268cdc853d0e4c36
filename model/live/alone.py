"""Programs on real file systems, one at a time: the power is cut by copying the image, as is and after a commit.

Each program has a folder of its own on a disk that it shares with a few others, which have ended and whose changes are
durable before it begins.  Only its own calls, and a commit forced at a stated place, make the file system write.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from model.litmus import Program, arrange, play, read_tree
from model.litmus.outcomes import FOLDER
from model.live.disk import Bench, LiveDisk
from model.live.sighting import Ledger

PLAYS_PER_DISK = 24
"""A journal that fills makes every copy of the image longer; a fresh disk costs as much as a few copies."""


class Play(NamedTuple):
    """One way to play a program.

    Attributes:
        program: The program.
        commit_after: After how many calls a commit is forced, 0 for nowhere.
        every_call: Whether the power is cut after every call, or only after the last.
        commit_at_end: Whether it is cut once more after a commit forced at the end.
    """

    program: Program
    commit_after: int = 0
    every_call: bool = False
    commit_at_end: bool = True


def in_every_way(program: Program) -> Iterator[Play]:
    """Cut after every call, as is and after a commit there; and on from there, where something is synced later."""
    yield Play(program, every_call=True)
    for calls in range(1, len(program.calls)):
        yield Play(program, commit_after=calls, every_call=True)


def in_new_ways(program: Program) -> Iterator[Play]:
    """What playing the beginnings of this program, and this one among many, has not shown already.

    Nothing of a program that syncs nothing: many of them can be played in step (`model.live.crowd`).
    """
    if program.syncs:
        for calls in range(len(program.calls)):
            yield Play(program, commit_after=calls, commit_at_end=not program.calls[-1].syncs)


def play_alone(bench: Bench, ledger: Ledger, plays: Sequence[Play]) -> None:
    """Play them on real disks and take down what is seen of each."""
    for first in range(0, len(plays), PLAYS_PER_DISK):
        some = plays[first : first + PLAYS_PER_DISK]
        with bench.live(ledger.setup) as disk:
            folders = arrange_all(disk, [each.program for each in some])
            for each, folder in zip(some, folders, strict=True):
                disk.settle()
                _Run(bench, ledger, disk, folder, each).play()


def arrange_all(disk: LiveDisk, programs: Sequence[Program]) -> list[str]:
    """Make a folder for each program, arranged and durable; their paths."""
    kernel = disk.kernel()
    folders = [f"{FOLDER}/{number}" for number in range(len(programs))]
    for folder, program in zip(folders, programs, strict=True):
        kernel.mkdir(folder)
        arrange(program, kernel, folder)
    disk.settle()
    return folders


class _Run:
    def __init__(self, bench: Bench, ledger: Ledger, disk: LiveDisk, folder: str, play: Play) -> None:
        self._bench = bench
        self._ledger = ledger
        self._disk = disk
        self._folder = folder
        self._play = play
        self._writes_seen = disk.writes()
        self._cut = f"{bench.workshop}/cut"

    def play(self) -> None:
        program = self._play.program
        play(program, self._disk.kernel(), self._folder, self._after_call)
        self._ledger.harvest.runs += 1
        if self._play.commit_at_end:
            self._disk.commit()
            self._look(len(program.calls), self._how(len(program.calls)))

    def _after_call(self, complete: int) -> None:
        self._disk.rest()
        last = complete == len(self._play.program.calls)
        early = complete <= self._play.commit_after  # as far as that, it is played without a commit as well
        if not early and (last or self._play.every_call):
            self._look(complete, self._how())
        if complete == self._play.commit_after:
            self._disk.commit()
            if self._play.every_call:
                self._look(complete, self._how())
            self._writes_seen = self._disk.writes()

    def _how(self, *ends: int) -> str:
        behind = [str(calls) for calls in (self._play.commit_after, *ends) if calls]
        return f"after a commit behind call {' and '.join(behind)}" if behind else "as is"

    def _look(self, complete: int, how: str) -> None:
        """Cut the power and look, unless the disk is the same as at the last look."""
        writes = self._disk.writes()
        if writes == self._writes_seen:
            return
        self._writes_seen = writes
        self._disk.cut(self._cut)
        program = self._play.program
        self._ledger.harvest.disks += 1
        try:
            with self._bench.after_cut(self._disk.setup, self._cut) as kernel:
                tree = read_tree(kernel, self._folder)
        except OSError as error:
            self._ledger.contradict(program, f"cannot be used: {error}", how, after=complete, until=complete)
            return
        self._ledger.see(program, tree, how, after=complete)
