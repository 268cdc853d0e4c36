"""Laws of joining the spellings of a key that a legacy file has (step M2), as a fold over them from first to last.

The join is associative and idempotent always.  It commutes exactly where the times differ: a tie keeps the first, so
there the order counts, and only there.  What wins in the end is the newest, the first among equals.
"""

from collections.abc import Callable

from store import legacy
from store.legacy import candidate_wins
from tests.symbolic.law import Defect, Law

Variant = tuple[int, int]
"""A spelling, as far as the join goes: its time, and its place in the file."""

ORDERS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


def time_of(variant: Variant) -> int:
    return variant[0]


def join(kept: Variant, candidate: Variant) -> Variant:
    return legacy.prevailing(kept, candidate, time_of)


def strictly_newer_wins(kept: int, candidate: int) -> bool:
    """The later one in the file wins if it is strictly newer; a tie keeps the first.

    post: _
    """
    winner = join((kept, 1), (candidate, 2))
    return winner == ((candidate, 2) if candidate > kept else (kept, 1))


def joining_is_associative(first: int, second: int, third: int) -> bool:
    """It does not matter which two of three neighbours are joined first.

    post: _
    """
    one, two, three = (first, 1), (second, 2), (third, 3)
    return join(join(one, two), three) == join(one, join(two, three))


def joining_is_idempotent(time: int, place: int) -> bool:
    """A spelling joined with itself is itself.

    post: _
    """
    return join((time, place), (time, place)) == (time, place)


def joining_commutes_unless_tied(first: int, second: int) -> bool:
    """Two spellings give the same in either order if their times differ, and only then.

    post: _
    """
    one, two = (first, 1), (second, 2)
    return (join(one, two) == join(two, one)) == (first != second)


def any_order_gives_the_newest(first: int, second: int, third: int, order: int) -> bool:
    """Three spellings of different times give the newest, in whatever order they come.

    pre: 0 <= order < 6
    pre: first != second and second != third and first != third
    post: _
    """
    variants = ((first, 1), (second, 2), (third, 3))
    for number, places in enumerate(ORDERS):
        if order == number:
            one, two, three = [variants[place] for place in places]
    return time_of(join(join(one, two), three)) == max(first, second, third)


def the_first_of_the_newest_wins(first: int, second: int, third: int) -> bool:
    """Three spellings give the newest, and of several that are the newest the first in the file.

    post: _
    """
    winner = join(join((first, 1), (second, 2)), (third, 3))
    newest = max(first, second, third)
    if first == newest:
        return winner == (first, 1)
    return winner == ((second, 2) if second == newest else (third, 3))


def _tie_takes_the_last(kept: int, candidate: int) -> bool:
    return candidate >= kept


def _older_wins(kept: int, candidate: int) -> bool:
    return candidate < kept


def _last_wins(kept: int, candidate: int) -> bool:
    return True


def _newer_by_a_second_wins(kept: int, candidate: int) -> bool:
    return candidate >= kept + 1000


def _zero_counts_as_newest(kept: int, candidate: int) -> bool:
    return kept != 0 and (candidate == 0 or candidate_wins(kept, candidate))


def _time_of_the_winner_with_the_loser(kept: Variant, candidate: Variant, stamp: Callable[[Variant], int]) -> Variant:
    return (max(stamp(kept), stamp(candidate)), 3 - kept[1])


PREVAILING, WINS = "store.legacy.prevailing", "store.legacy.candidate_wins"

TIE_TAKES_THE_LAST = Defect("a tie takes the last", WINS, _tie_takes_the_last)
NEWER_BY_A_SECOND_WINS = Defect("the last wins if it is newer by a second", WINS, _newer_by_a_second_wins)
LAST_WINS = Defect("the last wins always", WINS, _last_wins)

LAWS = (
    Law(
        strictly_newer_wins,
        (PREVAILING, WINS),
        (
            TIE_TAKES_THE_LAST,
            Defect("the older one wins", WINS, _older_wins),
        ),
    ),
    Law(
        joining_is_associative,
        (PREVAILING, WINS),
        (NEWER_BY_A_SECOND_WINS,),
    ),
    Law(
        joining_is_idempotent,
        (PREVAILING,),
        (Defect("the loser gets the winner's time", PREVAILING, _time_of_the_winner_with_the_loser),),
    ),
    Law(
        joining_commutes_unless_tied,
        (PREVAILING, WINS),
        (
            LAST_WINS,
            NEWER_BY_A_SECOND_WINS,
        ),
    ),
    Law(
        any_order_gives_the_newest,
        (PREVAILING, WINS),
        (
            Defect("a missing time counts as the newest", WINS, _zero_counts_as_newest),
            NEWER_BY_A_SECOND_WINS,
        ),
    ),
    Law(
        the_first_of_the_newest_wins,
        (PREVAILING, WINS),
        (TIE_TAKES_THE_LAST,),
    ),
)
