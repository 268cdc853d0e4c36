"""Cases for a session store, made of an arrangement and of steps: what is run, and what it does to the reference.

A case arranges its files, makes them durable, opens the store, and then runs its steps one after the other.  While a
step runs either side of it may be seen; once it has returned, only the new side may.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from model.acknowledgement import MOVING, acknowledged, in_flight
from model.checks import OBSERVED
from model.explore.stage import Case, Stage
from model.legacy_file import LegacyFile
from model.obligations import Obligations, Save, same_json
from model.observation import UNREADABLE
from model.properties import INVISIBLE_MIGRATION, STABLE_OBSERVATION
from model.reference import LIVE, Reference
from scenarios.arrangement import Arrangement
from scenarios.look import look_at_disk
from store import SessionStore
from store.kernel import Kernel

Run = Callable[["Actor"], Any]

INVALID_LEGACY = ("LegacyUnreadable",)
"""What loading raises while the store is an invalid legacy file."""


@dataclass(frozen=True)
class Step:
    """One operation of one process.

    Attributes:
        operation: Row of the table: "put".
        call: How it is called: "put('b')".
        run: Runs it.
        apply: What it does to the reference.
        save: Puts and removals, for the order of a save.
        errors: What loading may raise before and after it.
    """

    operation: str
    call: str
    run: Run
    apply: Callable[[Reference], Reference]
    save: Save | None = None
    errors: tuple[str, ...] = ()


class Actor:
    """A process that uses the store; it opens it when it first needs it."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        self.kernel = kernel
        self.path = path
        self._store: SessionStore | None = None

    @property
    def store(self) -> SessionStore:
        """The store, open for writing."""
        if self._store is None:
            self._store = SessionStore(self.path, kernel=self.kernel, notify=ignore)
        return self._store


def ignore(notice: object) -> None:
    """Warnings are judged where the store is looked at."""


@dataclass(frozen=True)
class Scene:
    """What happens before the power may go.

    Attributes:
        arrangement: The files that are there, durable, before anybody opens the store.
        is_opened: Whether the store is opened before the power may go.
        late: Run by others after the store was opened; durable as well.
        meant: What `late` makes of the reference.
        bystander: Whether a second process has the store open as well, to go on after a kill.
    """

    arrangement: Arrangement
    is_opened: bool = True
    late: Callable[[Kernel, str], None] | None = None
    meant: Callable[[Reference], Reference] = lambda reference: reference
    bystander: bool = False

    def set(self, stage: Stage) -> tuple[Actor, Reference]:
        """Arrange everything; the process that will act, and the reference."""
        self.arrangement.place(stage.kernel(), stage.path)
        stage.settle()
        actor = Actor(stage.kernel(), stage.path)
        reference = self.arrangement.reference()
        if self.is_opened:
            assert actor.store is not None
            reference = reference.recover()
        if self.bystander:
            other = stage.notes["bystander"] = Actor(stage.kernel(), stage.path)
            assert other.store is not None
        if self.late is not None:
            self.late(stage.kernel(), stage.path)
            reference = self.meant(reference)
        stage.settle()
        return actor, reference


def case(name: str, scene: Scene, *steps: Step, then: "Then | None" = None) -> Case:
    """A case that runs steps in a scene; it belongs to the row of its first step."""

    def play(stage: Stage) -> None:
        actor, reference = scene.set(stage)
        stage.arm()
        perform(stage, actor, reference, steps, scene.arrangement.strangers)

    def go_on(stage: Stage) -> None:
        assert then is not None
        then(stage, scene.arrangement.strangers)

    return Case(operation=steps[0].operation, name=name, play=play, then=None if then is None else go_on)


