"""The program that a scene plays, as source with line numbers, and which of its lines made a call."""

import ast
import inspect
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from types import FunctionType
from typing import Any, cast

from model.defects.defect import Defect
from model.scenario.calls import Call
from model.scenario.tables import nearest
from model.target import UserMistake


@dataclass(frozen=True)
class Listing:
    """A function's source, without its docstring: the file, and its lines with their numbers."""

    file: str
    lines: tuple[tuple[int, str], ...]

    def has(self, file: str, line: int) -> bool:
        """Whether this line of a file is one of them."""
        return file == self.file and any(number == line for number, _ in self.lines)


@dataclass(frozen=True)
class Program:
    """The functions that are shown of a program."""

    listings: tuple[Listing, ...]

    def line_of(self, call: Call) -> int | None:
        """The innermost of the lines shown that made a call; None for a call from elsewhere."""
        for site in call.sites:
            for listing in self.listings:
                if listing.has(site.file, site.line):
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
    return listing_of(function)


def listing_of(function: FunctionType) -> Listing:
    """The source of a function."""
    lines, first = inspect.getsourcelines(function)
    source = textwrap.dedent("".join(lines)).rstrip()
    told = _docstring(source)
    numbered = enumerate(source.splitlines(), first)
    file = function.__module__.replace(".", "/") + ".py"
    return Listing(file, tuple((number, line) for number, line in numbered if number - first + 1 not in told))


def _docstring(source: str) -> range:
    """The lines of a function's docstring, counted from 1."""
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    first = function.body[0]
    if ast.get_docstring(function) is None or len(function.body) == 1:
        return range(0)
    return range(first.lineno, (first.end_lineno or first.lineno) + 1)


def mistake(defect: Defect) -> tuple[Listing, ...]:
    """The source of what a known-bad store does instead of the right steps."""
    functions = [each.instead for each in defect.steps if isinstance(each.instead, FunctionType)]
    inside = [
        cell.cell_contents
        for function in functions
        for cell in function.__closure__ or ()
        if isinstance(cell.cell_contents, FunctionType)
    ]
    return tuple(map(listing_of, dict.fromkeys([*functions, *inside])))
