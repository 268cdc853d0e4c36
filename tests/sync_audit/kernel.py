"""A kernel that knows which place of the store each sync comes from, and leaves out those that it is told to.

A place is named so that small changes leave its name alone: what is synced (tokens, times and keys replaced by `*`),
the functions of the store that ask for it, and, where one step of a case does so more than once, which time it is.
"""

import re
import sys
from collections import Counter
from collections.abc import Collection
from types import FrameType
from typing import Any, NamedTuple, cast

from model.explore.stage import Stage
from store.kernel import O_EXCL, Kernel

FSYNC, EXCLUSIVE = "fsync", "O_EXCL"
"""What is audited."""
UNLINK = "unlink"
"""What may make up for an O_EXCL: the name was freed before."""

METHODS = {
    "put": "put",
    "update": "update",
    "delete": "delete",
    "save": "save",
    "apply": "save",
    "update_many": "save",
    "migrate": "migrate",
    "roll_back": "roll back",
    "recover": "recover",
}
"""The store's methods, and the operation that each of them is."""
NESTED = ("recover", "migrate", "finish")
"""Functions that are operations of their own, which others begin with: whatever they sync is theirs."""
RETRY = "retry"

_STORE = "store.session_store"
_ANCESTORS = "_open_lock"
"""Who has the folders above a store synced."""
_CARRIERS = ("store.directory", "store.ancestors", "store.confinement")
"""Modules that sync what they are told to."""
_GO_BETWEENS = ("begin", "change_one", "change_in", "with_whole_store")
"""Functions that say nothing of what is synced."""
_WRAPPERS = (__name__, "scenarios.session_cases.interposing", "scenarios.session_cases.visiting")
"""Modules of kernels around the kernel."""
_FUNCTIONS = 3

_AGENT = re.compile(r"(.*/agents/[^/]+/sessions)(?=/|$)")
_CHANGING = (
    (re.compile(r"[0-9a-f]{16}"), "*"),
    (re.compile(r"\.bak\.\d+"), ".bak.*"),
    (re.compile(r"/[^/.]+\.json$"), "/*.json"),
)


class Place(NamedTuple):
    """What the audit is about: a sync of an operation, in whatever case."""

    operation: str
    kind: str
    label: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.kind} of {self.label}"


class Position(NamedTuple):
    """Where a case makes that sync.

    Attributes:
        place: Which sync it is.
        call: In which call of a store's method, counted from the arming or from the kill.
        after_kill: Whether it is made by the process that goes on after a kill.
        folder: The store that it is for, where there are several.
        number: Which of several of the same place in that call it is; places of `fsync` have that in their label.
    """

    place: Place
    call: int
    after_kill: bool
    folder: str
    number: int


class AuditedStage(Stage):
    """A stage whose processes leave out some syncs once the power may go.

    Args:
        is_retry: Whether what is played is the retry of a write.
        dropped: The positions to leave out.

    Attributes:
        met: The positions met so far.
    """

    def __init__(self, *, is_retry: bool = False, dropped: Collection[Position] = ()) -> None:
        super().__init__(wrap=self._audit, tokens_repeat=any(each.place.kind == EXCLUSIVE for each in dropped))
        self.is_retry = is_retry
        self.dropped = dropped
        self.met: dict[Position, None] = {}
        self.times: Counter[tuple[Any, ...]] = Counter()
        self._calls: dict[bool, list[FrameType]] = {False: [], True: []}

    def _audit(self, kernel: Kernel) -> Kernel:
        return cast(Kernel, AuditedKernel(kernel, self))

    def position(self, kind: str, path: str) -> Position | None:
        """Where the call that is being made stands; None where it is not the store's, or the power may not go yet."""
        asking = _asking() if self.armed_effects is not None else None
        if asking is None:
            return None
        functions, method = asking
        operation = self._operation(functions, method)
        folder, label = (path, "a folder above") if functions[-1] == _ANCESTORS else self._label(path)
        label = f"{label} in {'/'.join(functions[-_FUNCTIONS:])}"
        after_kill = self.kill_after_calls is not None and self.machine.kill_at_call is None
        calls = self._calls[after_kill]
        if not any(each is method for each in calls):
            calls.append(method)
        call = next(index for index, each in enumerate(calls) if each is method)
        number = self.times[kind, label, call, after_kill, folder] + 1
        if kind == FSYNC and number > 1:
            label += f" #{number}"
        position = Position(Place(operation, kind, label), call, after_kill, folder, number)
        self.met[position] = None
        return position

    def was_made(self, position: Position) -> None:
        """The call has succeeded: the next one at its place is another one."""
        place, call, after_kill, folder, _ = position
        self.times[place.kind, place.label.partition(" #")[0], call, after_kill, folder] += 1

    def _operation(self, functions: list[str], method: FrameType) -> str:
        """The innermost operation that asks; only its own functions are left."""
        for name in reversed(NESTED):
            if name in functions:
                del functions[: functions.index(name)]
                return name
        return RETRY if self.is_retry else METHODS[method.f_code.co_name]

    def _label(self, path: str) -> tuple[str, str]:
        agent = _AGENT.match(path)
        folder = agent[1] if agent else self.path.rpartition("/")[0]
        label = path[len(folder) + 1 :] or "the folder"
        for pattern, text in _CHANGING:
            label = pattern.sub(text, label)
        return folder, label


def _asking() -> tuple[list[str], FrameType] | None:
    """The functions of the store that ask for this call, outermost first, and the method that was called.

    None if it is not the store that asks.
    """
    found: list[str] = []
    frame: FrameType | None = sys._getframe(3)
    while frame is not None:
        module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_qualname
        if module.startswith("store."):
            if module == _STORE and name.partition(".")[2] in METHODS:
                return found[::-1], frame
            name = name.partition(".<locals>")[0].rpartition(".")[2]
            tells = name in METHODS and not found if module == _STORE else module not in _CARRIERS
            if tells and name not in _GO_BETWEENS and found[-1:] != [name]:
                found.append(name)
        elif not found and module not in _WRAPPERS:
            return None
        frame = frame.f_back
    return None


class AuditedKernel:
    """Passes every call on, those that are to be left out aside.

    It stands for any `store.kernel.Kernel`.
    """

    def __init__(self, kernel: Any, stage: AuditedStage) -> None:
        self._kernel = kernel
        self._stage = stage
        self._paths: dict[int, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernel, name)

    def open(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
        """Open, without O_EXCL where that is to be left out."""
        full = path if dir_fd is None else f"{self._paths[dir_fd]}/{path}"
        position = self._stage.position(EXCLUSIVE, full) if flags & O_EXCL else None
        if position is not None and position in self._stage.dropped:
            flags &= ~O_EXCL
        fd: int = self._kernel.open(path, flags, mode, dir_fd=dir_fd)
        self._paths[fd] = full
        if position is not None:
            self._stage.was_made(position)
        return fd

    def unlink(self, path: str, *, dir_fd: int | None = None) -> None:
        """Remove a name, or only say so."""
        position = self._stage.position(UNLINK, path if dir_fd is None else f"{self._paths[dir_fd]}/{path}")
        if position is None or position not in self._stage.dropped:
            self._kernel.unlink(path, dir_fd=dir_fd)
        if position is not None:
            self._stage.was_made(position)

    def fsync(self, fd: int) -> None:
        """Sync, or only say so."""
        position = self._stage.position(FSYNC, self._paths[fd])
        if position is None or position not in self._stage.dropped:
            self._kernel.fsync(fd)
        if position is not None:
            self._stage.was_made(position)
