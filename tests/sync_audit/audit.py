"""Leaving out one sync at a time, in every case that makes it, until a case convicts the store."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations
from typing import NamedTuple

from model.explore.campaign import run_case
from model.explore.stage import Case
from model.explore.workload import killed_plays, play_through
from model.persistence.profiles import PROFILES
from scenarios.session_cases import session_cases
from scenarios.sessions import target
from tests.sync_audit.kernel import EXCLUSIVE, FSYNC, RETRY, UNLINK, AuditedStage, Place, Position

PROFILE = PROFILES["posix"]
LARGEST_SET = 4

Candidate = tuple[Case, Position]


class Traces(NamedTuple):
    """What the cases do.

    Attributes:
        places: Every place of a sync, with the positions at which cases make it.
        positions: Every position of each case, those that are not audited as well.
    """

    places: dict[Place, list[Candidate]]
    positions: dict[str, tuple[Case, list[Position]]]


def name_of(case: Case) -> str:
    """The name of a case in the table."""
    return f"{case.operation}: {case.name}"


@cache
def traces() -> Traces:
    """Play every case, and every kill of it, without leaving anything out."""
    found = Traces({}, {})
    for case in session_cases():
        positions = dict.fromkeys(_positions(case))
        if positions:
            found.positions[name_of(case)] = (case, list(positions))
        for position in positions:
            if position.place.kind in (FSYNC, EXCLUSIVE):
                found.places.setdefault(position.place, []).append((case, position))
    for candidates in found.places.values():
        candidates.sort(key=lambda each: (each[1].after_kill, each[0].then is not None))
    return found


def _positions(case: Case) -> Iterator[Position]:
    yield from _stage_of(play_through(case, _maker(case)).stage).met
    if case.then is not None:
        for killed in killed_plays(case, _maker(case)):
            yield from (each for each in _stage_of(killed.stage).met if each.after_kill)


def _stage_of(stage: object) -> AuditedStage:
    assert isinstance(stage, AuditedStage)
    return stage


class _maker:  # noqa: N801
    """Makes the stages of a case."""

    def __init__(self, case: Case, dropped: Collection[Position] = ()) -> None:
        self._is_retry = case.operation == RETRY
        self._dropped = frozenset(dropped)

    def __call__(self) -> AuditedStage:
        return AuditedStage(is_retry=self._is_retry, dropped=self._dropped)


def is_convicted(case: Case, dropped: Collection[Position]) -> bool:
    """Whether some power cut shows that the store is broken without these calls.

    Recovery from the cut makes all of its calls, so cuts inside it are not needed.
    """
    result = run_case(target, case, PROFILE, nested=0, make_stage=_maker(case, dropped))
    assert result.verdict != "unknown"
    return result.verdict == "counterexample"


def convicting_case(place: Place) -> Case | None:
    """A case that convicts the store when it leaves out this sync alone; None if there is none."""
    candidates = traces().places[place]
    return next((case for case, position in candidates if is_convicted(case, (position,))), None)


def first_positions(case_name: str, places: Iterable[Place]) -> tuple[Case, list[Position]]:
    """Where a case first comes to each of these places.

    Raises:
        KeyError: there is no such case, or it does not come there.
    """
    case, positions = traces().positions[case_name]
    first: dict[Place, Position] = {}
    for position in positions:
        first.setdefault(position.place, position)
    return case, [first[place] for place in places]


def is_minimal(case: Case, dropped: Sequence[Position]) -> bool:
    """Whether no part of these calls is enough for this case to convict the store."""
    parts = (part for size in range(1, len(dropped)) for part in combinations(dropped, size))
    return not any(is_convicted(case, part) for part in parts)


def smallest_set(place: Place) -> tuple[Case, list[Place]] | None:
    """The fewest places that convict the store when they are left out together with this one, and by which case.

    Of a sync they are syncs; of an O_EXCL, whatever else sees to it that the name is free.
    """
    for size in range(1, LARGEST_SET):
        for case, positions in _cases_of(place):
            may_help = [each for each in positions if (each.place.kind == FSYNC) == (place.kind == FSYNC)]
            innocent = [each for each in may_help if not is_convicted(case, (each,))]
            (own,) = (each for each in innocent if each.place == place)
            for others in combinations([each for each in innocent if each is not own], size):
                together = [own, *others]
                if is_convicted(case, together) and is_minimal(case, together):
                    return case, [each.place for each in others]
    return None


def _cases_of(place: Place) -> Iterator[tuple[Case, list[Position]]]:
    """The cases with a place, and where they first come anywhere; for an O_EXCL, those that remove something."""
    for name in dict.fromkeys(name_of(case) for case, _ in traces().places[place]):
        case, positions = traces().positions[name]
        is_wanted = place.kind == FSYNC or any(each.place.kind == UNLINK for each in positions)
        if is_wanted and case.then is None:
            yield first_positions(name, dict.fromkeys(each.place for each in positions))
