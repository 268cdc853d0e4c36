"""The properties: what must hold in every run, and what some run must reach.

Every violation that the judge reports carries the number of one always-property; every row of a report prints its
title.  The sometimes-properties guard against an idle checker: a campaign that never saw a branch of recovery, or
never saw both sides of an operation in flight, has not checked it, however green it is.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

DURABILITY: Final = 1
ATOMICITY: Final = 2
NO_RESURRECTION: Final = 3
NO_INVENTION: Final = 4
INVISIBLE_MIGRATION: Final = 5
ORIGINAL_SURVIVES: Final = 6
CONVERGENCE: Final = 7
NO_LITTER: Final = 8
STABLE_OBSERVATION: Final = 9
HONEST_ERRORS: Final = 10
CONFINEMENT: Final = 11
COHERENCE: Final = 12
INDEPENDENCE: Final = 13
ACKNOWLEDGED_LAYOUT: Final = 14
SAVE_ORDER: Final = 15


@dataclass(frozen=True)
class Property:
    """One always-property: its number, its title, and what it says in a sentence."""

    number: int
    title: str
    sentence: str


_ALWAYS = (
    Property(DURABILITY, "durability", "What was acknowledged is there."),
    Property(ATOMICITY, "atomicity", "An operation in flight is wholly there or wholly not, per entry."),
    Property(NO_RESURRECTION, "no resurrection", "What an acknowledged delete removed stays away."),
    Property(NO_INVENTION, "no invention", "Nothing appears that nobody wrote."),
    Property(
        INVISIBLE_MIGRATION,
        "invisible migration",
        "Migration, recovery and roll-back never change what load() returns.",
    ),
    Property(
        ORIGINAL_SURVIVES,
        "the original survives",
        "Until every entry is durable in the directory the legacy bytes are durable under at least one name, at the "
        "end under exactly one backup name per completed migration; what cannot be read is never destroyed.",
    ),
    Property(
        CONVERGENCE,
        "convergence",
        "Recovery, itself cut short any number of times, ends; a second recovery changes nothing.",
    ),
    Property(NO_LITTER, "no litter", "No temporary and no staging debris is left after recovery."),
    Property(
        STABLE_OBSERVATION,
        "stable observation",
        "What a process has read since it recovered survives the next kill or power cut, "
        "unless its writer was still at work on it.",
    ),
    Property(
        HONEST_ERRORS,
        "honest errors",
        "An operation that raised did not acknowledge, one that returned did not lose.",
    ),
    Property(CONFINEMENT, "confinement", "No call leaves the store's folder, no file is readable by others."),
    Property(
        COHERENCE,
        "coherence",
        "With several processes every history is linearizable, across kills and power cuts too.",
    ),
    Property(
        INDEPENDENCE,
        "independence",
        "Writers of different keys never wait for each other's fsync (live layout, no migration due).",
    ),
    Property(
        ACKNOWLEDGED_LAYOUT,
        "acknowledged layout",
        "After migrate() or roll_back() returned, and until the next one begins, no cut shows the other layout.",
    ),
    Property(SAVE_ORDER, "save order", "Whoever sees a removal of a save sees all its puts."),
)

PROPERTIES: Final = MappingProxyType({each.number: each for each in _ALWAYS})
"""The always-properties by number."""

BEFORE: Final = "before"
AFTER: Final = "after"
BETWEEN: Final = "between"
"""Sides of an operation in flight: nothing of it is seen, all of it, or (an operation on several keys) a part."""


def side_mark(operation: str, side: str) -> str:
    """The sometimes-property that a state showed `operation` in flight from this side."""
    return f"{operation}: {side}"


def step_mark(step: str) -> str:
    """The sometimes-property that some recovery took this step."""
    return f"recovery: {step}"
