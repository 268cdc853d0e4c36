"""What a run on real file systems consists of: first what it must do, then as much more as its time allows."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from model.explore.stage import Case
from model.litmus import Program
from model.litmus.generate import STARTS, at_random, every
from model.litmus.table import ROWS
from model.live.crowd import CROWD
from model.live.file_systems import Setup
from model.live.replayed import ROW
from model.live.tasks import (
    Alone,
    Controlled,
    Convicting,
    Failing,
    Generated,
    InStep,
    Logged,
    Stored,
    Task,
    Together,
)
from model.target import Target

THOROUGH_CALLS = 2
"""Programs of so many calls are played in every way; longer ones in those that their beginnings have not shown."""

ALONE = 40
"""Programs of one task that plays them one at a time."""

DRAWN_ALONE = 8
"""The same where they are long, and cut after every call."""

RANDOM_CALLS = (4, 5, 6)
"""Calls of the programs that are drawn."""

CONTROL = tuple(
    Program.parse(text)
    for text in (
        "write x 1500 | write t 1500; fsync t; rename t x; fsync .",
        "write t 9000; fsync t; mkdir d; rename t d/x; fsync d; fsync .",
        "write x 5000 | append x 8000; fsync x; unlink x; fsync .",
    )
)
"""Programs that sync all they do: a device that loses it is found out."""

LITMUS = tuple(Program.parse(row.program) for row in ROWS)
"""The programs of the litmus table."""


@dataclass(frozen=True)
class Scope:
    """How much is to be done.

    Attributes:
        setups: File systems with their options.
        target: Whose operations are played; None for none.
        whole: Whose cases are all played, each a whole life of a store, once on each file system; None for none.
        known_bad: Stores that a disk must convict.
        calls: All programs of up to so many calls.
        drawn: How many longer programs on each set-up; the block log of half as many others is cut as well.
        cases: How many cases of each operation of the store.
        seed: Picks what is drawn, and the order.
        budget_s: Nothing new is begun after so many seconds; None for no limit.
    """

    setups: tuple[Setup, ...]
    target: Target | None
    whole: Target | None = None
    known_bad: tuple[Target, ...] = ()
    calls: int = 3
    drawn: int = 400
    cases: int = 3
    seed: int = 0
    budget_s: float | None = None


def required(scope: Scope) -> list[Task]:
    """What has to be done for a verdict, the long pieces first; and the lists of what comes afterwards."""
    tasks: list[Task] = [
        Generated(start, length)
        for length in range(THOROUGH_CALLS + 1, scope.calls + 1)
        for start in sorted(STARTS, reverse=True)
    ]
    for file_system in dict.fromkeys(setup.file_system for setup in scope.setups):
        first = next(setup for setup in scope.setups if setup.file_system == file_system)
        tasks.append(Controlled(first, CONTROL, scope.seed, without_barriers=False))
        if file_system.no_barriers:
            tasks.append(Controlled(first, CONTROL, scope.seed, without_barriers=True))
        tasks += [Convicting(first, bad, scope.seed) for bad in scope.known_bad]
        if scope.whole is not None:
            lives = [Stored(first, scope.whole, (case,), scope.seed, with_log=True) for case in scope.whole.cases()]
            tasks = [*lives, *tasks]  # nothing takes longer
    tasks += [Failing(setup) for setup in scope.setups]
    programs = [*LITMUS, *_short(scope)]
    tasks += [
        Alone(setup, some, thorough=True, listed=True) for some in pieces(LITMUS, ALONE) for setup in scope.setups
    ]
    tasks += [Together(setup, some) for some in pieces(programs, CROWD) for setup in scope.setups]
    tasks += [Logged(setup, some, scope.seed, commits=False) for some in pieces(LITMUS, ROW) for setup in scope.setups]
    # The block log of every case would take as long as all the rest: on a file system as it comes, of one case.
    if scope.target is not None:
        for case, *others in _cases(scope.target, scope.cases):
            for setup in scope.setups:
                tasks.append(Stored(setup, scope.target, (case,), scope.seed, with_log=_is_as_it_comes(setup)))
                if others:
                    tasks.append(Stored(setup, scope.target, tuple(others), scope.seed, with_log=False))
    return tasks


def _is_as_it_comes(setup: Setup) -> bool:
    return not setup.options and not setup.file_system.feature


def optional(scope: Scope, longer: Sequence[Program]) -> list[Task]:
    """What is done as far as the time allows, evenly on all set-ups.

    Args:
        scope: How much.
        longer: The programs of more calls than `THOROUGH_CALLS` that are not drawn, all of as many.
    """
    tasks: list[Task] = [
        Alone(setup, some, thorough=True, listed=True)
        for some in pieces(_short(scope), ALONE)
        for setup in scope.setups
    ]
    tasks += [Together(setup, some) for some in pieces(sorted(longer), CROWD) for setup in scope.setups]
    tasks += [
        InStep(setup, some)
        for some in pieces([each for each in sorted(longer) if not each.syncs], CROWD)
        for setup in scope.setups
    ]
    source = random.Random(scope.seed)  # noqa: S311  (it must repeat, not be unpredictable)
    syncing = [each for each in longer if each.syncs]
    shuffled = source.sample(syncing, len(syncing))
    drawn = [
        program
        for calls in RANDOM_CALLS
        for program in at_random(calls, scope.drawn // len(RANDOM_CALLS), scope.seed + calls)
    ]
    source.shuffle(drawn)
    logged = [
        program
        for calls in RANDOM_CALLS
        for program in at_random(calls, scope.drawn // 2 // len(RANDOM_CALLS), scope.seed - calls - 1)
    ]
    source.shuffle(logged)
    kinds: list[list[Sequence[Task]]] = [
        [[Alone(setup, some, thorough=False) for setup in scope.setups] for some in pieces(shuffled, 3 * ALONE)],
        [[Alone(setup, some, thorough=True) for setup in scope.setups] for some in pieces(drawn, DRAWN_ALONE)],
        [
            [Logged(setup, some, scope.seed + number, commits=number % 2 == 1) for setup in scope.setups]
            for number, some in enumerate(pieces(logged, ROW))
        ],
    ]
    for turn in zip_longest(*kinds, fillvalue=()):
        tasks += [task for each in turn for task in each]
    return tasks


def _short(scope: Scope) -> list[Program]:
    """All programs that are played in every way."""
    return [program for length in range(1, min(scope.calls, THOROUGH_CALLS) + 1) for program in programs_of(length)]


def programs_of(length: int) -> Iterator[Program]:
    """All programs of a length, from every start."""
    for start in STARTS:
        yield from every(start, length)


def pieces(programs: Sequence[Program], size: int) -> list[tuple[Program, ...]]:
    """Programs in pieces of at most that many."""
    return [tuple(programs[first : first + size]) for first in range(0, len(programs), size)]


def _cases(target: Target, count: int) -> Iterator[tuple[Case, ...]]:
    """The first few cases of each operation."""
    by_operation: dict[str, list[Case]] = {}
    for case in target.cases():
        by_operation.setdefault(case.operation, []).append(case)
    for cases in by_operation.values():
        yield tuple(cases[:count])
