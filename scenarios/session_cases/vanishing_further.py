"""What else may happen to a write whose live directory was taken away: it comes back, goes away again, or a call fails.

Calls before which it makes no difference for the rest of the write that the directory goes away stand for one another:
it goes away before the first of each kind, and what else happens is tried before each later call.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from errno import EIO, ENOSPC
from functools import partial
from typing import Any

from model.explore.stage import Case, Stage
from model.simulation.faults import ERRORS, Fault, errors_of
from scenarios.session_cases.faults import attempt
from scenarios.session_cases.hands import MOVED, ROLLED_BACK
from scenarios.session_cases.interposing import telling
from scenarios.session_cases.vanishing import (
    APPLY,
    DELETE,
    PUT,
    Scene,
    rehearsed,
    returned,
    scene_of,
    take_before,
    undisturbed,
)
from scenarios.session_cases.whereabouts import Whereabouts


def further_retry_cases() -> Sequence[Case]:
    """All of them."""
    return (
        _back(Whereabouts(PUT, MOVED), is_fine=True),
        *(_back(each) for each in (Whereabouts(PUT, ROLLED_BACK), Whereabouts(DELETE, MOVED))),
        *(_twice(Whereabouts(step, MOVED, again=MOVED)) for step in (PUT, DELETE, APPLY)),
        _twice(Whereabouts(PUT, MOVED, again=ROLLED_BACK)),
        *(
            _failing(each)
            for each in (Whereabouts(PUT, MOVED), Whereabouts(PUT, ROLLED_BACK), Whereabouts(DELETE, MOVED))
        ),
    )


def moments(whereabouts: Whereabouts, *, is_fine: bool = False) -> Iterator[tuple[int, Scene]]:
    """The first of each kind of call before which the directory goes away and that is noticed, and the scene then.

    Args:
        whereabouts: The write.
        is_fine: Whether what the write had done by then makes a difference; else only how many calls it comes to.
    """
    kinds = set()
    for at in range(undisturbed(whereabouts).last_look + 1):
        scene = rehearsed(whereabouts, lambda scene, at=at: take_before(scene, whereabouts, at))  # type: ignore[misc]
        if (kind := (len(scene.calls), scene.effects_before if is_fine else 0)) not in kinds:
            kinds.add(kind)
            yield at, scene


def _faults(call: str, arguments: tuple[Any, ...]) -> Iterator[Fault]:
    """Of each kind of failure one: nothing was done, once; nothing can be made any more; pages are lost (P10)."""
    allowed = errors_of(call, arguments)
    if allowed:
        yield Fault(EIO)
    if ENOSPC in allowed:
        yield Fault(ENOSPC, lasts=True)
    if call == "fsync":
        yield Fault(EIO, sync="lost")


def _made(whereabouts: Whereabouts) -> int:
    """The call after the retry has opened and settled what is there then: the most telling moment."""
    scene = rehearsed(whereabouts, lambda scene: take_before(scene, whereabouts, 0))
    return min(scene.openings[-1] + 3, len(scene.calls) - 1)


def _name(whereabouts: Whereabouts, what: str) -> str:
    return f"{whereabouts.step.call}, {whereabouts.way.name}, {what}"


# --- what was moved aside comes back


def _back(whereabouts: Whereabouts, *, is_fine: bool = False) -> Case:
    """What was moved aside is moved back before a later call, unless a directory that is not empty is there by now.

    Promised is: a write that returned was done to the directory, before it came back (then it may be the legacy file
    that was written, or a directory that is replaced) or after.  One that raised can be tried again.
    """
    name = _name(whereabouts, "and back")

    def variants() -> Iterator[Case]:
        for at, scene in moments(whereabouts, is_fine=is_fine):
            for back in telling(scene.moments, at + 1):
                text = f"{name}: before {scene.moments[at].label}, and {back.label}"
                yield Case("retry", text, partial(_play_back, whereabouts=whereabouts, at=at, back=back.at))

    return Case("retry", name, partial(_play_back_settled, whereabouts=whereabouts), variants=variants)


def _play_back_settled(stage: Stage, *, whereabouts: Whereabouts) -> None:
    _play_back(stage, whereabouts=whereabouts, at=0, back=_made(whereabouts))


def _play_back(stage: Stage, *, whereabouts: Whereabouts, at: int, back: int) -> None:
    scene, call = scene_of(stage, whereabouts), whereabouts.step.call
    take_before(scene, whereabouts, at, lambda: scene.kernel.happen_in(back - at - 1, scene.hand.put_back))
    stage.arm()
    stage.promise(whereabouts.untouched)
    error, _ = attempt(scene.actor, whereabouts.step)
    if error is not None:
        error, _ = attempt(scene.actor, whereabouts.step)
    done = whereabouts.done_and_back if scene.hand.is_back else whereabouts.done
    stage.promise(returned(done, call, "nobody touches the directory any more", error))


# --- it goes away again


def _twice(whereabouts: Whereabouts) -> Case:
    """The directory goes away once more, before a later call.

    Promised is: if the retry has made a directory, and that goes away before the retry made sure of it, the write
    raises or has been done all the same.  If there was none to go away, the write returns.  One that raised can be
    tried again.
    """
    assert whereabouts.again is not None
    name = _name(whereabouts, f"and {whereabouts.again.name} again")

    def variants() -> Iterator[Case]:
        for at, scene in moments(whereabouts):
            for again in telling(scene.moments, at + 1):
                text = f"{name}: before {scene.moments[at].label}, and {again.label}"
                play = partial(_play_twice, whereabouts=whereabouts, at=at, again=again.at)
                yield Case("retry", text, partial(play, is_late=again.at > scene.last_look))

    return Case("retry", name, partial(_play_twice_settled, whereabouts=whereabouts), variants=variants)


def _play_twice_settled(stage: Stage, *, whereabouts: Whereabouts) -> None:
    _play_twice(stage, whereabouts=whereabouts, at=0, again=_made(whereabouts), is_late=False)


def _play_twice(stage: Stage, *, whereabouts: Whereabouts, at: int, again: int, is_late: bool) -> None:
    scene, call, second = scene_of(stage, whereabouts), whereabouts.step.call, whereabouts.again
    assert second is not None
    was_there: list[bool] = []
    take_before(
        scene,
        whereabouts,
        at,
        lambda: scene.kernel.happen_in(again - at - 1, lambda: was_there.append(scene.hand.take(second))),
    )
    stage.arm()
    stage.promise(whereabouts.untouched)
    error, _ = attempt(scene.actor, whereabouts.step)
    if is_late:
        stage.promise(returned(whereabouts.done_in_between, call, "the second time it had been done", error))
        return
    if error is not None and any(was_there):
        error, _ = attempt(scene.actor, whereabouts.step)
    stage.promise(returned(whereabouts.done, call, "nothing is there that could go away", error))


# --- a call of the retry fails


def _failing(whereabouts: Whereabouts) -> Case:
    """A call of the retry fails, once or from then on.

    Promised is what any failing call promises: what returned all the same is there; what raised is in flight for ever,
    and once it is over the same process can try again.
    """
    name = _name(whereabouts, "and a call of the retry fails")

    def variants() -> Iterator[Case]:
        for at, scene in moments(whereabouts):
            labels = scene.moments
            for fails, fault, failing in _failures(scene, at):
                text = f"{name}: before {labels[at].label}, then {fault} at {labels[failing].label}"
                play = partial(_play_failing, whereabouts=whereabouts, at=at, fails=fails, fault=fault)
                yield Case("retry", text, play)

    first = partial(_play_failing, whereabouts=whereabouts, at=0, fails=0, fault=None)
    return Case("retry", name, first, variants=variants)


def _failures(scene: Scene, at: int) -> Iterator[tuple[int, Fault, int]]:
    """Every failure of a call from `at` on: how many calls that may fail are made before, how it fails, which it is."""
    start = scene.begins_at
    made = enumerate(zip(scene.calls, scene.kernel.given[start:], strict=True))
    may_fail = [(number, name, given) for number, (name, given) in made if number >= at and name in ERRORS]
    for fails, (number, name, given) in enumerate(may_fail):
        yield from ((fails, fault, number) for fault in _faults(name, given))


def _play_failing(stage: Stage, *, whereabouts: Whereabouts, at: int, fails: int, fault: Fault | None) -> None:
    scene, call = scene_of(stage, whereabouts, may_fail=True), whereabouts.step.call
    faulty = scene.faulty
    assert faulty is not None
    take_before(scene, whereabouts, at, lambda: None if fault is None else faulty.fail_in(fails, fault))
    stage.arm()
    stage.promise(whereabouts.untouched)
    error, _ = attempt(scene.actor, whereabouts.step)
    faulty.mend()
    if error is None:
        stage.promise(replace(whereabouts.done, despite="" if fault is None else str(fault)))
        return
    error, _ = attempt(scene.actor, whereabouts.step)
    stage.promise(returned(whereabouts.done, call, f"{fault} is over", error))
