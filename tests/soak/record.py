"""What each process says of itself: what it sets out to do, what it saw, what was acknowledged.

A record is a file of its own, a JSON object a line, each line appended by one write: a kill may keep the last line from
being written, or cut it off, but nothing before it.  Times are those of the monotonic clock, which all share.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.soak.register import ANY, SAME, Op, Tag
from tests.soak.values import KEYS

Changes = Mapping[str, tuple[Any, Any]]
"""Key to the tag that is expected there and the tag that is written; `ANYTHING` for no expectation."""

ANYTHING = "*"


class Recorder:
    """Writes one process's record."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._number = 0

    def intend(self, call: str, changes: Changes) -> int:
        """Say what is about to be done; returns its number."""
        self._number += 1
        self._write({"n": self._number, "call": call, "begin": time.monotonic_ns(), "changes": changes})
        return self._number

    def find(self, number: int, saw: Mapping[str, Tag], changes: Changes) -> None:
        """Say what was found in the middle of it, and what will be written for that."""
        self._write({"n": number, "saw": saw, "changes": changes})

    def acknowledge(self, number: int, changed: list[str] | None = None, *, error: str = "", outcome: str = "") -> None:
        """Say that it is over, and which keys it has changed (None: all that it was to change)."""
        self._write({"n": number, "end": time.monotonic_ns(), "changed": changed, "error": error, "outcome": outcome})

    def read(self, call: str, begin_ns: int, saw: Mapping[str, Tag], *, error: str = "") -> None:
        """Say what was read since `begin_ns`."""
        self._write({"call": call, "begin": begin_ns, "end": time.monotonic_ns(), "saw": saw, "error": error})

    def warn(self, text: str) -> None:
        """Say what the store has warned of."""
        self._write({"warning": text})

    def close(self) -> None:
        """Say no more."""
        os.close(self._fd)

    def _write(self, line: Mapping[str, Any]) -> None:
        os.write(self._fd, json.dumps(line).encode() + b"\n")


@dataclass
class Told:
    """What the records of one round come to.

    Attributes:
        histories: Per key, all that was done to it.
        written: Every tag that anybody has set out to write.
        acknowledged: How many writes of each kind returned.
        in_flight: How many writes did not.
        reads: How many reads returned.
        entries_read: How many entries they looked at.
        errors: What was raised.
        warnings: What the stores warned of.
        outcomes: How often each outcome of a migration or a roll-back was told.
    """

    histories: dict[str, list[Op]] = field(default_factory=lambda: {key: [] for key in KEYS})
    written: set[str] = field(default_factory=set)
    acknowledged: dict[str, int] = field(default_factory=dict)
    in_flight: int = 0
    reads: int = 0
    entries_read: int = 0
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)

    def hear(self, process: str, path: Path, died_ns: int) -> None:
        """Take in the record of a process that has ended."""
        begun: dict[int, dict[str, Any]] = {}
        for line in _lines(path):
            if "warning" in line:
                self.warnings.append(f"{process}: {line['warning']}")
            elif "n" not in line:
                self._hear_read(process, line)
            else:
                begun.setdefault(line["n"], {}).update(line)
        for write in begun.values():
            self._hear_write(process, write, died_ns)

    def _hear_read(self, process: str, line: dict[str, Any]) -> None:
        if line["error"]:
            self.errors.append(f"{process}: {line['call']}: {line['error']}")
            return
        self.reads += 1
        self.entries_read += len(line["saw"])
        for key, saw in line["saw"].items():
            self._add(key, Op(line["begin"], line["end"], saw, SAME, True, process, line["call"]))

    def _hear_write(self, process: str, line: dict[str, Any], died_ns: int) -> None:
        call, begin_ns, end_ns = line["call"], line["begin"], line.get("end", died_ns)
        has_returned = "end" in line and not line["error"]
        if line.get("error"):
            self.errors.append(f"{process}: {call}: {line['error']}")
        if line.get("outcome"):
            self.outcomes[line["outcome"]] = self.outcomes.get(line["outcome"], 0) + 1
        if has_returned:
            kind = call.partition("(")[0]
            self.acknowledged[kind] = self.acknowledged.get(kind, 0) + 1
        else:
            self.in_flight += 1
        for key, (saw, made) in line["changes"].items():
            if made is not None:
                self.written.add(made)
            if has_returned and line["changed"] is not None and key not in line["changed"]:
                continue
            wanted = ANY if saw == ANYTHING else saw
            self._add(key, Op(begin_ns, end_ns, wanted, made, has_returned, process, call))
        if has_returned:
            for key, saw in line.get("saw", {}).items():
                if key not in line["changes"]:
                    self._add(key, Op(begin_ns, end_ns, saw, SAME, True, process, call))

    def _add(self, key: str, op: Op) -> None:
        self.histories.setdefault(key, []).append(op)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_bytes().split(b"\n"):
        try:
            yield json.loads(line)
        except ValueError:
            return  # the last one, which a kill has cut off
