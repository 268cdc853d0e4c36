"""A measurement in a process of its own: a fresh heap, so that peak memory means something, and nothing is warm."""

import multiprocessing
import re
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class MeasurementFailed(Exception):
    """The other process raised, or died; the text is its traceback."""


def apart(measure: Callable[[], T]) -> T:
    """Run `measure`, which has to be picklable, in a fresh process and return its result.

    Raises:
        MeasurementFailed: it raised, or its process died.
        KeyboardInterrupt: the user interrupted; the process has been ended.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(measure, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        kind, value = ours.recv()
    except EOFError:
        kind, value = "died", "the process ended without a result"
    except BaseException:
        process.terminate()
        raise
    finally:
        process.join()
        process.close()
        ours.close()
    if kind != "measured":
        raise MeasurementFailed(value)
    result: T = value
    return result


def ignore_interrupts() -> None:
    """Leave Ctrl-C, which reaches the whole process group, to the parent: it ends us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def peak_memory_bytes() -> int:
    """The most memory that this process has had at once.

    Linux tells it of the program alone; elsewhere, what was resident when the process was forked counts as well.
    """
    status = Path("/proc/self/status")
    if status.is_file() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(found[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _report(measure: Callable[[], Any], parent: Connection) -> None:
    ignore_interrupts()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was laid out is removed
    try:
        report = ("measured", measure())
    except BaseException:
        report = ("failed", traceback.format_exc())
    parent.send(report)
    parent.close()
