"""A defect: a store with one step replaced, so that it makes one mistake again.

The store is changed in memory while the defect is in force, and put back afterwards: in a `with` statement, in one
process.  Several at once need a process each; threads would see one another's.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from model.persistence.profiles import GATES

COST = 0
"""In the place of a property: what touches one entry must cost the same in a large store.  Convicted by counting."""

ANY_CUT = tuple(gate for gate in GATES if gate != "process-kill")
"""The gates under which the power may go, and pending names may be lost."""

PENDING_DATA = ("posix", "ext4", "xfs", "btrfs")
"""The gates under which a name may be durable before the bytes behind it."""

PENDING_NAMES = ("posix", "btrfs")
"""The gates under which a later change of a name may persist without an earlier one."""


@dataclass(frozen=True)
class Step:
    """One step of the store, and what is run instead.

    Attributes:
        where: A module, or a class in one: "store.live", "store.directory:Directory".
        name: The function or method.
        instead: Is given the real step, and then whatever that would be given.
        everywhere: Whether a function is replaced in every module that has imported it, not only in this one.
    """

    where: str
    name: str
    instead: Callable[..., Any]
    everywhere: bool = True

    @contextmanager
    def replaced(self) -> Iterator[None]:
        """Replace the step, in every module that has it by name, for as long as the `with` statement lasts."""
        module_name, _, class_name = self.where.partition(":")
        module = importlib.import_module(module_name)
        owner: Any = getattr(module, class_name) if class_name else module
        real = vars(owner)[self.name]
        replacement = self._replacement(real)
        owners = [owner]
        if not class_name and self.everywhere:
            owners = [each for each in _modules_of(module.__name__.partition(".")[0]) if _holds(each, self.name, real)]
        package = module.__name__.partition(".")[0]
        forget_answers(package)
        for each in owners:
            setattr(each, self.name, replacement)
        try:
            yield
        finally:
            for each in owners:
                setattr(each, self.name, real)
            forget_answers(package)

    def _replacement(self, real: Any) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            return self.instead(real, *arguments, **named)

        return step


def step(where: str, name: str, instead: Callable[..., Any], *, everywhere: bool = True) -> Step:
    """A step and what is run instead of it."""
    return Step(where, name, instead, everywhere)


@dataclass(frozen=True)
class Defect:
    """One mistake, told and made.

    Attributes:
        name: What it is called: "no-fsync-of-the-file".
        story: What is wrong, and how that loses something, in two to four sentences.
        source: Where the mistake was made, or found.
        property: Number of the always-property that it breaks; `COST` for what only counting shows.
        steps: What is replaced in the store.
        operations: Where to look first; it would be found without.
        profiles: The gates under which it shows, at least.
        unlike: Why it does not keep step with the reference model even without any cut; empty when it does.
    """

    name: str
    story: str
    source: str
    property: int
    steps: tuple[Step, ...]
    operations: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ANY_CUT
    unlike: str = ""

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Make the store have this defect."""
        with ExitStack() as stack:
            for each in self.steps:
                stack.enter_context(each.replaced())
            yield


def _modules_of(package: str) -> list[ModuleType]:
    return [each for name, each in list(sys.modules.items()) if name.partition(".")[0] == package]


def _holds(module: ModuleType, name: str, value: object) -> bool:
    """Tell whether a module has this very value under this name."""
    return vars(module).get(name) is value


def forget_answers(package: str) -> None:
    """Clear what functions of a package remember: they have it from the store as it was."""
    for module in _modules_of(package):
        for value in vars(module).values():
            forget = getattr(value, "cache_clear", None)
            if forget is not None:
                forget()
