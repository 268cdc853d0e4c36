"""The checker's own speed: crash states discovered, recovered and judged per second, each figure in its own process."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from model.explore.campaign import run_case
from model.persistence.profiles import PROFILES
from scenarios.session_cases import scaling_case
from scenarios.sessions import target
from store import entries as entry_files

PROFILE = "posix"
SHORTEST_MEASUREMENT_S = 2.0


@dataclass(frozen=True)
class Speed:
    """One figure: so many crash states in so many seconds of one core, repeated until the clock can tell."""

    entries: int
    memoised: bool
    nested: bool
    states: int
    raw_states: int
    recoveries: int
    seconds: float
    peak_memory_bytes: int

    @property
    def states_per_s(self) -> float:
        """Distinct crash states judged per second."""
        return self.states / self.seconds


def measure(entries: int, *, memoised: bool, nested: bool) -> Speed:
    """Verify the scaling case on one core: without kills, with cuts inside recovery to a fixpoint or with none."""
    case = scaling_case(entries)
    with _memoised_json() if memoised else _plain_json():
        began = time.process_time()
        runs = 0
        while not runs or (not nested and time.process_time() - began < SHORTEST_MEASUREMENT_S):
            result = run_case(target, case, PROFILES[PROFILE], nested=None if nested else 0, kills=False)
            assert result.verdict == "ok", f"{case.name}: {result.verdict}"
            runs += 1
        duration_s = (time.process_time() - began) / runs
    return Speed(
        entries,
        memoised,
        nested,
        result.states,
        result.raw_states,
        result.recoveries + result.nested_recoveries,
        duration_s,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


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
