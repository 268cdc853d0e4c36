"""`python -m tests.bench.store`: the store on a real disk, with real syncs, beside others that promise as much."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from model.exit_codes import EXIT_OK, EXIT_USAGE
from model.report.encoding import to_json
from tests.bench.apart import apart
from tests.bench.grid import as_markdown, as_text
from tests.bench.plan import Measured, Measurement, carry_out
from tests.bench.store import migrating, operations, writers
from tests.bench.store.disk import IN_MEMORY, file_system, surroundings
from tests.bench.store.operations import Timing
from tests.bench.store.plot import plot
from tests.bench.store.sizes import SIZES
from tests.bench.store.tables import grids, surroundings_line, values

SECTIONS = ("operations", "writers", "migration", "memory")
FOLDER = Path(__file__).parents[3] / ".blackstart" / "bench"
WRITING_S = 2.0
REPEATS = 9


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for and print it."""
    options = _parser().parse_args(arguments)
    folder: Path = options.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"--folder {folder}: {error.strerror}; name one that can be written to", file=sys.stderr)
        return EXIT_USAGE
    if (kind := file_system(folder)) in IN_MEMORY:
        print(f"--folder {folder}: on {kind}, where a sync does nothing; name one on a disk", file=sys.stderr)
        return EXIT_USAGE
    about = surroundings(folder)
    measured = carry_out(plan(options.only or SECTIONS, folder, quick=options.quick))
    if options.plot is not None:
        _draw(options.plot, measured)
    if options.json:
        sys.stdout.write(to_json(values(measured, about)))
    else:
        render = as_markdown if options.markdown else as_text
        blocks = [[surroundings_line(about)], *map(render, grids(measured))]
        print("\n\n".join("\n".join(block) for block in blocks))
    return measured.exit_code


def plan(sections: Sequence[str], folder: Path, *, quick: bool) -> list[Measurement]:
    """What to measure, in the order of the tables; `quick` is only to see that it works."""
    made: list[Measurement] = []
    if "operations" in sections:
        effort = operations.QUICK if quick else operations.FULL
        made += [
            Measurement(
                "operations",
                f"{name}, {size:,} entries",
                partial(apart, partial(operations.measure, name, size, folder, effort)),
            )
            for size in (SIZES[:2] if quick else SIZES)
            for name in operations.STORE_NAMES
        ]
    if "writers" in sections:
        made += [
            Measurement(
                "writers",
                f"{name}, {number} at once{', slow syncs' if slow else ''}",
                partial(writers.measure, name, number, folder, slow_syncs=slow, duration_s=0.1 if quick else WRITING_S),
            )
            for slow, variants in ((False, writers.VARIANTS), (True, writers.SLOW_VARIANTS))
            for name in variants
            for number in (writers.WRITERS[:2] if quick else writers.WRITERS)
        ]
    if "migration" in sections:
        made += [
            Measurement(
                "migration",
                workload,
                partial(apart, partial(migrating.measure, workload, folder, repeats=1 if quick else REPEATS)),
            )
            for workload in (tuple(migrating.WORKLOADS)[:1] if quick else migrating.WORKLOADS)
        ]
    if "memory" in sections:
        entries = 20 if quick else migrating.IN_MEMORY_ENTRIES
        made.append(Measurement("memory", "a big file", partial(migrating.measure_memory, folder, entries)))
    return made


def _draw(file: Path, measured: Measured) -> None:
    """Draw, unless that would put half a picture in the place of a whole one."""
    timings = measured.of(Timing)
    if measured.exit_code == EXIT_OK and timings:
        file.write_text(plot(timings), "utf-8")
    else:
        print(f"--plot {file}: not drawn, that takes all of the section operations", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.store",
        description="The store on a real disk, with real syncs, beside others that promise as much.",
        epilog="Exit codes: 0 everything was measured, 2 usage, 3 interrupted: the tables hold what is complete.",
    )
    parser.add_argument("--only", action="append", choices=SECTIONS, help="only this section (repeatable)")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where to measure, on a disk (default: %(default)s)"
    )
    parser.add_argument("--quick", action="store_true", help="see that it works: small, and figures that mean nothing")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="also draw what grows and what stays flat, as SVG")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON instead of tables")
    form.add_argument("--markdown", action="store_true", help="print the tables as the README has them")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
