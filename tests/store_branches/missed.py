"""What was missed, named so that small changes leave its name alone: by function and text, not by line number."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

MODULE = "(module)"
"""In the place of a function: a line outside all of them."""


@dataclass(frozen=True)
class Miss:
    """A line that was never run, or a branch that was never taken from a line that was.

    Attributes:
        file: Path of the file, from the project's folder.
        line: Number of the line.
        function: Qualified name of the innermost function (or class) around it.
        text: The line's text; of a branch, also the text of the line that it would lead to.
    """

    file: str
    line: int
    function: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} in {self.function}: {self.text}"


@dataclass(frozen=True)
class Reached:
    """How far the campaigns came in one file.

    Attributes:
        file: Path of the file, from the project's folder.
        source: Its text.
        run: Numbers of the lines that were run.
        missed_lines: Numbers of those that were not.
        missed_branches: Branches that were not taken, as pairs of line numbers; a negative one is the way out.
        branches: How many branches it has.
    """

    file: str
    source: str
    run: frozenset[int]
    missed_lines: frozenset[int]
    missed_branches: frozenset[tuple[int, int]]
    branches: int

    @cached_property
    def misses(self) -> tuple[Miss, ...]:
        """Everything that was missed.  A branch to a line that was never run is that line's."""
        return tuple(self._misses())

    def _misses(self) -> Iterator[Miss]:
        for line in sorted(self.missed_lines):
            yield Miss(self.file, line, self.function_of(line), self._text(line))
        for start, end in sorted(self.missed_branches):
            if start not in self.missed_lines and end not in self.missed_lines:
                text = f"{self._text(start)} -> {self._text(end) if end > 0 else 'out'}"
                yield Miss(self.file, start, self.function_of(start), text)

    def was_run(self, function: str) -> bool:
        """Whether any line of this function was run; its first line, which is run when it is made, aside."""
        return any(self.function_of(line) == function for line in self.run)

    def function_of(self, line: int) -> str:
        """The qualified name of the function that a line is in."""
        return self._functions.get(line, MODULE)

    def _text(self, line: int) -> str:
        return self.source.splitlines()[line - 1].strip()

    @cached_property
    def _functions(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for name, node in _definitions(ast.parse(self.source), ()):
            assert node.end_lineno is not None
            found.update(dict.fromkeys(range(node.body[0].lineno, node.end_lineno + 1), name))
        return found


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _definitions(node: ast.AST, above: tuple[str, ...]) -> Iterator[tuple[str, Definition]]:
    """Every function and class with its qualified name, the outer ones first."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            name = (*above, child.name)
            yield ".".join(name), child
            yield from _definitions(child, name)
        else:
            yield from _definitions(child, above)
