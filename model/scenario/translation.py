"""From what the explorer found to a story: its disks stand for many runs at once, a story is about one."""

from collections.abc import Mapping, Sequence
from operator import eq
from typing import Any, NamedTuple

from model.explore.choices import Replayed
from model.explore.stage import Case
from model.explore.unit import Arrival
from model.explore.workload import Workload
from model.scenario.answers import Labelled
from model.scenario.calls import numbered
from model.scenario.minimise import Minimiser
from model.scenario.retelling import Chapter, Teller, Told, armed, last_call, promises
from model.scenario.story import THE_END, CannotReplay, Cut, Kill, Story
from model.simulation import Machine
from model.simulation.disk import Disk, Variable
from model.simulation.tree import paths
from model.simulation.world import Decision


class Found(NamedTuple):
    """What the explorer found.

    Attributes:
        case: The case.
        profile: The profile's name.
        workload: The play.
        effects: How many effects of it were complete at the cut.
        obligations: What was in force there.
        recoveries: Each recovery that was cut: where it began, after how many effects it was cut, whether it was over.
        arrival: The crash state that was judged.
        is_read: Whether a reader looked at it.
        property: The number of the property that it violates.
    """

    case: Case
    profile: str
    workload: Workload
    effects: int
    obligations: Any
    recoveries: Sequence[tuple[Arrival, int, bool]]
    arrival: Arrival
    is_read: bool
    property: int


def translate(found: Found, teller: Teller) -> Told:
    """The same as a story, told once; or what else leads to the same violation with few losses.

    Raises:
        CannotReplay: Told as a story, it does not come out the same.
    """
    try:
        return _translated(found, teller)
    except CannotReplay:
        told = Minimiser(teller, found.property).search(_kill(found.workload, teller), found.profile, found.is_read)
        if told is None:
            raise
        return told


def _translated(found: Found, teller: Teller) -> Told:
    kill = _kill(found.workload, teller)
    calls = armed(teller.play(kill))
    arrivals = [*(arrival for arrival, _, _ in found.recoveries), found.arrival]
    cut = Cut(*_after(calls, found.effects, found.workload.start), promised=_label(found))
    cuts = [cut]
    for number, (_, effects, is_over) in enumerate(found.recoveries):
        so_far = Story(found.case.operation, found.case.name, found.profile, (*cuts, Cut(THE_END)), kill)
        if is_over:
            cuts.append(Cut(THE_END))
        else:
            guides = [_decisions(teller, each, is_read=False) for each in arrivals[: number + 1]]
            chapter = teller.tell(so_far, make_source=_guided(arrivals, guides)).chapters[-1]
            cuts.append(Cut(*_after(chapter.calls, effects, 0)))
    story = Story(found.case.operation, found.case.name, found.profile, tuple(cuts), kill, found.is_read)
    guides = [_decisions(teller, each, is_read=False) for each in arrivals[:-1]]
    guides.append(_decisions(teller, arrivals[-1], is_read=found.is_read))
    told = teller.tell(story, make_source=_guided(arrivals, guides))
    again = teller.tell(with_losses(story, told))
    if all(violation.property != found.property for violation in again.violations):
        raise CannotReplay("the same losses do not lead to the same violation")
    return again


def with_losses(story: Story, told: Told) -> Story:
    """The story with the choices that were made when it was told, as far as they are losses."""
    cuts = []
    for cut, chapter in zip(story.cuts, told.chapters, strict=True):
        losses = dict.fromkeys(asked.choice for asked in chapter.asked if asked.is_loss)
        cuts.append(Cut(cut.after, cut.occurrence, cut.promised, tuple(losses)))
    return Story(story.operation, story.case, story.profile, tuple(cuts), story.kill, story.is_read)


def _label(found: Found) -> str:
    held = promises(found.workload, found.effects)
    return next(label for label, obligations in held.items() if obligations == found.obligations)


def _kill(workload: Workload, teller: Teller) -> Kill | None:
    if workload.kill is None:
        return None
    number, units = divmod(workload.kill, 1 << 20)
    return Kill(*numbered(armed(teller.play(None)))[number], units)


def _after(calls: Sequence[Any], count: int, start: int) -> tuple[str, int]:
    return ("", 1) if count == start else last_call(calls, count)


def _decisions(teller: Teller, arrival: Arrival, *, is_read: bool) -> Sequence[Decision]:
    """The choices of the explorer, made again."""
    machine = Machine(arrival.unit.disk, Replayed(arrival.path), boot=1)
    teller.look(machine, is_read=is_read)
    return machine.world.decisions


def _guided(arrivals: Sequence[Arrival], guides: Sequence[Sequence[Decision]]) -> Any:
    def make(number: int, disk: Disk, chapter: Chapter) -> Labelled:
        guide = guides[number] if number < len(guides) else ()
        return _Guided(guide, arrivals[number].unit.disk, disk, chapter)

    return make


class _Guided(Labelled):
    """Answers as the explorer did, question by question, on a disk that numbers its inodes otherwise."""

    def __init__(self, guide: Sequence[Decision], theirs: Disk, ours: Disk, chapter: Chapter) -> None:
        super().__init__((), chapter.places, chapter.last)
        self._guide = guide
        self._theirs = theirs
        self._ours = ours
        self._their_paths = paths(theirs)
        self._our_paths = paths(ours)
        self._position = 0

    def answer(
        self, question: Variable, options: Sequence[Any], _about: str, _answers: tuple[str, ...], last: int
    ) -> int:
        """The answer to the next question of the same kind, about the same name."""
        for position in range(self._position, len(self._guide)):
            decision = self._guide[position]
            if self._is_same(decision.question, question):
                given = self._option(decision, options)
                if given is not None:
                    self._position = position + 1
                    return given
        return last

    def _is_same(self, theirs: Variable, ours: Variable) -> bool:
        if theirs.kind != ours.kind or theirs.name != ours.name:
            return False
        return ours.kind != "name" or self._their_paths.get(theirs.ino) == self._our_paths.get(ours.ino)

    def _option(self, decision: Decision, options: Sequence[Any]) -> int | None:
        answer = decision.answer
        if decision.question.kind == "name" and type(answer) is int and answer:
            traits = _traits(self._theirs, answer, self._their_paths)
            likeness = [
                sum(map(eq, traits, _traits(self._ours, each, self._our_paths))) if each else -1 for each in options
            ]
            return likeness.index(max(likeness))
        return next((i for i, each in enumerate(options) if type(each) is type(answer) and each == answer), None)


def _traits(disk: Disk, ino: int, names: Mapping[int, str]) -> tuple[Any, ...]:
    """What tells a file from others on two disks that number their inodes otherwise."""
    inode = disk.inodes[ino]
    is_open = any(part.variable.kind == "content" for part in disk.open_parts.get(ino, ()))
    return (inode.kind, is_open, is_open or inode.content, names.get(ino))
