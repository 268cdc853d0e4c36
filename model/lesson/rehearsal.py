"""A scene that is ready to be cut: played once, and told again for every cut and every answer that is tried."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import Any, NamedTuple

from model.explore.stage import Stage
from model.explore.workload import Workload
from model.lesson.beside import Beside
from model.lesson.calls import CallLine, call_lines, changing
from model.lesson.labels import Labels
from model.lesson.lesson import Scene
from model.lesson.names import Names
from model.lesson.program import Listing, Program, mistake, program
from model.lesson.tale import Tale
from model.lesson.where import Where, where
from model.persistence.crash import crash_disk
from model.persistence.profiles import PROFILES
from model.scenario.answers import Asked, Labelled, LastValues
from model.scenario.calls import Call
from model.scenario.explain import KILL
from model.scenario.file import Scenario
from model.scenario.places import Places
from model.scenario.replay import DEFECTS, find_case, in_force, target_of
from model.scenario.retelling import Chapter, Teller, armed, last_call, promises
from model.scenario.story import THE_END, CannotReplay, Cut, Story
from model.simulation.disk import Disk, Variable
from model.simulation.effects import Effect
from model.target import UserMistake
from store.kernel import O_CREAT

ASKED_OF_PEOPLE = ("name", "content", "event")
"""What a cut may leave of modes and times is not asked: there they are as they were last."""


_SINGLE = {"put": "W", "update": "W", "delete": "D"}
"""What step S is called where it writes, or removes, only one entry."""


class Moment(NamedTuple):
    """Where the power may go.

    Attributes:
        number: How many calls had been made; one more for after the operation returned.
        effects: How many effects were complete.
        cut: The same as a cut of a story.
        obligations: What must be shown.
    """

    number: int
    effects: int
    cut: Cut
    obligations: Any


class Answering(Labelled):
    """Answers as people did, then as the lesson suggests, then as it was last."""

    def __init__(self, given: Sequence[int], suggested: Cut, chapter: Chapter) -> None:
        super().__init__(suggested.choices, chapter.places, chapter.last)
        self._given = given

    def answer(
        self, question: Variable, options: Sequence[Any], about: str, answers: tuple[str, ...], last: int
    ) -> int:
        """The answer to the next question."""
        suggested = super().answer(question, options, about, answers, last)
        position = len(self.asked)
        return self._given[position] if position < len(self._given) else suggested

    def finish(self) -> None:
        """Suggestions that nobody takes are no mistake."""


@dataclass
class Rehearsal:
    """A scene that was played.

    Attributes:
        scene: The scene.
        teller: Tells what comes of it.
        workload: The play.
        program: The functions that are shown.
        moments: Where the power may go.
        mistake: The source of what a store that is known to be bad does otherwise.
    """

    scene: Scene
    teller: Teller
    workload: Workload
    program: Program
    moments: Sequence[Moment]
    mistake: Sequence[Listing] = ()

    @property
    def place(self) -> str:
        """What calls are told by: the line of the program, or the step of the protocol."""
        return "line" if self.program.listings else "step"

    def lines(self) -> list[CallLine]:
        """The calls, as the lines of a table."""
        machine = self.workload.stage.machine
        return self._lines(armed(self.workload), machine.disk, machine.effects, self.labels.places)

    def recovery_lines(self, recovery: Chapter) -> list[CallLine]:
        """The calls of a recovery, as the lines of a table."""
        return self._lines(recovery.calls, recovery.disk, recovery.effects, recovery.places)

    def _lines(self, calls: Sequence[Call], disk: Disk, effects: Sequence[Effect], places: Places) -> list[CallLine]:
        refused = self._refused(calls, disk, effects) if self.program.listings else ()
        return call_lines(calls, effects, places, self._place_of, self.labels.of, refused)

    def _refused(self, calls: Sequence[Call], disk: Disk, effects: Sequence[Effect]) -> list[int]:
        """Positions of the calls that opened a path which led nowhere: a store's own many looks are not told."""
        does_change = changing(calls, len(effects))
        return [
            position
            for position, call in enumerate(calls)
            if call.name == "open"
            and position not in does_change
            and call.arguments[0].startswith("/")
            and not Names(disk, effects[: call.effects]).has(
                call.arguments[0], is_made=bool(call.arguments[1] & O_CREAT)
            )
        ]

    @cached_property
    def labels(self) -> Labels:
        """What the calls are called."""
        machine = self.workload.stage.machine
        return Labels(armed(self.workload), machine.disk, machine.effects)

    @property
    def called(self) -> str:
        """What is called, with its arguments where a promise tells them: "put('ben')"."""
        for promise in self.workload.stage.promises:
            found = re.match(r"(.+\)) had not returned", str(getattr(promise.obligations, "because", "")))
            if found:
                return found[1]
        return self.scene.scenario.story.operation

    def _place_of(self, call: Call) -> str:
        if not self.program.listings:
            return self._step_of(call)
        line = self.program.line_of(call)
        return "" if line is None else str(line)

    def _step_of(self, call: Call) -> str:
        """The step of the migration that a call belongs to; outside of one, the innermost step that is named."""
        steps = [site.step for site in call.sites if site.step]
        migrating = [step for step in steps if step.startswith("M")]
        found = [*migrating[-1:], *steps, ""][0]
        return _SINGLE.get(self.scene.scenario.story.operation, found) if found == "S" else found

    def moment(self, number: int) -> Moment:
        """The moment of a number that people give: whatever changed nothing counts as what came before it."""
        return [each for each in self.moments if each.number <= number][-1]

    def suggested(self, cut: Cut) -> Moment | None:
        """The moment that a cut of a story speaks of, if it is still there."""
        place = replace(cut, choices=())
        return next((each for each in self.moments if each.cut == place), None)

    def beside(self, moment: Moment, profile: str) -> Beside:
        """The page cache beside the disk, at a moment."""
        machine = self.workload.stage.machine
        effects = machine.effects[: moment.effects]
        last = LastValues(machine.disk, machine.created)
        last.follow(effects)
        places = self.labels.places_at(moment.effects)
        start = min(max(self.workload.start, moment.effects - 1), moment.effects)
        crash = crash_disk(
            machine.disk,
            machine.created,
            effects,
            machine.times,
            [moment.effects],
            PROFILES[profile],
            machine.next_ino,
            start=start,
        )
        return Beside(machine.disk, last, effects, crash.disk, places, is_kill=profile == KILL)

    def beside_again(self, tale: Tale) -> Beside:
        """The same at the last cut of a tale, of a recovery."""
        chapter = tale.chapter
        is_kill = tale.told.story.profile == KILL
        return Beside(chapter.disk, chapter.last, chapter.effects, tale.disks[-1], chapter.places, is_kill=is_kill)

    def tell(self, story: Story, given: Sequence[Sequence[int]]) -> Tale:
        """What comes of a story when its questions, cut by cut, are answered so; the rest as the story suggests."""
        disks: list[Disk] = []

        def source(number: int, disk: Disk, chapter: Chapter) -> Labelled:
            disks.append(disk)
            return Answering(given[number] if number < len(given) else (), story.cuts[number], chapter)

        return Tale(self.teller.tell(story, make_source=source), disks)

    def recovery(self, tale: Tale, given: Sequence[Sequence[int]]) -> Chapter | None:
        """What the recovery after the last cut did; None if it changed nothing."""
        story = tale.told.story
        try:
            return self.tell(replace(story, cuts=(*story.cuts, Cut(THE_END))), given).told.chapters[-1]
        except CannotReplay:
            return None

    def where(self, tale: Tale) -> Where:
        """The profiles under which this can happen."""
        profiles = tuple(dict.fromkeys((*self.scene.profiles, tale.told.story.profile)))
        return where(self.teller, tale, profiles)


