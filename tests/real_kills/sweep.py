"""One case, killed before every call of the kernel seam or before every system call, here and in simulation.

What was left, and what the judge says of it.
"""

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from model.explore.stage import Case, Stage, play
from model.explore.workload import play_through
from model.obligations import Violation
from model.observation import Observation
from model.simulation.power import Killed
from model.target import Target
from tests.children import in_child
from tests.real_kills.killers import BeforeCall, Killer
from tests.real_kills.stage import HostStage
from tests.real_kills.trees import Tree, host_tree, simulated_tree


@dataclass
class Sweep:
    """What came of one case.

    Attributes:
        kills: How many processes were killed.
        recoveries: After how many of them others recovered; not again what was recovered before.
        real: What the killed, and the one who came to the end, left on the host.
        simulated: What they leave in simulation.
        violations: What the judge found, each with the number of the kill.
        marks: The branches and sides that were seen.
        judged: What was left and promised after the kills that others went on from.
    """

    kills: int = 0
    recoveries: int = 0
    real: set[Tree] = field(default_factory=set)
    simulated: set[Tree] = field(default_factory=set)
    violations: list[tuple[int, Violation]] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    judged: set[tuple[Tree, str]] = field(default_factory=set)

    @property
    def mistakes(self) -> list[str]:
        """What is wrong, in sentences: broken promises, and differences between the two kinds of kill."""
        told = [f"killed at call {number}: {violation.sentence}" for number, violation in self.violations]
        told += (f"no simulated kill leaves {_names(tree)}" for tree in sorted(self.real - self.simulated))
        told += (f"no real kill leaves {_names(tree)}" for tree in sorted(self.simulated - self.real))
        return told


def _names(tree: Tree) -> str:
    return ", ".join(f"{each.path} ({len(each.content)} bytes)" for each in tree) or "nothing"


def sweep(target: Target, case: Case, folder: Path, *, killer: Callable[[int], Killer] = BeforeCall) -> Sweep:
    """Kill whoever plays the case, at one call after the other.

    Args:
        target: Says how to recover, and judges.
        case: What is played.
        folder: For everything; what is put there is removed again.
        killer: Kills at the call of this number.

    Raises:
        OnlySimulated: The case asks for more than the host can do.
    """
    found = Sweep(simulated=set(simulated_trees(case)))
    for number in count():
        if not _kill(target, case, killer(number), folder, found):
            return found
        found.kills += 1
    raise AssertionError("a case ends")


def _kill(target: Target, case: Case, killer: Killer, folder: Path, found: Sweep) -> bool:
    """Play a case on the host, see what is left, let others go on, judge; False if nobody was killed."""
    place = folder / "place"
    root = place / "root"
    root.mkdir(parents=True)
    try:
        stage = HostStage(root, killer)
        stage.play(case)
        left = host_tree(root)
        found.real.add(left)
        if (met := (left, stage.promises[-1].obligations.identity)) not in found.judged:
            found.judged.add(met)
            _go_on(target, case, stage, found)
        return stage.was_killed
    finally:
        shutil.rmtree(place)


def _go_on(target: Target, case: Case, stage: HostStage, found: Sweep) -> None:
    if stage.was_killed and case.then is not None:
        case.then(stage)
    found.recoveries += 1
    obligations = stage.promises[-1].obligations
    for seen in _looks(target, stage):
        violations = target.judge(obligations, seen)
        found.violations += [(found.kills, each) for each in violations]
        found.marks.update(() if violations else target.marks(obligations, seen))


def _looks(target: Target, stage: HostStage) -> Sequence[Observation]:
    """What a reader sees, who changes nothing; then what one sees who recovers, and another one after that."""
    path = stage.path

    def first() -> tuple[Observation, ...]:
        readers = () if target.peek is None else (target.peek(stage.kernel(), path),)
        return (*readers, target.examine(stage.kernel(), path))

    *readers, recovered = in_child(first)
    second = in_child(lambda: target.examine(stage.kernel(), path))
    return (*readers, recovered.with_second(second))


def simulated_trees(case: Case) -> Iterator[Tree]:
    """What a simulated kill before each call leaves, and what is there at the end.

    Whoever dies between two calls without effects dies the same death, so of those one is killed.
    """
    played = play_through(case, traced=True)
    yield simulated_tree(played.stage.machine)
    effects = None
    for number, call in enumerate(played.calls[played.stage.armed_calls :]):
        if call.effects != effects:
            effects = call.effects
            stage = Stage()
            stage.kill_after_calls = number
            with _silent_dead():
                assert play(case, stage)
            yield simulated_tree(stage.machine)


@contextmanager
def _silent_dead() -> Iterator[None]:
    """A generator of a program that was killed cannot close its files any more, and Python complains of that."""
    complain = sys.unraisablehook

    def hook(unraisable: "sys.UnraisableHookArgs") -> None:
        if not isinstance(unraisable.exc_value, Killed):
            complain(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = complain
