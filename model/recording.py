"""Every system call of a task as a line of text, to be held against the same task run once more.

A line has a call's process, name, arguments and what came of it.  What `stat` returns is not in it: to read a status is
to look at the disk, and a recording must not look at what the program did not.
"""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO, cast

from model.explore.result import CaseResult
from model.explore.stage import Stage
from model.observation import Observation
from model.persistence.profiles import PROFILES
from model.scope import Scope, loaded
from model.target import Target
from model.verdict import Task
from store.kernel import Kernel

HEADING = "# "
_PREVIEW_BYTES = 60


class Recording:
    """Writes down the runs of one task: its plays, its recoveries, its readings."""

    def __init__(self, lines: TextIO) -> None:
        self._lines = lines
        self._runs = 0
        self._processes = 0

    def begin(self, what: str) -> None:
        """Another run begins."""
        self._runs += 1
        self._processes = 0
        self._lines.write(f"{HEADING}{what} (run {self._runs})\n")

    def recorded(self, kernel: Kernel) -> Kernel:
        """The kernel of a process of this run, its calls written down."""
        self._processes += 1
        return cast(Kernel, _Recorded(kernel, self._processes, self._lines))

    def stage(self) -> Stage:
        """Where a play of the task takes place."""
        self.begin("play")
        return Stage(wrap=self.recorded)

    def target(self, target: Target) -> Target:
        """The same target, what it looks at written down."""
        peek = target.peek
        return replace(
            target,
            examine=self._looking("recovery", target.examine),
            peek=None if peek is None else self._looking("reading", peek),
        )

    def _looking(self, what: str, look: Callable[[Kernel, str], Observation]) -> Callable[[Kernel, str], Observation]:
        def looking(kernel: Kernel, path: str) -> Observation:
            self.begin(what)
            return look(self.recorded(kernel), path)

        return looking


class _Recorded:
    def __init__(self, kernel: Kernel, process: int, lines: TextIO) -> None:
        self._kernel = kernel
        self._process = process
        self._lines = lines

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._kernel, name)

        def recorded(*arguments: Any, **named: Any) -> Any:
            given = [*map(_text, arguments), *(f"{key}={_text(value)}" for key, value in named.items())]
            outcome = "killed"
            try:
                result = call(*arguments, **named)
                outcome = _text(result)
            except OSError as error:
                outcome = f"errno {error.errno}"
                raise
            finally:
                self._lines.write(f"[{self._process}] {name}({', '.join(given)}) = {outcome}\n")
            return result

        return recorded


def _text(value: Any) -> str:
    if isinstance(value, bytes) and len(value) > _PREVIEW_BYTES:
        return f"{len(value)} bytes {value[:_PREVIEW_BYTES]!r}... sha256 {hashlib.sha256(value).hexdigest()[:12]}"
    return repr(value) if isinstance(value, int | str | bytes | list | tuple | None) else type(value).__name__


@dataclass(frozen=True)
class RecordingRunner:
    """Runs one task and leaves its recording in a folder; otherwise the same as the campaign's own runner."""

    scope: Scope
    folder: Path

    def __call__(self, task: Task, budget_s: float | None) -> CaseResult:
        """Explore one case under one profile, within so many seconds."""
        from model.explore.campaign import run_case

        target, cases = loaded(self.scope)
        with gzip.open(recording_path(self.folder, task), "wt", compresslevel=1, errors="backslashreplace") as lines:
            recording = Recording(cast(TextIO, lines))
            return run_case(
                recording.target(target),
                cases[task.case_index],
                PROFILES[task.profile],
                nested=self.scope.nested,
                budget_s=budget_s,
                seed=self.scope.seed,
                make_stage=recording.stage,
            )


def recording_path(folder: Path, task: Task) -> Path:
    """Where the recording of a task is kept."""
    return folder / f"{task.case_index}-{task.profile}.gz"
