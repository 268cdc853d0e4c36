"""Kernels that let something happen before some calls of an operation: somebody interferes, or the call fails."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from model.explore.stage import Stage
from store.kernel import Kernel

Happening = Callable[[], None]

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


def calls_of(run: Callable[[Stage, InterposingKernel], Callable[[], object]]) -> Iterator[tuple[int, str]]:
    """Number and name of each call that an operation makes.

    Args:
        run: Prepares a stage and the kernel of the process; returns the operation, to be run.
    """
    stage = Stage()
    kernel = InterposingKernel(stage.kernel(), lambda: None)
    operation = run(stage, kernel)
    before = len(kernel.names)
    operation()
    yield from enumerate(kernel.names[before:])


def telling(names: Sequence[str], start: int = 0) -> Iterator[tuple[int, str]]:
    """Number and name of each call, from `start` on, before which something may happen that could not happen earlier.

    Before the call after a silent one the same may happen as before that.
    """
    for at in range(start, len(names)):
        if at == start or names[at - 1] not in SILENT:
            yield at, names[at]
