"""Results made by hand, and runs that behave as told: what tests of reports and workers need instead of an engine."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.explore.result import CaseResult, Counterexample
from model.verdict import Bounds, Campaign, Task, Unfinished


def task(number: int, *, operation: str = "put", profile: str = "posix") -> Task:
    return Task(number, operation, f"case {number}", profile)


def interrupt_when_one_is_done(ended: Task, verdict: str) -> None:
    """A report that raises what Ctrl-C does, when the first result has come in.

    A signal from outside might be lost: Python drops what it raises inside a finalizer.
    """
    if verdict == "ok":
        raise KeyboardInterrupt


def result(of: Task, **changes: Any) -> CaseResult:
    values: dict[str, Any] = {
        "operation": of.operation,
        "case": of.case,
        "profile": of.profile,
        "crash_points": 10,
        "raw_states": 1_000,
        "recoveries": 60,
        "nested_recoveries": 40,
        "states": 50,
        "bounded": False,
        "verdict": "ok",
        "counterexamples": (),
        "sometimes": {},
        "seconds": 0.25,
    }
    return CaseResult(**values | changes)


def counterexample(of: Task, **changes: Any) -> Counterexample:
    values: dict[str, Any] = {
        "property": 1,
        "title": "durability",
        "operation": of.operation,
        "case": of.case,
        "profile": of.profile,
        "explanation": "Because put(b) returned before the cut, recovery must show b. However, it shows nothing for b.",
        "trace": ("open(sessions.d/.tmp-00, create)", "write(3, 20 bytes)", "rename(.tmp-00, b.json)", "close(3)"),
        "cut": 3,
        "lost": ("name sessions.d/b.json: absent",),
        "choices": (("cut", "before call 4"), ("name sessions.d/b.json", "absent")),
        "shown": {"b": None},
        "promised": {"b": {"sessionId": "b", "updatedAt": 2}},
        "tree_before": ("sessions.d/",),
        "tree_after": ("sessions.d/",),
    }
    return Counterexample(**values | changes)


def campaign(
    *results: CaseResult,
    unfinished: tuple[Unfinished, ...] = (),
    sometimes: frozenset[str] | None = frozenset(),
    **bounds: Any,
) -> Campaign:
    cells = [(each.operation, each.profile) for each in results]
    cells += [(each.task.operation, each.task.profile) for each in unfinished]
    values: dict[str, Any] = {
        "target": "scenarios.sessions:target",
        "entries": 4,
        "nested": None,
        "operations": tuple(dict.fromkeys(operation for operation, _ in cells)),
        "profiles": tuple(dict.fromkeys(profile for _, profile in cells)),
        "seed": 0,
        "budget_s": None,
    }
    return Campaign(Bounds(**values | bounds), results, unfinished, sometimes, jobs=2, seconds=12.5)


@dataclass(frozen=True)
class Obedient:
    """A run whose behaviour is named in its task's operation: what a worker may do to us."""

    folder: str

    def __call__(self, task: Task, budget_s: float | None) -> CaseResult:
        began = Path(self.folder, f"began-{task.case_index}")
        has_begun_before = began.exists()
        began.touch()
        match task.operation:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "die once":
                if not has_begun_before:
                    Path(self.folder, "rendezvous").read_bytes()
                    os.kill(os.getpid(), signal.SIGKILL)
            case "hang once":
                if not has_begun_before:
                    Path(self.folder, "rendezvous").write_bytes(b"")
                    signal.pause()
            case "fail":
                raise ZeroDivisionError("the engine has a bug")
            case "never end":
                signal.pause()
            case "take the budget":
                assert budget_s is not None
                return result(task, verdict="unknown", seconds=budget_s)
            case "wait":
                Path(self.folder, "rendezvous").read_bytes()
            case "tell":
                Path(self.folder, "rendezvous").write_bytes(b"")
        return result(task)
