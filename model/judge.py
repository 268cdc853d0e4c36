"""The judge: which promises an observation breaks, and which side of an operation in flight it shows.

Judging is two steps, because it is done for every crash state: `Obligations.fits` takes a few microseconds and
settles almost all; only an observation that does not fit is explained, property by property.
"""

from collections.abc import Iterator

from model.checks import OBSERVED, explain_closest
from model.obligations import Obligations, Promise, Violation, same_json
from model.observation import ABSENT, UNREADABLE, Observation, Value
from model.properties import AFTER, BEFORE, BETWEEN, STABLE_OBSERVATION, side_mark, step_mark


def judge(obligations: Obligations, seen: Observation) -> tuple[Violation, ...]:
    """The promises that the observation breaks; of alternatives, the one that comes closest is explained."""
    if obligations.fits(seen):
        return ()
    return explain_closest(obligations, seen)


def sides(obligations: Obligations, seen: Observation) -> frozenset[str]:
    """Which side of the operation in flight is seen: before, after or between; empty when nothing is in flight.

    Of alternatives, the first is the old side.
    """
    if not obligations.operation or seen.error is not None:
        return frozenset()
    if obligations.otherwise is not None:
        return frozenset({BEFORE if obligations.fits_alone(seen) else AFTER})
    found: set[str] = set()
    for name, part in obligations.parts.items():
        found |= sides(part, seen.part(name))
    for key, promise in obligations.promises.items():
        old, new = promise.allowed[0], promise.allowed[-1]
        if not same_json(old, new) and (old, new) != (UNREADABLE, ABSENT):
            shown = UNREADABLE if old is UNREADABLE and seen.shows(key) is ABSENT else seen.shows(key)
            found.add(BEFORE if same_json(shown, old) else AFTER if same_json(shown, new) else BETWEEN)
    return frozenset({BETWEEN}) if len(found) > 1 else frozenset(found)


def marks(obligations: Obligations, seen: Observation) -> Iterator[str]:
    """The sometimes-properties that this observation reaches."""
    for side in sides(obligations, seen):
        yield side_mark(obligations.operation, side)
    for part in (seen, *seen.parts.values()):
        for step in part.steps:
            yield step_mark(step)


def stable(seen: Observation) -> Obligations:
    """The obligations after a process has recovered and read: what it saw, and nothing else (property 9)."""
    identity = repr((seen.entries, *seen[2:7], seen.strangers, seen.error, seen.parts))
    found = _STABLE.get(identity)
    if found is None:
        if len(_STABLE) >= _MOST_REMEMBERED:
            _STABLE.clear()
        found = _STABLE[identity] = _as_seen(seen)
    return found


_STABLE: dict[str, Obligations] = {}
_MOST_REMEMBERED = 10_000
"""Many crash states recover to the same sight; its obligations are made, and compared with others, once."""


def _as_seen(seen: Observation) -> Obligations:
    shown: dict[str, tuple[Value, ...]] = {key: (value,) for key, value in seen.entries.items()}
    for key in seen.unreadable.keys() - shown.keys():
        shown[key] = (UNREADABLE, ABSENT)  # a reader leaves it out; that its bytes stay is promised below
    looked_at_disk = seen.layout is not None
    return Obligations(
        {key: Promise(allowed, OBSERVED, STABLE_OBSERVATION) for key, allowed in shown.items()},
        because=OBSERVED,
        layouts=(seen.layout,) if seen.layout is not None else None,
        legacy=(seen.legacy,) if looked_at_disk else None,
        backups=tuple(sorted(seen.backups.values())) if looked_at_disk else None,
        kept=tuple(sorted({*seen.set_aside.values(), *seen.unreadable.values()})),
        strangers=tuple(sorted(seen.strangers)) if looked_at_disk else None,
        errors=frozenset() if seen.error is None else frozenset({seen.error[0]}),
        parts={name: stable(part) for name, part in seen.parts.items()},
    )
