"""Make a story small: fewest operations, then fewest losses, then the earliest cut.

Losses are few where they matter: of a store that is broken, one or two lost calls show it.  So the search goes through
all cuts with no loss at all, then with one, with two ..., and ends with the first that violates the same property.  It
tries at most so many recoveries; what it has by then is made smaller greedily, by taking back one loss after another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from model.scenario.answers import Asked
from model.scenario.retelling import Teller, Told, armed, last_call, promises
from model.scenario.story import CannotReplay, Choice, Cut, Kill, Story

MOST_TOLD = 800
MOST_LOSSES = 3


class Minimiser:
    """Looks for smaller stories of the same violation.

    Args:
        teller: Tells them.
        property: The property that must be violated.
        most_told: How many stories may be told.
    """

    def __init__(self, teller: Teller, violated: int, *, most_told: int = MOST_TOLD) -> None:
        self._teller = teller
        self._violated = violated
        self._left = most_told

    def minimise(self, told: Told) -> Told:
        """The smallest story that was found, told; at worst the given one."""
        story = told.story
        kills = [None] if story.kill is None else [None, story.kill]
        for kill in kills:
            is_same_play = kill == story.kill
            found = self._search(story, kill, is_same_play=is_same_play and len(story.cuts) == 1)
            if found is not None:
                return self._without_spare_losses(found)
        return self._without_spare_losses(told)

    def search(self, kill: Kill | None, profile: str, is_read: bool) -> Told | None:
        """A story of the case with one power cut and few losses, without knowing one to begin with."""
        case = self._teller.case
        cuts = (Cut("", choices=(Choice("", ""),) * MOST_LOSSES),)
        return self._search(
            Story(case.operation, case.name, profile, cuts, kill, is_read=is_read), kill, is_same_play=False
        )

    def _search(self, story: Story, kill: Kill | None, *, is_same_play: bool) -> Told | None:
        """A story with one power cut: the fewest operations, then the fewest losses."""
        bound = story.losses
        begun = self._begun(story) if is_same_play else None
        by_operations: dict[int, list[Cut]] = {}
        for operations, cut in self.cuts(kill):
            by_operations.setdefault(operations, []).append(cut)
        for operations, cuts in sorted(by_operations.items()):
            if begun is not None and operations > begun:
                return None
            for losses in range(bound + 1):
                found = self._with_losses(replace(story, kill=kill), cuts, losses)
                if found is not None:
                    return found
        return None

    def at_this_cut(self, story: Story) -> Told | None:
        """The fewest losses at the last cut of a story."""
        last = story.cuts[-1]
        bare = replace(story, cuts=(*story.cuts[:-1], replace(last, choices=())))
        for losses in range(max(1, len(last.choices)) + 1):
            found = self._extend(bare, losses, answered=0)
            if found is not None:
                return found
        return None

    def _begun(self, story: Story) -> int:
        first = story.cuts[0]
        key = (first.after, first.occurrence, first.promised)
        return next((n for n, cut in self.cuts(story.kill) if (cut.after, cut.occurrence, cut.promised) == key), 1)

    def cuts(self, kill: Kill | None) -> Iterator[tuple[int, Cut]]:
        """Every cut of a play, with the number of operations that had begun by then."""
        try:
            workload = self._teller.play(kill)
        except CannotReplay:
            return
        calls = armed(workload)
        seen: list[int] = []
        for count in dict.fromkeys(workload.moments):
            for promised, held in promises(workload, count).items():
                if id(held) not in seen:
                    seen.append(id(held))
                label = ("", 1) if count == workload.start else last_call(calls, count)
                yield (len(seen) + 1) // 2, Cut(*label, promised=promised)

    def _with_losses(self, story: Story, cuts: Sequence[Cut], losses: int) -> Told | None:
        for cut in cuts:
            found = self._extend(replace(story, cuts=(cut,)), losses, answered=0)
            if found is not None:
                return found
        return None

    def _extend(self, story: Story, more: int, *, answered: int) -> Told | None:
        """Tell a story; if it has to have more losses, with each other answer to each question that is not answered."""
        told = self.tell(story)
        if told is None:
            return None
        if not more:
            return told if self.is_violated(told) else None
        for position, asked in enumerate(told.asked[answered:], answered):
            for choice in other_answers(asked):
                cut = story.cuts[-1]
                longer = replace(story, cuts=(*story.cuts[:-1], replace(cut, choices=(*cut.choices, choice))))
                found = self._extend(longer, more - 1, answered=position + 1)
                if found is not None or not self._left:
                    return found
        return None

    def _without_spare_losses(self, told: Told) -> Told:
        """Take back one loss after the other, the last ones first, where that changes nothing."""
        changed = True
        while changed:
            changed = False
            for story in without_one(told.story):
                shorter = self.tell(story)
                if shorter is not None and self.is_violated(shorter):
                    told, changed = shorter, True
                    break
        return told

    def tell(self, story: Story) -> Told | None:
        """What comes of a story, None if it cannot be or if enough were told."""
        if not self._left:
            return None
        self._left -= 1
        try:
            return self._teller.tell(story)
        except CannotReplay:
            return None

    def is_violated(self, told: Told) -> bool:
        """Whether it is the same property that is violated."""
        return any(violation.property == self._violated for violation in told.violations)


def other_answers(asked: Asked) -> list[Choice]:
    """Every answer but the one that was given."""
    return [Choice(asked.about, answer) for index, answer in enumerate(asked.answers) if index != asked.given]


def without_one(story: Story) -> Iterator[Story]:
    """The story without one of its choices, or with a recovery that is not cut."""
    for number in range(len(story.cuts) - 1, 0, -1):
        yield replace(story, cuts=(*story.cuts[:number], *story.cuts[number + 1 :]))
    for number in range(len(story.cuts) - 1, -1, -1):
        cut = story.cuts[number]
        for position in range(len(cut.choices) - 1, -1, -1):
            fewer = replace(cut, choices=(*cut.choices[:position], *cut.choices[position + 1 :]))
            yield replace(story, cuts=(*story.cuts[:number], fewer, *story.cuts[number + 1 :]))
