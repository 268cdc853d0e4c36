"""Runs that need not be made again, because the disk gives the same answers as it did before.

All runs of one program (recovery and a look at what it left; a reader) form a tree: a question, its possible answers,
the question that each leads to, and at the end what came of it.  A disk is taken down this tree by asking it; only when
it gives an answer that no run has had is the program run.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from model.observation import Observation
from model.simulation import Machine
from model.simulation.disk import ABSENT, ROOT, Inode
from model.simulation.effects import Effect, Rename, SetName
from model.simulation.machine import listing_order
from model.simulation.node import Node
from model.simulation.reads import KIND, PRESENCE, Question, Recorder
from model.simulation.status import SimulatedStatus


@dataclass(frozen=True)
class Run:
    """What came of a run: what was seen, and what was done to the disk until `end` effects were complete.

    `met` are the inodes of the disk that the run met, in order; inodes from `next_ino` on are its own.
    """

    observation: Observation
    effects: Sequence[Effect]
    times: Sequence[int]
    created: Mapping[int, Inode]
    met: Sequence[int]
    next_ino: int

    def on(self, met: Sequence[int], next_ino: int) -> "Run":
        """The same run on a disk that numbers its inodes otherwise."""
        if next_ino == self.next_ino and list(met) == list(self.met):
            return self
        numbers = dict(zip(self.met, met, strict=True))
        numbers.update({old: old - self.next_ino + next_ino for old in self.created})
        numbers[ABSENT] = ABSENT
        effects = [_renumbered(effect, numbers) for effect in self.effects]
        created = {numbers[ino]: inode for ino, inode in self.created.items()}
        return Run(self.observation, effects, self.times, created, met, next_ino)


def _renumbered(effect: Effect, numbers: Mapping[int, int]) -> Effect:
    if isinstance(effect, SetName):
        return replace(effect, directory=numbers[effect.directory], ino=numbers[effect.ino])
    if isinstance(effect, Rename):
        return replace(
            effect,
            directory=numbers[effect.directory],
            target_directory=numbers[effect.target_directory],
            ino=numbers[effect.ino],
        )
    return replace(effect, ino=numbers[effect.ino])


@dataclass(slots=True)
class _Branch:
    question: Question
    answers: dict[Hashable, "_Branch | Run"] = field(default_factory=dict)


class Memory:
    """The runs of one program so far."""

    def __init__(self) -> None:
        self._root: _Branch | Run | None = None

    def recall(self, machine: Machine) -> Run | None:
        """What the program would do on a machine, if that is known; asks what it would ask."""
        here = self._root
        met = [ROOT]
        while isinstance(here, _Branch):
            here = here.answers.get(ask(machine, here.question, met))
        return None if here is None else here.on(met, machine.next_ino)

    def remember(self, recorder: Recorder, run: Run) -> None:
        """Add a run that was just made."""
        if not recorder.is_complete:
            return
        if not recorder.reads:
            self._root = run
            return
        if self._root is None:
            self._root = _Branch(recorder.reads[0].question)
        here = self._root
        for position, read in enumerate(recorder.reads):
            assert isinstance(here, _Branch), "a run asked more than another with the same answers"
            assert here.question == read.question, f"after the same answers, {here.question} and {read.question}"
            following: _Branch | Run | None = here.answers.get(read.answer)
            if following is None:
                last = position + 1 == len(recorder.reads)
                following = run if last else _Branch(recorder.reads[position + 1].question)
                here.answers[read.answer] = following
            here = following


def ask(machine: Machine, question: Question, met: list[int]) -> Hashable:
    """Put a question to a machine; `met` grows by an inode that is met for the first time."""
    node = machine.node(met[question.met])
    what = question.what
    if what == "name":
        if question.detail == PRESENCE:
            return machine.presence(node, question.name)
        if question.detail == KIND:
            return machine.kind(node, question.name)
        ino = machine.lookup(node, question.name)
        if ino == ABSENT:
            return None
        if ino not in met:
            met.append(ino)
        found = machine.node(ino)
        return (met.index(ino), found.kind, found.uid)
    if what == "listing":
        assert isinstance(question.detail, tuple)
        known = question.detail
        return tuple(
            [name for name in listing_order(node.entries) if name not in known and machine.presence(node, name)]
        )
    if what == "bytes":
        assert isinstance(question.detail, tuple)
        return machine.read(node, *question.detail)
    return _ask_whole(machine, node, what)


def _ask_whole(machine: Machine, node: Node, what: str) -> Hashable:
    if what == "content":
        return machine.content(node)
    if what == "ino":
        return node.ino
    status = SimulatedStatus(machine, node)
    if what == "size":
        return status.size
    if what == "mode":
        return status.mode
    return (status.mtime_ns, status.ctime_ns)
