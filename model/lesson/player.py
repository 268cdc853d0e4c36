"""One scene, cut as often as whoever learns wants: where, under which profile, and with what left."""

from dataclasses import replace

from model.comparison import compare_as_it_is
from model.lesson.calls import changing, effects_after
from model.lesson.conversation import Conversation
from model.lesson.expectation import of_every_cut, of_the_story
from model.lesson.lines import GO_ON, after_an_outcome, cut_or_profile, number
from model.lesson.page import again, boxed, calls_table, paragraphs, profile_told, scene_opening, steps_told
from model.lesson.rehearsal import Moment, Rehearsal, next_question
from model.lesson.sights import beside_table, every_cut, outcome, question
from model.report.figures import wrapped
from model.scenario.explain import KILL
from model.scenario.retelling import Chapter, Told, last_call
from model.scenario.story import Cut, Story

Given = list[list[int]]
"""The answers, cut by cut."""


class Player:
    """Plays one scene.

    Args:
        rehearsal: The scene, played once.
        conversation: Asks.
        attempt: Something to try, told before the scene can be left; empty for nothing.
        told: The functions and steps that have been told before; those of this scene are added.
        wrong: What came out otherwise than the lesson says is added, and shown.
    """

    def __init__(
        self, rehearsal: Rehearsal, conversation: Conversation, told: set[str], wrong: list[str], *, attempt: str = ""
    ) -> None:
        self._rehearsal = rehearsal
        self._conversation = conversation
        self._story: Story = rehearsal.scene.scenario.story
        self._profile = rehearsal.scene.profile
        self._attempt = attempt
        self._told = told
        self._wrong = wrong

    def play(self, part: int, total: int) -> int:
        """Show the scene, then cut it until it is enough; returns the number of the part that comes next.

        Raises:
            Left: Whoever learns has had enough.
            Skipped: Of this one.
        """
        self._show_scene(part, total)
        self._admit([each for each in [of_the_story(self._rehearsal)] if each])
        self._cut()
        scene = self._rehearsal.scene
        compared = list(compare_as_it_is(scene.scenario, self._rehearsal.teller.target, scene.profiles))
        self._conversation.show(every_cut(compared, with_legend=part == 1))
        self._admit(of_every_cut(scene, compared))
        if self._attempt:
            self._conversation.show(["Something to try", *paragraphs(self._attempt, indent=2)[1:], ""])
        while not (chosen := self._conversation.ask(again(total), after_an_outcome(part, total), GO_ON)).part:
            self._profile = chosen.profile or self._profile
            self._cut()
        return chosen.part

    def _show_scene(self, part: int, total: int) -> None:
        rehearsal = self._rehearsal
        show = self._conversation.show
        listings = [
            listing
            for name, listing in zip(rehearsal.scene.shows, rehearsal.program.listings, strict=True)
            if self._is_new(name)
        ]
        show(scene_opening(rehearsal.scene, listings, part, total))
        lines = rehearsal.lines()
        ending = rehearsal.moments[-1].cut.promised.removesuffix(" before the cut")
        what = ending.removesuffix(" returned") if ending.endswith(" returned") else self._story.operation
        show(["", f"{what}, system call by system call:"])
        show(calls_table(lines, place=rehearsal.place, ending=ending))
        if not rehearsal.program.listings:
            steps = [step for step in dict.fromkeys(line.place for line in lines if line.place) if self._is_new(step)]
            folder, _, name = rehearsal.workload.stage.path.rpartition("/")
            show(steps_told(steps, folder, name.removesuffix(".json")))
        kill = self._story.kill
        if kill is not None:
            killed = rehearsal.moments[0].number
            told = f"The first process is killed after call {killed}, before {kill.before}. The rest is another one's."
            show(["", *wrapped(told, indent=2)])

    def _admit(self, differences: list[str]) -> None:
        """Say what comes out otherwise than the lesson says."""
        self._wrong += differences
        for difference in differences:
            self._conversation.show(["", *wrapped(f"This lesson is wrong: {difference}.", hanging=2)])

    def _is_new(self, name: str) -> bool:
        """Whether a function or step has not been told yet; from now on it has."""
        is_new = name not in self._told
        self._told.add(name)
        return is_new

    def _cut(self) -> None:
        """Cut once, and show what comes of it."""
        moment = self._choose_moment()
        self._show_cut(moment)
        story = replace(self._story, profile=self._profile, cuts=(self._suggested_cut(moment),))
        told, given = self._answered(story, [[]])
        recovery = self._rehearsal.recovery(told, given)
        if recovery is not None and self._rehearsal.scene.is_cut_again:
            told = self._cut_again(told, given, recovery)
        elif recovery is not None:
            lines = self._rehearsal.recovery_lines(recovery)
            table = calls_table(lines, place=self._rehearsal.place)
            self._conversation.show(["", "  What recovery does:", *table])
        self._conversation.show([*outcome(told, self._rehearsal.possible(told)), ""])

    def _choose_moment(self) -> Moment:
        rehearsal = self._rehearsal
        suggested = rehearsal.suggested(self._story.cuts[0]) or rehearsal.moments[0]
        low, high = rehearsal.moments[0].number, rehearsal.moments[-1].number
        prompt = f"Cut after which call, {low} to {high}? (Enter: {suggested.number})"
        self._conversation.show(["", *profile_told(self._profile)])
        while True:
            chosen = self._conversation.ask(prompt, cut_or_profile(low, high), str(suggested.number))
            if not chosen.profile:
                # Several moments may follow one call: before and after something was promised.
                return suggested if chosen.number == suggested.number else rehearsal.moment(chosen.number)
            self._profile = chosen.profile
            self._conversation.show(profile_told(self._profile))

    def _suggested_cut(self, moment: Moment) -> Cut:
        """The cut of the lesson with what it loses, if this is that moment."""
        first = self._story.cuts[0]
        return first if self._rehearsal.suggested(first) == moment else moment.cut

    def _show_cut(self, moment: Moment) -> None:
        when = f"after call {moment.number}" if moment.number else "before the first call"
        if moment is self._rehearsal.moments[-1]:
            when = f"after {moment.cut.promised.removesuffix(' before the cut')}"
        event = f"{self._event} {when}"
        beside = self._rehearsal.beside(moment, self._profile)
        self._conversation.show(["", boxed(event), *beside_table(beside, self._profile), "", self._boot])

    @property
    def _event(self) -> str:
        return "the process is killed" if self._profile == KILL else "power cut"

    @property
    def _boot(self) -> str:
        if self._profile == KILL:
            return "The machine lives on. Another process opens the store."
        return "The power is back. The machine boots, and a process opens the store."

    def _answered(self, story: Story, given: Given) -> tuple[Told, Given]:
        """Ask everything that the last cut leaves open and that recovery looks at."""
        last = given[-1]
        while True:
            told = self._rehearsal.tell(story, given)
            chapter = told.chapters[len(story.cuts) - 1]
            position = next_question(chapter.asked, len(last))
            if position is None:
                break
            last += [asked.given for asked in chapter.asked[len(last) : position]]
            self._conversation.show(["", *question(chapter, position)])
            answers, suggested = len(chapter.asked[position].answers), str(chapter.asked[position].given + 1)
            prompt = f"1 to {answers}? (Enter: {suggested})"
            last.append(self._conversation.ask(prompt, number(1, answers), suggested) - 1)
        if not last:
            self._conversation.show(["  There is no doubt about anything that it looks at."])
        return told, given

    def _cut_again(self, told: Told, given: Given, recovery: Chapter) -> Told:
        """Cut the recovery as well, or let it end."""
        show = self._conversation.show
        show(["", "  What recovery does, and where it can be cut as well:"])
        lines = self._rehearsal.recovery_lines(recovery)
        show(calls_table(lines, place=self._rehearsal.place, ending="recovery has ended: no second cut"))
        end = len(recovery.calls) + 1
        suggested = str(self._suggested_again(recovery, end))
        prompt = f"Cut recovery after which call, 0 to {end}? (Enter: {suggested})"
        chosen = self._conversation.ask(prompt, number(0, end), suggested)
        if chosen == end:
            return told
        count = effects_after(recovery.calls, chosen, len(recovery.effects))
        cut = Cut(*(last_call(recovery.calls, count) if count else ("", 1)))
        second = self._story.cuts[1]
        cut = second if replace(second, choices=()) == cut else cut
        show(["", boxed(f"{self._event}, inside recovery, after call {chosen} of it"), "", self._boot])
        return self._answered(replace(told.story, cuts=(*told.story.cuts, cut)), [*given, []])[0]

    def _suggested_again(self, recovery: Chapter, end: int) -> int:
        """After which call of this recovery the lesson suggests to cut; after its end if it makes no such call."""
        second = (self._story.cuts[1].after, self._story.cuts[1].occurrence)
        for position, effect in changing(recovery.calls, len(recovery.effects)).items():
            if last_call(recovery.calls, effect + 1) == second:
                return position + 1
        return end
