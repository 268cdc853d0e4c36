"""Kernels that let something happen before one call of an operation: somebody interferes, or the call fails."""

from collections.abc import Callable, Iterator
from typing import Any, cast

from model.explore.stage import Stage
from store.kernel import Kernel

Happening = Callable[[], None]


class InterposingKernel:
    """Passes every call on; before its call number `at`, something happens.

    Attributes:
        names: The names of the calls so far.
        at: The call before which it happens; None for never.
        has_happened: Whether it has.
    """

    def __init__(self, kernel: Kernel, happening: Happening) -> None:
        self._kernel = kernel
        self._happening = happening
        self.names: list[str] = []
        self.at: int | None = None
        self.has_happened = False

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._kernel, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            position = len(self.names)
            self.names.append(name)
            if position == self.at:
                self.has_happened = True
                self._happening()
            return call(*arguments, **named)

        return counted

    @property
    def as_kernel(self) -> Kernel:
        """Itself, as what it stands for."""
        return cast(Kernel, self)

    def happen_in(self, calls: int) -> None:
        """Let it happen before the call that comes after so many more."""
        self.at = len(self.names) + calls


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
