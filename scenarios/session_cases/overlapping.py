"""Coherence (12) and independence (13) between processes one of which runs in the middle of the other's operation.

Before one call of an operation, another process runs a whole operation of its own, or finds that it has to wait.  Both
return or are refused by a lock; then the store shows what one order of them gives, and no power cut changes that.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from model.acknowledgement import acknowledged
from model.checks import as_json, in_words
from model.explore.stage import Case, Stage
from model.history import Wait, judge_waits
from model.obligations import Obligations, Promise, Violation, same_json
from model.observation import Value
from model.properties import COHERENCE
from model.reference import Reference
from scenarios.arrangement import Arrangement, Entry, as_legacy, entry
from scenarios.play import Actor, Step
from scenarios.session_cases import steps
from scenarios.session_cases.interposing import InterposingKernel, Moment, calls_of
from store.errors import LockTimeout, StoreError

BEFORE = ("open", "read", "stat", "fsync", "rename", "unlink", "listdir", "lock")
"""Calls before which it matters that somebody else runs."""

LIVE = Arrangement(live={"a": entry("first", 1), "b": entry("first", 1)})
LEGACY = Arrangement(legacy=as_legacy({"a": entry("first", 1), "b": entry("first", 1)}))


@dataclass(frozen=True)
class Overlap:
    """Two operations, the second in the middle of the first.

    Attributes:
        name: What it is called.
        first: What is interrupted; None for a process that only reads.
        second: What the others run meanwhile, each after the other; None for a process that only reads.
        others: How many processes run it.
        key: The key that the second one writes, if independent writers must not wait for one another.
        arrangement: What is there before.
    """

    name: str
    first: Step | None
    second: Step | None
    others: int = 1
    key: str = ""
    arrangement: Arrangement = LIVE


def _counted(more: int) -> Callable[[Any], Entry]:
    return lambda old: {**old, "updatedAt": old["updatedAt"] + more}


ONE_MORE = steps.update("a", _counted(1))
BOTH = {"a": entry("second", 2), "c": entry("second", 2)}

OVERLAPS = (
    Overlap(
        "an update, with updates of the same key", steps.update("a", _counted(1)), steps.update("a", _counted(10)), 2
    ),
    Overlap("an update, with a save", steps.update("a", _counted(1)), steps.apply({"a": entry("second", 2)}, ("b",))),
    Overlap("a put, with a put of another key", steps.put("a", entry("a", 2)), steps.put("b", entry("b", 2)), key="b"),
    Overlap("a save, with somebody who reads", steps.apply(BOTH, ("b",)), None),
    Overlap("somebody who reads, with a save", None, steps.apply(BOTH, ("b",))),
    Overlap("a migration, with a recovery", steps.migrate(), steps.recover(), arrangement=LEGACY),
    Overlap("a put, with a recovery", steps.put("a", entry("a", 2)), steps.recover()),
    Overlap(
        "a put in legacy mode, with a recovery", steps.put("a", entry("a", 2)), steps.recover(), arrangement=LEGACY
    ),
    Overlap("a put, with a migration", steps.put("a", entry("a", 2)), steps.migrate(), arrangement=LEGACY),
    Overlap("a put, with a roll-back", steps.put("a", entry("a", 2)), steps.roll_back()),
)


def overlapping_cases() -> Sequence[Case]:
    """Each overlap, before each call of the first operation that matters."""
    return tuple(
        _case(overlap, moment)
        for overlap in OVERLAPS
        for moment in calls_of(lambda stage, kernel, overlap=overlap: _prepared(stage, kernel, overlap))  # type: ignore[misc]
        if moment.name in BEFORE
    )


class _Meeting:
    """What the processes did, and what they saw."""

    def __init__(self, stage: Stage, overlap: Overlap) -> None:
        self.overlap = overlap
        self.start = overlap.arrangement.reference().recover()
        self.got_in = 0
        self.waited = 0
        self.read: Value = None
        self.others = [Actor(stage.kernel(), stage.path) for _ in range(overlap.others)]
        assert all(actor.store is not None for actor in self.others)

    def happen(self) -> None:
        """The others run."""
        for actor in self.others:
            try:
                self.run(actor, self.overlap.second)
                self.got_in += 1
            except LockTimeout:
                self.waited += 1

    def run(self, actor: Actor, step: Step | None) -> None:
        """Run an operation, or read."""
        if step is None:
            self.read = actor.store.load()
        else:
            step.run(actor)

    def outcomes(self) -> list[Reference]:
        """The store after both, in either order."""
        first, second = self.overlap.first, self.overlap.second
        orders = []
        for place in range(self.got_in + 1):
            reference = self.start
            for position in range(self.got_in + 1):
                step = first if position == place else second
                reference = reference if step is None else step.apply(reference)
            orders.append(reference)
        return orders

    def seen(self) -> Iterator[Violation]:
        """What was read, if no order explains it."""
        written = self.overlap.first or self.overlap.second
        if self.read is None or written is None:
            return
        allowed = [self.start.readable(), written.apply(self.start).readable()]
        if not any(same_json(self.read, each) for each in allowed):
            wanted = " or ".join(map(in_words, allowed))
            sentence = (
                f"Because load() is one look, it must return what was before {written.call} or what is after it, so "
                f"{wanted}. However it returned {in_words(self.read)}."
            )
            yield Violation(COHERENCE, "load()", sentence, as_json(self.read), tuple(map(as_json, allowed)))


def _prepared(stage: Stage, kernel: InterposingKernel, overlap: Overlap) -> Callable[[], object]:
    overlap.arrangement.place(stage.kernel(), stage.path)
    stage.settle()
    actor = Actor(kernel.as_kernel, stage.path)
    assert actor.store is not None
    meeting = _Meeting(stage, overlap)
    return lambda: meeting.run(actor, overlap.first)


def _case(overlap: Overlap, moment: Moment) -> Case:
    def play(stage: Stage) -> None:
        overlap.arrangement.place(stage.kernel(), stage.path)
        stage.settle()
        kernel = InterposingKernel(stage.kernel(), lambda: meeting.happen())
        actor = Actor(kernel.as_kernel, stage.path)
        assert actor.store is not None
        meeting = _Meeting(stage, overlap)
        kernel.happen_in(moment.at)
        witnessed = list(_run(meeting, actor))
        witnessed += meeting.seen()
        if overlap.key:
            waits = [Wait(overlap.key, "a", moment.name)] * meeting.waited
            witnessed += judge_waits(waits)
        stage.arm()
        stage.promise(replace(_agreed(meeting), witnessed=tuple(witnessed)))

    operation = "load" if overlap.first is None else overlap.first.operation
    return Case(operation, f"{overlap.name}, before {moment.label}", play)


def _run(meeting: _Meeting, actor: Actor) -> Iterator[Violation]:
    """The operation that is interrupted; nothing failed, so it must return, or say that it had to wait."""
    step = meeting.overlap.first
    try:
        meeting.run(actor, step)
    except StoreError as error:
        call = "load()" if step is None else step.call
        sentence = f"Because no call has failed, {call} must return. However it raised {error}."
        yield Violation(COHERENCE, call, sentence, str(error), ("it returns",))


def _agreed(meeting: _Meeting) -> Obligations:
    """Every order of the operations, key by key."""
    orders = meeting.outcomes()
    because = "all of the operations have returned"
    alike = acknowledged(orders[0], because)
    keys = dict.fromkeys(key for order in orders for key in order.shown())
    promises = {}
    for key in keys:
        allowed: list[Value] = []
        for order in orders:
            if not any(same_json(order.value(key), each) for each in allowed):
                allowed.append(order.value(key))
        promises[key] = Promise(tuple(allowed), because, COHERENCE)
    return replace(alike, promises=promises, legacy=None, backups=None, layouts=None)
