"""What came of a case: values that reports render."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from model.explore.exercised import Coverage
from model.explore.failed_calls import Failures
from model.scenario.story import Story


@dataclass(frozen=True)
class Counterexample:
    """One run that violates a property, with what is needed to see it.

    `trace` lists the system calls; the power went (or the process was killed) before call number `cut` of it.
    `lost` says what of the pending calls did not persist, `choices` are the labelled answers that lead here again.
    `story` is all that it takes to tell it again; None if it could not be told by itself.  `profiles` are those under
    which it can happen, `because` explains it in sentences.
    """

    property: int
    title: str
    operation: str
    case: str
    profile: str
    explanation: str
    trace: tuple[str, ...]
    cut: int
    lost: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]
    shown: Mapping[str, Any]
    promised: Mapping[str, Any]
    tree_before: tuple[str, ...]
    tree_after: tuple[str, ...]
    story: Story | None = None
    profiles: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseResult:
    """One case under one profile.

    Attributes:
        crash_points: Gaps between system calls (and places inside writes) at which it was cut.
        raw_states: Different disks at each crash point, summed over them; exact.
        states: Crash states that recovery or a reader could tell apart, cuts inside recovery aside.
        recoveries: Times that recovery was run, cuts inside recovery aside.
        nested_recoveries: Times that recovery was run after a cut inside recovery: it is run only if the disk gives an
            answer that no run of the case has had.
        nested_states: Crash states that recovery could tell apart after cuts inside recovery.
        bounded: Whether wide data or a deep tree was sampled, not exhausted; `shares` says how much of what.
        sometimes: Marks reached, and how often.
        coverage: Which losses were exercised, if that was asked.
        failures: What came of the calls that failed, if that was asked.
        plays: Times that it was played, with a kill at each call and with each variant of what goes wrong on the way.
    """

    operation: str
    case: str
    profile: str
    crash_points: int
    raw_states: int
    recoveries: int
    nested_recoveries: int
    states: int
    bounded: bool
    verdict: Literal["ok", "counterexample", "unknown"]
    counterexamples: tuple[Counterexample, ...] = ()
    sometimes: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    shares: tuple[str, ...] = ()
    nested_states: int = 0
    coverage: Coverage | None = None
    failures: Failures | None = None
    plays: int = 1
