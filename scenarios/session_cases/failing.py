"""Cases with an injected error: each call of an operation that may fail, fails once.

An operation that raised is in flight for ever; one that returned all the same must not have lost anything.  After an
error the same process tries again, and must be believed then.
"""

from collections.abc import Callable, Sequence
from errno import EIO, ENOSPC, errorcode

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.play import Actor, Step
from scenarios.session_cases import steps
from scenarios.session_cases.interposing import InterposingKernel, calls_of
from store.errors import StoreError

FAILING = {"open": EIO, "write": ENOSPC, "fsync": EIO, "rename": EIO, "unlink": EIO, "mkdir": ENOSPC}
"""Which calls fail, and how."""

LIVE = Arrangement(live={"a": entry("a"), "b": entry("b")})
LEGACY = Arrangement(legacy=as_legacy({"a": entry("a"), "b": entry("b")}))


def failing_cases() -> Sequence[Case]:
    """Every call that can fail, of each operation."""
    played = (
        (LIVE, steps.put("b", entry("new", 2))),
        (LIVE, steps.delete("b")),
        (LIVE, steps.apply({"b": entry("new", 2), "c": entry("c")}, ("a",))),
        (LEGACY, steps.put("b", entry("new", 2))),
        (LEGACY, steps.migrate()),
        (LIVE, steps.roll_back()),
    )
    return tuple(case for arrangement, step in played for case in _cases(arrangement, step))


def _cases(arrangement: Arrangement, step: Step) -> Sequence[Case]:
    def prepared(stage: Stage, kernel: InterposingKernel) -> Callable[[], object]:
        actor = _opened(stage, kernel, arrangement)
        return lambda: step.run(actor)

    return [_case(arrangement, step, at, name) for at, name in calls_of(prepared) if name in FAILING]


def _opened(stage: Stage, kernel: InterposingKernel, arrangement: Arrangement) -> Actor:
    arrangement.place(stage.kernel(), stage.path)
    stage.settle()
    actor = Actor(kernel.as_kernel, stage.path)
    assert actor.store is not None
    return actor


def _case(arrangement: Arrangement, step: Step, at: int, name: str) -> Case:
    error = FAILING[name]
    text = f"{errorcode[error]} at call {at}, {name}"

    def fail() -> None:
        raise OSError(error, "injected")

    def play(stage: Stage) -> None:
        kernel = InterposingKernel(stage.kernel(), fail)
        actor = _opened(stage, kernel, arrangement)
        kernel.happen_in(at)
        before = arrangement.reference()
        after = step.apply(before)
        stage.arm()
        flight = in_flight(before, after, step.operation, step.call, save=step.save)
        stage.promise(flight)
        if _succeeds(actor, step):
            stage.promise(acknowledged(after, f"{step.call} returned despite {text}", before=before, despite=text))
        elif _succeeds(actor, step):
            stage.promise(acknowledged(after, f"{step.call}, tried again after {text}, returned", before=before))

    layout = "live" if arrangement.live is not None else "legacy"
    return Case(step.operation, f"{step.call}, {layout}: {text}", play)


def _succeeds(actor: Actor, step: Step) -> bool:
    try:
        outcome = step.run(actor)
    except (StoreError, OSError):
        return False
    return getattr(outcome, "name", "") != "failed"
