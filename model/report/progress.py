"""Live progress on standard error: a bar on a terminal, now and then a plain line in a log, never a byte on stdout."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from model.report.figures import quantity, seconds
from model.verdict import Task

Report = Callable[[Task, str], None]
_LINE_EVERY_S = 10.0


@contextmanager
def progress(total: int, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> Iterator[Report]:
    """Yield the function to call with each task that ended and its verdict."""
    stream = stream or sys.stderr
    if stream.isatty():
        with _bar(total, stream) as report:
            yield report
    else:
        yield _lines(total, stream, clock)


@contextmanager
def _bar(total: int, stream: TextIO) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(file=stream), transient=True) as bar:
        shown = bar.add_task("starting", total=total)
        convicted = 0

        def report(task: Task, verdict: str) -> None:
            nonlocal convicted
            convicted += verdict == "counterexample"
            found = f"  {quantity(convicted, 'conviction')}" if convicted else ""
            bar.update(shown, advance=1, description=f"{task.operation}, {task.profile}{found}")

        yield report


def _lines(total: int, stream: TextIO, clock: Callable[[], float]) -> Report:
    started = last = clock()
    done = 0
    told = {"ok"}

    def report(task: Task, verdict: str) -> None:
        nonlocal last, done
        done += 1
        now = clock()
        if verdict in told and now - last < _LINE_EVERY_S and done < total:
            return
        last = now
        told.add(verdict)
        where = f"{task.operation} ({task.case}) under {task.profile}: {verdict}"
        stream.write(f"{done} of {total} in {seconds(now - started)}: {where}\n")
        stream.flush()

    return report
