"""Each law asked about in turn, and with each of its defects: confirmed and refuted, or the proof has failed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK, EXIT_UNKNOWN
from tests.symbolic.law import Law

Verdict = Literal["confirmed", "refuted", "unknown"]

TIMEOUT_S = 20.0
RETRY_TIMEOUT_S = 60.0
_PATIENCE = 2.0  # CrossHair has been seen to take 1.8 times what it was given

_ROOT = Path(__file__).parent.parent.parent


class ProverFailed(Exception):
    """CrossHair could not be asked: the law is no contract, or its process has ended with an error."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What CrossHair says.

    Attributes:
        verdict: `confirmed` over all paths; `refuted`; `unknown` is neither, whatever the reason.
        reason: CrossHair's words, or why it has none.
        arguments: What refutes the law.
        seconds: How long it took, both times if it was asked twice.
    """

    verdict: Verdict
    reason: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


Ask = Callable[[Law, int | None, float], Answer]
"""Asks about a law, with the defect of that number planted, for so many seconds."""

Report = Callable[[Law, int | None, Answer], None]
"""Is told of every answer."""


@dataclass(frozen=True, slots=True)
class Result:
    """A law, what CrossHair says of it, and what it says when a defect is planted, for each."""

    law: Law
    answer: Answer
    convictions: tuple[Answer, ...]

    @property
    def convicted(self) -> int:
        """How many defects break the law."""
        return sum(answer.verdict == "refuted" for answer in self.convictions)

    @property
    def is_proved(self) -> bool:
        """The law is confirmed, and every defect breaks it."""
        return self.answer.verdict == "confirmed" and self.convicted == len(self.law.defects) > 0

    @property
    def is_wrong(self) -> bool:
        """The law does not hold, or it holds with a defect, too."""
        return self.answer.verdict == "refuted" or any(each.verdict == "confirmed" for each in self.convictions)


def ask_crosshair(law: Law, defect: int | None, timeout_s: float) -> Answer:
    """Ask CrossHair in a process of its own.

    Raises:
        ProverFailed: the process ended with an error.
    """
    number = "none" if defect is None else str(defect)
    command = [sys.executable, "-m", "tests.symbolic.prover", law.name, number, str(timeout_s)]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    started = time.monotonic()
    try:
        done = subprocess.run(
            command, cwd=_ROOT, env=environment, capture_output=True, text=True, timeout=_PATIENCE * timeout_s
        )
    except subprocess.TimeoutExpired:
        return Answer("unknown", "did not stop when its time was over", seconds=time.monotonic() - started)
    elapsed = time.monotonic() - started
    if done.returncode < 0:
        return Answer("unknown", f"was ended by signal {-done.returncode}", seconds=elapsed)
    if done.returncode:
        raise ProverFailed(f"{law.name}: {done.stderr.strip()}")
    return Answer(**json.loads(done.stdout), seconds=elapsed)


def answer_of(law: Law, defect: int | None, ask: Ask) -> Answer:
    """Ask once, and where there is no answer once more with more time."""
    first = ask(law, defect, TIMEOUT_S)
    if first.verdict != "unknown":
        return first
    second = ask(law, defect, RETRY_TIMEOUT_S)
    return replace(second, seconds=first.seconds + second.seconds)


def prove(laws: Sequence[Law], ask: Ask, report: Report) -> Iterator[Result]:
    """Ask about each law, and about its defects unless it does not even hold without them."""
    for law in laws:
        answer = answer_of(law, None, ask)
        report(law, None, answer)
        convictions = []
        for number in range(len(law.defects)) if answer.verdict == "confirmed" else ():
            convictions.append(answer_of(law, number, ask))
            report(law, number, convictions[-1])
        yield Result(law, answer, tuple(convictions))


def exit_code(results: Sequence[Result], laws: Sequence[Law]) -> int:
    """Say 0 only if every law is proved; 1 where one is wrong, 3 where nobody knows."""
    if any(result.is_wrong for result in results):
        return EXIT_COUNTEREXAMPLE
    is_complete = [result.law for result in results] == list(laws)
    return EXIT_OK if laws and is_complete and all(result.is_proved for result in results) else EXIT_UNKNOWN
