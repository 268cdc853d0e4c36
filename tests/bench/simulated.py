"""The checker's own speed: crash states discovered, recovered and judged per second, each figure in its own process."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from model.explore.campaign import run_case
from model.explore.result import CaseResult
from model.explore.stage import Case
from model.persistence.profiles import PROFILES
from scenarios.session_cases import scaling_case
from scenarios.sessions import target
from store import entries as entry_files
from tests.bench.apart import peak_memory_bytes
from tests.bench.spread import Spread, spread

PROFILE = "posix"
SHORTEST_S = 2.0
FEWEST = 3
"""A figure is the median of at least so many runs."""


@dataclass(frozen=True)
class Speed:
    """One figure: so many crash states in so many seconds of one core; several runs."""

    entries: int
    memoised: bool
    nested: bool
    states: int
    raw_states: int
    recoveries: int
    seconds: Spread
    peak_memory_bytes: int

    @property
    def states_per_s(self) -> Spread:
        """Distinct crash states judged per second."""
        return self.seconds.per(self.states)


def measure(entries: int, *, memoised: bool, nested: bool, shortest_s: float = SHORTEST_S) -> list[Speed]:
    """Verify the scaling case on one core: without kills, with cuts inside recovery to a fixpoint or with none."""
    with _memoised_json() if memoised else _plain_json():
        result, seconds = verify(scaling_case(entries), nested=None if nested else 0, shortest_s=shortest_s)
    return [
        Speed(
            entries,
            memoised,
            nested,
            result.states,
            result.raw_states,
            result.recoveries + result.nested_recoveries,
            seconds,
            peak_memory_bytes(),
        )
    ]


def verify(case: Case, *, nested: int | None, shortest_s: float) -> tuple[CaseResult, Spread]:
    """Verify a case, again and again for so long and at least `FEWEST` times: its result, and a run's seconds of CPU.

    A `shortest_s` of zero makes it one run, to see that it works.
    """
    samples: list[float] = []
    while not samples or (shortest_s and (len(samples) < FEWEST or sum(samples) < shortest_s)):
        began = time.process_time()
        result = run_case(target, case, PROFILES[PROFILE], nested=nested, kills=False)
        samples.append(time.process_time() - began)
        assert result.verdict == "ok", f"{case.name}: {result.verdict}"
    return result, spread(samples)


@contextmanager
def _plain_json() -> Iterator[None]:
    yield


@contextmanager
def _memoised_json() -> Iterator[None]:
    """Decode each text once.  It hides what parsing costs the store, so figures are always shown without it, too."""
    decoder = entry_files.DECODER
    decode = decoder.decode
    decoder.decode = lru_cache(maxsize=None)(decode)  # type: ignore[method-assign]
    try:
        yield
    finally:
        decoder.decode = decode  # type: ignore[method-assign]
