"""What is checked: a store, its operations, and what they must do.

A complete target, for a store that keeps everything in one JSON file:

>>> import json
>>> from model.target import Operation, Target
>>> from store.kernel import O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY
>>> class OneFile:
...     def __init__(self, kernel, path):
...         self.kernel, self.path = kernel, path
...     def load(self):
...         try:
...             fd = self.kernel.open(self.path, O_RDONLY)
...         except FileNotFoundError:
...             return {}
...         return json.loads(self.kernel.read(fd, 65_536))
...     def put(self, key, value):
...         fd = self.kernel.open(self.path, O_WRONLY | O_CREAT | O_TRUNC)
...         self.kernel.write(fd, json.dumps({**self.load(), key: value}).encode())
...         self.kernel.close(fd)
>>> put = Operation(
...     name="put",
...     arguments=(("a", {"version": 1}), ("a", {"version": 2})),
...     run=OneFile.put,
...     apply=lambda entries, key, value: {**entries, key: value},
... )
>>> target = Target(name="one-file", open=OneFile, operations=(put,))
>>> [case.name for case in target.cases()][:2]
["into an empty store: put('a', {'version': 1})", "into a small store: put('a', {'version': 1})"]

Saved as `mine.py`, `blackstart verify mine:target` convicts it.  (It truncates the file before it has read it, too.)
"""

import importlib
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from model.explore.stage import Case
from model.judge import judge, marks, stable
from model.obligations import Violation
from model.observation import Observation
from store.kernel import Kernel


class UserMistake(Exception):
    """Something that the user of the checker can put right: where it is, what is wrong, what to do."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}. {remedy}")
        self.where = where
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True)
class Operation:
    """One operation of a store.

    Attributes:
        name: What a client calls it; the row in the table of results.
        arguments: The argument lists to try, a few small ones.
        run: Runs it on an open store: `run(store, *arguments)`.
        apply: The same on the reference: `apply(reference, *arguments)` returns the next reference.
        strategy: A Hypothesis strategy for argument lists, for exploring at random.
    """

    name: str
    arguments: tuple[tuple[Any, ...], ...]
    run: Callable[..., Any]
    apply: Callable[..., Any]
    strategy: Any = None


def _default(*_arguments: Any) -> Any:
    raise AssertionError("replaced when the target was made")


def _role(path: str) -> str:
    return re.sub(r"[0-9a-f]*[0-9][0-9a-f]*", "#", path.rpartition("/")[2])


@dataclass(frozen=True)
class Target:
    """A store under test.  A name, `open` and `operations` are enough; the rest has defaults for a simple map.

    Attributes:
        name: How it is called in reports.
        open: Opens the store for writing on a kernel and a path; recovers, if the store does that.
        operations: Its operations. The first one fills the small store of the default cases, so it is best a put.
        load: Reads all entries of an open store, key to JSON value.
        reference: The reference of a store that is empty.
        cases: What to play; by default each operation with each of its arguments on an empty and on a small store.
        examine: Opens for writing and looks at all there is.
        peek: Opens for reading, changes nothing, and looks at the entries; None if the store has no such thing.
        judge: Which promises an observation breaks.
        stable: What must be seen again after an observation.
        marks: The sometimes-properties that an observation reaches.
        sometimes: The marks of which a whole campaign must reach every one.
        sample: Makes a realistic file from a number of entries and a seed.
        input_cases: The cases that verify a file that the user gave.
        failure_cases: Cases of which each variant lets a call fail, see `model.failures`.
        role: What a file is, by its path, for tables over many cases; by default its name, with # for numbers in it.
    """

    name: str
    open: Callable[[Kernel, str], Any]
    operations: tuple[Operation, ...] = ()
    load: Callable[[Any], Mapping[str, Any]] = lambda store: store.load()
    reference: Any = field(default_factory=dict)
    cases: Callable[..., Sequence[Case]] = _default
    examine: Callable[[Kernel, str], Observation] = _default
    peek: Callable[[Kernel, str], Observation] | None = None
    judge: Callable[[Any, Observation], Sequence[Violation]] = judge
    stable: Callable[[Observation], Any] = stable
    marks: Callable[[Any, Observation], Iterable[str]] = marks
    sometimes: tuple[str, ...] = ()
    sample: Callable[[int, int], bytes] | None = None
    input_cases: Callable[[bytes], Sequence[Case]] | None = None
    failure_cases: Callable[[], Sequence[Case]] | None = None
    role: Callable[[str], str] = _role

    def __post_init__(self) -> None:
        if self.cases is _default:
            object.__setattr__(self, "cases", self._default_cases)
        if self.examine is _default:
            object.__setattr__(self, "examine", self._open_and_load)

    def _default_cases(self) -> Sequence[Case]:
        from model.default_cases import default_cases

        return default_cases(self)

    def _open_and_load(self, kernel: Kernel, path: str) -> Observation:
        try:
            return Observation(self.load(self.open(kernel, path)))
        except Exception as error:  # whatever a stranger's store raises is what it shows
            return Observation({}, error=(type(error).__name__, str(error)))


def load_target(name: str) -> Target:
    """The target with this name, `module:name`.

    Raises:
        UserMistake: There is no such module or name, or it is no target.
    """
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise UserMistake(name, "a target is named module:name", "For example scenarios.sessions:target.")
    if "" not in sys.path:
        sys.path.append("")  # a script that pip installed does not look in the current folder
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise UserMistake(name, f"importing it needs {error.name}", f"Install {error.name}.") from error
        remedy = "Run in the folder that holds it, or set PYTHONPATH."
        raise UserMistake(name, f"there is no module {error.name}", remedy) from error
    found = getattr(module, attribute, None)
    if isinstance(found, Target):
        return found
    offered = [each for each, value in vars(module).items() if isinstance(value, Target)]
    what = "it is no Target" if hasattr(module, attribute) else f"{module_name} has no {attribute}"
    raise UserMistake(name, what, f"Targets in it: {', '.join(offered) or 'none'}.")
