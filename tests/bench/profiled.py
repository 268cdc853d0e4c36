"""Where the checker's time goes: its parts, and the functions with the largest share, as Python's own profiler has it.

The profiler makes every call dearer, so shares lean towards parts with many small functions.
"""

import cProfile
import pstats
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.explore.campaign import run_case
from model.persistence.profiles import PROFILES
from scenarios.session_cases import scaling_case
from scenarios.sessions import target
from tests.bench.simulated import PROFILE

LARGEST = 8
"""So many functions are named."""

OTHER = "Python's library"
BUILT_IN = "~"
_ROOT = Path(__file__).parent.parent.parent
_PARTS = {
    "store": "the store",
    "model/simulation": "the simulated computer",
    "model/persistence": "what persists",
    "model/explore": "finding crash states",
    "model": "judging",
    "scenarios": "looking at what recovery left",
}

Function = tuple[str, int, str]
"""As the profiler names it: file, line, name."""


@dataclass(frozen=True)
class Share:
    """A part of the checker or a function of it.

    Attributes:
        entries: Of which case.
        of: Its name.
        is_part: Whether it is a part; else one function, with what is built into Python and called by it.
        share: Of all the time, without what it calls of others.
        calls: Python's calls of it for each crash state; for the simulated computer, system calls.
    """

    entries: int
    of: str
    is_part: bool
    share: float
    calls: float


def measure(entries: int) -> list[Share]:
    """Profile the scaling case on one core, without kills and without cuts inside recovery."""
    profiler = cProfile.Profile()
    result = profiler.runcall(run_case, target, scaling_case(entries), PROFILES[PROFILE], nested=0, kills=False)
    assert result.verdict == "ok", result.verdict
    statistics: Any = pstats.Stats(profiler)
    seconds, calls = _by_function(statistics.stats)
    whole = sum(seconds.values())
    parts, part_calls = Counter[str](), Counter[str]()
    for function, spent_s in seconds.items():
        parts[_part(function)] += spent_s
        if _part(function) != _PARTS["model/simulation"] or _is_system_call(function):
            part_calls[_part(function)] += calls[function]
    return [
        *(
            Share(entries, part, True, spent_s / whole, part_calls[part] / result.states)
            for part, spent_s in _by(parts)
        ),
        *(
            Share(entries, _name(function), False, spent_s / whole, calls[function] / result.states)
            for function, spent_s in _by(seconds)[:LARGEST]
        ),
    ]


def _by_function(stats: Mapping[Function, Any]) -> tuple[Counter[Function], Counter[Function]]:
    """Seconds and calls of every function; what is built in counts as its callers' own."""
    seconds, calls = Counter[Function](), Counter[Function]()
    for function, (_, called, spent_s, _, callers) in stats.items():
        if function[0] != BUILT_IN:
            seconds[function] += spent_s
            calls[function] += called
            continue
        for caller, (_, _, of_it_s, _) in callers.items():
            seconds[caller] += of_it_s
    return seconds, calls


def _by(counted: Counter[Any]) -> list[tuple[Any, float]]:
    return sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0])))


def _part(function: Function) -> str:
    for folder in _folders(function):
        if folder in _PARTS:
            return _PARTS[folder]
    return OTHER


def _folders(function: Function) -> Iterator[str]:
    """Where it is defined, from the innermost folder of ours outwards."""
    path = Path(function[0])
    if path.is_relative_to(_ROOT) and ".venv" not in path.parts:
        yield from (parent.as_posix() for parent in path.relative_to(_ROOT).parents)


def _is_system_call(function: Function) -> bool:
    return function[0].endswith("model/simulation/kernel.py") and not function[2].startswith("_")


def _name(function: Function) -> str:
    path = Path(function[0])
    return f"{path.parent.name}/{path.name}: {function[2]}"
