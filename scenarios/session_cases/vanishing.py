"""The ENOENT retry: somebody takes the live directory away before each call of a write.

It is moved aside, deleted, or rolled back by hand (moved aside or deleted, and the backup is the legacy file again);
with and without a legacy file from the start that holds nothing to merge.

Promised is: the write returns.  If the directory went away after the write had made sure of it (step 6 of W), the
write is where the directory is now, and gone with it if it was deleted.  If it went away before, the write was done to
what is there since: to the legacy file, or, where there is none, in a live directory made anew, which holds nothing
else.  That is durable, and so is then what the hand did: nothing of the old directory comes back, and what was moved
aside is where it was moved to.  Where the legacy file cannot be
parsed, the write is refused, and stays in flight: it may have been done to the directory before that went away.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from model.explore.stage import Case, Stage
from model.obligations import Obligations, Violation
from model.properties import HONEST_ERRORS
from model.simulation.faults import FaultyKernel
from scenarios.arrangement import entry
from scenarios.play import Actor
from scenarios.session_cases import steps
from scenarios.session_cases.faults import attempt
from scenarios.session_cases.hands import MOVED, REMOVED, REPLACED, ROLLED_BACK, Hand, littered
from scenarios.session_cases.interposing import InterposingKernel, Moment, moments_of, telling
from scenarios.session_cases.whereabouts import Whereabouts

NEW = entry("new", 9)
PUT = steps.put("new", NEW)
DELETE = steps.delete("a")
UPDATE = steps.update("a", lambda old: {**(old or {}), "updatedAt": 9})
APPLY = steps.apply({"a": NEW, "new": NEW}, ("b",))
WRITES = (PUT, DELETE, UPDATE, APPLY)
CUT_OFF = b'{"a": {"sessionId"'


def retry_cases() -> Sequence[Case]:
    """Every write, under which the directory goes away before each of its calls."""
    plain = [_case(Whereabouts(step, way)) for step in WRITES for way in (MOVED, ROLLED_BACK, REMOVED)]
    plain.append(_case(Whereabouts(DELETE, REPLACED)))
    tokens = ((PUT, 2), (APPLY, 3))  # of the retry's first temporary
    left = [Whereabouts(step, littered(way, token)) for step, token in tokens for way in (MOVED, ROLLED_BACK)]
    beside = [_case(Whereabouts(PUT, MOVED, beside=content)) for content in (b"{}", CUT_OFF)]
    killed = [
        _killed(Whereabouts(PUT, way), name)
        for way, name in ((MOVED, "open"), (MOVED, "rename"), (ROLLED_BACK, "rename"))
    ]
    return (*plain, *map(_once, left), *beside, *killed, _killed_and_back(Whereabouts(DELETE, MOVED)))


# --- a write, with somebody's hand beside it


@dataclass
class Scene:
    """A process about to write, and a hand: set, and not yet armed.

    Attributes:
        begins_at: How many calls the process had made before.
        effects_before: Effects that there were when the directory was taken away.
    """

    stage: Stage
    hand: Hand
    faulty: FaultyKernel | None
    kernel: InterposingKernel
    actor: Actor
    begins_at: int
    effects_before: int = 0

    @property
    def calls(self) -> list[str]:
        """The calls of the write so far."""
        return self.kernel.names[self.begins_at :]

    @property
    def moments(self) -> list[Moment]:
        """The same, with labels."""
        return moments_of(self.calls, self.kernel.given[self.begins_at :])

    @property
    def openings(self) -> list[int]:
        """Which of them open the live directory."""
        made = zip(self.calls, self.kernel.given[self.begins_at :], strict=True)
        return [at for at, (name, given) in enumerate(made) if (name, *given[:1]) == ("open", "sessions.d")]

    @property
    def last_look(self) -> int:
        """Which of them made sure of the live directory (step 6 of W); one too far if none has."""
        made = zip(self.calls, self.kernel.given[self.begins_at :], strict=True)
        looks = [at for at, each in enumerate(made) if each == ("stat", ("sessions.d",))]
        return looks[-1] if looks else len(self.calls)


def scene_of(stage: Stage, whereabouts: Whereabouts, *, may_fail: bool = False) -> Scene:
    """Arrange the files, open the store; every call of the process may be interfered with, and may fail if so asked."""
    whereabouts.arrangement.place(stage.kernel(), stage.path)
    stage.settle()
    return scene_on(stage, may_fail=may_fail)


def scene_on(stage: Stage, *, may_fail: bool = False) -> Scene:
    """A process that has opened the store that is there, and a hand."""
    faulty = FaultyKernel(stage.kernel()) if may_fail else None
    kernel = InterposingKernel(stage.kernel() if faulty is None else faulty.as_kernel, lambda: None)
    actor = Actor(kernel.as_kernel, stage.path)
    assert actor.store is not None
    hand = Hand(stage.machine.start().kernel, stage.path)
    return Scene(stage, hand, faulty, kernel, actor, len(kernel.names))


def rehearsed(whereabouts: Whereabouts, interfere: Callable[[Scene], object] = lambda _: None) -> Scene:
    """The scene after the write, on a stage of its own."""
    scene = scene_of(Stage(), whereabouts)
    interfere(scene)
    attempt(scene.actor, whereabouts.step)
    return scene


@lru_cache(maxsize=100)
def undisturbed(whereabouts: Whereabouts) -> Scene:
    """The scene after the write, with nobody who interferes."""
    return rehearsed(whereabouts)


def take_before(scene: Scene, whereabouts: Whereabouts, at: int, then: Callable[[], object] = lambda: None) -> None:
    """Let the directory be taken away before a call; and then?"""

    def take() -> None:
        scene.stage.promise(whereabouts.in_flight)
        scene.effects_before = len(scene.stage.machine.effects)
        scene.hand.take(whereabouts.way)
        then()

    scene.kernel.happen_in(at, take)


def returned(done: Obligations, call: str, because: str, error: str | None) -> Obligations:
    """The obligations after a write that must return."""
    if error is None:
        return done
    sentence = f"Because {because}, {call} must return. However it came to {error}."
    return replace(done, witnessed=(Violation(HONEST_ERRORS, call, sentence, error, ("success",)),))


# --- the cases


def _case(whereabouts: Whereabouts) -> Case:
    """The directory goes away once, before each call."""
    case = _once(whereabouts)

    def variants() -> Iterator[Case]:
        for moment in telling(undisturbed(whereabouts).moments):
            text = f"{case.name}: before {moment.label}"
            yield Case("retry", text, partial(_play, whereabouts=whereabouts, at=moment.at))

    return replace(case, variants=variants)


def _base(whereabouts: Whereabouts) -> int:
    """Just before the write makes sure of the directory; where it would merge what comes up, once that is open."""
    undone = undisturbed(whereabouts)
    return undone.openings[-1] + 1 if whereabouts.step is APPLY and whereabouts.way.restores else undone.last_look


def _once(whereabouts: Whereabouts) -> Case:
    """The directory goes away at the most telling moment."""
    beside = {None: "", b"{}": ", beside an empty legacy file"}.get(whereabouts.beside, ", beside a file cut off")
    name = f"{whereabouts.step.call}, {whereabouts.way.name}{beside}"
    return Case("retry", name, lambda stage: _play(stage, whereabouts=whereabouts, at=_base(whereabouts)))


def _play(stage: Stage, *, whereabouts: Whereabouts, at: int) -> None:
    scene, call = scene_of(stage, whereabouts), whereabouts.step.call
    take_before(scene, whereabouts, at)
    stage.arm()
    stage.promise(whereabouts.untouched)
    error, _ = attempt(scene.actor, whereabouts.step)
    if at > undisturbed(whereabouts).last_look:
        stage.promise(returned(whereabouts.done_before, call, "nothing went away before it was done", error))
    elif whereabouts.is_refused:
        stage.promise(_refused(whereabouts, error))
    else:
        stage.promise(returned(whereabouts.done, call, "the directory went away but once", error))


def _refused(whereabouts: Whereabouts, error: str | None) -> Obligations:
    if error is not None and error.startswith("LegacyUnreadable"):
        return whereabouts.in_flight
    call, came = whereabouts.step.call, error or "success"
    sentence = f"Because the legacy file cannot be parsed, {call} must be refused. However it came to {came}."
    violation = Violation(HONEST_ERRORS, call, sentence, came, ("LegacyUnreadable",))
    return replace(whereabouts.in_flight, witnessed=(violation,))


def _killed(whereabouts: Whereabouts, call: str) -> Case:
    """The one whose directory went away is killed; then a process that was there puts another key.

    The first put stays in flight for ever.  The second one makes sure of what it finds, or finds that the directory is
    gone, and once it has returned it is there.
    """
    other = steps.put("other", entry("other", 9))

    def at() -> int:
        calls = undisturbed(whereabouts).calls
        return len(calls) - 1 - calls[::-1].index(call)

    def play(stage: Stage) -> None:
        scene = scene_of(stage, whereabouts)
        bystander = stage.notes["bystander"] = Actor(stage.kernel(), stage.path)
        assert bystander.store is not None
        stage.notes["hand"] = scene.hand
        take_before(scene, whereabouts, at())
        stage.arm()
        stage.promise(whereabouts.untouched)
        attempt(scene.actor, whereabouts.step)
        stage.promise(whereabouts.done)

    def then(stage: Stage) -> None:
        hand: Hand = stage.notes["hand"]
        found = partial(whereabouts.with_another, other, is_taken=hand.has_moved > 0, is_restored=hand.has_restored)
        stage.promise(found(has_returned=False))
        error, _ = attempt(stage.notes["bystander"], other)
        done = found(has_returned=True)
        stage.promise(returned(done, other.call, "the directory went away but once", error))

    name = f"{whereabouts.step.call}, {whereabouts.way.name} before its last {call}; killed, then another's put"
    return Case("retry", name, play, then)


def _killed_and_back(whereabouts: Whereabouts) -> Case:
    """A delete is killed; under another's of the same key the directory goes away, and is back before the retry.

    What the first one has done nobody has settled; the second one finds nothing to do, and must settle it.
    """

    def play(stage: Stage) -> None:
        scene = scene_of(stage, whereabouts)
        stage.notes["other"] = scene_on(stage)
        stage.arm()
        stage.promise(whereabouts.untouched)
        attempt(scene.actor, whereabouts.step)
        stage.promise(whereabouts.done_there)

    def then(stage: Stage) -> None:
        scene: Scene = stage.notes["other"]
        first = undisturbed(whereabouts).openings[0]
        second = rehearsed(whereabouts, lambda scene: take_before(scene, whereabouts, first)).openings[1]
        take_before(scene, whereabouts, first, lambda: scene.kernel.happen_in(second - first - 1, scene.hand.put_back))
        error, _ = attempt(scene.actor, whereabouts.step)
        stage.promise(returned(whereabouts.done_there, whereabouts.step.call, "the directory is back", error))

    name = f"{whereabouts.step.call}, killed, then another's, under which it is {whereabouts.way.name}, and back"
    return Case("retry", name, play, then)
