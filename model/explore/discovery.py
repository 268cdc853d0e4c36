"""Discover the crash states of an undecided disk by running something on it, once for each outcome of its looks."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from model.explore.choices import Exhaustive, Sampled
from model.simulation import Machine
from model.simulation.disk import Disk

Seen = TypeVar("Seen")


class Boot(NamedTuple):
    """A machine about to boot from one crash state.

    `shared` choices at the beginning are those of the boot before; `source` tells them all when the run has ended.
    """

    machine: Machine
    source: Exhaustive | Sampled
    shared: int


def boots(disk: Disk, *, sampled: int | None = None, samples: int = 0) -> Iterator[Boot]:
    """Boot once for every crash state that whoever runs can tell apart, or for `samples` of them by the seed `sampled`.

    The caller must run to the end on each machine before it asks for the next.
    """
    if sampled is None:
        exhaustive = Exhaustive()
        for shared in exhaustive.rounds():
            yield Boot(Machine(disk, exhaustive, boot=1), exhaustive, shared)
    else:
        source = Sampled(sampled)
        for shared in source.rounds(samples):
            yield Boot(Machine(disk, source, boot=1), source, shared)


def discover(disk: Disk, run: Callable[[Machine], Seen]) -> Iterator[tuple[int, Seen]]:
    """What `run` sees of every crash state, and the mask of the frames in which that state is possible."""
    for boot in boots(disk):
        seen = run(boot.machine)
        yield boot.machine.world.frames, seen
