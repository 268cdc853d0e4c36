"""Undecided disks as nodes of a graph: what recovery made of each, and where a cut inside it leads."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from model.observation import Observation
from model.persistence.frames import Frame
from model.simulation.disk import Disk


class Leaf(NamedTuple):
    """One crash state that could be told apart: the choices that name it, when it is possible, what was seen."""

    path: tuple[int, ...]
    frames: int
    observation: Observation


class Start(NamedTuple):
    """A unit came from the run itself; `classes` are the frames of its crash disk that each frame stands for."""

    classes: Sequence[int]


class Successor(NamedTuple):
    """A cut inside a recovery leads to another unit.

    Attributes:
        unit: Where it leads.
        sources: For each frame there, the mask of this unit's frames that it comes from.
        obligations: In force there, whatever was in force here; None for those in force here.
        parent: The unit whose recovery was cut.
        path: The choices of that recovery up to the cut.
        frames: Frames of the crash disk, before they were merged into those of the unit.
        moments: Effects of the recovery that were complete, by moment.
        classes: Frames of the crash disk that each frame of the unit stands for.
    """

    unit: "Unit"
    sources: Sequence[int]
    obligations: int | None
    parent: "Unit"
    path: tuple[int, ...]
    frames: Sequence[Frame]
    moments: Sequence[int]
    classes: Sequence[int]


@dataclass(eq=False)
class Unit:
    """One undecided disk, explored at most once.

    `judged[f]` holds the numbers of the obligations that were judged, with all that follows, for frame f; `came` tells
    how each of them first came there.
    """

    key: Hashable
    disk: Disk
    depth: int
    leaves: list[Leaf] = field(default_factory=list)
    readings: list[Leaf] = field(default_factory=list)
    successors: list[Successor] = field(default_factory=list)
    judged: list[set[int]] = field(default_factory=list)
    came: dict[tuple[int, int], Start | Successor] = field(default_factory=dict)
    explored: bool = False
