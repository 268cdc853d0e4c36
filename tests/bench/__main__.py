"""`python -m tests.bench`: speed of the checker, beside other ways of doing the same, in one run."""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from model.report.encoding import to_json
from tests.bench import cores, enumerated, growth, on_disk, profiled, simulated
from tests.bench.apart import apart
from tests.bench.grid import as_markdown, as_text
from tests.bench.plan import Measurement, carry_out
from tests.bench.tables import ELSEWHERE, grids, values

SECTIONS = ("speed", "nested", "elsewhere", "enumeration", "growth", "cores", "profile")
SCALES = (1, 3, 4, 6, 8)
NESTED_SCALES = (6, 8)
ENUMERATED_SCALES = (1, 3, 6, 8)
PROFILED_SCALES = (1, 8)
DISKS = {"tmpfs": 300, "pyfakefs": 200, "processes": 60}
REPEATS = 3


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for and print it."""
    options = _parser().parse_args(arguments)
    measured = carry_out(plan(options.only or SECTIONS, quick=options.quick))
    if options.json:
        sys.stdout.write(to_json(values(measured)))
    else:
        render = as_markdown if options.markdown else as_text
        print("\n\n".join("\n".join(render(grid)) for grid in grids(measured)))
    return measured.exit_code


def plan(sections: Sequence[str], *, quick: bool) -> list[Measurement]:
    """What to measure, in the order of the tables; `quick` is only to see that it works."""
    made: list[Measurement] = []
    shortest_s = 0.0 if quick else simulated.SHORTEST_S
    scales = SCALES[:2] if quick else SCALES
    # The table of the other places needs the simulation's own figures beside them.
    if "speed" in sections or "elsewhere" in sections:
        made += [_speed("speed", entries, memoised, shortest_s) for entries in scales for memoised in (False, True)]
    if "nested" in sections:
        made += [
            _speed("nested", entries, memoised, shortest_s)
            for entries in (SCALES[:1] if quick else NESTED_SCALES)
            for memoised in (False, True)
        ]
    if "elsewhere" in sections:
        made += [
            _apart(
                "elsewhere", f"n = {entries}, {place}", partial(on_disk.measure, place, entries, 10 if quick else most)
            )
            for entries in scales
            for place, most in ((each, DISKS[each]) for each in ELSEWHERE)
        ]
    if "enumeration" in sections:
        made += [
            _apart("enumeration", f"n = {entries}", partial(enumerated.measure, entries, shortest_s=shortest_s))
            for entries in (SCALES[:1] if quick else ENUMERATED_SCALES)
        ]
    if "growth" in sections:
        made += [
            _apart("growth", f"{number} {of}", partial(growth.measure, of, number, shortest_s=shortest_s))
            for of in growth.GROWING
            for number in (growth.SCALES[:2] if quick else growth.SCALES)
        ]
    if "cores" in sections:
        measure = partial(cores.measure, 1, cores.SMALL_SELECTION) if quick else partial(cores.measure, REPEATS)
        made.append(Measurement("cores", "one and two, by turns", measure))
    if "profile" in sections:
        entries = PROFILED_SCALES[0] if quick else PROFILED_SCALES[1]
        made.append(_apart("profile", f"n = {entries}", partial(profiled.measure, entries)))
    return made


def _apart(section: str, label: str, measure: Callable[[], Sequence[Any]]) -> Measurement:
    return Measurement(section, label, partial(apart, measure))


def _speed(section: str, entries: int, memoised: bool, shortest_s: float) -> Measurement:
    label = f"n = {entries}{', memoised JSON' if memoised else ''}"
    nested = section == "nested"
    measure = partial(simulated.measure, entries, memoised=memoised, nested=nested, shortest_s=shortest_s)
    return Measurement(section, label, partial(apart, measure))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Speed of the checker, beside other ways of doing the same, in one run.",
        epilog="Exit codes: 0 everything was measured, 2 usage, 3 interrupted: the tables hold what is complete.",
    )
    parser.add_argument("--only", action="append", choices=SECTIONS, help="only this section (repeatable)")
    parser.add_argument("--quick", action="store_true", help="see that it works: small, and figures that mean nothing")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON instead of tables")
    form.add_argument("--markdown", action="store_true", help="print the tables as the README has them")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
