"""Let many processes work on one store on a real disk, kill them at random, and judge what each of them saw.

It tells of lost entries, of stale reads and of what nobody has written.  Without enough kills (200 a minute) it says
`unknown`.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK, EXIT_UNKNOWN
from model.report.encoding import to_json
from tests.commands import exit_with
from tests.soak.campaign import soak
from tests.soak.report import page, progress, values

ROOT = Path(".blackstart")


def main(arguments: Sequence[str]) -> int:
    """Run, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=_positive(float), default=5.0, metavar="N", help="how long (default: 5)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="who does what, and who dies when")
    parser.add_argument("--writers", type=_positive(int), default=4, metavar="N", help="processes that write")
    parser.add_argument("--readers", type=_positive(int), default=2, metavar="N", help="processes that only read")
    parser.add_argument(
        "--folder", type=Path, default=None, metavar="DIR", help="on the disk to be used (default: .blackstart)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    options = parser.parse_args(arguments)
    if options.folder is not None and not options.folder.is_dir():
        parser.error(f"--folder: {options.folder} is not a directory. Make it, or name one that is there.")
    folder = _new_folder(options.folder)
    until_s = time.monotonic() + 60 * options.minutes
    # A polite request to end counts as Ctrl-C: what was found so far is reported.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found = soak(
        folder,
        is_over=lambda _: time.monotonic() >= until_s,
        seed=options.seed,
        writers=options.writers,
        readers=options.readers,
        watch=progress(),
    )
    if sys.stderr.isatty():
        sys.stderr.write("\r" + " " * 78 + "\r")
    if options.json:
        sys.stdout.write(to_json(values(found, options.seed)))
    else:
        print("\n".join(page(found)))
    if found.verdict != "counterexample":
        shutil.rmtree(folder)
    return {"ok": EXIT_OK, "counterexample": EXIT_COUNTEREXAMPLE, "unknown": EXIT_UNKNOWN}[found.verdict]


def _positive(kind: type[float]) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = kind(text)
        if value <= 0:
            raise argparse.ArgumentTypeError(f"{text} is not more than 0")
        return value

    number.__name__ = kind.__name__
    return number


def _new_folder(parent: Path | None) -> Path:
    if parent is None:
        ROOT.mkdir(exist_ok=True)
        if not (ignore := ROOT / ".gitignore").exists():
            ignore.write_text("*\n")
    return Path(tempfile.mkdtemp(prefix="soak-", dir=parent or ROOT))


if __name__ == "__main__":
    exit_with(main)
