"""Every failure at every call of every operation: all that a manual page allows, once and from then on."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from model.explore.stage import Case
from model.simulation.faults import Fault, errors_of
from scenarios.session_cases.faults import TRIALS, Trial, failing_case, trial_name
from scenarios.session_cases.interposing import moments_of


def failure_cases() -> Sequence[Case]:
    """A case for each operation, with a variant for each failure."""
    return tuple(_case(trial) for trial in TRIALS)


def _case(trial: Trial) -> Case:
    first = failing_case(trial, moments_of(*zip(*trial.calls(), strict=True))[0], None)
    return Case(first.operation, trial_name(trial), first.play, variants=partial(_variants, trial))


def _variants(trial: Trial) -> Iterator[Case]:
    calls = trial.calls()
    for moment in moments_of(*zip(*calls, strict=True)):
        for fault in every_fault(*calls[moment.at]):
            yield failing_case(trial, moment, fault)


def every_fault(name: str, arguments: tuple[Any, ...]) -> Iterator[Fault]:
    """Every way in which a call may fail; a failed fsync also in the ways in which it loses pages (P10)."""
    for error in errors_of(name, arguments):
        yield Fault(error)
        yield Fault(error, lasts=True)
        if name == "fsync" and error:
            yield Fault(error, sync="lost")
            yield Fault(error, sync="reverted")
