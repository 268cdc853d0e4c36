"""Kernels that let something happen before some calls of an operation: somebody interferes, or the call fails."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, cast

from model.explore.stage import Stage
from store.kernel import Kernel

PASSES_ON = ("counted",)
"""Functions that stand between the store and the kernel: what they call, the store calls."""

Happening = Callable[[], None]
_CHANGING = re.compile(r"[0-9a-f]{16}|[0-9]{13}")

SILENT = frozenset({"getpid", "monotonic_ns", "realtime_ns", "random_bytes", "lock", "close"})
"""Calls that neither look at files or names nor change any: whatever happens before them might happen after them."""


class InterposingKernel:
    """Passes every call on; before its call number `at`, something happens.

    Attributes:
        names: The names of the calls so far.
        given: Their arguments.
        at: The call before which it happens; None for never.
        has_happened: Whether it has.
    """

    def __init__(self, kernel: Kernel, happening: Happening) -> None:
        self._kernel = kernel
        self._happening = happening
        self.names: list[str] = []
        self.given: list[tuple[Any, ...]] = []
        self.at: int | None = None
        self.has_happened = False

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._kernel, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            position = len(self.names)
            self.names.append(name)
            self.given.append(arguments)
            if position == self.at:
                self.has_happened = True
                self._happening()
            return call(*arguments, **named)

        return counted

    @property
    def as_kernel(self) -> Kernel:
        """Itself, as what it stands for."""
        return cast(Kernel, self)

    def happen_in(self, calls: int, happening: Happening | None = None) -> None:
        """Let it happen before the call that comes after so many more: the same as before, or something else."""
        self.at = len(self.names) + calls
        self._happening = happening or self._happening


class Moment(NamedTuple):
    """A call before which something may happen.

    Attributes:
        at: Its number.
        name: What is called.
        label: The same in words that last when calls are added before it: "stat sessions.d (2)" is the second one.
    """

    at: int
    name: str
    label: str


def moments_of(names: Sequence[str], given: Sequence[tuple[Any, ...]]) -> list[Moment]:
    """The calls of an operation, each labelled by what it is given, and by which time that is."""
    times: Counter[str] = Counter()
    found = []
    for at, (name, arguments) in enumerate(zip(names, given, strict=True)):
        paths = [_CHANGING.sub("*", each) for each in arguments if isinstance(each, str)]
        label = " ".join([name, *paths[-1:]])
        times[label] += 1
        found.append(Moment(at, name, label if times[label] == 1 else f"{label} ({times[label]})"))
    return found


def calls_of(run: Callable[[Stage, InterposingKernel], Callable[[], object]]) -> list[Moment]:
    """Each call that an operation makes.

    Args:
        run: Prepares a stage and the kernel of the process; returns the operation, to be run.
    """
    stage = Stage()
    kernel = InterposingKernel(stage.kernel(), lambda: None)
    operation = run(stage, kernel)
    before = len(kernel.names)
    operation()
    return moments_of(kernel.names[before:], kernel.given[before:])


def telling(moments: Sequence[Moment], start: int = 0) -> Iterator[Moment]:
    """The calls, from `start` on, before which something may happen that could not happen earlier.

    Before the call after a silent one the same may happen as before that.
    """
    for moment in moments[start:]:
        if moment.at == start or moments[moment.at - 1].name not in SILENT:
            yield moment
