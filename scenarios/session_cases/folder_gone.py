"""Somebody moves the store's whole folder away under a write, alone or with the live directory taken away in it.

Promised is: the folder is never made again.  A write that had opened the folder before it went away goes on in it,
wherever it is, and returns; that is there when the folder comes back.  One that would have to open it afterwards, for
the first time or for the retry, raises; the store serves what it had when the folder comes back, and the write can be
tried again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from model.checks import as_json
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Violation, same_json
from model.properties import CONFINEMENT, DURABILITY, HONEST_ERRORS
from model.reference import NONE
from scenarios.play import ignore
from scenarios.session_cases.faults import attempt
from scenarios.session_cases.hands import MOVED, ROLLED_BACK
from scenarios.session_cases.interposing import telling
from scenarios.session_cases.vanishing import APPLY, DELETE, PUT, Scene, returned, scene_of, undisturbed
from scenarios.session_cases.whereabouts import LEGACY_ENTRIES, LIVE_ENTRIES, Whereabouts, either
from store import SessionStore


def folder_cases() -> Sequence[Case]:
    """Both ways, for each kind of write."""
    alone = [_case(Whereabouts(step, MOVED), is_alone=True) for step in (PUT, DELETE, APPLY)]
    return (*alone, *(_case(Whereabouts(PUT, way), is_alone=False) for way in (MOVED, ROLLED_BACK)))


def _case(whereabouts: Whereabouts, *, is_alone: bool) -> Case:
    name = f"{whereabouts.step.call}, {'' if is_alone else f'{whereabouts.way.name}, and '}the whole folder moved away"
    play = partial(_play_alone if is_alone else _play_both, whereabouts=whereabouts)

    def variants() -> Iterator[Case]:
        for moment in telling(undisturbed(whereabouts).moments):
            yield Case("retry", f"{name}: before {moment.label}", partial(play, at=moment.at))

    return Case("retry", name, partial(play, at=0), variants=variants)


def _play_alone(stage: Stage, *, whereabouts: Whereabouts, at: int) -> None:
    scene = scene_of(stage, whereabouts)

    def take() -> None:
        stage.promise(_or_nothing(whereabouts.untouched))
        scene.hand.take_folder()

    scene.kernel.happen_in(at, take)
    stage.arm()
    stage.promise(whereabouts.untouched)
    error, _ = attempt(scene.actor, whereabouts.step)
    is_too_late = at > undisturbed(whereabouts).calls.index("open")
    if is_too_late:
        before = whereabouts.arrangement.reference()
        _comes_back(scene, whereabouts.done_there, whereabouts.step.apply(before).readable())
        stage.promise(returned(whereabouts.done_there, whereabouts.step.call, "the folder was open", error))
        return
    _comes_back(scene, _raised(whereabouts.nothing_done, whereabouts, error), LIVE_ENTRIES)
    stage.promise(whereabouts.untouched)
    error, _ = attempt(scene.actor, whereabouts.step)
    stage.promise(returned(whereabouts.done_there, whereabouts.step.call, "the folder is back", error))


def _play_both(stage: Stage, *, whereabouts: Whereabouts, at: int) -> None:
    scene = scene_of(stage, whereabouts)
    entries = LEGACY_ENTRIES if whereabouts.way.restores else {}

    def take() -> None:
        stage.promise(_or_nothing(whereabouts.in_flight))
        scene.hand.take(whereabouts.way)
        scene.hand.take_folder()

    scene.kernel.happen_in(at, take)
    stage.arm()
    stage.promise(whereabouts.untouched)
    error, _ = attempt(scene.actor, whereabouts.step)
    if at > undisturbed(whereabouts).last_look:
        _comes_back(scene, whereabouts.done_before, entries)
        stage.promise(returned(whereabouts.done_before, whereabouts.step.call, "it had been done", error))
        return
    _comes_back(scene, _raised(whereabouts.in_flight, whereabouts, error), entries)
    error, _ = attempt(scene.actor, whereabouts.step)
    stage.promise(returned(whereabouts.done, whereabouts.step.call, "the folder is back", error))


def _or_nothing(found: Obligations) -> Obligations:
    """As found, or nothing at all: whoever moved the folder has synced nothing."""
    because = "the folder was moved away"
    nothing = Obligations({}, because=because, operation=found.operation, layouts=(NONE,), backups=(), strangers=())
    return either([found, nothing])


def _comes_back(scene: Scene, found: Obligations, entries: Any) -> None:
    """The folder is still gone, and comes back, for good; then the store serves what it must."""
    made = [_made(scene)] if scene.hand.sees_folder() else []
    scene.stage.promise(replace(_or_nothing(found), witnessed=(*found.witnessed, *made)))
    scene.hand.put_folder_back()
    seen = SessionStore(scene.stage.path, scene.stage.kernel(), writable=False, notify=ignore).load()
    scene.stage.promise(replace(found, witnessed=(*found.witnessed, *_wrong(seen, entries))))


def _made(scene: Scene) -> Violation:
    folder = scene.stage.path.rpartition("/")[0]
    sentence = f"Because the folder was moved away, {folder} must not be made again. However it is there."
    return Violation(CONFINEMENT, folder, sentence, True, (False,))


def _wrong(seen: Any, entries: Any) -> Iterator[Violation]:
    if not same_json(dict(seen), dict(entries)):
        sentence = f"Because the folder is back, load() must return {entries!r}. However it returned {seen!r}."
        yield Violation(DURABILITY, "load()", sentence, as_json(seen), (as_json(entries),))


def _raised(found: Obligations, whereabouts: Whereabouts, error: str | None) -> Obligations:
    """The obligations after a write that must raise."""
    if error is not None:
        return found
    call = whereabouts.step.call
    sentence = f"Because there is no folder, {call} must raise. However it returned."
    return replace(found, witnessed=(Violation(HONEST_ERRORS, call, sentence, "success", ("an error",)),))
