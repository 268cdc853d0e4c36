"""Where a case is played: one simulated machine, and what is promised when."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from model.simulation import Machine
from model.simulation.power import Killed
from store.kernel import Kernel


@dataclass(frozen=True)
class Case:
    """A short workload.

    Args:
        operation: The row of the table that it belongs to.
        name: Which variant of the operation.
        play: Arranges, settles, opens, arms, promises, runs the operation, promises again.
        then: After a kill at any call of `play`: what another process then does, itself cut by power cuts.
        samples: How many crash states to draw where the data is too wide for all of them; None for all.  Cuts inside
            recovery are left to the cases that are not sampled.
        variants: Makes, when they are wanted, the cases that differ from this one in what goes wrong on the way.  They
            are explored together with it; those that do the same to the disk, and promise the same, only once.
    """

    operation: str
    name: str
    play: Callable[["Stage"], None]
    then: Callable[["Stage"], None] | None = None
    samples: int | None = None
    variants: "Callable[[], Iterable[Case]] | None" = None


class Promise(NamedTuple):
    """From this many completed effects and calls on, a crash is judged by `obligations`."""

    effects: int
    calls: int
    obligations: Any


class Stage:
    """One simulated machine on which a case is played.

    Attributes:
        machine: The machine.
        path: Where the store lives; its folder exists.
        notes: Free for the case to remember things from `play` to `then`.
    """

    def __init__(
        self,
        path: str = "/srv/sessions.json",
        *,
        tokens_repeat: bool = False,
        wrap: Callable[[Kernel], Kernel] | None = None,
    ) -> None:
        self.machine = Machine(tokens_repeat=tokens_repeat)
        self.path = path
        self.wrap = wrap
        self.notes: dict[str, Any] = {}
        self.promises: list[Promise] = []
        self.armed_effects: int | None = None
        self.armed_calls = 0
        self.kill_after_calls: int | None = None
        self.kill_units = 0

    def kernel(self) -> Kernel:
        """A new process on the machine; what it can call."""
        kernel: Kernel = self.machine.start().kernel
        return kernel if self.wrap is None else self.wrap(kernel)

    def settle(self) -> None:
        """Everything so far becomes durable."""
        self.machine.settle()

    def arm(self) -> None:
        """Crash points start here."""
        self.armed_effects = len(self.machine.effects)
        self.armed_calls = self.machine.calls
        if self.kill_after_calls is not None:
            self.machine.kill_at_call = self.machine.calls + self.kill_after_calls
            self.machine.kill_units = self.kill_units

    def promise(self, obligations: Any) -> None:
        """From this moment on, a crash is judged by these obligations (the judge knows what they mean)."""
        self.promises.append(Promise(len(self.machine.effects), self.machine.calls, obligations))


def play(case: Case, stage: Stage) -> bool:
    """Play a case; returns whether it was killed on the way."""
    try:
        case.play(stage)
    except Killed:
        return True
    return False
