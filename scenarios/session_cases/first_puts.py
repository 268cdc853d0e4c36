"""The first put into a store whose folders are still to be made: a call fails, or somebody makes or removes them too.

The folders above are made and synced on the way.  Whatever becomes of the first attempt, the next one must succeed.
"""

from collections.abc import Callable, Iterator, Sequence
from errno import EINVAL, EIO, ENOSPC
from typing import Any

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Violation
from model.properties import HONEST_ERRORS
from model.reference import Reference
from model.simulation.faults import Fault, FaultyKernel, errors_of
from scenarios.arrangement import entry
from scenarios.look import AGENTS
from scenarios.play import Actor
from scenarios.session_cases import steps
from scenarios.session_cases.answering import DONE, answer_of, unlike
from scenarios.session_cases.faults import attempt
from scenarios.session_cases.interposing import InterposingKernel
from scenarios.session_cases.meddling import Before, MeddledKernel
from store.kernel import Kernel

PUT = steps.put("a", entry("a"))
AGENT = f"/srv/{AGENTS}/alpha"
FOLDER = f"{AGENT}/sessions"


def first_put_cases() -> Sequence[Case]:
    """All of them."""
    return (_failing(), _unsyncable(), *_meddled())


def _actor(stage: Stage, wrap: Callable[[Kernel], Kernel]) -> Actor:
    stage.kernel().mkdir(f"/srv/{AGENTS}")
    stage.settle()
    return Actor(wrap(stage.kernel()), f"{FOLDER}/sessions.json")


def _flight() -> Obligations:
    flight = in_flight(Reference(), PUT.apply(Reference()), PUT.operation, PUT.call, strangers=None)
    return Obligations({}, operation=PUT.operation, parts={"alpha": flight})


def _done(because: str, witnessed: Sequence[Violation] = ()) -> Obligations:
    done = acknowledged(PUT.apply(Reference()), because, before=Reference(), strangers=None)
    return Obligations({}, parts={"alpha": done}, witnessed=tuple(witnessed))


def _tried_again(actor: Actor) -> Iterator[Violation]:
    error, _ = attempt(actor, PUT)
    if error is not None:
        sentence = f"Because nothing is in its way any more, {PUT.call} must succeed. However it came to {error}."
        yield Violation(HONEST_ERRORS, PUT.call, sentence, error, ("success",))


# --- a call fails


def _failing() -> Case:
    def variants() -> Iterator[Case]:
        for at, (name, arguments) in enumerate(_calls()):
            allowed = errors_of(name, arguments)
            for fault in (Fault(EIO), Fault(ENOSPC, lasts=True)):
                if fault.error in allowed:
                    title = f"the first, into folders to be made: {fault} at call {at}, {name}"
                    yield Case("put", title, _play_failing(at, fault))

    return Case(
        "put", "the first, into folders to be made, and a call fails", _play_failing(0, None), variants=variants
    )


def _calls() -> Sequence[tuple[str, tuple[Any, ...]]]:
    faulty: list[FaultyKernel] = []
    actor = _actor(Stage(), lambda kernel: _faulty(kernel, faulty))
    PUT.run(actor)
    return faulty[0].calls


def _faulty(kernel: Kernel, made: list[FaultyKernel]) -> Kernel:
    made.append(FaultyKernel(kernel))
    return made[-1].as_kernel


def _play_failing(at: int, fault: Fault | None) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        faulty: list[FaultyKernel] = []
        actor = _actor(stage, lambda kernel: _faulty(kernel, faulty))
        if fault is not None:
            faulty[0].fail_in(at, fault)
        stage.arm()
        stage.promise(_flight())
        error, _ = attempt(actor, PUT)
        faulty[0].mend()
        witnessed = [] if error is None else list(_tried_again(actor))
        stage.promise(_done(f"{PUT.call} returned", witnessed))

    return play


def _unsyncable() -> Case:
    """The root is on a file system that cannot sync a folder: then there is nothing to wait for."""

    def play(stage: Stage) -> None:
        actor = _actor(stage, lambda kernel: _RootWithoutSync(kernel).as_kernel)
        stage.arm()
        stage.promise(_flight())
        stage.promise(_done(f"{PUT.call} returned", list(_tried_again(actor))))

    return Case("put", "the first, below a folder that cannot be synced", play)


class _RootWithoutSync(InterposingKernel):
    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel, lambda: None)
        self._roots: set[int] = set()

    def open(self, path: str, *arguments: Any, **named: Any) -> int:
        fd: int = self._kernel.open(path, *arguments, **named)
        if path == "/":
            self._roots.add(fd)
        return fd

    def close(self, fd: int) -> None:
        self._roots.discard(fd)
        self._kernel.close(fd)

    def fsync(self, fd: int) -> None:
        if fd in self._roots:
            raise OSError(EINVAL, "cannot be synced")
        self._kernel.fsync(fd)


# --- somebody makes the folders, or removes them


def _meddled() -> Iterator[Case]:
    """Somebody is faster: makes a folder right before we do, or removes the empty one right after."""

    def makes_both(hand: Kernel) -> None:
        hand.mkdir(AGENT)
        hand.mkdir(FOLDER)

    yield _race("somebody makes them all", Before("mkdir", FOLDER), makes_both)
    yield _race("somebody makes the lowest", Before("mkdir", FOLDER, after=1), lambda hand: hand.mkdir(FOLDER))
    removes = Before("open", "sessions.d.lock")
    yield _race("somebody removes the lowest", removes, lambda hand: hand.rmdir(FOLDER), is_refused=True)


def _race(name: str, before: Before, meddle: Callable[[Kernel], None], *, is_refused: bool = False) -> Case:
    def play(stage: Stage) -> None:
        hand = stage.kernel()
        kernels: list[MeddledKernel] = []

        def wrap(kernel: Kernel) -> Kernel:
            kernels.append(MeddledKernel(kernel, before, lambda: meddle(hand)))
            return kernels[-1].as_kernel

        actor = _actor(stage, wrap)
        kernels[0].is_watched = True
        stage.arm()
        stage.promise(_flight())
        witnessed = list(unlike(PUT.call, answer_of(lambda: PUT.run(actor)), "StoreVanished" if is_refused else DONE))
        if is_refused:
            hand.mkdir(FOLDER)
            witnessed += _tried_again(actor)
        stage.promise(_done(f"{PUT.call} returned", witnessed))

    return Case("put", f"the first, into folders to be made, and {name}", play)
