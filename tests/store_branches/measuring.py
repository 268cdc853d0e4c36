"""Play the campaigns in several processes, and gather what they have reached."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coverage import Coverage
from coverage.exceptions import NoDataError

from tests.store_branches.missed import Reached

ROOT = Path(__file__).parent.parent.parent

Report = Callable[[int, int, str], None]
"""Told how many units are done, how many there are, and what the last one was."""


@dataclass
class Played:
    """What came of the campaigns.

    Attributes:
        units: How many units there are.
        done: How many were played, by campaign.
        troubles: What is wrong with the store, or with a unit, each with its name.
        was_interrupted: Whether somebody broke it off.
        seconds: How long it took.
    """

    units: int = 0
    done: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    was_interrupted: bool = False
    seconds: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether every unit was played."""
        return not self.was_interrupted and self.done.total() == self.units > 0


def measure(jobs: int, report: Report) -> tuple[Played, tuple[Reached, ...]]:
    """Play everything on so many processes; what came of it, and what each file of the store is like after it.

    A Ctrl-C ends it early with what there is.

    Raises:
        RuntimeError: A process ended in some other way.
    """
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="branches-") as folder:
        played = _Crew(Path(folder), jobs, report).play()
        reached = _analysed(Path(folder))
    played.seconds = time.monotonic() - started_s
    return played, reached


class _Crew:
    """The processes, each with a thread that listens to it."""

    def __init__(self, folder: Path, jobs: int, report: Report) -> None:
        self._folder = folder
        self._jobs = jobs
        self._report = report
        self._guard = threading.Lock()
        self._played = Played()

    def play(self) -> Played:
        workers = [self._start(number) for number in range(self._jobs)]
        listeners = [threading.Thread(target=self._listen, args=(worker,), daemon=True) for worker in workers]
        for listener in listeners:
            listener.start()
        try:
            codes = [worker.wait() for worker in workers]
        except KeyboardInterrupt:
            codes = self._break_off(workers)
        for listener in listeners:
            listener.join()
        if any(codes) and not self._played.was_interrupted:
            raise RuntimeError(f"processes ended with {codes}; what they said stands above")
        return self._played

    def _start(self, number: int) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tests.store_branches.worker"]
        data_file = self._folder / f"reached.{number}"
        return subprocess.Popen(
            [*command, str(data_file), str(number), str(self._jobs)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )

    def _break_off(self, workers: "list[subprocess.Popen[str]]") -> list[int]:
        self._played.was_interrupted = True
        for worker in workers:
            worker.send_signal(signal.SIGTERM)  # a Ctrl-C has reached them already, a signal to us alone has not
        return [worker.wait() for worker in workers]

    def _listen(self, worker: "subprocess.Popen[str]") -> None:
        assert worker.stdout is not None
        with worker.stdout as output:
            for line in output:
                with self._guard:
                    self._hear(json.loads(line))

    def _hear(self, said: Mapping[str, Any]) -> None:
        played = self._played
        if "units" in said:
            played.units += said["units"]
            self._report(0, played.units, "begun")
            return
        played.done[said["campaign"]] += 1
        name = f"{said['campaign']}: {said['unit']}"
        if said["trouble"]:
            played.troubles.append(f"{name}: {said['trouble']}")
        self._report(played.done.total(), played.units, name)


def _analysed(folder: Path) -> tuple[Reached, ...]:
    """What the processes have reached together, file by file; nothing if they have not even begun."""
    whole = Coverage(data_file=str(folder / "whole"), branch=True, source=[str(ROOT / "store")], config_file=False)
    try:
        whole.combine([str(path) for path in sorted(folder.glob("reached.*"))])
        whole.json_report(outfile=str(folder / "whole.json"))
    except NoDataError:
        return ()
    files = json.loads((folder / "whole.json").read_text("utf-8"))["files"]
    return tuple(_reached(files))


def _reached(files: Mapping[str, Any]) -> Iterator[Reached]:
    for name, file in sorted(files.items()):
        path = ROOT / name
        yield Reached(
            file=os.path.relpath(path, ROOT),
            source=path.read_text("utf-8"),
            run=frozenset(file["executed_lines"]),
            missed_lines=frozenset(file["missing_lines"]),
            missed_branches=frozenset((start, end) for start, end in file["missing_branches"]),
            branches=file["summary"]["num_branches"],
        )
