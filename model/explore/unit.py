"""The graph that exploring walks: undecided disks, the crash states in them, and where a cut of a recovery leads."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from model.observation import Observation
from model.persistence.frames import Frame
from model.simulation.disk import Disk


class Start(NamedTuple):
    """A unit came from the run itself; `classes` are the frames of its crash disk that each frame stands for."""

    classes: Sequence[int]


class Successor(NamedTuple):
    """A cut inside the recovery of a state leads to a unit.

    Attributes:
        unit: Where it leads.
        sources: For each frame there, the mask of the state's frames that it comes from.
        obligations: In force there, whatever was in force here; None for those in force here.
        state: The state whose recovery was cut.
        frames: Frames of the crash disk, before they were merged into those of the unit.
        moments: Effects of the recovery that were complete, by moment.
        classes: Frames of the crash disk that each frame of the unit stands for.
    """

    unit: "Unit"
    sources: Sequence[int]
    obligations: int | None
    state: "State"
    frames: Sequence[Frame]
    moments: Sequence[int]
    classes: Sequence[int]


class Arrival(NamedTuple):
    """How an obligation came to a state: by which frame of which unit, and by which choices there."""

    unit: "Unit"
    path: tuple[int, ...]
    frame: int


class Leaf(NamedTuple):
    """A crash state of a unit that recovery told apart: by which choices, and for each of its frames the unit's."""

    path: tuple[int, ...]
    state: "State"
    sources: Sequence[int]


class Reading(NamedTuple):
    """What a reader saw of a unit that was not recovered: by which choices, in which frames."""

    path: tuple[int, ...]
    frames: int
    observation: Observation


@dataclass(eq=False)
class State:
    """A crash state as far as recovery looked at it, recovered once, whichever unit it was met in.

    `judged[f]` holds the numbers of the obligations that were judged for frame f; `came` how each came there.
    """

    observation: Observation
    labels: Sequence[int]
    judged: list[set[int]]
    successors: list[Successor] = field(default_factory=list)
    came: dict[tuple[int, int], Arrival] = field(default_factory=dict)


@dataclass(eq=False)
class Unit:
    """One undecided disk, explored at most once.

    `judged[f]` holds the numbers of the obligations that were passed on, for frame f, to all states in it; frames of
    the same label are always given the same.
    """

    key: Hashable
    disk: Disk
    labels: Sequence[int]
    depth: int
    judged: list[set[int]]
    leaves: list[Leaf] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    came: dict[tuple[int, int], Start | Successor] = field(default_factory=dict)
    explored: bool = False
