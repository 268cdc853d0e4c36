"""The system calls of a run as the lines of a table: what changes something stands by itself, the rest is summed up."""

from collections.abc import Callable, Container, Sequence
from itertools import groupby
from typing import NamedTuple

from model.scenario.calls import Call
from model.scenario.places import Places
from model.simulation.effects import Effect, Truncate, Write
from model.simulation.tree import describe_bytes

NO_ENTRY = "-> ENOENT"
"""What is told of a call that finds no such file."""


class CallLine(NamedTuple):
    """One line of the table.

    Attributes:
        first: The number of the call, from 1; of several, that of the first.
        last: That of the last.
        place: The line of the program, or the step of the protocol; empty where neither is known.
        text: What is called, on which file.
        detail: What is written, or what comes of it.
        changes: Whether it changes something, or fails; told by itself then.
    """

    first: int
    last: int
    place: str
    text: str
    detail: str
    changes: bool


def call_lines(
    calls: Sequence[Call],
    effects: Sequence[Effect],
    places: Places,
    place_of: Callable[[Call], str],
    label_of: Callable[[Call], str],
    refused: Container[int] = (),
) -> list[CallLine]:
    """The calls, those in a row that change nothing on one line.

    Args:
        calls: The calls, in order.
        effects: All that they did to the disk, from the boot of the machine on.
        places: Where files lie.
        place_of: The line or step of a call.
        label_of: What a call is called.
        refused: Positions of the calls that failed because there is no such file, and are to be told.
    """
    changes = changing(calls, len(effects))
    found: list[CallLine] = []
    for is_told, group in groupby(range(len(calls)), key=lambda each: each in changes or each in refused):
        positions = list(group)
        if is_told:
            for position in positions:
                call = calls[position]
                detail = _detail(call, effects[changes[position]]) if position in changes else NO_ENTRY
                label = places.plain(label_of(call))
                found.append(CallLine(position + 1, position + 1, place_of(call), label, detail, changes=True))
        else:
            names = ", ".join(dict.fromkeys(calls[position].name for position in positions))
            place = place_of(calls[positions[0]])
            found.append(CallLine(positions[0] + 1, positions[-1] + 1, place, names, "", changes=False))
    return found


def changing(calls: Sequence[Call], effects: int) -> dict[int, int]:
    """For each call that changed something, by its position: the number of the last effect that it had, from 0."""
    following = [*(call.effects for call in calls[1:]), effects]
    return {
        position: after - 1
        for position, (call, after) in enumerate(zip(calls, following, strict=True))
        if after > call.effects
    }


def effects_after(calls: Sequence[Call], number: int, effects: int) -> int:
    """How many effects are complete after so many calls, of so many in all."""
    return calls[number].effects if number < len(calls) else effects


def _detail(call: Call, effect: Effect) -> str:
    if isinstance(effect, Write):
        return describe_bytes(effect.content)
    if call.name == "open":
        return "(emptied)" if isinstance(effect, Truncate) else "(a new file)"
    return ""
