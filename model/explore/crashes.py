"""Every power cut of a run, every crash state, every cut inside recovery, judged.

The run is made once; what may have persisted at any of its crash points is one undecided disk, a `Unit`.  Recovery runs
on it once for every crash state, a `State`, that it can tell apart; and wherever a recovery can be cut, what it leaves
is another unit.  Units and states in normal form are the nodes of a graph and are worked on once; obligations travel
along its edges, and whatever newly arrives where all is known is judged without running anything again.  The graph is
finite, because names, times and tokens come from the machine and repeat at every boot: when nothing new arrives, every
cut of a recovery of a recovery ... has been judged.
"""

import time
from collections import Counter, deque
from collections.abc import Hashable, Sequence

from model.explore.discovery import Boot, boots
from model.explore.memory import Memory, Run
from model.explore.recovery import Cut, crash_state, cuts, read, recover
from model.explore.reduction import Reduced, as_it_is, reduce_disk
from model.explore.unit import Arrival, Leaf, Reading, Start, State, Successor, Unit
from model.obligations import Obligations, Violation
from model.observation import Observation
from model.persistence.profiles import Profile
from model.simulation.disk import Disk
from model.target import Target

News = list[set[int]]
"""For each frame, the numbers of the obligations that are new there."""


class Found(Exception):
    """A crash state violates an obligation: which (its `number` in `every`), where (`arrival`), and what was seen."""

    def __init__(
        self,
        arrival: Arrival,
        number: int,
        every: Sequence[Obligations],
        observation: Observation,
        violations: Sequence[Violation],
    ) -> None:
        super().__init__(violations[0].sentence)
        self.arrival = arrival
        self.number = number
        self.every = every
        self.observation = observation
        self.violations = violations


class OutOfBudget(Exception):
    """The time that was allowed is over."""


