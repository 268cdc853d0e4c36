"""System calls as they were traced: what was called, on which file, and from where in the program."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any, NamedTuple

from model.scenario.places import Places
from model.simulation import Machine
from model.simulation.disk import ROOT
from model.simulation.tree import describe_bytes
from store import kernel as seam

PREVIEW_ARGUMENTS = 60
MOST_SITES = 8
_CITED_STEP = re.compile(r"\b(?:(M[1-8])|(?:[Ss]teps?|[Rr]ule) ([WDSN]))\b")


class Site(NamedTuple):
    """A place in a program: file, line, function, and the protocol step that the function says it implements."""

    file: str
    line: int
    function: str
    step: str = ""

    def __str__(self) -> str:
        step = f", step {self.step}" if self.step else ""
        return f"{self.file}:{self.line} in {self.function}{step}"


def whence(call: "Call") -> str:
    """Where a call was made, and for which step of the protocol, as a remark in brackets."""
    if not call.sites:
        return ""
    innermost = call.sites[0]
    step = next((site for site in call.sites[1:] if site.step and not innermost.step), None)
    return f" ({innermost})" if step is None else f" ({innermost}, for {step})"


@dataclass(frozen=True)
class Call:
    """A system call of the trace.

    Attributes:
        pid: The process.
        name: The call.
        arguments: As they were given.
        effects: How many effects on the disk were complete before it.
        label: Call and file in words, the same in every run: "fsync /srv/sessions.d".
        sites: Where it was called from, the innermost place first.
    """

    pid: int
    name: str
    arguments: tuple[Any, ...]
    effects: int
    label: str = ""
    sites: tuple[Site, ...] = ()


def trace(machine: Machine, places: Places | None = None) -> list[Call]:
    """From now on, write down every call of the machine into the list that is returned."""
    calls: list[Call] = []
    machine.tracer = _Tracer(machine, places or Places.of(machine.disk), calls)
    return calls


class _Tracer:
    def __init__(self, machine: Machine, places: Places, calls: list[Call]) -> None:
        self._machine = machine
        self._places = places
        self._calls = calls
        self._told = 0
        self._effects: Sequence[Any] = machine.effects

    def __call__(self, process: Any, name: str, arguments: tuple[Any, ...]) -> None:
        effects = self._machine.effects
        if effects is not self._effects:  # the machine has settled, and counts anew
            self._places, self._effects, self._told = Places.of(self._machine.disk), effects, 0
        self._places.follow(effects[self._told :])
        self._told = len(effects)
        about = " ".join([name, *self._about(process, name, arguments)])
        self._places.note(about)
        label = self._places.plain(about)
        self._calls.append(Call(process.pid, name, arguments, len(effects), label, tuple(_sites())))

    def _about(self, process: Any, name: str, arguments: tuple[Any, ...]) -> list[str]:
        if name in ("rename", "link"):
            source, target, source_fd, target_fd = arguments
            return [self._at(process, source, source_fd), "->", self._at(process, target, target_fd)]
        if arguments and isinstance(arguments[0], str):
            return [self._at(process, arguments[0], arguments[-1])]
        if name == "lock":
            fd, start, length, mode = arguments
            return [self._of(process, fd), f"{start}+{length}", str(mode)]
        if arguments and name in ("read", "write", "fsync", "close", "listdir", "fstat", "fchmod"):
            return [self._of(process, arguments[0])]
        return []

    def _at(self, process: Any, path: str, folder: int | None) -> str:
        return path if folder is None or path.startswith("/") else f"{self._of(process, folder)}/{path}"

    def _of(self, process: Any, fd: int) -> str:
        opened = process.kernel.descriptors.get(fd)
        return f"descriptor {fd}" if opened is None else self._path(opened.node.ino) or "/"

    def _path(self, ino: int) -> str:
        """Where an open file lies: where it was put last, unless a power cut has taken that back."""
        return self._places.path(ino) if self._places.holds(ino, self._entries) else self._found(ino)

    def _found(self, ino: int) -> str:
        """Where an inode lies on the running machine, as far as it has looked; else where it was put last."""
        ahead = [(ROOT, "")]
        for directory, path in ahead:
            for name, child in self._entries(directory).items():
                if child == ino:
                    return f"{path}/{name}"
                if child > 0:
                    ahead.append((child, f"{path}/{name}"))
        return self._places.path(ino)

    def _entries(self, ino: int) -> Mapping[str, int]:
        """What a directory holds for processes; what nobody has looked for yet has a negative number."""
        node = self._machine.nodes.get(ino)
        return {} if node is None else node.entries


def _sites() -> Iterator[Site]:
    """The places of the program under test on the stack, the innermost first.

    A kernel around the kernel is no place of it: its module names the functions that pass calls on as `PASSES_ON`.
    """
    frame: FrameType | None = sys._getframe(1)
    found = 0
    while frame is not None and found < MOST_SITES:
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith("model.") and frame.f_code.co_name not in frame.f_globals.get("PASSES_ON", ()):
            yield Site(_file_of(module), frame.f_lineno, frame.f_code.co_name, step_of(frame.f_code))
            found += 1
        elif found and module.startswith("model.explore."):
            return  # what follows is the checker, which plays the case
        frame = frame.f_back


def _file_of(module: str) -> str:
    return module.replace(".", "/") + ".py"


def step_of(code: CodeType) -> str:
    """The first protocol step that a function's docstring names; empty if it names none."""
    known = _STEPS.get(code)
    if known is None:
        documented = code.co_consts[0] if code.co_consts and isinstance(code.co_consts[0], str) else ""
        found = _CITED_STEP.search(documented)
        known = _STEPS[code] = (found[1] or found[2]) if found else ""
    return known


_STEPS: dict[CodeType, str] = {}

_FLAGS = {
    seam.O_CREAT: "O_CREAT",
    seam.O_EXCL: "O_EXCL",
    seam.O_TRUNC: "O_TRUNC",
    seam.O_APPEND: "O_APPEND",
    seam.O_NOFOLLOW: "O_NOFOLLOW",
    seam.O_DIRECTORY: "O_DIRECTORY",
}


def render_call(call: Call) -> str:
    """A system call as a line of text."""
    arguments = list(call.arguments)
    if call.name == "open":
        flags = [name for flag, name in _FLAGS.items() if arguments[1] & flag == flag]
        access = {seam.O_RDONLY: "O_RDONLY", seam.O_WRONLY: "O_WRONLY"}.get(arguments[1] & 3, "O_RDWR")
        arguments[1] = "|".join([access, *flags])
        arguments[2] = oct(arguments[2])
    rendered = [
        describe_bytes(argument)[:PREVIEW_ARGUMENTS] if isinstance(argument, bytes) else str(argument)
        for argument in arguments
        if argument is not None
    ]
    return f"[{call.pid}] {call.name}({', '.join(rendered)})"


def numbered(calls: Sequence[Call]) -> list[tuple[str, int]]:
    """For each call its label, and which one of that label it is, from 1."""
    counts: dict[str, int] = {}
    found: list[tuple[str, int]] = []
    for call in calls:
        counts[call.label] = counts.get(call.label, 0) + 1
        found.append((call.label, counts[call.label]))
    return found
