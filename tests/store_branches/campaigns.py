"""The campaigns whose reach is measured: those that are run for a release, as much of them as reaches everything.

Each unit is deterministic, but for the threads of one.  Cuts inside recovery are left out: they run nothing that the
recoveries from cuts of the operations do not run.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

import tests.conftest  # registers the profiles of Hypothesis
from model.explore.campaign import run_case
from model.explore.stage import Case
from model.persistence.profiles import PROFILES
from scenarios.sessions import target
from tests.lockstep.grounds import MEMORY
from tests.lockstep.machine import Lockstep
from tests.lockstep.simulated import Simulated
from tests.store_branches.contention import contend
from tests.store_branches.on_the_host import OnTheHost, OnWholeFileLocks, played_on_the_host
from tests.store_branches.operators import operate
from tests.store_branches.special_files import meet_special_files

CASE_PROFILES = ("posix", "process-kill")
LOCKSTEP_EXAMPLES = {Simulated: 60, OnTheHost: 40, OnWholeFileLocks: 25}
"""How many runs of each machine; the first of those that the `ci` profile makes."""

assert tests.conftest is not None


class Unit(NamedTuple):
    """A part of a campaign that one process plays.

    Attributes:
        campaign: Which campaign.
        name: Which part of it.
        play: Plays it; returns what is wrong with the store, or nothing.
    """

    campaign: str
    name: str
    play: Callable[[], str]


def units() -> list[Unit]:
    """All units, in an order that shares them out evenly; the same in every process."""
    return [*_lockstep(), *_on_the_host(), *_cases()]


def _lockstep() -> Iterator[Unit]:
    for machine, examples in LOCKSTEP_EXAMPLES.items():
        yield Unit("lockstep", machine.__name__, partial(_run, machine, examples))


def _run(machine: type[Lockstep], examples: int) -> str:
    machine.reached = Counter()
    run_state_machine_as_test(machine, settings=settings(max_examples=examples))
    return ""


def _on_the_host() -> Iterator[Unit]:
    yield Unit("contention", "threads and processes of the host", partial(_in_a_folder, contend))
    yield Unit("special files", "pipes and sockets", partial(_in_a_folder, meet_special_files))
    yield Unit("operators", "session-store on the host", partial(_in_a_folder, operate))
    for case in target.cases():
        yield Unit(
            "cases, uncut, on the host", _name(case), partial(_in_a_folder, partial(played_on_the_host, case=case))
        )


def _cases() -> Iterator[Unit]:
    for profile in CASE_PROFILES:
        for case in target.cases():
            yield Unit(f"cases, {profile}", _name(case), partial(_explore, case, profile))


def _name(case: Case) -> str:
    return f"{case.operation}: {case.name}"


def _explore(case: Case, profile: str) -> str:
    result = run_case(target, case, PROFILES[profile], nested=0)
    return (
        "" if result.verdict == "ok" else f"{result.verdict}: {[each.explanation for each in result.counterexamples]}"
    )


def _in_a_folder(play: Callable[[Path], str]) -> str:
    with tempfile.TemporaryDirectory(prefix="branches-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        return play(Path(folder))
