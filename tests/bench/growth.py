"""What the checker's work grows with: entries that are migrated, keys that are written, operations on one key."""

from collections.abc import Callable
from dataclasses import dataclass

from model.explore.stage import Case
from scenarios.arrangement import Arrangement, entry
from scenarios.play import Scene, case
from scenarios.session_cases import scaling_case, steps
from tests.bench.simulated import SHORTEST_S, verify
from tests.bench.spread import Spread

SCALES = (1, 2, 4, 8)


@dataclass(frozen=True)
class Growth:
    """One case, with cuts inside recovery to a fixpoint; `seconds` of CPU."""

    of: str
    number: int
    crash_points: int
    raw_states: int
    recoveries: int
    seconds: Spread


def keys_case(number: int) -> Case:
    """A live store, and one put of each of so many new keys."""
    puts = [steps.put(f"key{each}", entry(f"s{each}", each + 1)) for each in range(number)]
    return case(f"one put of each of {number} keys", Scene(Arrangement(live={})), *puts)


def operations_case(number: int) -> Case:
    """A live store, and so many operations on one key: puts, with a delete after every third."""
    row = [
        steps.delete("key") if each % 4 == 3 else steps.put("key", entry(f"s{each}", each + 1))
        for each in range(number)
    ]
    return case(f"{number} operations on one key", Scene(Arrangement(live={})), *row)


GROWING: dict[str, Callable[[int], Case]] = {
    "entries": scaling_case,
    "keys": keys_case,
    "operations": operations_case,
}


def measure(of: str, number: int, *, shortest_s: float = SHORTEST_S) -> list[Growth]:
    """Verify one case on one core, without kills."""
    result, seconds = verify(GROWING[of](number), nested=None, shortest_s=shortest_s)
    recoveries = result.recoveries + result.nested_recoveries
    return [Growth(of, number, result.crash_points, result.raw_states, recoveries, seconds)]
