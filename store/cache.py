"""Content that need not be read again, vouched for by the status of its file.

A file that was changed has another inode, size or time of change, *unless* the change fell into the same tick of the
clock that stamps files as the one before.  Hence the rule of git's index: content is trusted only if, when it was read,
its stamp was already older than one tick, so that any later change must carry another stamp.  A clock that steps back
breaks that reasoning: by a little, which goes unnoticed, so the margin is wider by as much; by more, and everything is
forgotten at the next operation.

Not guaranteed: a file whose inode, size and both times were forged, or that was changed while the clock was back for
the time between two operations.
"""

import marshal
from dataclasses import dataclass
from threading import Lock

from store.entries import Entry, decode_file
from store.kernel import Status

UNSEEN_STEP_NS = 25_000_000  # a wall clock that steps back no further is not noticed
FINE_TICK_NS = 25_000_000  # Linux stamps files by a clock that ticks every 1 to 10 ms
COARSE_TICK_NS = 2_000_000_000  # FAT counts in two seconds, older file systems in one
FINE_GRAIN_NS = FINE_TICK_NS + UNSEEN_STEP_NS
COARSE_GRAIN_NS = COARSE_TICK_NS + UNSEEN_STEP_NS
LARGEST_CACHE_BYTES = 64 * 1024 * 1024


def grain_ns(stamp_ns: int) -> int:
    """Return how much older than its reading a stamp must be: much where it shows no fraction of a second."""
    return FINE_GRAIN_NS if stamp_ns % 1_000_000_000 else COARSE_GRAIN_NS


def is_settled(mtime_ns: int, ctime_ns: int, read_at_ns: int, now_ns: int) -> bool:
    """Decide whether content read at `read_at_ns` may be trusted: no change since can have left these times."""
    newest = mtime_ns if mtime_ns > ctime_ns else ctime_ns
    return newest + grain_ns(mtime_ns) < read_at_ns and newest + grain_ns(ctime_ns) < read_at_ns <= now_ns


def stepped_back(offset_ns: int, largest_offset_ns: int) -> bool:
    """Tell whether the wall clock has lost against the monotonic clock by more than the cache rule's margin."""
    return offset_ns < largest_offset_ns - UNSEEN_STEP_NS


def is_same_file(one: Status, other: Status) -> bool:
    """Compare everything that vouches for content."""
    return (
        one.ino == other.ino
        and one.size == other.size
        and one.dev == other.dev
        and one.mtime_ns == other.mtime_ns
        and one.ctime_ns == other.ctime_ns
    )


@dataclass(slots=True)
class _Item:
    status: Status
    read_at_ns: int
    data: bytes
    packed: bool  # False: `data` is the file's bytes; True: key and entry, quicker to unpack


class Clock:
    """Wall clock and monotonic clock as of one moment."""

    __slots__ = ("monotonic_ns", "realtime_ns")

    def __init__(self, realtime_ns: int, monotonic_ns: int) -> None:
        self.realtime_ns = realtime_ns
        self.monotonic_ns = monotonic_ns


class Cache:
    """Entry files by name.  What is taken out is a fresh copy, the caller's own."""

    def __init__(self, largest_bytes: int = LARGEST_CACHE_BYTES) -> None:
        self._items: dict[str, _Item] = {}
        self._largest_bytes = largest_bytes
        self._size_bytes = 0
        self._largest_offset_ns: int | None = None
        self._guard = Lock()

    def observe(self, clock: Clock) -> None:
        """Look at the clocks at the beginning of an operation; forget everything when the wall clock stepped back."""
        offset_ns = clock.realtime_ns - clock.monotonic_ns
        largest = self._largest_offset_ns
        if largest is None or offset_ns > largest:
            self._largest_offset_ns = offset_ns
        elif stepped_back(offset_ns, largest):
            self.clear()
            self._largest_offset_ns = offset_ns

    def holds(self, name: str, now_ns: int) -> bool:
        """Tell whether there is content that its file's status may vouch for: then it is worth asking for that."""
        item = self._items.get(name)
        if item is None:
            return False
        return is_settled(item.status.mtime_ns, item.status.ctime_ns, item.read_at_ns, now_ns)

    def take(self, name: str, status: Status, now_ns: int) -> tuple[str, Entry] | None:
        """Return key and entry if the content is vouched for by the file's present status."""
        item = self._items.get(name)
        if item is None or not self.holds(name, now_ns) or not is_same_file(item.status, status):
            return None
        if not item.packed:
            # Read a second time: from now on the quicker form is worth its making.
            found = decode_file(name, item.data)
            packed = marshal.dumps(found)
            with self._guard:
                if self._items.get(name) is item:
                    self._size_bytes += len(packed) - len(item.data)
                    self._items[name] = _Item(item.status, item.read_at_ns, packed, packed=True)
            return found
        key, entry = marshal.loads(item.data)  # noqa: S302 - written by ourselves, never from disk
        return key, entry

    def keep(self, name: str, status: Status, read_at_ns: int, data: bytes) -> None:
        """Keep the content of a file that holds an entry, read when the file had this status."""
        with self._guard:
            self._forget(name)
            # What came first stays: whoever loads everything again and again would otherwise find nothing that is left.
            if self._size_bytes + len(data) <= self._largest_bytes:
                self._items[name] = _Item(status, read_at_ns, data, packed=False)
                self._size_bytes += len(data)

    def forget(self, name: str) -> None:
        """Forget one file."""
        with self._guard:
            self._forget(name)

    def clear(self) -> None:
        """Forget everything."""
        with self._guard:
            self._items.clear()
            self._size_bytes = 0

    def _forget(self, name: str) -> None:
        item = self._items.pop(name, None)
        if item is not None:
            self._size_bytes -= len(item.data)
