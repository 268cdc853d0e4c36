"""Laws of what a save does to a key, and to two of them.

A value is an entry with one number in it, or none.  One key's fate depends on nothing but its own three values, so what
holds for two keys in either order holds for any mapping.
"""

from collections.abc import Callable, Mapping
from typing import Any

from store import differences, entries
from store.differences import Change, Comparison, Decision, decide
from tests.symbolic.law import Defect, Law

Number = int | None
Same = Callable[[Any, Any], bool]


def entry(number: Number) -> dict[str, Any] | None:
    return None if number is None else {"number": number}


def mapping(one: Number, other: Number) -> dict[str, dict[str, Any]]:
    numbers = {"one": one, "other": other}
    return {key: {"number": number} for key, number in numbers.items() if number is not None}


def decided(base: Number, mine: Number, now: Number) -> Decision:
    return differences.decide(entry(base), entry(mine), entry(now), entries.is_same)


def carried_out(decision: Decision, mine: Number, now: Number) -> Number:
    if decision == "write":
        return mine
    return None if decision == "remove" else now


def applied(change: Change, now: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**now, **change.puts}.items() if key not in change.removals}


def compared(base: Mapping[str, Any], wanted: Mapping[str, Any], now: Mapping[str, Any], *keys: str) -> Change:
    comparison = differences.Comparison(wanted, base)
    for key in keys:
        if key in now:
            comparison.add(key, base.get(key), now[key])
    comparison.add_absent()
    return comparison.change()


def what_is_wanted_comes_true(loaded: Number, wanted: Number) -> bool:
    """Where nobody else changed the key, the difference carried out gives what the caller wants.

    post: _
    """
    return carried_out(decided(loaded, wanted, loaded), wanted, loaded) == wanted


def what_others_changed_is_kept(loaded: Number, wanted: Number, now: Number) -> bool:
    """A key that others have changed since is kept as it is now, and reported unless it is as wanted.

    pre: now != loaded
    post: _
    """
    decision = decided(loaded, wanted, now)
    return decision == ("nothing" if now == wanted else "keep") and carried_out(decision, wanted, now) == now


def what_is_not_changed_is_not_touched(loaded: Number, now: Number) -> bool:
    """A key that the caller did not change is left as it is, whatever it is now.

    post: _
    """
    return carried_out(decided(loaded, loaded, now), loaded, now) == now


def what_is_there_is_not_written(loaded: Number, wanted: Number) -> bool:
    """Nothing is written or removed for a key that is as wanted.

    post: _
    """
    return decided(loaded, wanted, wanted) == "nothing"


def two_keys_in_either_order(
    one: Number, wanted_one: Number, one_now: Number, other: Number, wanted_other: Number, other_now: Number
) -> bool:
    """Two keys that are compared in either order come to the same.

    post: _
    """
    base, mine, there = mapping(one, other), mapping(wanted_one, wanted_other), mapping(one_now, other_now)
    forward = applied(compared(base, mine, there, "one", "other"), there)
    return forward == applied(compared(base, mine, there, "other", "one"), there)


def differences_of_two_keys(one: Number, other: Number, wanted: Number, desired: Number) -> bool:
    """The differences of two mappings of two keys, applied to the first, give the second.

    post: _
    """
    base, mine = mapping(one, other), mapping(wanted, desired)
    return applied(compared(base, mine, base, "one", "other"), base) == mine


def _falsy_counts_as_removed(base: Any, mine: Any, now: Any, same: Same) -> Decision:
    decision = decide(base, mine, now, same)
    return "remove" if decision == "write" and not mine["number"] else decision


def _removals_forgotten(base: Any, mine: Any, now: Any, same: Same) -> Decision:
    return "nothing" if mine is None else decide(base, mine, now, same)


def _others_overruled(base: Any, mine: Any, now: Any, same: Same) -> Decision:
    decision = decide(base, mine, now, same)
    return decision if decision != "keep" else "remove" if mine is None else "write"


def _others_removals_undone(base: Any, mine: Any, now: Any, same: Same) -> Decision:
    return "write" if now is None and mine is not None else decide(base, mine, now, same)


def _everything_written(base: Any, mine: Any, now: Any, same: Same) -> Decision:
    return "write" if mine is not None and differences.both_same(base, now, same) else decide(base, mine, now, same)


def _absent_is_like_anything(one: Any, other: Any, same: Same) -> bool:
    return one is None or other is None or same(one, other)


class _WithoutAbsent(Comparison):
    def add_absent(self) -> None:
        """Decide about nothing."""


class _FirstOnly(Comparison):
    def add(self, key: str, base: Any, now: Any) -> None:
        """Decide about the first key, and leave it at that."""
        if not self._seen:
            super().add(key, base, now)
        self._seen.add(key)


DECIDE, BOTH_SAME = "store.differences.decide", "store.differences.both_same"
COMPARISON = "store.differences.Comparison"

FALSY_REMOVED = Defect("what counts as false is removed", DECIDE, _falsy_counts_as_removed)
REMOVALS_FORGOTTEN = Defect("removals are forgotten", DECIDE, _removals_forgotten)
OTHERS_OVERRULED = Defect("others are overruled", DECIDE, _others_overruled)
REMOVALS_UNDONE = Defect("what others removed is written again", DECIDE, _others_removals_undone)

LAWS = (
    Law(
        what_is_wanted_comes_true,
        (DECIDE, BOTH_SAME),
        (
            FALSY_REMOVED,
            REMOVALS_FORGOTTEN,
        ),
    ),
    Law(
        what_others_changed_is_kept,
        (DECIDE, BOTH_SAME),
        (
            OTHERS_OVERRULED,
            REMOVALS_UNDONE,
            Defect("what is absent is like anything", BOTH_SAME, _absent_is_like_anything),
        ),
    ),
    Law(
        what_is_not_changed_is_not_touched,
        (DECIDE, BOTH_SAME),
        (REMOVALS_UNDONE,),
    ),
    Law(
        what_is_there_is_not_written,
        (DECIDE, BOTH_SAME),
        (Defect("what did not change is written again", DECIDE, _everything_written),),
    ),
    Law(
        two_keys_in_either_order,
        (COMPARISON, DECIDE),
        (Defect("only the first key is compared", COMPARISON, _FirstOnly),),
    ),
    Law(
        differences_of_two_keys,
        (COMPARISON, DECIDE),
        (
            Defect("keys that are not there are not compared", COMPARISON, _WithoutAbsent),
            REMOVALS_FORGOTTEN,
        ),
    ),
)