class Explorer:
    """The graph of one case under one profile.

    Args:
        target: What is checked.
        path: Where the store lives.
        profile: What may persist.
        nested: How many cuts inside recoveries may follow one another; None for any number.
        deadline_s: When to stop, on `time.monotonic`.
        sampled: Draw crash states by this seed (None: all of them), `samples` of each disk.
        samples: How many.
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
        self.states_by_key: dict[Hashable, State] = {}
        self.obligations: list[Obligations] = []
        self.marks: Counter[str] = Counter()
        self.recoveries = 0
        self.nested_recoveries = 0
        self.states = 0
        self.nested_states = 0
        self.bounded = False
        self._numbers: dict[Obligations, int] = {}
        self._by_object: dict[int, int] = {}
        self._recoveries = Memory()
        self._seconds = Memory()
        self._readings = Memory()
        self._arrivals: deque[tuple[Unit, News, Start | Successor]] = deque()

    def start(self, disk: Disk, obligations: Sequence[Sequence[Obligations]]) -> None:
        """Explore a disk, given which obligations are in force in each of its frames, and all that follows from it.

        Raises:
            Found: A crash state violates an obligation.
            OutOfBudget: The time is over.
        """
        numbers = [{self._number(each) for each in held} for held in obligations]
        labels: dict[frozenset[int], int] = {}
        labelled = [labels.setdefault(frozenset(each), len(labels)) for each in numbers]
        reduced = reduce_disk(disk, labelled) if self.nested != 0 else as_it_is(disk, labelled)
        arriving = [_union(numbers, old) for old in reduced.classes]
        self._arrivals.append((self._unit(reduced, 0), arriving, Start(reduced.classes)))
        while self._arrivals:
            self._arrive(*self._arrivals.popleft())

    def _arrive(self, unit: Unit, arriving: News, origin: Start | Successor) -> None:
        news = [new - old for new, old in zip(arriving, unit.judged, strict=True)]
        if not any(news):
            return
        for frame, new in enumerate(news):
            unit.judged[frame] |= new
            for number in new:
                unit.came[frame, number] = origin
        if not unit.explored:
            self._explore(unit, news)
            return
        for leaf in unit.leaves:
            self._reach(unit, leaf, news)
        for reading in unit.readings:
            self._judge_reading(unit, reading, news)

    def _explore(self, unit: Unit, news: News) -> None:
        for boot in boots(unit.disk, sampled=self.sampled, samples=self.samples):
            leaf = self._recover(unit, boot)
            unit.leaves.append(leaf)
            self._reach(unit, leaf, news)
            self._check_time()
        if self.target.peek is not None:
            for boot in boots(unit.disk, sampled=self.sampled, samples=self.samples):
                reading = self._read(boot)
                unit.readings.append(reading)
                self._judge_reading(unit, reading, news)
                self._check_time()
        if unit.depth:
            self.nested_states += len(unit.leaves)
        else:
            self.states += len(unit.leaves)
        self.bounded = self.bounded or any(component.bounded for component in unit.disk.components)
        unit.explored = True

    def _recover(self, unit: Unit, boot: Boot) -> Leaf:
        """Recover one crash state; where its answers have been met before, what comes of it is known."""
        machine = boot.machine
        run = self._recoveries.recall(machine)
        if run is None:
            recorder, run = recover(self.target.examine, self.path, machine, self._seconds)
            self._recoveries.remember(recorder, run)
            if unit.depth:
                self.nested_recoveries += 1
            else:
                self.recoveries += 1
        if self.nested is not None and unit.depth >= self.nested:
            return _last_leaf(boot, run)
        reduced = crash_state(unit.disk, unit.labels, machine)
        state = self.states_by_key.get(reduced.key)
        if state is None:
            state = State(run.observation, reduced.labels, [set() for _ in reduced.classes])
            self.states_by_key[reduced.key] = state
            for cut in cuts(run, reduced.disk, self.profile):
                self._follow(unit, state, cut)
        return Leaf(boot.source.path, state, reduced.classes)

    def _follow(self, unit: Unit, state: State, cut: Cut) -> None:
        labels = [0 if cut.completed else state.labels[frame.base] for frame in cut.crash.frames]
        reduced = reduce_disk(cut.crash.disk, labels)
        child = self._unit(reduced, unit.depth + 1)
        bases = [1 << frame.base for frame in cut.crash.frames]
        sources = [_join(bases, old) for old in reduced.classes]
        stable = self._number(self.target.stable(state.observation)) if cut.completed else None
        state.successors.append(
            Successor(child, sources, stable, state, cut.crash.frames, cut.moments, reduced.classes)
        )

    def _reach(self, unit: Unit, leaf: Leaf, news: News) -> None:
        """Obligations arrive at a crash state: judge it, and pass them on to where cuts of its recovery lead."""
        state = leaf.state
        fresh: News = []
        for frame, mask in enumerate(leaf.sources):
            new = _union(news, mask) - state.judged[frame]
            fresh.append(new)
            for number in new:
                state.judged[frame].add(number)
                source = next(bit for bit, numbers in enumerate(news) if mask >> bit & 1 and number in numbers)
                state.came[frame, number] = Arrival(unit, leaf.path, source)
        for number in set().union(*fresh):
            violations = self._judge(number, state.observation)
            if violations:
                frame = next(index for index, numbers in enumerate(fresh) if number in numbers)
                raise Found(state.came[frame, number], number, self.obligations, state.observation, violations)
        if any(fresh):
            for successor in state.successors:
                self._pass_on(successor, fresh)

    def _pass_on(self, successor: Successor, news: News) -> None:
        if successor.obligations is not None:
            arriving = [{successor.obligations} for _ in successor.sources]
        else:
            arriving = [_union(news, source) for source in successor.sources]
        if any(new - old for new, old in zip(arriving, successor.unit.judged, strict=True)):
            self._arrivals.append((successor.unit, arriving, successor))

    def _read(self, boot: Boot) -> Reading:
        assert self.target.peek is not None
        run = self._readings.recall(boot.machine)
        if run is None:
            recorder, run = read(self.target.peek, self.path, boot.machine)
            self._readings.remember(recorder, run)
        return Reading(boot.source.path, boot.machine.world.frames, run.observation)

    def _judge_reading(self, unit: Unit, reading: Reading, news: News) -> None:
        judged: set[int] = set()
        for frame, numbers in enumerate(news):
            if reading.frames >> frame & 1:
                for number in numbers - judged:
                    judged.add(number)
                    violations = self._judge(number, reading.observation)
                    if violations:
                        arrival = Arrival(unit, reading.path, frame)
                        raise Found(arrival, number, self.obligations, reading.observation, violations)

    def _judge(self, number: int, observation: Observation) -> Sequence[Violation]:
        obligations = self.obligations[number]
        violations = self.target.judge(obligations, observation)
        if not violations:
            self.marks.update(self.target.marks(obligations, observation))
        return violations

    def _check_time(self) -> None:
        if self.deadline_s is not None and time.monotonic() > self.deadline_s:
            raise OutOfBudget

    def _unit(self, reduced: Reduced, depth: int) -> Unit:
        unit = self.units.get(reduced.key)
        if unit is None:
            unit = Unit(reduced.key, reduced.disk, reduced.labels, depth, [set() for _ in reduced.classes])
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


def _last_leaf(boot: Boot, run: Run) -> Leaf:
    """A crash state whose recovery is not cut any more: it needs no normal form, and each frame is its own."""
    frames = boot.machine.world.frames
    sources = [1 << frame for frame in range(frames.bit_length()) if frames >> frame & 1]
    state = State(run.observation, range(len(sources)), [set() for _ in sources])
    return Leaf(boot.source.path, state, sources)


def _join(masks: Sequence[int], chosen: int) -> int:
    found = 0
    while chosen:
        lowest = chosen & -chosen
        found |= masks[lowest.bit_length() - 1]
        chosen ^= lowest
    return found


def _union(sets: Sequence[set[int]], chosen: int) -> set[int]:
    found: set[int] = set()
    for index, each in enumerate(sets):
        if each and chosen >> index & 1:
            found |= each
    return found
