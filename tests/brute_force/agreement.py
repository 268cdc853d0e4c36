"""The comparison itself: one trace, brute force on one side, the model checker on the other."""

from collections.abc import Iterator, Sequence
from itertools import islice

from tests.brute_force import discovered, outcomes
from tests.brute_force.alphabet import Trace, effects_of, start, traces
from tests.brute_force.crash_states import RULED, crash_states
from tests.brute_force.recoveries import RECOVERIES

NEVER_CLOSES = {("posix-minimal", "replace by rename")}
"""Where the explorer finds new undecided disks for ever: each torn and unsynced rename leaves one more file that either
name may lead to.  Brute force, whose disks leave nothing open, comes to an end there."""

OVERSTATED = "alice-default"
"""Where a recovery removes a name and it is open of which file, the explorer cuts each file that it may be: ALICE cuts
a file that loses its last name, and only there a rule asks what nobody has looked at.  One crash is exact."""


def raw_counts_agree(name: str, trace: Trace, *, everywhere: bool, profiles: Sequence[str] = RULED) -> None:
    """Assert that both count the same number of raw disks, in every one of the profiles.

    Args:
        name: Where the trace starts.
        trace: Its calls.
        everywhere: Look at every crash point and not only at the last one, which is enough where every beginning of the
            trace has its own turn.
        profiles: Which.
    """
    base, effects = start(name), effects_of(start(name), trace)
    points = range(0 if everywhere else len(effects), len(effects) + 1)
    machine, moments = discovered.played(name, trace)
    for profile in profiles:
        crash = discovered.cut(machine, moments[points.start :], profile)
        counted = [crash.raw_states(point - points.start) for point in points]
        built = [len(crash_states(base, effects[:point], profile)) for point in points]
        assert counted == built, f"{name}; {'; '.join(trace)}; {profile}: counted {counted}, built {built}"


def outcomes_agree(name: str, trace: Trace, profile: str, recovery: str, *, everywhere: bool) -> None:
    """Assert that a recovery comes to the same outcomes on both sides."""
    base, effects = start(name), effects_of(start(name), trace)
    points = range(0 if everywhere else len(effects), len(effects) + 1)
    machine, moments = discovered.played(name, trace)
    crash = discovered.cut(machine, moments[points.start :], profile)
    found = discovered.judged(crash, profile, recovery, nested=0)
    built: outcomes.Judged = {
        point - points.start: outcomes.outcomes(crash_states(base, effects[:point], profile), recovery)
        for point in points
    }
    _same(found, built, f"{name}; {'; '.join(trace)}; {profile}; {recovery}")


def nested_outcomes_agree(name: str, trace: Trace, profile: str, recovery: str) -> None:
    """Assert the same for any number of further cuts inside recoveries, and after them.

    But for the pairs in `NEVER_CLOSES`, and for a profile that is `OVERSTATED`.
    """
    if (profile, recovery) in NEVER_CLOSES or profile == OVERSTATED:
        return
    base, effects = start(name), effects_of(start(name), trace)
    machine, moments = discovered.played(name, trace)
    found = discovered.judged(discovered.cut(machine, moments, profile), profile, recovery, nested=None)
    built = outcomes.judged(base, effects, profile, recovery)
    _same(found, built, f"{name}; {'; '.join(trace)}; {profile}; {recovery}; nested")


def _same(found: outcomes.Judged, built: outcomes.Judged, what: str) -> None:
    for held in [*built, *found]:
        only_found = found.get(held, set()) - built.get(held, set())
        only_built = built.get(held, set()) - found.get(held, set())
        assert not only_found | only_built, (
            f"{what}; crash point or outcome {held}: only the explorer found {sorted(only_found)[:1]}, "
            f"only brute force {sorted(only_built)[:1]}"
        )


def combinations(profiles: Sequence[str] = RULED) -> Iterator[tuple[str, str]]:
    """Every profile with every recovery, over and over: each next trace gets the next pair."""
    while True:
        for recovery in RECOVERIES:
            for profile in profiles:
                yield profile, recovery


def every(name: str, length: int, step: int = 1) -> Iterator[Trace]:
    """Every trace of that many calls, or every `step`-th."""
    return islice(traces(start(name), length), 0, None, step)
