"""A lesson as a walk: its scenes one after the other, the question, the answer."""

from model.lesson.conversation import Conversation, Left, Offer, Skipped
from model.lesson.lesson import Lesson
from model.lesson.lines import GO_ON, anything
from model.lesson.page import opening, paragraphs
from model.lesson.player import Player
from model.lesson.program import program
from model.lesson.rehearsal import rehearsed
from model.scenario.replay import target_of

_THE_ANSWER = "the answer"


def walk(lesson: Lesson, total: int, conversation: Conversation) -> bool:
    """Walk through a lesson; returns whether all of it that was played came out as it says.

    Args:
        lesson: The lesson.
        total: How many there are.
        conversation: Asks.

    Raises:
        UserMistake: Something that a scene names is not there.
    """
    for scene in lesson.scenes:  # what is misspelt is told before anything is shown
        target_of(scene.scenario)
        program(scene.shows)
    wrong: list[str] = []
    try:
        if _play(lesson, total, conversation, wrong):
            _ask(lesson, conversation)
        conversation.show(["", "Answer", *paragraphs(lesson.answer, indent=2)[1:]])
        if lesson.number < total:
            conversation.show(["", f"Next: blackstart teach {lesson.number + 1}"])
    except (Left, Skipped):
        conversation.show(["left"])
    return not wrong


def _play(lesson: Lesson, total: int, conversation: Conversation, wrong: list[str]) -> bool:
    """Play the scenes, and ask the question with the last one; returns whether it is still to be asked."""
    parts = len(lesson.scenes)
    told: set[str] = set()
    part = 1
    is_asked = False
    try:
        conversation.show(opening(lesson, total))
        while part <= parts:
            is_last = part == parts
            is_asked = False
            with rehearsed(lesson.scenes[part - 1]) as rehearsal:
                closing = [*_attempt(lesson), *_question(lesson), ""] if is_last else []
                go_on = _THE_ANSWER if is_last else "go on"
                player = Player(rehearsal, conversation, told, wrong, closing=closing, go_on=go_on)
                try:
                    part = player.play(part, parts)
                finally:
                    is_asked = player.has_closed
    except Skipped:
        if is_asked:
            return False
        conversation.show(["skipped"])
        return True
    return False


def _attempt(lesson: Lesson) -> list[str]:
    return ["Something to try", *paragraphs(lesson.attempt, indent=2)[1:]]


def _question(lesson: Lesson) -> list[str]:
    return ["", "Question", *paragraphs(lesson.question, indent=2)[1:]]


def _ask(lesson: Lesson, conversation: Conversation) -> None:
    try:
        conversation.show([*_question(lesson), ""])
        conversation.ask(f"Enter: {_THE_ANSWER}", anything, GO_ON, [Offer(GO_ON, _THE_ANSWER)])
    except Skipped:
        return
