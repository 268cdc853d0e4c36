"""The other side of the comparison: what the model checker discovers for the same traces and toy recoveries."""

from collections.abc import Sequence
from typing import Any

from model.explore.crashes import Explorer
from model.obligations import Violation
from model.observation import Observation
from model.persistence import PROFILES, CrashDisk, crash_disk
from model.simulation import Machine, make_directory, write_file
from model.target import Target
from store.kernel import Kernel
from tests.brute_force.alphabet import STARTS, perform
from tests.brute_force.outcomes import Judged, without_repeats
from tests.brute_force.recoveries import RECOVERIES, tree

FOLDER = "/srv"


def played(start: str, trace: Sequence[str]) -> tuple[Machine, list[int]]:
    """A machine that has made the calls of a trace, and how many effects there were before the first and after each."""
    machine = Machine()
    kernel = machine.start().kernel
    for directory in ("A", "B"):
        make_directory(kernel, f"{FOLDER}/{directory}")
    for path, content in STARTS[start]:
        write_file(kernel, f"{FOLDER}/{path}", content)
    machine.settle()
    moments = [0]
    for number, call in enumerate(trace):
        perform(kernel, FOLDER, call, number)
        moments.append(len(machine.effects))
    return machine, moments


def cut(machine: Machine, moments: Sequence[int], profile: str) -> CrashDisk:
    """What a power cut at any of the moments leaves, undecided."""
    return crash_disk(
        machine.disk, machine.created, machine.effects, machine.times, moments, PROFILES[profile], machine.next_ino
    )


def judged(crash: CrashDisk, profile: str, recovery: str, *, nested: int | None) -> Judged:
    """Explore every crash state with a judge that convicts nothing and writes down what it was asked to judge.

    Args:
        crash: What the power cut left.
        profile: What may persist of the recovery.
        recovery: Which toy recovery.
        nested: How many cuts inside recoveries may follow one another; None for any number.
    """
    found: Judged = {}

    def examine(kernel: Kernel, _path: str) -> Observation:
        seen = RECOVERIES[recovery](kernel, FOLDER)
        return Observation({"outcome": (seen, tree(kernel, FOLDER))})

    def judge(obligations: Any, observation: Observation) -> Sequence[Violation]:
        found.setdefault(obligations, set()).add(observation.entries["outcome"])
        return ()

    target = Target(
        name=recovery,
        open=lambda _kernel, _path: None,
        cases=lambda: (),
        examine=examine,
        judge=judge,
        stable=lambda observation: observation.entries["outcome"],
        marks=lambda _obligations, _observation: (),
    )
    explorer = Explorer(target, FOLDER, PROFILES[profile], nested=nested)
    held: list[list[Any]] = [[frame.moment] for frame in crash.frames]
    explorer.start(crash.disk, held)
    return without_repeats(found)
