"""All defects at once, on worker processes: each changes its own process's store, and puts it back."""

import importlib
import multiprocessing
import signal
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing, suppress
from dataclasses import dataclass

from model.defects.conviction import REFERENCE, Conviction, convict
from model.defects.defect import Defect
from model.defects.touching import CaseName, StepName, Touched, step_name, touched
from model.target import UserMistake, load_target

MANY = 8
"""For so many defects it pays to find out first which cases run which steps."""

SHARES = 16
"""Into how many parts the cases are divided for that."""


@dataclass(frozen=True)
class Row:
    """A defect and what came of it.

    Attributes:
        defect: The defect.
        conviction: What came of the search.
    """

    defect: Defect
    conviction: Conviction

    @property
    def missing_profiles(self) -> tuple[str, ...]:
        """Gates under which it should show, and did not."""
        return tuple(gate for gate in self.defect.profiles if gate not in self.conviction.profiles)

    @property
    def is_convicted(self) -> bool:
        """Whether the property that it breaks convicted it, under each gate that it names."""
        return self.conviction.verdict == "convicted" and not self.missing_profiles


def load_defects(name: str) -> tuple[Defect, ...]:
    """The defects of a module, `module:name`."""
    module, _, attribute = name.partition(":")
    found: tuple[Defect, ...] = getattr(importlib.import_module(module), attribute)
    return found


def select(defects: Sequence[Defect], names: Sequence[str]) -> tuple[Defect, ...]:
    """The defects with these names, in the order of the table; all of them if none is named.

    Raises:
        UserMistake: there is no defect of that name.
    """
    offered = [defect.name for defect in defects]
    for name in names:
        if name not in offered:
            raise UserMistake(name, "there is no such defect", f"There are: {', '.join(offered)}.")
    return tuple(defect for defect in defects if not names or defect.name in names)


def convict_all(
    source: str,
    defects: Sequence[Defect],
    target: str,
    *,
    jobs: int,
    report: Callable[[Conviction], None],
    every_gate: bool = False,
) -> tuple[Row, ...]:
    """Convict each defect, in a process of its own choosing.

    Args:
        source: Where a worker finds the defects, `module:name`.
        defects: Those to convict.
        target: The store that they are made in, `module:name`.
        jobs: Worker processes.
        report: Told of each that is done.
        every_gate: Find every gate under which each shows.  Takes long.

    Returns:
        A row for each; after Ctrl-C, for each that was done by then.
    """
    found: dict[str, Conviction] = {}
    convictions = _convictions(source, defects, target, jobs, every_gate=every_gate)
    with suppress(KeyboardInterrupt), closing(convictions):
        for conviction in convictions:
            found[conviction.defect] = conviction
            report(conviction)
    return tuple(Row(defect, found[defect.name]) for defect in defects if defect.name in found)


def _convictions(
    source: str, defects: Sequence[Defect], target: str, jobs: int, *, every_gate: bool
) -> Generator[Conviction, None, None]:
    if jobs == 1 or len(defects) == 1:
        yield from (_convict(source, defect.name, target, (), every_gate=every_gate) for defect in defects)
        return
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _leave_interrupts_to_the_parent) as pool:
        try:
            yield from _by(pool, source, defects, target, every_gate=every_gate)
        except BaseException:
            for worker in set(multiprocessing.active_children()) - others:
                worker.terminate()
            pool.shutdown(cancel_futures=True)
            raise


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _by(
    pool: ProcessPoolExecutor, source: str, defects: Sequence[Defect], target: str, *, every_gate: bool
) -> Iterator[Conviction]:
    touched: dict[CaseName, frozenset[StepName]] = {}
    if every_gate and len(defects) >= MANY:
        for share in [pool.submit(_touched, source, target, number, SHARES) for number in range(SHARES)]:
            touched.update(share.result())
    futures = [
        pool.submit(_convict, source, each.name, target, _untouched(each, touched), every_gate=every_gate)
        for each in defects
    ]
    yield from (future.result() for future in as_completed(futures))


def _touched(source: str, target: str, share: int, shares: int) -> Touched:
    """The steps that some of the cases run."""
    loaded = load_target(target)
    steps = [step for defect in load_defects(source) for step in defect.steps]
    return touched(loaded, loaded.cases()[share::shares], steps, REFERENCE)


def _untouched(defect: Defect, touched: Touched) -> tuple[CaseName, ...]:
    own = set(map(step_name, defect.steps))
    return tuple(case for case, steps in touched.items() if own.isdisjoint(steps))


def _convict(source: str, name: str, target: str, untouched: Collection[CaseName], *, every_gate: bool) -> Conviction:
    (defect,) = select(load_defects(source), [name])
    return convict(defect, load_target(target), every_gate=every_gate, untouched=untouched)
