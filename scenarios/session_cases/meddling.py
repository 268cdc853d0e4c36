"""Somebody who knows nothing of the store's locks does something right before a certain call of an operation.

Old writers and operators that come before every call have cases of their own; here it is one call that matters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from model.acknowledgement import in_flight
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise
from model.reference import Reference
from scenarios.arrangement import Arrangement
from scenarios.play import Actor, Step
from scenarios.session_cases.answering import Answer, answer_of, unlike
from store.kernel import Kernel


@dataclass(frozen=True)
class Before:
    """Right before which call.

    Attributes:
        call: Its name: "open".
        path: What it is about: a path, or a name in an open directory.
        after: How many of these calls of the operation go by first.
        times: Before how many of them it happens.
    """

    call: str
    path: str
    after: int = 0
    times: int = 1


class MeddledKernel:
    """Passes every call on; before some of them somebody meddles.

    It stands for any `store.kernel.Kernel`.

    Attributes:
        is_watched: Whether the calls count yet.
    """

    def __init__(self, kernel: Kernel, before: Before, meddle: Callable[[], None]) -> None:
        self._kernel: Any = kernel
        self._before = before
        self._meddle = meddle
        self._met = 0
        self.is_watched = False

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._kernel, name)
        if name != self._before.call:
            return call

        def meddled(path: str, *arguments: Any, **named: Any) -> Any:
            if self.is_watched and path == self._before.path:
                self._met += 1
                if self._before.after < self._met <= self._before.after + self._before.times:
                    self._meddle()
            return call(path, *arguments, **named)

        return meddled

    @property
    def as_kernel(self) -> Kernel:
        """Itself, as what it stands for."""
        return cast(Kernel, self)


Promising = Callable[[Reference], Obligations]


@dataclass(frozen=True)
class Meddling:
    """An operation, and somebody who meddles with it.

    Attributes:
        name: What they do.
        step: The operation.
        before: Right before which call.
        meddle: What they do, with a kernel of their own.
        answer: What the operation must come to all the same.
        arrangement: The files that are there.
        loose: What may be shown, from then on, of keys that they have changed, or that nobody has vouched for.
        after: What is promised once the operation has ended; None where either side of it may be seen even then.
        is_opened: Whether the store is open before.
        is_cut_late: Whether the power may only go once the operation has ended, and what is pending then is lost.
    """

    name: str
    step: Step
    before: Before
    meddle: Callable[[Kernel], None]
    answer: Answer
    arrangement: Arrangement
    loose: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    after: Promising | None = None
    is_opened: bool = True
    is_cut_late: bool = False

    def case(self) -> Case:
        """The meddling as a case."""
        return Case(self.step.operation, f"{self.step.call}: {self.name}", self._play)

    def _play(self, stage: Stage) -> None:
        self.arrangement.place(stage.kernel(), stage.path)
        stage.settle()
        hand, step = stage.kernel(), self.step
        before = self.arrangement.reference()

        def meddle() -> None:
            if not self.is_cut_late:
                stage.promise(self._loosened(flight))
            self.meddle(hand)

        kernel = MeddledKernel(stage.kernel(), self.before, meddle)
        actor = Actor(kernel.as_kernel, stage.path)
        if self.is_opened:
            assert actor.store is not None
            before = before.recover()
            stage.settle()
        flight = in_flight(before, step.apply(before), step.operation, step.call, strangers=None)
        if not self.is_cut_late:
            stage.arm()
            stage.promise(flight)
        kernel.is_watched = True
        witnessed = tuple(unlike(step.call, answer_of(lambda: step.run(actor)), self.answer))
        if self.is_cut_late:
            stage.arm()
        done = self._loosened(flight) if self.after is None else self.after(before)
        stage.promise(replace(done, strangers=None, witnessed=witnessed))

    def _loosened(self, flight: Obligations) -> Obligations:
        """The operation in flight beside what others do: they overlap, so the layout is left open as well."""
        if not self.loose:
            return flight
        because = "somebody has changed it meanwhile"
        loose = {key: Promise(values, because) for key, values in self.loose.items()}
        return replace(
            flight,
            promises={**flight.promises, **loose},
            otherwise=None,
            layouts=None,
            legacy=None,
            backups=None,
            kept=(),
        )
