"""Say which lines and branches of the store no campaign reaches, and why: `python -m tests.store_branches`."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Sequence

from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK, EXIT_UNKNOWN, EXIT_USAGE
from model.report.figures import count
from tests.commands import exit_with
from tests.store_branches.measuring import Report, measure
from tests.store_branches.reasons import TABLE, compare, read_reasons
from tests.store_branches.table import page, value, verdict_of

EXIT_CODES = {"ok": EXIT_OK, "counterexample": EXIT_COUNTEREXAMPLE, "unknown": EXIT_UNKNOWN}
PLATFORM = "linux"
LINE_EVERY_S = 10.0


def main(arguments: Sequence[str]) -> int:
    """Play the campaigns, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.store_branches", description=__doc__)
    parser.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N", help="processes")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    if sys.platform != PLATFORM:
        print(f"{TABLE.name}: its reasons are those of {PLATFORM}; run this there", file=sys.stderr)
        return EXIT_USAGE
    try:
        reasons = read_reasons(TABLE.read_text("utf-8"))
    except ValueError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    played, reached = measure(options.jobs, _told_now_and_then())
    compared = compare(reached, reasons)
    if options.json:
        print(json.dumps(value(played, reached, compared), indent=2))
    else:
        print("\n".join(page(played, reached, compared)))
    return EXIT_CODES[verdict_of(played, compared)]


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one process")
    return number


def _told_now_and_then() -> Report:
    """Progress as lines on standard error, one every few seconds."""
    last = -LINE_EVERY_S

    def report(done: int, units: int, name: str) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_EVERY_S or done == units:
            last = time.monotonic()
            print(f"{count(done)} of {count(units)}: {name}", file=sys.stderr, flush=True)

    return report


if __name__ == "__main__":
    exit_with(main)
