"""Coherence (12) and independence (13): what several processes saw of one another.

Here processes take turns at the boundaries of operations, so there is one order and each answer follows from it.
The violations found go into `Obligations.witnessed`, and so to the judge.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, NamedTuple, TypeVar

from model.checks import as_json, in_words
from model.obligations import Violation, same_json
from model.properties import COHERENCE, INDEPENDENCE

Store = TypeVar("Store")


class Turn(NamedTuple):
    """One operation of one process.

    Attributes:
        process: Who ran it.
        call: What it ran, as text: "get('a')".
        apply: What it does to the reference model: the next reference, and what it must return.
        returned: What it returned.
    """

    process: str
    call: str
    apply: Callable[[Any], tuple[Any, Any]]
    returned: Any


def judge_turns(reference: Any, turns: Iterable[Turn]) -> Iterator[Violation]:
    """The operations of a history, one after the other, that returned anything else than the reference does."""
    last = "nothing was written before"
    for turn in turns:
        reference, wanted = turn.apply(reference)
        if not same_json(turn.returned, wanted):
            sentence = (
                f"Because {last}, {turn.process}'s {turn.call} must return {in_words(wanted)}. "
                f"However it returned {in_words(turn.returned)}."
            )
            yield Violation(COHERENCE, turn.call, sentence, as_json(turn.returned), (as_json(wanted),))
        last = f"{turn.process}'s {turn.call} returned before"


class Wait(NamedTuple):
    """One process that waited for another's lock.

    Attributes:
        waiter: The key that it was going to write.
        holder: The key that the other was writing.
        during: The system call in which the other was.
        layout: Layout of the store.
        is_migration_due: Whether a migration was unfinished.
    """

    waiter: str
    holder: str
    during: str
    layout: Literal["live", "legacy", "none"] = "live"
    is_migration_due: bool = False


def judge_waits(waits: Iterable[Wait]) -> Iterator[Violation]:
    """The waits of a writer for the fsync of another key's writer."""
    for wait in waits:
        is_free = wait.layout == "live" and not wait.is_migration_due and wait.waiter != wait.holder
        if is_free and wait.during == "fsync":
            sentence = (
                f"Because {wait.waiter!r} and {wait.holder!r} are different keys, the writer of one must not wait "
                "for the other's fsync. However it did."
            )
            yield Violation(INDEPENDENCE, wait.waiter, sentence, wait.during, ("no wait",))
