"""The program that a scene plays, as source with line numbers, and which of its lines made a call."""

import inspect
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from types import FunctionType
from typing import Any, cast

from model.scenario.calls import Call
from model.scenario.tables import nearest
from model.target import UserMistake


@dataclass(frozen=True)
class Listing:
    """A function's source: where it lies, the number of its first line, its lines."""

    file: str
    first: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """The functions that are shown of a program."""

    listings: tuple[Listing, ...]

    def line_of(self, call: Call) -> int | None:
        """The innermost of the lines shown that made a call; None for a call from elsewhere."""
        for site in call.sites:
            for listing in self.listings:
                if site.file == listing.file and listing.first <= site.line < listing.first + len(listing.lines):
                    return site.line
        return None


def program(names: Sequence[str]) -> Program:
    """The functions of these names, `module:name`, imported: whoever calls has checked that they may be.

    Raises:
        UserMistake: There is no such function.
    """
    return Program(tuple(_listing(name) for name in names))


def _listing(name: str) -> Listing:
    module_name, _, path = name.partition(":")
    try:
        module = import_module(module_name)
        function: object = reduce(getattr, path.split("."), cast(Any, module))
    except ModuleNotFoundError as error:
        raise UserMistake(name, f"there is no module {error.name}", "Name it module:Class.function.") from error
    except AttributeError as error:
        remedy = nearest(path.partition(".")[0], [each for each in vars(module) if not each.startswith("_")])
        raise UserMistake(name, f"{module_name} has no {path}", remedy) from error
    if not isinstance(function, FunctionType):
        raise UserMistake(name, "it is no function", "Name it module:Class.function.")
    lines, first = inspect.getsourcelines(function)
    file = module_name.replace(".", "/") + ".py"
    return Listing(file, first, tuple(textwrap.dedent("".join(lines)).rstrip().splitlines()))
