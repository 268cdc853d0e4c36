"""Which cases a campaign has, told in values that a worker can make them from again."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from model.explore.stage import Case
from model.target import Target, UserMistake, load_target


@dataclass(frozen=True)
class Scope:
    """Which cases, and how far each is explored.  Workers make the cases anew from it, so it has to be picklable.

    Attributes:
        target: The target's name, `module:name`.
        entries: How many entries the cases have at most; None leaves it to the target.
        nested: How deep recovery is cut again; None is to a fixpoint.
        seed: Decides what is sampled where data is too wide for every state.
        input: The bytes of a file that the user gave: then its cases are played, and no others.
    """

    target: str
    entries: int | None = None
    nested: int | None = None
    seed: int = 0
    input: bytes | None = field(default=None, repr=False)


def cases_of(target: Target, scope: Scope) -> Sequence[Case]:
    """The cases of a target in this scope.

    Raises:
        UserMistake: the target does not offer what the scope asks for.
    """
    if scope.input is not None:
        if target.input_cases is None:
            raise UserMistake(scope.target, "it has no cases for a file", "Leave out --input.")
        return target.input_cases(scope.input)
    if scope.entries is None:
        return target.cases()
    if not takes_entries(target):
        raise UserMistake(scope.target, "its cases have no number of entries to choose", "Leave out --entries.")
    scaled: Any = target.cases
    cases: Sequence[Case] = scaled(entries=scope.entries)
    return cases


def takes_entries(target: Target) -> bool:
    """Whether the number of entries of its cases can be chosen."""
    return "entries" in inspect.signature(target.cases).parameters


@lru_cache(maxsize=1)
def loaded(scope: Scope) -> tuple[Target, Sequence[Case]]:
    """The target of a scope and its cases; a worker makes them once."""
    target = load_target(scope.target)
    return target, cases_of(target, scope)
