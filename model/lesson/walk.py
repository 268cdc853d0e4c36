"""A lesson as a walk: its scenes one after the other, the question, the answer."""

from model.lesson.conversation import Conversation, Left, Skipped
from model.lesson.lesson import Lesson
from model.lesson.lines import GO_ON, anything
from model.lesson.page import opening, paragraphs
from model.lesson.player import Player
from model.lesson.program import program
from model.lesson.rehearsal import rehearsed
from model.scenario.replay import target_of


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
        conversation.show(opening(lesson, total))
        _play(lesson, conversation, wrong)
        _finish(lesson, total, conversation)
    except (Left, Skipped):
        conversation.show(["left"])
    return not wrong


def _play(lesson: Lesson, conversation: Conversation, wrong: list[str]) -> None:
    total = len(lesson.scenes)
    told: set[str] = set()
    part = 1
    try:
        while part <= total:
            with rehearsed(lesson.scenes[part - 1]) as rehearsal:
                attempt = lesson.attempt if part == total else ""
                part = Player(rehearsal, conversation, told, wrong, attempt=attempt).play(part, total)
    except Skipped:
        conversation.show(["skipped"])


def _finish(lesson: Lesson, total: int, conversation: Conversation) -> None:
    conversation.show(["", "Question", *paragraphs(lesson.question, indent=2)[1:], ""])
    conversation.ask("Enter: the answer", anything, GO_ON)
    conversation.show(["", "Answer", *paragraphs(lesson.answer, indent=2)[1:]])
    if lesson.number < total:
        conversation.show(["", f"Next: blackstart teach {lesson.number + 1}"])
