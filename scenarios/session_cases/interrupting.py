"""Somebody presses Ctrl-C: an operation is broken off by an exception that is no error, before any of its calls.

Unlike a kill it leaves the process alive, with its descriptors and locks; unlike a failing call it may come anywhere.
Either side of the operation may be seen then, and nothing of it may be in the way of the next attempt, which succeeds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from model.obligations import Violation
from model.properties import HONEST_ERRORS
from model.reference import Reference
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.play import Actor, Step
from scenarios.session_cases import steps
from scenarios.session_cases.faults import attempt
from scenarios.session_cases.interposing import InterposingKernel

LIVE = Arrangement(live={"a": entry("a"), "b": entry("b")})
LEGACY = Arrangement(legacy=as_legacy({"a": entry("a"), "b": entry("b")}))
NEW = entry("new", 2)


@dataclass(frozen=True)
class Interrupted:
    """An operation that is broken off."""

    step: Step
    arrangement: Arrangement
    layout: str

    def case(self) -> Case:
        """Every call before which it may happen, as variants of one case."""

        def variants() -> Iterator[Case]:
            for at, call in enumerate(self._calls()):
                name = f"{self._name}: before call {at}, {call}"
                yield Case("faults", name, partial(self._play, at=at))

        return Case("faults", self._name, partial(self._play, at=None), variants=variants)

    @property
    def _name(self) -> str:
        return f"{self.step.call}, {self.layout}, interrupted by its user"

    def _calls(self) -> Sequence[str]:
        kernel, actor, _ = self._set(Stage())
        begins_at = len(kernel.names)
        self.step.run(actor)
        return kernel.names[begins_at:]

    def _set(self, stage: Stage) -> tuple[InterposingKernel, Actor, Reference]:
        self.arrangement.place(stage.kernel(), stage.path)
        stage.settle()
        kernel = InterposingKernel(stage.kernel(), _interrupt)
        actor = Actor(kernel.as_kernel, stage.path)
        assert actor.store is not None
        stage.settle()
        return kernel, actor, self.arrangement.reference().recover()

    def _play(self, stage: Stage, at: int | None) -> None:
        kernel, actor, before = self._set(stage)
        step = self.step
        after = step.apply(before)
        stage.arm()
        stage.promise(in_flight(before, after, step.operation, step.call, save=step.save))
        if at is not None:
            kernel.happen_in(at)
        try:
            step.run(actor)
        except KeyboardInterrupt:
            witnessed = tuple(self._tried_again(actor))
        else:
            witnessed = ()
        done = acknowledged(after, f"{step.call} returned", before=before)
        stage.promise(replace(done, witnessed=witnessed))

    def _tried_again(self, actor: Actor) -> Iterator[Violation]:
        error, _ = attempt(actor, self.step)
        if error is not None:
            call = self.step.call
            sentence = f"Because it was only interrupted, {call} must succeed when tried again. However: {error}."
            yield Violation(HONEST_ERRORS, call, sentence, error, ("success",))


def _interrupt() -> None:
    raise KeyboardInterrupt


def interrupted_cases() -> Sequence[Case]:
    """Writes in either layout, and a move."""
    return tuple(
        Interrupted(step, arrangement, layout).case()
        for step, arrangement, layout in (
            (steps.put("b", NEW), LIVE, "live"),
            (steps.put("b", NEW), LEGACY, "legacy"),
            (steps.apply({"b": NEW}, ("a",)), LIVE, "live"),
            (steps.migrate(), Arrangement(legacy=as_legacy({"a": entry("a")})), "legacy"),
        )
    )
