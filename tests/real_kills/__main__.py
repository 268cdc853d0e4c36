"""Kill a real process before each call that the store makes of its kernel, in every case: `python -m tests.real_kills`.

At least one case of each operation is played again, and there the process is killed before every system call, as the
operating system counts them.  It takes minutes.
"""

import argparse
import dataclasses
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK, EXIT_UNKNOWN
from model.explore.stage import Case
from model.live.stage import OnlySimulated
from model.report.encoding import to_json
from model.report.figures import count, quantity, wrapped
from scenarios.session_cases import ROWS
from scenarios.sessions import target
from tests.commands import exit_with
from tests.real_kills.cases import thorough_cases
from tests.real_kills.killers import AtSystemCall
from tests.real_kills.sweep import Sweep, sweep

MEMORY = "/dev/shm"
RULE = "-" * 75


@dataclass
class Row:
    """What came of the cases of one operation.

    Attributes:
        operation: Its name.
        cases: How many were played.
        left_out: How many need a simulated machine.
        kills: How many processes were killed before a call to the store's kernel.
        traced: How many were killed before a system call.
        recoveries: After how many kills others recovered.
        states: How many different trees of files were left.
        mistakes: What was wrong.
    """

    operation: str
    cases: int = 0
    left_out: int = 0
    kills: int = 0
    traced: int = 0
    recoveries: int = 0
    states: int = 0
    mistakes: list[str] = field(default_factory=list)

    def add(self, case: Case, found: Sweep) -> None:
        """Add what came of a case."""
        self.cases += 1
        self.kills += found.kills
        self.recoveries += found.recoveries
        self.states += len(found.real)
        self._blame(case, found)

    def add_traced(self, case: Case, found: Sweep) -> None:
        """Add what came of a case that was played once more, killed before system calls."""
        self.traced += found.kills
        self.recoveries += found.recoveries
        self._blame(case, found)

    def _blame(self, case: Case, found: Sweep) -> None:
        self.mistakes += (f"{case.operation}, {case.name}: {mistake}" for mistake in found.mistakes)


def run(cases: Sequence[Case], rows: dict[str, Row], folder: Path) -> None:
    """Play the cases one after the other; progress goes to standard error."""
    for number, case in enumerate(cases, 1):
        row = rows.setdefault(case.operation, Row(case.operation))
        try:
            row.add(case, sweep(target, case, folder))
        except OnlySimulated:
            row.left_out += 1
        if not number % 20 or number == len(cases):
            killed = quantity(sum(each.kills for each in rows.values()), "kill")
            print(f"{number} of {quantity(len(cases), 'case')}, {killed}", file=sys.stderr, flush=True)


def run_traced(cases: Sequence[Case], rows: dict[str, Row], folder: Path) -> None:
    """The same with kills before every system call."""
    for number, case in enumerate(cases, 1):
        rows.setdefault(case.operation, Row(case.operation)).add_traced(
            case, sweep(target, case, folder, killer=AtSystemCall)
        )
        if not number % 5 or number == len(cases):
            killed = quantity(sum(each.traced for each in rows.values()), "kill")
            print(f"system calls: {number} of {quantity(len(cases), 'case')}, {killed}", file=sys.stderr, flush=True)


def table(rows: Sequence[Row]) -> list[str]:
    """One line for each operation."""
    lines = ["operation     cases  left out   kills  traced  recoveries  states  mistakes", RULE]
    lines += (
        f"{row.operation:<12}  {row.cases:>5}  {row.left_out:>8}  {count(row.kills):>6}  {count(row.traced):>6}"
        f"  {count(row.recoveries):>10}  {count(row.states):>6}  {len(row.mistakes):>8}"
        for row in rows
    )
    return [*lines, RULE]


def page(rows: Sequence[Row], verdict: str) -> list[str]:
    """Everything as text."""
    kills, mistakes = sum(row.kills + row.traced for row in rows), [each for row in rows for each in row.mistakes]
    legend = (
        "left out: cases that need a simulated machine. kills: before each call that the store makes of its kernel. "
        "traced: before each system call, in some cases of each operation. recoveries: after kills that left what had "
        "not been recovered before. states: different trees of files, the same after a real kill as after a simulated "
        "one. Nothing is synced: the page cache outlives who is killed, so that no sync shows."
    )
    sentence = {
        "ok": f"ok: {quantity(kills, 'kill')} left what simulated kills leave, and nothing was lost or invented.",
        "counterexample": f"counterexample: {quantity(len(mistakes), 'mistake')} after {quantity(kills, 'kill')}.",
        "unknown": f"unknown: interrupted after {quantity(kills, 'kill')}; nothing was wrong until then.",
    }[verdict]
    told = [line for each in mistakes[:20] for line in wrapped(each, hanging=2)]
    return [*table(rows), *wrapped(legend), "", *told, *([""] if told else []), *wrapped(sentence)]


def main(arguments: Sequence[str]) -> int:
    """Kill, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.real_kills", description=__doc__)
    parser.add_argument(
        "--operation", action="append", choices=ROWS, metavar="N", help="only this operation (repeatable)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    wanted = options.operation or ROWS
    cases = [case for case in target.cases() if case.operation in wanted]
    rows: dict[str, Row] = {}
    is_whole = False
    with (
        suppress(KeyboardInterrupt),
        tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder,
    ):
        run(cases, rows, Path(folder))
        run_traced([case for case in thorough_cases() if case.operation in wanted], rows, Path(folder))
        is_whole = True
    has_mistakes = any(row.mistakes for row in rows.values())
    verdict = "counterexample" if has_mistakes else "ok" if is_whole else "unknown"
    if options.json:
        values = [dataclasses.asdict(row) for row in rows.values()]
        sys.stdout.write(to_json({"schema": 1, "verdict": verdict, "rows": values}))
    else:
        print("\n".join(page(list(rows.values()), verdict)))
    return {"ok": EXIT_OK, "counterexample": EXIT_COUNTEREXAMPLE, "unknown": EXIT_UNKNOWN}[verdict]


if __name__ == "__main__":
    exit_with(main)
