"""Programs on real file systems with every block write logged, and every disk that a cut may leave of the log mounted.

A few programs run one after the other on one disk, each in its own folder.  Then the log is cut everywhere; each disk
that results is judged for every program and for every moment at which the cut may have been.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from model.litmus import Program, play, read_tree
from model.live.alone import arrange_all
from model.live.block_log import Entry, Mark
from model.live.block_states import BlockState, Device, block_states
from model.live.disk import Bench, RecordedDisk
from model.live.replay import Replay
from model.live.sighting import Ledger

ROW = 6
"""How many programs are recorded in one go."""

ENOUGH = 20
"""Contradictions after which a device has been found out."""


def play_recorded(
    bench: Bench,
    ledger: Ledger,
    programs: Sequence[Program],
    *,
    seed: int,
    commits: bool = False,
    device: Device = "honest",
) -> None:
    """Record programs, cut the log everywhere, and take down what is seen.

    Args:
        bench: Where.
        ledger: Judges what is seen.
        programs: What to play, at most a few.
        seed: Which of too many disks are taken.
        commits: Whether a commit is forced after every call, so that what was put off is in the log.
        device: What the device does with flushes; one that loses something is left as soon as it is found out.
    """
    how = "block log" + (", commits forced" if commits else "")
    with bench.recorded(ledger.setup) as disk:
        folders = arrange_all(disk, programs)
        disk.settle()
        start = len(disk.log())
        for number, (folder, program) in enumerate(zip(folders, programs, strict=True)):
            _play(disk, folder, program, number, commits=commits)
            ledger.harvest.runs += 1
        log = disk.log()
        moments = [_Moments(log, number, len(program.calls)) for number, program in enumerate(programs)]
        replay = Replay(bench, disk, log, lambda kernel: [read_tree(kernel, folder) for folder in folders])
        for state in block_states(log, start=start, seed=seed, device=device):
            if device != "honest" and len(ledger.harvest.forbidden) >= ENOUGH:
                break
            trees = replay.shown(state)
            for number, program in enumerate(programs):
                for after, until in moments[number].of(state):
                    if isinstance(trees, OSError):
                        ledger.contradict(program, f"cannot be used: {trees}", how, after=after, until=until)
                        break
                    others = after == len(program.calls) and program is not programs[-1]
                    ledger.see(program, trees[number], how, after=after, until=until, others_sync=others)
        ledger.harvest.disks += replay.disks


def _play(disk: RecordedDisk, folder: str, program: Program, number: int, *, commits: bool) -> None:
    def after_call(complete: int) -> None:
        disk.rest()
        disk.server.tell(f"{number} {complete}")
        if commits:
            disk.commit()

    disk.server.tell(f"{number} 0")
    play(program, disk.kernel(), folder, after_call)


class _Moments:
    """How far one program had come at each place of the log."""

    def __init__(self, log: Sequence[Entry], number: int, calls: int) -> None:
        marks = [place for place, entry in enumerate(log) if isinstance(entry, Mark)]
        told = [entry.text.split() for entry in log if isinstance(entry, Mark)]
        self._places = [place for place, words in zip(marks, told, strict=True) if int(words[0]) == number]
        self._calls = calls
        assert len(self._places) == calls + 1

    def of(self, state: BlockState) -> Iterator[tuple[int, int]]:
        """How many calls were complete, and how many may have been, at each moment that the disk may be left at."""
        marks_before = bisect_left(self._places, state.first)
        complete = max(0, marks_before - 1)
        is_running = 0 < marks_before <= self._calls
        yield complete, complete + is_running
        for calls in range(max(1, marks_before), bisect_left(self._places, state.last)):
            yield calls, calls
