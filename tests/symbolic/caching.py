"""Laws of the cache: content that is trusted cannot have been changed under the same stamps (git: "racily clean").

Times are in nanoseconds.  A file is stamped by a clock that ticks: a change gets the time of the last tick.  The wall
clock may have stepped back since the reading, by as much as goes unnoticed.  The kernel sets the time of change itself;
that of modification can be forged, and need not be honest.

Not covered: a clock that steps back by more, and forward again, between two operations of a process.
"""

from typing import Any, NamedTuple

from store import cache
from store.cache import FINE_GRAIN_NS, grain_ns, is_same_file, is_settled
from tests.symbolic.law import Defect, Law

SECOND_NS = 1_000_000_000


class Stamps(NamedTuple):
    """What vouches for content."""

    dev: int
    ino: int
    size: int
    mtime_ns: int
    ctime_ns: int


def a_later_change_has_a_later_stamp(
    modified: int, changed: int, read: int, now: int, change: int, stamp: int, offset: int
) -> bool:
    """Where the clock ticks finely, a change after the reading leaves a later stamp than any trusted content has.

    pre: cache.is_settled(modified, changed, read, now)
    pre: offset <= 0 and not cache.stepped_back(offset, 0)
    pre: read + offset <= change and change - cache.FINE_TICK_NS <= stamp <= change
    post: _
    """
    return stamp > changed and stamp > modified


def a_later_change_has_another_whole_second(
    modified: int, changed: int, read: int, now: int, change: int, stamp: int, offset: int
) -> bool:
    """Where stamps count in whole seconds, one or two, a change after the reading leaves another stamp.

    pre: cache.is_settled(modified, changed, read, now)
    pre: offset <= 0 and not cache.stepped_back(offset, 0)
    pre: read + offset <= change and change - cache.COARSE_TICK_NS <= stamp <= change
    pre: stamp % SECOND_NS == 0
    post: _
    """
    return stamp != changed and stamp != modified


def nothing_from_the_future_is_trusted(modified: int, changed: int, read: int, now: int) -> bool:
    """Neither a stamp later than the reading nor a reading later than now is trusted.

    pre: modified >= read or changed >= read or read > now
    post: _
    """
    return not cache.is_settled(modified, changed, read, now)


def what_has_rested_is_trusted(modified: int, changed: int, read: int, now: int) -> bool:
    """What was stamped long enough before it was read is trusted, so that the cache is of use.

    pre: modified + cache.COARSE_GRAIN_NS < read and changed + cache.COARSE_GRAIN_NS < read and read <= now
    post: _
    """
    return cache.is_settled(modified, changed, read, now)


def any_difference_of_the_file_counts(
    dev: int,
    ino: int,
    size: int,
    modified: int,
    changed: int,
    dev_now: int,
    ino_now: int,
    size_now: int,
    modified_now: int,
    changed_now: int,
) -> bool:
    """A file is the same only if its device, its number, its size and both its times are.

    post: _
    """
    before: Any = Stamps(dev, ino, size, modified, changed)
    after: Any = Stamps(dev_now, ino_now, size_now, modified_now, changed_now)
    return cache.is_same_file(before, after) is bool(before == after)


def a_clock_that_lost_more_is_seen(offset: int, largest: int) -> bool:
    """A step back is noticed from the margin on, and nothing else is taken for one.

    post: _
    """
    return cache.stepped_back(offset, largest) == (largest - offset > cache.UNSEEN_STEP_NS)


def _grain_always_fine(stamp: int) -> int:
    return FINE_GRAIN_NS


def _grain_without_margin(stamp: int) -> int:
    return grain_ns(stamp) - cache.UNSEEN_STEP_NS


def _trusted_always(modified: int, changed: int, read: int, now: int) -> bool:
    return True


def _trusted_never(modified: int, changed: int, read: int, now: int) -> bool:
    return False


def _modification_alone(modified: int, changed: int, read: int, now: int) -> bool:
    return is_settled(modified, modified, read, now)


def _on_the_tick(modified: int, changed: int, read: int, now: int) -> bool:
    newest = max(modified, changed)
    return newest + min(grain_ns(modified), grain_ns(changed)) <= read <= now


def _now_ignored(modified: int, changed: int, read: int, now: int) -> bool:
    return is_settled(modified, changed, read, read)


def _time_of_change_ignored(before: Any, after: Any) -> bool:
    return is_same_file(before, after._replace(ctime_ns=before.ctime_ns))


def _other_files_accepted(before: Any, after: Any) -> bool:
    return is_same_file(before._replace(ino=after.ino), after)


def _other_devices_accepted(before: Any, after: Any) -> bool:
    return is_same_file(before._replace(dev=after.dev), after)


def _steps_not_watched(offset: int, largest: int) -> bool:
    return False


def _any_step(offset: int, largest: int) -> bool:
    return offset != largest


SETTLED, GRAIN, STEPPED = "store.cache.is_settled", "store.cache.grain_ns", "store.cache.stepped_back"
SAME_FILE = "store.cache.is_same_file"

TRUSTED_ALWAYS = Defect("everything is trusted", SETTLED, _trusted_always)
GRAIN_ALWAYS_FINE = Defect("a stamp stands still for a fine tick at most", GRAIN, _grain_always_fine)
STEPS_NOT_WATCHED = Defect("steps of the clock are not watched for", STEPPED, _steps_not_watched)

LAWS = (
    Law(
        a_later_change_has_a_later_stamp,
        (SETTLED, GRAIN, STEPPED),
        (
            TRUSTED_ALWAYS,
            Defect("only the time of modification is looked at", SETTLED, _modification_alone),
            Defect("a reading on the tick is late enough", SETTLED, _on_the_tick),
            STEPS_NOT_WATCHED,
        ),
    ),
    Law(
        a_later_change_has_another_whole_second,
        (SETTLED, GRAIN, STEPPED),
        (
            GRAIN_ALWAYS_FINE,
            Defect("the unnoticed step is left out of the grain", GRAIN, _grain_without_margin),
        ),
    ),
    Law(
        nothing_from_the_future_is_trusted,
        (SETTLED, GRAIN),
        (Defect("it does not matter what time it is", SETTLED, _now_ignored),),
    ),
    Law(
        what_has_rested_is_trusted,
        (SETTLED, GRAIN),
        (Defect("nothing is trusted", SETTLED, _trusted_never),),
    ),
    Law(
        any_difference_of_the_file_counts,
        (SAME_FILE,),
        (
            Defect("the time of change is not compared", SAME_FILE, _time_of_change_ignored),
            Defect("another file of the same size and times will do", SAME_FILE, _other_files_accepted),
            Defect("the same number on another device will do", SAME_FILE, _other_devices_accepted),
        ),
    ),
    Law(
        a_clock_that_lost_more_is_seen,
        (STEPPED,),
        (Defect("any change of the clock is taken for a step back", STEPPED, _any_step),),
    ),
)
