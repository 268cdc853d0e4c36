"""One thing that recovery looks at and that a cut has left open, with everything that it can be."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from model.lesson.beside import in_full
from model.lesson.left import is_answer
from model.lesson.tale import Tale
from model.scenario.answers import Asked, LastValues, answer_in_words
from model.scenario.explain import call_of, lost_effect
from model.scenario.retelling import Chapter
from model.scenario.story import Choice
from model.simulation.disk import ABSENT, Variable
from model.simulation.effects import Effect, Rename, SetName

_MOST_OFFERED = 9


class Option(NamedTuple):
    """An answer: how it is shown, what comes of it, and what the machine is told."""

    text: str
    note: str
    value: Any


class Question(NamedTuple):
    """What is asked.

    Attributes:
        about: The name or the content of what.
        variable: The same for the machine.
        options: The answers.
        suggested: Position of the one that the lesson suggests.
    """

    about: str
    variable: Variable
    options: Sequence[Option]
    suggested: int


def question_at(tale: Tale, position: int, suggestions: Sequence[Choice]) -> Question:
    """The question at a position of the last cut, with everything that its thing can be.

    Recovery may ask for the size of a file first, and for its bytes later: people are asked once, for the bytes.

    Args:
        tale: What came of the answers so far.
        position: Of the question, among those of the last cut.
        suggestions: What the lesson suggests.
    """
    chapter = tale.chapter
    asked = _of_bytes(tale, position, suggestions) or chapter.asked[position]
    options = [
        Option(_in_words(asked, index), _note(tale, position, asked._replace(given=index)), value)
        for index, value in enumerate(asked.options)
    ]
    return Question(asked.about, asked.question, options, asked.given)


def _of_bytes(tale: Tale, position: int, suggestions: Sequence[Choice]) -> Asked | None:
    """A question for a size as one for bytes; None if it is none, or the answers would be too many."""
    asked = tale.chapter.asked[position]
    if asked.question.kind != "content" or not all(isinstance(option, int) for option in asked.options):
        return None
    values = tale.left(len(tale.told.story.cuts) - 1, position).values(asked.question)
    if not 1 < len(values) <= _MOST_OFFERED:
        return None
    names = tale.chapter.places
    answers = [names.plain(answer_in_words(asked.question, value, {})) for value in values]
    last = tale.chapter.last.of(asked.question)
    size = asked.options[asked.given]
    wanted = [Choice(asked.about, answer) in suggestions for answer in answers]
    fitting = [isinstance(value, bytes) and len(value) == size for value in values]
    seen = values.index(last) if last in values else len(values) - 1
    given = wanted.index(True) if any(wanted) else seen if fitting[seen] else fitting.index(True)
    return asked._replace(answers=tuple(answers), options=values, last=seen, given=given)


def index_of(asked: Asked, value: Any, chapter: Chapter) -> int:
    """Which answer of the machine's question is true of a value."""
    for index, option in enumerate(asked.options):
        if type(option) is type(value) and option == value:
            return index
    known = {option for option in asked.options if isinstance(option, bytes)}
    fitting = [
        index for index, option in enumerate(asked.options) if is_answer(value, option, chapter.last.kind_of, known)
    ]
    return fitting[0] if fitting else asked.last


def _in_words(asked: Asked, index: int) -> str:
    option = asked.options[index]
    if isinstance(option, bytes):
        return in_full(option)
    answer = asked.answers[index]
    if not answer.startswith("there") or sum(each.startswith("there") for each in asked.answers) == 1:
        return "there" if answer.startswith("there") else answer
    file = f"there, the file of {asked.about.removeprefix('name ')}"
    if answer.startswith(f"{file} (older"):
        return "there, the old file"
    return "there, the new file" if answer == file else answer


def _note(tale: Tale, position: int, asked: Asked) -> str:
    """Which call is lost if this is the answer."""
    chapter = tale.chapter
    if not asked.is_loss:
        return _of_what_was_seen(tale, position, asked)
    lost = lost_effect(chapter, asked)
    call = None if lost is None else _call(chapter, lost)
    if lost is None or call is None:
        return ""
    value = asked.options[asked.given]
    if isinstance(value, bytes) and value and asked.question.kind == "content":
        if not value.strip(b"\0"):
            return f"of {call} only the size is there"
        if value != _before(chapter, lost, asked.question):
            return f"{call} is lost in part"
    return f"{call} is lost"


def _call(chapter: Chapter, effect: int) -> str:
    position = call_of(chapter.calls, effect)
    return "" if position is None else f"call {position + 1}, {chapter.calls[position].name},"


def _before(chapter: Chapter, effect: int, variable: Variable) -> Any:
    """What a thing was before an effect."""
    last = LastValues(chapter.disk, chapter.created)
    last.follow(chapter.effects[:effect])
    return last.of(variable)


def _of_what_was_seen(tale: Tale, position: int, asked: Asked) -> str:
    """A name that a rename has freed is free as well if what had made it never came about."""
    seen = "as processes saw it"
    chapter, slot = tale.chapter, asked.question
    value = asked.options[asked.given]
    last = next((effect for effect in reversed(chapter.effects) if slot in _slots(effect)), None)
    if slot.kind != "name" or value or not isinstance(last, Rename) or slot == _slots(last)[1]:
        return seen
    made = [index for index, effect in enumerate(chapter.effects) if isinstance(effect, SetName) and effect.ino]
    made = [index for index in made if slot in _slots(chapter.effects[index])]
    if not made:
        return seen
    left, target, ino = tale.left(len(tale.told.story.cuts) - 1, position), _slots(last)[1], last.ino
    freed = left.given(lambda each, held: held == ABSENT if each == slot else each != target or held == ino)
    never = left.given(lambda each, held: held == ABSENT if each == slot else each != target or held != ino)
    is_settled = target not in left.open
    if is_settled:
        is_freed = ino in left.values(target)
        return seen if is_freed else f"{_call(chapter, made[-1])} is lost as well"
    if not never.is_possible:
        return seen
    return (
        f"{seen}, or {_call(chapter, made[-1])} is lost" if freed.is_possible else f"{_call(chapter, made[-1])} is lost"
    )


def _slots(effect: Effect) -> tuple[Variable, ...]:
    if isinstance(effect, SetName):
        return (Variable("name", effect.directory, effect.name),)
    if isinstance(effect, Rename):
        source = Variable("name", effect.directory, effect.name)
        return (source, Variable("name", effect.target_directory, effect.target_name))
    return ()
