"""The checked-in reasons for what no campaign reaches, and whether they are all there and all needed."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.store_branches.missed import Miss, Reached

TABLE = Path(__file__).parent / "reasons.toml"


@dataclass(frozen=True)
class Reason:
    """Why something is not reached.

    Attributes:
        file: Path of the file, from the project's folder.
        function: Qualified name of the function.
        lines: Texts of the lines and branches that it holds for; none for a function of which no line is run at all.
        because: The reason.
    """

    file: str
    function: str
    lines: tuple[str, ...]
    because: str

    def is_about(self, miss: Miss) -> bool:
        """Whether it is a reason for this miss."""
        return (self.file, self.function) == (miss.file, miss.function) and (not self.lines or miss.text in self.lines)


@dataclass(frozen=True)
class Stale:
    """A reason, or one of its lines, that nothing missed needs."""

    reason: Reason
    text: str

    def __str__(self) -> str:
        return f"{self.reason.file} in {self.reason.function}: {self.text}"


@dataclass(frozen=True)
class Compared:
    """What was missed, held against the reasons.

    Attributes:
        reasoned: What was missed, with its reason.
        unreasoned: What was missed, and nobody says why.
        stale: Reasons for nothing.
    """

    reasoned: tuple[tuple[Miss, Reason], ...]
    unreasoned: tuple[Miss, ...]
    stale: tuple[Stale, ...]

    @property
    def is_right(self) -> bool:
        """Whether each miss has its reason, and each reason something to say."""
        return not self.unreasoned and not self.stale


def read_reasons(text: str) -> tuple[Reason, ...]:
    """The reasons of a table.

    Raises:
        ValueError: It is no TOML; or a reason lacks a field, has one too many, or says nothing.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{TABLE.name}: {error}") from error
    return tuple(_reason(number, fields) for number, fields in enumerate(table.get("reason", ()), 1))


def _reason(number: int, fields: dict[str, object]) -> Reason:
    if not {"file", "function", "because"} <= fields.keys() <= {"file", "function", "because", "lines"}:
        raise ValueError(f"{TABLE.name}: reason {number} has file, function, because, and lines if it is about some")
    lines = fields.get("lines", [])
    if not isinstance(lines, list) or not str(fields["because"]).strip():
        raise ValueError(f"{TABLE.name}: reason {number} says something in `because`; its lines are a list")
    return Reason(str(fields["file"]), str(fields["function"]), tuple(map(str, lines)), str(fields["because"]))


def compare(reached: Iterable[Reached], reasons: Sequence[Reason]) -> Compared:
    """Hold what was missed against the reasons."""
    files = {each.file: each for each in reached}
    misses = [miss for each in files.values() for miss in each.misses]
    reason_of = {miss: next((each for each in reasons if each.is_about(miss)), None) for miss in misses}
    return Compared(
        reasoned=tuple((miss, reason) for miss, reason in reason_of.items() if reason is not None),
        unreasoned=tuple(miss for miss, reason in reason_of.items() if reason is None),
        stale=tuple(stale for reason in reasons for stale in _stale(reason, misses, files.get(reason.file))),
    )


def _stale(reason: Reason, misses: Iterable[Miss], reached: Reached | None) -> Iterator[Stale]:
    missed = {miss.text for miss in misses if reason.is_about(miss)}
    for text in reason.lines:
        if text not in missed:
            yield Stale(reason, text)
    if not reason.lines and (not missed or reached is None or reached.was_run(reason.function)):
        yield Stale(reason, "the whole function")
