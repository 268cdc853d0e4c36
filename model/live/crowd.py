"""Programs on a real file system, many at a time: one power cut shows what became of hundreds.

Each part of the disk is judged by itself.  As on any machine that does more than one thing, what one program syncs may
make another's changes durable, too, all of them or a part: the judge is told that somebody may have synced something.
"""

from collections.abc import Sequence

from model.litmus import Program, play, read_tree
from model.live.alone import arrange_all
from model.live.disk import Bench, LiveDisk
from model.live.sighting import Ledger

CROWD = 300
"""How many programs fit on one disk."""


def play_crowd(bench: Bench, ledger: Ledger, programs: Sequence[Program]) -> None:
    """Play one after the other on one disk; cut the power at the end as is, and after a commit."""
    # Those that sync nothing come last, so that the cut as is finds their changes still pending.
    ordered = sorted(programs, key=lambda program: not program.syncs)
    with bench.live(ledger.setup) as disk:
        kernel = disk.kernel()
        folders = arrange_all(disk, ordered)
        for folder, program in zip(folders, ordered, strict=True):
            play(program, kernel, folder, lambda _: disk.rest())
            ledger.harvest.runs += 1
        placed = list(zip(folders, ordered, strict=True))
        _look(bench, ledger, disk, placed, "as is, among others", others_sync=True)
        disk.commit()
        _look(bench, ledger, disk, placed, "after a commit, among others", others_sync=True)


def play_in_step(bench: Bench, ledger: Ledger, programs: Sequence[Program], commit_after: int) -> None:
    """Play the beginnings of programs that sync nothing, force a commit, play on; cut as is, and after a commit.

    As nobody syncs anything, each is cut as if it were alone.

    Args:
        bench: Where.
        ledger: Judges what is seen.
        programs: What to play.
        commit_after: So many calls of each come before the first commit.
    """
    assert not any(program.syncs for program in programs)
    with bench.live(ledger.setup) as disk:
        kernel = disk.kernel()
        folders = arrange_all(disk, programs)
        placed = list(zip(folders, programs, strict=True))
        for folder, program in placed:
            play(program, kernel, folder, lambda _: disk.rest(), end=commit_after)
        disk.commit()
        for folder, program in placed:
            play(program, kernel, folder, lambda _: disk.rest(), begin=commit_after)
            ledger.harvest.runs += 1
        how = f"after a commit behind call {commit_after}"
        _look(bench, ledger, disk, placed, f"{how}, in step with others")
        disk.commit()
        _look(bench, ledger, disk, placed, f"{how} and at the end, in step with others")


def _look(
    bench: Bench,
    ledger: Ledger,
    disk: LiveDisk,
    placed: Sequence[tuple[str, Program]],
    how: str,
    *,
    others_sync: bool = False,
) -> None:
    cut = f"{bench.workshop}/cut"
    disk.cut(cut)
    ledger.harvest.disks += 1
    with bench.after_cut(disk.setup, cut) as kernel:
        for folder, program in placed:
            ledger.see(program, read_tree(kernel, folder), how, after=len(program.calls), others_sync=others_sync)
