"""Questions: an operation is run on files as they are, and must come to one stated answer.

Most are refused, or only look, and then nothing may change: whatever is found at any moment is what was there before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from model.acknowledgement import acknowledged, in_flight
from model.checks import in_words
from model.explore.stage import Case, Stage
from model.obligations import Violation, same_json
from model.properties import HONEST_ERRORS
from model.reference import Reference
from scenarios.arrangement import Arrangement
from scenarios.play import Actor, Scene

Answer = Any
"""What an operation must come to: the name of an error's class or of an outcome, or the value that it returns."""

NOTHING = Arrangement()

DONE = None
"""It returns nothing."""


@dataclass(frozen=True)
class Question:
    """An operation, and the one answer to it.

    Attributes:
        operation: Row of the table.
        name: Which variant of the operation.
        call: How it is called: "put('b')".
        run: Runs it.
        answer: What it must come to.
        arrangement: The files that are there.
        apply: What it does to the reference: nothing, unless it says so.
        is_opened: Whether the store is open before the power may go.
        late: What others do before the operation, once the store is open if it is; durable as well.
        meant: What that makes of the reference.
        errors: What opening or loading may raise before it and after it.
        strangers: Names in the folder that are not the store's; None when any may be there.
    """

    operation: str
    name: str
    call: str
    run: Callable[[Actor], object]
    answer: Answer
    arrangement: Arrangement = NOTHING
    apply: Callable[[Reference], Reference] = lambda reference: reference
    is_opened: bool = True
    late: Callable[[Stage], None] | None = None
    meant: Callable[[Reference], Reference] = lambda reference: reference
    errors: tuple[str, ...] = ()
    strangers: tuple[str, ...] | None = ()

    def case(self) -> Case:
        """The question as a case."""
        return Case(self.operation, self.name, self._play)

    def _play(self, stage: Stage) -> None:
        late = self.late
        others = None if late is None else lambda _kernel, _path: late(stage)
        actor, before = Scene(self.arrangement, self.is_opened, others, self.meant).set(stage)
        after = self.apply(before)
        stage.arm()
        flight = in_flight(before, after, self.operation, self.call, strangers=self.strangers, errors=self.errors)
        stage.promise(flight)
        witnessed = tuple(unlike(self.call, answer_of(lambda: self.run(actor)), self.answer))
        because = f"{self.call} had come to its end before the cut"
        done = acknowledged(after, because, before=before, strangers=self.strangers, errors=self.errors)
        stage.promise(replace(done, witnessed=witnessed))


def answer_of(run: Callable[[], object]) -> Answer:
    """What an operation comes to."""
    try:
        found = run()
    except Exception as error:  # whatever it is, it is what the operation came to
        return type(error).__name__
    return getattr(found, "name", found)


def unlike(call: str, came: Answer, wanted: Answer) -> Iterator[Violation]:
    """That an operation came to something else than it must."""
    if not same_json(came, wanted):
        sentence = f"Because of what it was given, {call} must come to {in_words(wanted)}. However: {in_words(came)}."
        yield Violation(HONEST_ERRORS, call, sentence, came, (wanted,))
