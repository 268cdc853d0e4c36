"""The source of choices of a story: answers by label; whatever no label speaks of is as it was last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from model.persistence.contents import apply_change
from model.scenario.places import Places
from model.scenario.story import CannotReplay, Choice
from model.simulation.disk import ABSENT, Disk, Inode, Variable
from model.simulation.effects import Effect, Rename, SetMode, SetName, Sync
from model.simulation.tree import PREVIEW_BYTES, describe_answer, describe_bytes, describe_question

UNREACHED = "the store no longer looks at"


class Asked(NamedTuple):
    """A question that was asked: about what, all answers in words, which one is as it was last, which was given."""

    question: Variable
    about: str
    answers: tuple[str, ...]
    options: tuple[Any, ...]
    last: int
    given: int

    @property
    def is_loss(self) -> bool:
        """Whether the answer is another than what it was last."""
        return self.given != self.last

    @property
    def choice(self) -> Choice:
        """The answer as a choice."""
        return Choice(self.about, self.answers[self.given])


@dataclass
class LastValues:
    """What every open thing was last, in the page cache of the machine that lost its power.

    Args:
        disk: What the machine had booted from.
        created: Inodes that were made since.
        values: Of what was open on that disk, what it was before.
    """

    disk: Disk
    created: Mapping[int, Inode] = field(default_factory=dict)
    values: dict[Variable, Any] = field(default_factory=dict)

    def follow(self, effects: Sequence[Effect]) -> None:
        """Take in what was done."""
        for effect in effects:
            if isinstance(effect, SetName):
                self.values[Variable("name", effect.directory, effect.name)] = effect.ino
            elif isinstance(effect, Rename):
                self.values[Variable("name", effect.directory, effect.name)] = ABSENT
                self.values[Variable("name", effect.target_directory, effect.target_name)] = effect.ino
            elif isinstance(effect, SetMode):
                self.values[Variable("mode", effect.ino)] = effect.mode
            elif not isinstance(effect, Sync):
                content = Variable("content", effect.ino)
                self.values[content] = apply_change(self.of(content), effect)

    def of(self, variable: Variable) -> Any:
        """What a thing was last."""
        if variable in self.values:
            return self.values[variable]
        inode = self.created.get(variable.ino) or self.disk.inodes.get(variable.ino)
        if inode is None:
            return ABSENT
        if variable.kind == "name":
            return inode.entries.get(variable.name, ABSENT)
        return {"content": inode.content, "mode": inode.mode}.get(variable.kind)

    def narrowed(self, disk: Disk) -> "LastValues":
        """The same for a disk on which some of it has been decided."""
        values: dict[Variable, Any] = {}
        for component in disk.components:
            for position, variable in enumerate(component.variables):
                possible = [alternative.values[position] for alternative in component.alternatives]
                before = self.of(variable)
                values[variable] = before if before in possible else possible[-1]
        return LastValues(disk, {}, values)

    def kind_of(self, ino: int) -> str | None:
        """Whether it is a file or a directory; None for no inode."""
        inode = self.created.get(ino) or self.disk.inodes.get(ino)
        return None if inode is None else inode.kind


def last_option(last: LastValues, question: Variable, options: Sequence[Any]) -> int:
    """Which option is as it was last; where none is, the last one."""
    value = last.of(question)
    wanted = [value]
    if question.kind == "name":
        kinds = {type(option) for option in options}
        wanted = [bool(value)] if bool in kinds else [value] if kinds == {int} else [last.kind_of(value)]
    elif question.kind == "content" and isinstance(value, bytes):
        if isinstance(options[0], int):
            wanted = [len(value)]
        elif value not in options:
            wanted = [option for option in options if option and value.startswith(option)] or [
                option for option in options if option and option in value
            ]
            wanted.sort(key=len, reverse=True)
    for each in wanted:
        for index, option in enumerate(options):
            if type(option) is type(each) and option == each:
                return index
    return len(options) - 1


def answer_in_words(question: Variable, answer: Any, names: Mapping[int, str]) -> str:
    """An answer as a label; bytes that their beginning does not tell apart have a digest."""
    if isinstance(answer, bytes):
        described = describe_bytes(answer)
        if not answer.strip(b"\0") or (len(answer) <= PREVIEW_BYTES and answer.isascii() and b"\0" not in answer):
            return described
        size, _, preview = described.partition(": ")
        return f"{size}, sha256 {sha256(answer).hexdigest()[:12]}: {preview}"
    if question.kind == "mode" and isinstance(answer, int):
        return oct(answer)
    if question.kind == "content" and answer == 0:
        return describe_bytes(b"")
    return describe_answer(question, answer, names)


class Labelled:
    """Answers by label.

    Args:
        choices: The answers that are not as it was last.
        places: Where every inode lies.
        last: What everything was last.
    """

    def __init__(self, choices: Sequence[Choice], places: Places, last: LastValues) -> None:
        self._places = places
        self._names = places.names()
        self._last = last
        self._wanted: dict[str, list[str]] = {}
        for choice in choices:
            self._wanted.setdefault(choice.about, []).append(choice.answer)
        self._used: set[tuple[str, str]] = set()
        self._problem = ""  # raised at the end: the program that asks may take exceptions for its own
        self.asked: list[Asked] = []

    def __call__(self, _count: int, question: Variable, options: Sequence[Any], /) -> int:
        """Answer as the choice of this label says, or as it was last."""
        about = self._places.plain(describe_question(question, self._names))
        answers = tuple(self._places.plain(answer_in_words(question, option, self._names)) for option in options)
        last = last_option(self._last, question, options)
        given = self.answer(question, options, about, answers, last)
        self.asked.append(Asked(question, about, answers, tuple(options), last, given))
        return given

    def answer(
        self, _question: Variable, _options: Sequence[Any], about: str, answers: tuple[str, ...], last: int
    ) -> int:
        """Which answer to give."""
        wanted = self._wanted.get(about, ())
        for answer in wanted:
            if answer in answers:
                self._used.add((about, answer))
                return answers.index(answer)
        if wanted and not any((about, answer) in self._used for answer in wanted):
            coarser = [answer for answer in answers if wanted[0].startswith(answer)]
            if len(coarser) == 1:
                return answers.index(coarser[0])  # a closer look follows
            finer = [answer for answer in answers if answer.startswith(wanted[0])]
            if len(finer) == 1:
                self._used.add((about, wanted[0]))  # it looks closer than it did, and only one thing is left to see
                return answers.index(finer[0])
            possible = " or ".join(repr(answer) for answer in answers)
            self._problem = self._problem or f"{about} can no longer be {wanted[0]!r}; it can be {possible}"
        return last

    def finish(self) -> None:
        """Say so if a choice could not be had, or was never asked for.

        Raises:
            CannotReplay: Names it.
        """
        if self._problem:
            raise CannotReplay(self._problem)
        for about, answers in self._wanted.items():
            for answer in answers:
                if (about, answer) not in self._used:
                    raise CannotReplay(f"{UNREACHED} {about}, or it can no longer be {answer!r}")
