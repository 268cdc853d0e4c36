"""A list of measurements, carried out one after the other, of which an interrupt leaves those that are complete."""

import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from model.exit_codes import EXIT_OK, EXIT_UNKNOWN


@dataclass(frozen=True)
class Measurement:
    """Something to measure: `measure` returns rows, each a dataclass of figures."""

    section: str
    label: str
    measure: Callable[[], Sequence[Any]]


@dataclass(frozen=True)
class Measured:
    """The rows so far, and how many of the measurements they come from."""

    rows: tuple[Any, ...]
    done: int
    planned: int

    def of(self, *kinds: type) -> list[Any]:
        """The rows of some kinds, in their order."""
        return [row for row in self.rows if isinstance(row, kinds)]

    @property
    def exit_code(self) -> int:
        """0 when everything was measured, else 3."""
        return EXIT_OK if self.done == self.planned else EXIT_UNKNOWN


def carry_out(plan: Sequence[Measurement], tell: Callable[[str], None] | None = None) -> Measured:
    """Measure everything, or until Ctrl-C or SIGTERM; tell of each measurement as it begins."""
    report = tell or tell_on_stderr
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    rows: list[Any] = []
    done = 0
    try:
        for measurement in plan:
            report(f"{done + 1} of {len(plan)}  {measurement.section}: {measurement.label}")
            rows += measurement.measure()
            done += 1
    except KeyboardInterrupt:
        report(f"interrupted: {done} of {len(plan)} measurements are complete")
    finally:
        signal.signal(signal.SIGTERM, previous)
    return Measured(tuple(rows), done, len(plan))


def tell_on_stderr(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)
