"""One scene, cut as often as whoever learns wants: where, under which profile, and with what left."""

from collections.abc import Sequence
from dataclasses import replace

from model.comparison import compare_as_it_is
from model.lesson.calls import CallLine, changing, effects_after
from model.lesson.conversation import Conversation, Offer
from model.lesson.expectation import of_every_cut, of_the_story
from model.lesson.lines import GO_ON, after_an_outcome, cut_or_profile, number, offered_profiles
from model.lesson.page import again, boxed, calls_table, profile_told, scene_opening, sources, steps_told, tokens_told
from model.lesson.questions import index_of, question_at
from model.lesson.rehearsal import Moment, Rehearsal, next_question
from model.lesson.shortening import told_apart
from model.lesson.sights import beside_table, question_lines
from model.lesson.tale import Tale
from model.lesson.verdict import every_cut, outcome
from model.lesson.width import width, wrapped
from model.properties import PROPERTIES
from model.scenario.explain import KILL
from model.scenario.retelling import Chapter, last_call
from model.scenario.story import Cut, Story
from model.simulation.disk import Variable

Given = list[list[int]]
"""The answers, cut by cut."""

_MARGIN = 8
_THE_END = "recovery has ended: no second cut"


class Player:
    """Plays one scene.

    Args:
        rehearsal: The scene, played once.
        conversation: Asks.
        told: The functions, steps, tables and promises that have been told before; those of this scene are added.
        wrong: What came out otherwise than the lesson says is added, and shown.
        closing: What is told before the scene can be left; empty for nothing.
        go_on: What comes after the scene.
    """

    def __init__(
        self,
        rehearsal: Rehearsal,
        conversation: Conversation,
        told: set[str],
        wrong: list[str],
        *,
        closing: Sequence[str] = (),
        go_on: str = "go on",
    ) -> None:
        self._rehearsal = rehearsal
        self._conversation = conversation
        self._story: Story = rehearsal.scene.scenario.story
        self._profile = rehearsal.scene.profile
        self._told = told
        self._wrong = wrong
        self._closing = closing
        self._go_on = go_on
        self.has_closed = False
        self._is_broken = False

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
        self._conversation.show(every_cut(compared, self._told, is_broken=self._is_broken))
        self._admit(of_every_cut(scene, compared))
        self._conversation.show(self._closing)
        self.has_closed = bool(self._closing)
        understand = after_an_outcome(part, total)
        while not (
            chosen := self._conversation.ask(again(total, self._go_on), understand, GO_ON, self._ways(total))
        ).part:
            self._profile = chosen.profile or self._profile
            self._cut()
        return chosen.part

    def _ways(self, total: int) -> list[Offer]:
        parts = [Offer(str(part), f"part {part}") for part in range(1, total + 1)] if total > 1 else []
        profiles = offered_profiles(self._rehearsal.scene.profiles, self._profile)
        return [Offer(GO_ON, self._go_on), Offer("a", "again"), *parts, *profiles]

    def _show_scene(self, part: int, total: int) -> None:
        rehearsal = self._rehearsal
        show = self._conversation.show
        names = zip(rehearsal.scene.shows, rehearsal.program.listings, strict=True)
        show(scene_opening(rehearsal.scene, part, total))
        show(sources([listing for name, listing in names if self._is_new(name)], "The program"))
        show(sources([each for each in rehearsal.mistake if self._is_new(str(each))], "The mistake"))
        lines = rehearsal.lines()
        ending = rehearsal.moments[-1].cut.promised.removesuffix(" before the cut")
        title = f"{rehearsal.called}, system call by system call:"
        table = ["", title, *calls_table(lines, place=rehearsal.place, ending=ending)]
        is_new = self._is_new("\n".join(table)) or not self._is_new(f"part {part}")
        show(table if is_new else ["", *wrapped(f"{title} as above.")])
        self._tell_tokens(table)
        self._show_steps(lines)
        kill = self._story.kill
        if kill is not None:
            killed = rehearsal.moments[0].number
            told = f"The first process is killed after call {killed}, before {kill.before}. The rest is another one's."
            show(["", *wrapped(told, indent=2)])

    def _tell_tokens(self, table: Sequence[str]) -> None:
        told = tokens_told(table)
        if told and self._is_new("tokens"):
            self._conversation.show(told)

    def _show_steps(self, lines: Sequence[CallLine]) -> None:
        """The steps of the protocol in a table that were not told yet."""
        if not self._rehearsal.program.listings:
            steps = [step for step in dict.fromkeys(line.place for line in lines if line.place) if self._is_new(step)]
            folder, _, name = self._rehearsal.workload.stage.path.rpartition("/")
            self._conversation.show(steps_told(steps, folder, name.removesuffix(".json")))

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
        tale, given = self._answered(story, [[]])
        recovery = self._rehearsal.recovery(tale, given)
        if recovery is not None and self._rehearsal.scene.is_cut_again:
            tale = self._cut_again(tale, given, recovery)
        elif recovery is not None:
            lines = self._rehearsal.recovery_lines(recovery)
            table = ["", "  What recovery does:", *calls_table(lines, place=self._rehearsal.place)]
            self._conversation.show(table)
            self._tell_tokens(table)
            self._show_steps(lines)
        self._is_broken = bool(tale.told.violations)
        for violation in tale.told.violations[:1]:
            self._told.add(PROPERTIES[violation.property].title)
        self._conversation.show([*outcome(tale.told, self._rehearsal.where(tale), self._rehearsal.labels.of), ""])

    def _choose_moment(self) -> Moment:
        rehearsal = self._rehearsal
        suggested = rehearsal.suggested(self._story.cuts[0]) or rehearsal.moments[0]
        low, high = rehearsal.moments[0].number, rehearsal.moments[-1].number
        prompt = f"Cut after which call, {low} to {high}? (Enter: {suggested.number})"
        self._tell_profile()
        while True:
            cuts = _cuts(rehearsal.lines(), low, high, rehearsal.moments[-1].cut.promised)
            ways = [*cuts, *offered_profiles(rehearsal.scene.profiles, self._profile)]
            chosen = self._conversation.ask(prompt, cut_or_profile(low, high), str(suggested.number), ways)
            if chosen.profile:
                self._profile = chosen.profile
                self._tell_profile()
                continue
            # Several moments may follow one call: before and after something was promised.
            moment = suggested if chosen.number == suggested.number else rehearsal.moment(chosen.number)
            if moment.number < chosen.number:
                self._conversation.show(wrapped(_moved(moment, chosen.number), indent=2))
            return moment

    def _tell_profile(self) -> None:
        if self._is_new(f"profile {self._profile}"):
            self._conversation.show(["", *profile_told(self._profile)])
        else:
            self._conversation.show(["", f"  Profile {self._profile}, as above."])

    def _suggested_cut(self, moment: Moment) -> Cut:
        """The cut of the lesson with what it loses, if this is that moment."""
        first = self._story.cuts[0]
        return first if self._rehearsal.suggested(first) == moment else moment.cut

    def _show_cut(self, moment: Moment) -> None:
        when = f"after call {moment.number}" if moment.number else "before the first call"
        if moment is self._rehearsal.moments[-1]:
            when = f"after {moment.cut.promised.removesuffix(' before the cut')}"
        beside = self._rehearsal.beside(moment, self._profile)
        self._conversation.show(["", boxed(f"{self._event} {when}"), *beside_table(beside, self._profile)])
        self._conversation.show(["", *wrapped(self._boot)])

    @property
    def _event(self) -> str:
        return "the process is killed" if self._profile == KILL else "power cut"

    @property
    def _boot(self) -> str:
        if self._profile == KILL:
            return "The machine lives on; another process opens the store."
        return "The power is back; a process opens the store."

    def _answered(self, story: Story, given: Given) -> tuple[Tale, Given]:
        """Ask everything that the last cut leaves open and that recovery looks at."""
        last = given[-1]
        chosen: dict[Variable, object] = {}
        while True:
            tale = self._rehearsal.tell(story, given)
            chapter = tale.chapter
            position = next_question(chapter.asked, len(last))
            if position is None:
                break
            last += [asked.given for asked in chapter.asked[len(last) : position]]
            asked = chapter.asked[position]
            if asked.question not in chosen:
                chosen[asked.question] = self._ask(tale, position, story.cuts[-1])
            last.append(index_of(asked, chosen[asked.question], chapter))
        if not last:
            self._conversation.show(wrapped("It finds nothing that is in doubt.", indent=2))
        return tale, given

    def _ask(self, tale: Tale, position: int, cut: Cut) -> object:
        """Ask for one thing that the last cut leaves open."""
        question = question_at(tale, position, cut.choices)
        self._conversation.show(["", *question_lines(question)])
        count, suggested = len(question.options), str(question.suggested + 1)
        texts = told_apart([option.text for option in question.options], width() - _MARGIN)
        ways = [Offer(str(index), text) for index, text in enumerate(texts, 1)]
        prompt = f"1 to {count}? (Enter: {suggested})"
        return question.options[self._conversation.ask(prompt, number(1, count), suggested, ways) - 1].value

    def _cut_again(self, tale: Tale, given: Given, recovery: Chapter) -> Tale:
        """Cut the recovery as well, or let it end."""
        show = self._conversation.show
        lines = self._rehearsal.recovery_lines(recovery)
        table = calls_table(lines, place=self._rehearsal.place, ending=_THE_END)
        show(["", *wrapped("What recovery does, and where it can be cut as well:", indent=2), *table])
        end = len(recovery.calls) + 1
        suggested = str(self._suggested_again(recovery, end))
        prompt = f"Cut recovery after which call, 0 to {end}? (Enter: {suggested})"
        chosen = self._conversation.ask(prompt, number(0, end), suggested, _cuts(lines, 0, end, _THE_END))
        if chosen == end:
            return tale
        count = effects_after(recovery.calls, chosen, len(recovery.effects))
        cut = Cut(*(last_call(recovery.calls, count) if count else ("", 1)))
        second = self._story.cuts[1]
        cut = second if replace(second, choices=()) == cut else cut
        story = replace(tale.told.story, cuts=(*tale.told.story.cuts, cut))
        beside = self._rehearsal.beside_again(self._rehearsal.tell(story, [*given, []]))
        show(["", boxed(f"{self._event}, inside recovery, after call {chosen} of it")])
        show([*beside_table(beside, self._profile), "", *wrapped(self._boot)])
        return self._answered(story, [*given, []])[0]

    def _suggested_again(self, recovery: Chapter, end: int) -> int:
        """After which call of this recovery the lesson suggests to cut; after its end if it makes no such call."""
        second = (self._story.cuts[1].after, self._story.cuts[1].occurrence)
        for position, effect in changing(recovery.calls, len(recovery.effects)).items():
            if last_call(recovery.calls, effect + 1) == second:
                return position + 1
        return end


def _cuts(lines: Sequence[CallLine], low: int, high: int, ending: str) -> list[Offer]:
    """Where can be cut, with what is called there."""
    labels = {0: "before the first call", high: ending}
    for line in lines:
        for each in range(line.first, line.last + 1):
            labels[each] = f"after {line.text}" if line.changes else "after a call that changes nothing"
    return [Offer(str(each), labels.get(each, "")) for each in range(low, high + 1)]


def _moved(moment: Moment, number: int) -> str:
    """Why a cut is told as an earlier one."""
    first = moment.number + 1
    calls = f"Call {first} changes" if first == number else f"Calls {first} to {number} change"
    return f"{calls} nothing: that is the same as {f'after call {moment.number}' if moment.number else 'at the start'}."