def next_question(asked: Sequence[Asked], answered: int) -> int | None:
    """The position of the next question that people are asked, after so many."""
    positions = range(answered, len(asked))
    return next((each for each in positions if asked[each].question.kind in ASKED_OF_PEOPLE), None)


@contextmanager
def rehearsed(scene: Scene) -> Iterator[Rehearsal]:
    """Play a scene, with its defect in force for as long as the `with` statement lasts.

    What it names is imported: whoever calls has checked that it may be.

    Raises:
        UserMistake: There is no such target, case, defect or function, or no such call to kill the process at.
    """
    scenario = scene.scenario
    target = target_of(scenario)
    with in_force(scenario.defect, scenario.place("defect")):
        teller = Teller(target, find_case(scenario, target), Stage)
        workload = _played(teller, scenario)
        yield Rehearsal(
            scene, teller, workload, program(scene.shows), tuple(_moments(workload)), _mistake(scenario.defect)
        )


def _mistake(name: str) -> Sequence[Listing]:
    module, _, attribute = DEFECTS.partition(":")
    defects = getattr(import_module(module), attribute) if name else ()
    return next((mistake(each) for each in defects if each.name == name), ())


def _played(teller: Teller, scenario: Scenario) -> Workload:
    try:
        return teller.play(scenario.story.kill)
    except CannotReplay as reason:
        where = f"{scenario.source}, table kill"
        raise UserMistake(
            where, str(reason), "Name a call that the operation makes, or leave the table out."
        ) from reason


def _moments(workload: Workload) -> Iterator[Moment]:
    calls = armed(workload)
    total = len(workload.stage.machine.effects)
    starts = [call.effects for call in calls]
    for count in dict.fromkeys(workload.moments):
        number = sum(1 for start in starts if start < count)
        held = promises(workload, count)
        label = ("", 1) if count == workload.start else last_call(calls, count)
        for position, (promised, obligations) in enumerate(held.items()):
            is_last = count == total and position == len(held) - 1
            yield Moment(len(calls) + 1 if is_last else number, count, Cut(*label, promised=promised), obligations)