def perform(
    stage: Stage, actor: Actor, reference: Reference, steps: tuple[Step, ...], strangers: tuple[str, ...] | None
) -> Reference:
    """Run steps one after the other, with what is promised before and after each."""
    for step in steps:
        before, reference = reference, step.apply(reference)
        stage.notes["sides"] = (before, reference)
        stage.promise(
            in_flight(
                before,
                reference,
                step.operation,
                step.call,
                save=step.save,
                strangers=strangers,
                errors=step.errors,
            )
        )
        step.run(actor)
        stage.promise(
            acknowledged(
                reference,
                f"{step.call} returned before the cut",
                before=before,
                kind=INVISIBLE_MIGRATION if step.operation in MOVING else 0,
                strangers=strangers,
                errors=step.errors,
            )
        )
    return reference


Then = Callable[[Stage, tuple[str, ...] | None], None]
"""What another process does after a kill, given the names in the folder that are not the store's."""


def another_process(*steps: Step) -> Then:
    """After a kill another process opens the store, reads it, and runs these steps.

    What it has read since it recovered must be seen again, whatever happens.
    """

    def then(stage: Stage, strangers: tuple[str, ...] | None) -> None:
        actor = Actor(stage.kernel(), stage.path)
        shown = actor.store.load()
        reference = resumed(stage, shown, actor.kernel)
        stage.promise(
            acknowledged(
                reference,
                OBSERVED,
                kind=STABLE_OBSERVATION,
                strangers=strangers,
            )
        )
        perform(stage, actor, reference, steps, strangers)

    return then


def the_bystander(step: Step, *, spare_backups: int = 0) -> Then:
    """After a kill in `step`, a process that had the store open all along runs the same step.

    Args:
        step: What both run.
        spare_backups: How many more backups there may be because the first attempt was taken back.
    """

    def then(stage: Stage, strangers: tuple[str, ...] | None) -> None:
        before, after = stage.notes["sides"]
        actor: Actor = stage.notes["bystander"]
        if spare_backups:
            stage.promise(_with_spare(stage.promises[-1].obligations, spare_backups))
        step.run(actor)
        because = f"another process's {step.call} returned before the cut"
        done = acknowledged(after, because, before=before, strangers=strangers, errors=step.errors)
        stage.promise(_with_spare(done, spare_backups))

    return then


def a_bystander_who_finds(look: Callable[[Actor], dict[str, Any]], call: str) -> Then:
    """After a kill, a process that had the store open all along runs an operation that finds nothing to do.

    It vouches for what it found: that must be seen again, although its writer never came to sync it.

    Args:
        look: Runs the operation; returns what it found, or the entries that it concerns.
        call: How it is called.
    """

    def then(stage: Stage, strangers: tuple[str, ...] | None) -> None:
        found = look(stage.notes["bystander"])
        before, after = stage.notes["sides"]
        is_new = all(same_json(after.value(key), value) for key, value in found.items())
        because = f"another process's {call} returned what it found"
        kept = acknowledged(after if is_new else before, because, kind=STABLE_OBSERVATION, strangers=strangers)
        stage.promise(kept)

    return then


def _with_spare(obligations: Obligations, more: int) -> Obligations:
    otherwise = obligations.otherwise
    return replace(
        obligations,
        spare_backups=obligations.spare_backups + more,
        otherwise=None if otherwise is None else _with_spare(otherwise, more),
    )


def resumed(stage: Stage, shown: dict[str, Any], kernel: Kernel) -> Reference:
    """The reference of the process that goes on after a kill: what it sees of the killed operation."""
    before: Reference
    after: Reference
    before, after = (each.recover() for each in stage.notes["sides"])
    disk = look_at_disk(kernel, stage.path, shown)
    base = after if after.layout == disk.layout else before
    entries = {**dict.fromkeys(disk.unreadable, UNREADABLE), **shown}
    if disk.layout == LIVE:
        legacy = None if disk.legacy is None else replace(base.legacy or LegacyFile(None), digest=disk.legacy)
        base = replace(base, live=entries, legacy=legacy, unreadable=dict(disk.unreadable))
    elif not same_json(shown, base.readable()) or base.legacy is None or base.legacy.digest != disk.legacy:
        legacy = None if disk.legacy is None else LegacyFile(tuple(shown.items()), disk.legacy)
        base = replace(base, legacy=legacy)
    return replace(base, backups=tuple(disk.backups.values()))
