"""Start the processes of a soak, kill them at random, start others in their place, and end them all."""

import mmap
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

from tests.soak import worker

KILLS_A_SECOND = 10.0
"""From outside; about as many processes again kill themselves before some call."""

LONGEST_LIFE_CALLS = 1_500
LONGEST_END_S = worker.LOCK_TIMEOUT_S + 10

Watch = Callable[["Crew"], None]


@dataclass
class _Place:
    """A place in the crew, and who has it now."""

    role: str
    number: int
    counts: "memoryview[int]"
    lives: int = 0
    process: BaseProcess | None = None
    post: worker.Post | None = None


@dataclass
class Crew:
    """Everybody at work on one store.

    Attributes:
        path: The store.
        records: The folder for records.
        random: Decides who dies, and when.
        kills: How many processes were killed from outside.
        suicides: How many have killed themselves before some call.
        restarts: How many were started in the place of a dead one.
        ended: Process, record and time of death of everyone who has ended in this round.
        hung: Processes that did not end when they were asked to.
        failed: Processes that ended by themselves, which none may.
    """

    path: Path
    records: Path
    random: Random
    writers: int
    readers: int
    kills: int = 0
    suicides: int = 0
    restarts: int = 0
    ended: list[tuple[str, Path, int]] = field(default_factory=list)
    hung: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._over = _shared()
        self._context = multiprocessing.get_context("fork")
        self._places = [
            _Place(role, number, _shared())
            for role, count in (("writer", self.writers), ("reader", self.readers))
            for number in range(1, count + 1)
        ]

    @property
    def operations(self) -> int:
        """How many operations the writers have ended by now."""
        return sum(place.counts[0] for place in self._places)

    @property
    def reads(self) -> int:
        """How many reads the readers have ended by now."""
        return sum(place.counts[1] for place in self._places)

    def round(self, is_over: Callable[["Crew"], bool], watch: Watch) -> None:
        """Let everybody work, and kill, until it is over; then ask all to end.

        Whatever is raised meanwhile (Ctrl-C above all) kills everybody.
        """
        self.ended = []
        self._over[0] = 0
        try:
            for place in self._places:
                self._start(place)
            while not is_over(self):
                self._wait(self.random.expovariate(KILLS_A_SECOND))
                self._kill_somebody()
                watch(self)
            self._end_all()
        except BaseException:
            self._kill_all()
            raise

    def _start(self, place: _Place) -> None:
        place.lives += 1
        name = f"{place.role}{place.number}.{place.lives}"
        role = worker.write if place.role == "writer" else worker.read
        dies_at = self.random.randint(1, LONGEST_LIFE_CALLS) if self.random.random() < 0.7 else 0
        if dies_at and self.random.random() < 0.3:
            dies_at = 1 + dies_at % 60  # in the middle of recovery
        place.post = worker.Post(
            name,
            self.path,
            self.records / f"{name}.jsonl",
            f"{self.random.random()}",
            place.counts,
            self._over,
            dies_at,
        )
        place.process = self._context.Process(target=place.post.work, args=(role,), name=name)
        place.process.start()

    def _wait(self, duration_s: float) -> None:
        """Start others in the place of those who die meanwhile."""
        until = time.monotonic() + duration_s
        while (left_s := until - time.monotonic()) > 0:
            by_sentinel = {place.process.sentinel: place for place in self._places if place.process is not None}
            for sentinel in wait(list(by_sentinel), left_s):
                place = by_sentinel[sentinel]  # type: ignore[index]
                self._bury(place)
                self.restarts += 1
                self._start(place)

    def _kill_somebody(self) -> None:
        place = self.random.choice(self._places)
        assert place.process is not None
        if place.process.is_alive():
            place.process.kill()
            self._bury(place, was_killed=True)
            self.restarts += 1
            self._start(place)

    def _bury(self, place: _Place, *, was_killed: bool = False) -> None:
        """Note how and when a process ended; nothing that it did comes after that."""
        process, post = place.process, place.post
        assert process is not None
        assert post is not None
        process.join()
        died_ns = time.monotonic_ns()
        if process.exitcode == -9:
            self.kills += was_killed
            self.suicides += not was_killed
        elif not self._over[0]:
            self.failed.append(f"{post.name} ended with exit code {process.exitcode}")
        if post.record.exists():
            self.ended.append((post.name, post.record, died_ns))
        process.close()
        place.process = place.post = None

    def _end_all(self) -> None:
        self._over[0] = 1
        deadline = time.monotonic() + LONGEST_END_S
        for place in self._places:
            if place.process is not None:
                place.process.join(max(0.0, deadline - time.monotonic()))
                if place.process.exitcode is None:
                    self.hung.append(f"{place.process.name} did not end within {LONGEST_END_S:.0f} s")
                    place.process.kill()
                self._bury(place)

    def _kill_all(self) -> None:
        self._over[0] = 1
        alive = [place for place in self._places if place.process is not None]
        for place in alive:
            assert place.process is not None
            place.process.kill()
        for place in alive:
            self._bury(place, was_killed=True)


def _shared() -> "memoryview[int]":
    """Numbers that a process shares with those that it forks."""
    return memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("Q")
