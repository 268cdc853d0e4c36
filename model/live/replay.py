"""Make the disks that a log can be cut to, one by one, and look at each different one once."""

import os
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from model.live.block_log import Entry, Write
from model.live.block_states import BlockState
from model.live.disk import Bench, RecordedDisk
from model.live.image import copy_image
from model.live.kernel import LiveKernel

Shown = TypeVar("Shown")


class _Content(NamedTuple):
    """What tells a disk from others: how many of the first writes it has, and what besides."""

    writes: int
    besides: tuple[tuple[int, bytes], ...]


class Replay(Generic[Shown]):
    """The disks of one log.

    Args:
        bench: Where to make them.
        disk: What the log is of.
        log: The log.
        look: Looks at a disk that is mounted for it.

    Attributes:
        disks: How many different ones were looked at.
    """

    def __init__(
        self, bench: Bench, disk: RecordedDisk, log: Sequence[Entry], look: Callable[[LiveKernel], Shown]
    ) -> None:
        self._bench = bench
        self._setup = disk.setup
        self._log = log
        self._look = look
        self._writes_before = _running_count(log)
        self._durable = f"{bench.workshop}/durable"
        self._cut = f"{bench.workshop}/cut"
        self._replayed = 0
        self._seen: dict[_Content, Shown | OSError] = {}
        copy_image(disk.empty, self._durable)

    @property
    def disks(self) -> int:
        """How many different disks were looked at."""
        return len(self._seen)

    def shown(self, state: BlockState) -> Shown | OSError:
        """What was seen of that disk; the error if it cannot be used.

        States have to come in the order of their durable parts.
        """
        content = self._content(state)
        if content not in self._seen:
            self._seen[content] = self._make(state)
        return self._seen[content]

    def _content(self, state: BlockState) -> _Content:
        durable = self._writes_before[state.durable]
        following = (entry for entry in self._log[state.durable : state.first] if isinstance(entry, Write))
        if all(kept == next(following) for kept in state.kept):
            return _Content(durable + len(state.kept), ())
        return _Content(durable, tuple((write.offset, write.content) for write in state.kept))

    def _make(self, state: BlockState) -> Shown | OSError:
        assert state.durable >= self._replayed
        fresh = self._log[self._replayed : state.durable]
        _write_all(self._durable, [entry for entry in fresh if isinstance(entry, Write)])
        self._replayed = state.durable
        copy_image(self._durable, self._cut)
        _write_all(self._cut, state.kept)
        try:
            with self._bench.after_cut(self._setup, self._cut) as kernel:
                return self._look(kernel)
        except OSError as error:
            return error


def _running_count(log: Sequence[Entry]) -> list[int]:
    """How many writes there are before each place of the log."""
    counts = [0]
    for entry in log:
        counts.append(counts[-1] + isinstance(entry, Write))
    return counts


def _write_all(image: str, writes: Sequence[Write]) -> None:
    fd = os.open(image, os.O_WRONLY | os.O_CLOEXEC)
    try:
        for write in writes:
            os.pwrite(fd, write.content, write.offset)
    finally:
        os.close(fd)
