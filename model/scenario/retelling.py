"""Tell a story again: play its case, cut the power where it says, leave what it says, look, and judge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from model.explore.recovery import crash_state
from model.explore.stage import Case
from model.explore.workload import MakeStage, Workload, killed_plays, play_through
from model.obligations import Violation
from model.observation import Observation
from model.persistence.crash import crash_disk
from model.persistence.profiles import PROFILES
from model.scenario.answers import Asked, Labelled, LastValues
from model.scenario.calls import Call, numbered, render_call, trace
from model.scenario.places import Places, printable
from model.scenario.story import THE_END, CannotReplay, Cut, Kill, Story
from model.simulation import Machine
from model.simulation.disk import Disk, Inode
from model.simulation.effects import Effect, Sync
from model.simulation.tree import tree
from model.target import Target


@dataclass
class Chapter:
    """One run, of the case or of a recovery, up to its cut.

    Attributes:
        calls: Its system calls, those after the cut too.
        made: How many were complete at the cut.
        effects: What was done before the cut; `later` what after it.
        asked: The questions that the next chapter asked of what the cut left.
    """

    disk: Disk
    created: dict[int, Inode]
    calls: Sequence[Call]
    made: int
    effects: Sequence[Effect]
    later: Sequence[Effect]
    places: Places
    last: LastValues
    asked: list[Asked] = field(default_factory=list)


MakeSource = Callable[[int, Disk, Chapter], Labelled]
"""Makes the source of choices for what a power cut left, given its number, the disk, and the run that was cut."""


@dataclass
class Told:
    """What came of a story."""

    story: Story
    chapters: list[Chapter]
    obligations: Any
    observation: Observation
    violations: Sequence[Violation]
    tree_before: tuple[str, ...]
    tree_after: tuple[str, ...]

    @property
    def asked(self) -> list[Asked]:
        """The questions about the last disk."""
        return self.chapters[-1].asked

    def rendered(self) -> tuple[tuple[str, ...], int]:
        """The trace of all chapters, and the place of the last cut in it."""
        lines: list[str] = []
        cut = 0
        for number, chapter in enumerate(self.chapters):
            calls = [render_call(call) for call in chapter.calls]
            if number:
                lines.append("-- power cut; recovery: --")
                calls = calls[: chapter.made + 3]
            cut = len(lines) + chapter.made
            is_last = number == len(self.chapters) - 1
            lines += calls if is_last else calls[: chapter.made]
        return tuple(lines), cut


class Teller:
    """Tells stories of one case of a target; what was played once is not played again."""

    def __init__(self, target: Target, case: Case, make_stage: MakeStage) -> None:
        self.target = target
        self.case = case
        self._make_stage = make_stage
        self._plays: dict[Kill | None, Workload] = {}

    def play(self, kill: Kill | None) -> Workload:
        """The case played, with a kill or without.

        Raises:
            CannotReplay: There is no such call to be killed at.
        """
        found = self._plays.get(kill)
        if found is None:
            found = self._plays[kill] = self._play(kill)
        return found

    def _play(self, kill: Kill | None) -> Workload:
        if kill is None:
            return play_through(self.case, self._make_stage, traced=True)
        if self.case.then is None:
            raise CannotReplay(f"the case {self.case.name!r} no longer goes on after a kill")
        number = _find(numbered(armed(self.play(None))), kill.before, kill.occurrence)
        played = killed_plays(self.case, self._make_stage, traced_kill=(number << 20) + kill.units)
        for workload in played:
            return workload
        raise CannotReplay(f"{kill.before} can no longer be cut inside")

    def tell(self, story: Story, *, make_source: MakeSource | None = None) -> Told:
        """Play, cut, recover and judge as the story says.

        Args:
            story: What to tell.
            make_source: Answers what the cuts leave open, instead of the story's choices.

        Raises:
            CannotReplay: It cannot happen so any more.
        """
        workload = self.play(story.kill)
        machine = workload.stage.machine
        chapter = _run_chapter(workload, story.cuts[0])
        start = max(workload.start, len(chapter.effects) - 1)
        obligations = _promised(workload, len(chapter.effects), story.cuts[0].promised)
        chapter.made = max(chapter.made, _calls_before_promise(workload, obligations))
        disk = _cut(chapter, chapter.effects, start, story.profile, machine.times, machine.next_ino, with_times=True)
        chapters = [chapter]
        for number, (cut, following) in enumerate(zip(story.cuts, [*story.cuts[1:], None], strict=True)):
            if make_source is None:
                source = Labelled(cut.choices, chapter.places, chapter.last)
            else:
                source = make_source(number, disk, chapter)
            booted = Machine(disk, source, boot=1)
            chapter.asked = source.asked
            if following is None:
                observation = self.look(booted, is_read=story.is_read)
                break
            calls = trace(booted, chapter.places.copy())
            observation = self.look(booted, is_read=False)
            if following.after == THE_END:
                obligations = self.target.stable(observation)
            source.finish()
            chapter = _recovery_chapter(booted, calls, self._recovered, chapter, following, disk)
            end = len(chapter.effects)
            start = end if following.after == THE_END else 0
            disk = _cut(chapter, chapter.effects, start, story.profile, booted.times, booted.next_ino, with_times=False)
            chapters.append(chapter)
        source.finish()
        violations = self.target.judge(obligations, observation)
        return Told(story, chapters, obligations, observation, violations, tree(machine), tree(booted))

    def look(self, machine: Machine, *, is_read: bool) -> Observation:
        """Recover twice, or read once, as the explorer does."""
        path = self.play(None).stage.path
        if is_read:
            if self.target.peek is None:
                raise CannotReplay("the target no longer has a way to read without recovering")
            observation = self.target.peek(machine.start().kernel, path)
            if machine.effects:
                observation = observation._replace(error=("ReaderWrote", str(machine.effects[0])))
            return observation
        observation = self.target.examine(machine.start().kernel, path)
        end = self._recovered = len(machine.effects)
        machine.tracer = None
        observation = observation.with_second(self.target.examine(machine.start().kernel, path))
        if any(not isinstance(effect, Sync) for effect in machine.effects[end:]):
            observation = observation._replace(second_changed=True)
        return observation


def armed(workload: Workload) -> Sequence[Call]:
    """The calls of a play from where it may be cut."""
    return workload.calls[workload.stage.armed_calls :]


def _calls_before_promise(workload: Workload, obligations: Any) -> int:
    """How many calls had been made when something was promised: what returned has made them all."""
    stage = workload.stage
    made = [promise.calls for promise in stage.promises if promise.obligations is obligations]
    return min(made, default=0) - stage.armed_calls


def _find(labels: Sequence[tuple[str, int]], label: str, occurrence: int) -> int:
    """The position of a call.

    Raises:
        CannotReplay: It is not made any more.
    """
    for position, found in enumerate(labels):
        if found == (label, occurrence):
            return position
    times = f" {occurrence} times" if occurrence > 1 else ""
    raise CannotReplay(f"the store no longer makes the call {label!r}{times}")


def last_call(calls: Sequence[Call], count: int) -> tuple[str, int]:
    """Label and occurrence of the call that brought about effect number `count` (from 1); empty for none."""
    labels = numbered(calls)
    for position in range(len(calls) - 1, -1, -1):
        if calls[position].effects < count:
            return labels[position]
    return "", 1


def _effects_after(calls: Sequence[Call], cut: Cut, total: int, none: int) -> int:
    """How many effects were complete once the call that a cut names was."""
    if not cut.after:
        return none
    position = _find(numbered(calls), cut.after, cut.occurrence)
    return calls[position + 1].effects if position + 1 < len(calls) else total


def _run_chapter(workload: Workload, cut: Cut) -> Chapter:
    machine, calls = workload.stage.machine, armed(workload)
    count = _effects_after(calls, cut, len(machine.effects), workload.start)
    if count < workload.start:
        raise CannotReplay(f"{cut.after!r} comes before anything can be cut")
    return _chapter(machine, calls, Places.of(machine.disk), LastValues(machine.disk), count, len(machine.effects))


def _recovery_chapter(
    machine: Machine, calls: Sequence[Call], end: int, before: Chapter, cut: Cut, disk: Disk
) -> Chapter:
    """A recovery that is cut itself: on the crash state that it ran on, as far as that was looked at."""
    state = crash_state(disk, [0] * disk.frame_count, machine).disk
    count = end if cut.after == THE_END else _effects_after(calls, cut, end, 0)
    if cut.after == THE_END and not end:
        raise CannotReplay("recovery no longer changes anything, so that no cut can follow it")
    chapter = _chapter(machine, calls, before.places.copy(), before.last.narrowed(state), count, end)
    chapter.disk = state
    return chapter


def _chapter(
    machine: Machine, calls: Sequence[Call], places: Places, last: LastValues, count: int, end: int
) -> Chapter:
    effects, later = machine.effects[:count], machine.effects[count:end]
    last = LastValues(last.disk, machine.created, dict(last.values))
    last.follow(effects)
    places.follow(effects)
    made = sum(1 for call in calls if call.effects < count)
    return Chapter(machine.disk, machine.created, calls, made, effects, later, places, last)


def _cut(
    chapter: Chapter,
    effects: Sequence[Effect],
    start: int,
    profile: str,
    times: Sequence[int],
    next_ino: int,
    *,
    with_times: bool,
) -> Disk:
    count = len(effects)
    return crash_disk(
        chapter.disk,
        chapter.created,
        effects,
        times,
        [count],
        PROFILES[profile],
        next_ino,
        start=min(start, count),
        with_times=with_times,
    ).disk


def promises(workload: Workload, count: int) -> dict[str, Any]:
    """The obligations in force while so many effects were complete, by label: why, and which of those, if several."""
    found: dict[str, Any] = {}
    for moment, held in zip(workload.moments, workload.obligations, strict=True):
        if moment == count:
            why = printable(_why(held)) or "what was there stays"
            same = sum(1 for label in found if label == why or label.startswith(f"{why} ("))
            found[f"{why} ({same + 1})" if same else why] = held
    return found


def _why(held: Any) -> str:
    """Why obligations are as they are, as far as they say so, themselves or their parts."""
    parts = getattr(held, "parts", {}).values()
    return str(getattr(held, "because", "")) or next((why for part in parts if (why := _why(part))), "")


def _promised(workload: Workload, count: int, promised: str) -> Any:
    held = promises(workload, count)
    if promised in held:
        return held[promised]
    offered = " or ".join(map(repr, held)) or "nothing"
    raise CannotReplay(f"at this cut it is no longer promised that {promised!r}, but {offered}")
