"""Programs on a real file system, many at a time: one power cut shows what became of hundreds.

What one program syncs may make another's changes durable, too, as on any machine that does more than one thing.  A
profile that admits the whole disk admits the part that a single program sees of it, so each part is judged by itself.
"""

from collections.abc import Sequence

from model.litmus import Program, play, read_tree
from model.live.alone import arrange_all
from model.live.disk import Bench, LiveDisk
from model.live.kernel import LiveKernel
from model.live.sighting import Ledger

CROWD = 300
"""How many programs fit on one disk."""


def play_crowd(bench: Bench, ledger: Ledger, programs: Sequence[Program]) -> None:
    """Play one after the other on one disk; cut the power at the end as is, and after a commit."""
    # Those that sync nothing come last, so that the cut as is finds their changes still pending.
    ordered = sorted(programs, key=lambda program: not any(call.verb in ("fsync", "kick") for call in program.calls))
    kernel = LiveKernel()
    with bench.live(ledger.setup) as disk:
        names = arrange_all(disk, ordered)
        for name, program in zip(names, ordered, strict=True):
            play(program, kernel, f"{disk.folder}/{name}")
            ledger.harvest.runs += 1
        _look(bench, ledger, disk, ordered, "as is, among others")
        disk.commit()
        _look(bench, ledger, disk, ordered, "after a commit, among others")


def _look(bench: Bench, ledger: Ledger, disk: LiveDisk, programs: Sequence[Program], how: str) -> None:
    cut = f"{bench.workshop}/cut"
    disk.cut(cut)
    ledger.harvest.disks += 1
    kernel = LiveKernel()
    with bench.after_cut(disk.setup, cut) as folder:
        for number, program in enumerate(programs):
            ledger.see(program, read_tree(kernel, f"{folder}/{number}"), how, after=len(program.calls))
