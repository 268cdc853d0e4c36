"""Worker processes, each in a workshop of its own, that nothing outlives: neither a worker, nor what it has mounted.

A worker is killed when the process that started it dies, and its mounts go with it.  So there is no signal, of all that
can reach either, after which somebody has to tidy up.
"""

import os
import pickle
import selectors
import signal
import struct
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Generic, Literal, NoReturn, TypeVar

from model.live.system_calls import die_with_parent
from model.live.workshop import attached_for, open_workshop

Task = TypeVar("Task")
Result = TypeVar("Result")

_INDEX = struct.Struct("<I")
_LENGTH = struct.Struct("<Q")
_MOST_TASKS = 15_000  # as many indices as a pipe takes without a reader
_FREED_WITHIN_S = 10.0
_POLITE = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Finished(Generic[Task, Result]):
    """What came of one task.

    Attributes:
        task: The task.
        result: Its result; None when it has none.
        trouble: Why it has none: what it raised, with its traceback, or that its worker died.
    """

    task: Task
    result: Result | None
    trouble: str = ""


_Kind = Literal["began", "ended", "failed"]


def run_apart(work: Callable[[str], Result]) -> Result:
    """Run `work(workshop)` in a process of its own and return its result, which has to be picklable.

    Raises:
        RuntimeError: it raised, or its process died; the text says which and where.
    """
    for finished in run_crew([None], lambda workshop, _: work(workshop), jobs=1):
        if finished.trouble:
            raise RuntimeError(finished.trouble)
        result: Result = finished.result  # type: ignore[assignment]  # there is one where there is no trouble
        return result
    raise AssertionError("one task has one end")


def run_crew(
    tasks: Sequence[Task], run: Callable[[str, Task], Result], *, jobs: int, deadline_s: float | None = None
) -> Iterator[Finished[Task, Result]]:
    """Run tasks in their order on `jobs` processes, and yield each one that has ended.

    Tasks that nobody has begun at the deadline (on the monotonic clock) are left out.  When the caller stops, by an
    exception or because it has seen enough, the workers are killed.

    Args:
        tasks: What to run.
        run: Runs one in a workshop; its result has to be picklable.
        jobs: How many processes.
        deadline_s: When to begin no more tasks.
    """
    assert len(tasks) <= _MOST_TASKS
    queue = _queue(len(tasks))
    workers: dict[BinaryIO, int] = {}
    running: dict[int, int] = {}
    try:
        with selectors.DefaultSelector() as selector:
            for _ in range(min(jobs, len(tasks))):
                answers, worker = _hire(tasks, run, queue, deadline_s)
                workers[answers] = worker
                selector.register(answers, selectors.EVENT_READ)
            while workers:
                for key, _ in selector.select():
                    answers = key.fileobj  # type: ignore[assignment]  # what was registered
                    message = _receive(answers)
                    if message is None:
                        selector.unregister(answers)
                        answers.close()
                        worker = workers.pop(answers)
                        status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
                        if worker in running:
                            text = f"its worker ended with {status} in the midst of it"
                            yield Finished(tasks[running.pop(worker)], None, text)
                        continue
                    kind, index, value = message
                    if kind == "began":
                        running[workers[answers]] = index
                        continue
                    del running[workers[answers]]
                    if kind == "ended":
                        yield Finished(tasks[index], value)
                    else:
                        yield Finished(tasks[index], None, value)
    finally:
        os.close(queue)
        _dismiss(workers)


def _queue(count: int) -> int:
    """A pipe that holds the indices of all tasks: whoever is free takes the next."""
    reading, writing = os.pipe()
    os.write(writing, b"".join(map(_INDEX.pack, range(count))))
    os.close(writing)
    return reading


def _hire(
    tasks: Sequence[Task], run: Callable[[str, Task], Result], queue: int, deadline_s: float | None
) -> tuple[BinaryIO, int]:
    parent = os.getpid()
    reading, writing = os.pipe()
    # A signal between the fork and the worker's own handlers would have the worker unwind what its parent was doing.
    held = signal.pthread_sigmask(signal.SIG_BLOCK, _POLITE)
    try:
        worker = os.fork()
        if not worker:
            os.close(reading)
            _work(tasks, run, queue, deadline_s, writing, parent)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
    os.close(writing)
    return open(reading, "rb", buffering=0), worker


def _work(
    tasks: Sequence[Task],
    run: Callable[[str, Task], Result],
    queue: int,
    deadline_s: float | None,
    answers: int,
    parent: int,
) -> NoReturn:
    """The life of a worker.  It never returns into what the parent was doing."""
    status = 1
    try:
        # Ctrl-C reaches the whole group of processes; the parent decides what becomes of its workers.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _POLITE)
        die_with_parent(parent)
        workshop = ""
        while deadline_s is None or time.monotonic() < deadline_s:
            taken = os.read(queue, _INDEX.size)
            if not taken:
                break
            (index,) = _INDEX.unpack(taken)
            _send(answers, "began", index, None)
            try:
                workshop = workshop or open_workshop(parent)
                _send(answers, "ended", index, run(workshop, tasks[index]))
            except Exception:
                _send(answers, "failed", index, traceback.format_exc())
        status = 0
    finally:
        os._exit(status)


def _send(answers: int, kind: _Kind, index: int, value: object) -> None:
    text = pickle.dumps((kind, index, value))
    text = _LENGTH.pack(len(text)) + text
    while text:
        text = text[os.write(answers, text) :]


def _receive(answers: BinaryIO) -> tuple[_Kind, int, Any] | None:
    """The next message of a worker; None when there will be no more."""
    head = _exactly(answers, _LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    text = _exactly(answers, length)
    if len(text) < length:
        return None
    kind, index, value = pickle.loads(text)  # noqa: S301  (from our own worker)
    return kind, index, value


def _exactly(stream: BinaryIO, length: int) -> bytes:
    parts: list[bytes] = []
    while length and (part := stream.read(length)):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _dismiss(workers: dict[BinaryIO, int]) -> None:
    """Kill those that still work, and wait until the kernel has taken down what they had mounted."""
    if not workers:
        return
    for answers, worker in workers.items():
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
        answers.close()
    give_up_s = time.monotonic() + _FREED_WITHIN_S
    while attached_for(os.getpid()) and time.monotonic() < give_up_s:
        time.sleep(0.005)
