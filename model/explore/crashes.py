"""Every power cut of a run, every crash state, every cut inside recovery, judged.

The run is made once; what may have persisted at each of its crash points is one undecided disk, a `Unit`.  Recovery is
run once for every crash state that it can tell apart, and each stretch of a recovery between two choices is, in turn,
a place where the power may go: another undecided disk.  Disks in normal form are the nodes of a graph, explored once
each; obligations travel along its edges, and whatever newly arrives at a disk already explored is judged against what
was seen there without running anything again.  The graph is finite, because names, times and tokens come from the
machine and repeat at every boot: then every cut of a recovery of a recovery ... has been judged.
"""

import time
from collections import Counter, deque
from collections.abc import Hashable, Sequence

from model.explore.recovery import Cut, readings, recoveries
from model.explore.reduction import Reduced, reduce_disk
from model.explore.unit import Leaf, Start, Successor, Unit
from model.obligations import Obligations, Violation
from model.persistence.profiles import Profile
from model.simulation.disk import Disk
from model.target import Target


class Found(Exception):
    """A crash state violates an obligation."""

    def __init__(self, unit: Unit, leaf: Leaf, frame: int, number: int, violations: Sequence[Violation]):
        super().__init__(violations[0].sentence)
        self.unit = unit
        self.leaf = leaf
        self.frame = frame
        self.number = number
        self.violations = violations


class OutOfBudget(Exception):
    """The time that was allowed is over."""


class Explorer:
    """The graph of undecided disks of one case under one profile.

    Args:
        target: What is checked.
        path: Where the store lives.
        profile: What may persist.
        nested: How many cuts inside recoveries may follow one another; None for any number.
        deadline_s: When to stop, on `time.monotonic`.
        sampled: Whether to sample crash states by this seed (None: all of them), and how many a disk.
        samples: Crash states a disk when sampling.
    """

    def __init__(
        self,
        target: Target,
        path: str,
        profile: Profile,
        *,
        nested: int | None = None,
        deadline_s: float | None = None,
        sampled: int | None = None,
        samples: int = 0,
    ) -> None:
        self.target = target
        self.path = path
        self.profile = profile
        self.nested = nested
        self.deadline_s = deadline_s
        self.sampled = sampled
        self.samples = samples
        self.units: dict[Hashable, Unit] = {}
        self.obligations: list[Obligations] = []
        self.marks: Counter[str] = Counter()
        self.recoveries = 0
        self.nested_recoveries = 0
        self.states = 0
        self.bounded = False
        self._numbers: dict[Obligations, int] = {}
        self._by_object: dict[int, int] = {}
        self._arrivals: deque[tuple[Unit, list[set[int]], Start | Successor]] = deque()

    def start(self, disk: Disk, obligations: Sequence[Sequence[Obligations]]) -> Unit:
        """Begin with a disk, given which obligations are in force in each of its frames, and explore all of it."""
        reduced = reduce_disk(disk)
        arriving = [
            {self._number(each) for frame, held in enumerate(obligations) if old >> frame & 1 for each in held}
            for old in reduced.classes
        ]
        unit = self._unit(reduced, 0)
        self._arrivals.append((unit, arriving, Start(reduced.classes)))
        self.run()
        return unit

    def run(self) -> None:
        """Judge whatever has arrived, until nothing new arrives.

        Raises:
            Found: A crash state violates an obligation.
            OutOfBudget: The time is over.
        """
        while self._arrivals:
            unit, arriving, origin = self._arrivals.popleft()
            news = [new - old for new, old in zip(arriving, unit.judged, strict=True)]
            if not any(news):
                continue
            for frame, new in enumerate(news):
                unit.judged[frame] |= new
                for number in new:
                    unit.came[frame, number] = origin
            if unit.explored:
                for leaf in (*unit.leaves, *unit.readings):
                    self._judge(unit, leaf, news)
                for successor in unit.successors:
                    self._pass_on(successor, news)
            else:
                self._explore(unit, news)

    def _explore(self, unit: Unit, news: list[set[int]]) -> None:
        nested = self.nested is None or unit.depth < self.nested
        for explored in recoveries(
            self.target,
            self.path,
            unit.disk,
            self.profile,
            nested=nested,
            sampled=self.sampled,
            samples=self.samples,
        ):
            if unit.depth:
                self.nested_recoveries += 1
            else:
                self.recoveries += 1
            unit.leaves.append(explored.leaf)
            self._judge(unit, explored.leaf, news)
            for cut in explored.cuts:
                self._follow(unit, cut, news)
            self._check_time()
        peek = self.target.peek
        for leaf in readings(peek, self.path, unit.disk, sampled=self.sampled, samples=self.samples) if peek else ():
            unit.readings.append(leaf)
            self._judge(unit, leaf, news)
            self._check_time()
        if not unit.depth:
            self.states += len(unit.leaves)
        self.bounded = self.bounded or any(component.bounded for component in unit.disk.components)
        unit.explored = True

    def _check_time(self) -> None:
        if self.deadline_s is not None and time.monotonic() > self.deadline_s:
            raise OutOfBudget

    def _follow(self, unit: Unit, cut: Cut, news: list[set[int]]) -> None:
        reduced = reduce_disk(cut.crash.disk)
        child = self._unit(reduced, unit.depth + 1)
        sources = [_sources(cut, old) for old in reduced.classes]
        stable = None if cut.completed is None else self._number(self.target.stable(cut.completed))
        successor = Successor(child, sources, stable, unit, cut.path, cut.crash.frames, cut.moments, reduced.classes)
        unit.successors.append(successor)
        self._pass_on(successor, news)

    def _pass_on(self, successor: Successor, news: list[set[int]]) -> None:
        if successor.obligations is not None:
            arriving = [{successor.obligations} for _ in successor.sources]
        else:
            arriving = [_union(news, source) for source in successor.sources]
        if any(new - old for new, old in zip(arriving, successor.unit.judged, strict=True)):
            self._arrivals.append((successor.unit, arriving, successor))

    def _judge(self, unit: Unit, leaf: Leaf, news: list[set[int]]) -> None:
        judged: set[int] = set()
        for frame, numbers in enumerate(news):
            if leaf.frames >> frame & 1:
                for number in numbers - judged:
                    judged.add(number)
                    obligations = self.obligations[number]
                    violations = self.target.judge(obligations, leaf.observation)
                    if violations:
                        raise Found(unit, leaf, frame, number, violations)
                    self.marks.update(self.target.marks(obligations, leaf.observation))

    def _unit(self, reduced: Reduced, depth: int) -> Unit:
        unit = self.units.get(reduced.key)
        if unit is None:
            unit = Unit(reduced.key, reduced.disk, depth, judged=[set() for _ in reduced.classes])
            self.units[reduced.key] = unit
        return unit

    def _number(self, obligations: Obligations) -> int:
        number = self._by_object.get(id(obligations))
        if number is None:
            number = self._numbers.setdefault(obligations, len(self.obligations))
            if number == len(self.obligations):
                self.obligations.append(obligations)
            if self.obligations[number] is obligations:
                self._by_object[id(obligations)] = number
        return number


def _sources(cut: Cut, frames: int) -> int:
    """The frames of the unit that was cut, from which these frames of the cut come."""
    found = 0
    for bit, frame in enumerate(cut.crash.frames):
        if frames >> bit & 1:
            found |= cut.base.classes[frame.base]
    return found


def _union(sets: Sequence[set[int]], mask: int) -> set[int]:
    found: set[int] = set()
    for index, each in enumerate(sets):
        if mask >> index & 1:
            found |= each
    return found
