"""The system calls of a run as the lines of a table: what changes something stands by itself, the rest is summed up."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from model.scenario.calls import Call
from model.scenario.places import Places
from model.simulation.effects import Effect, Truncate, Write
from model.simulation.tree import describe_bytes


class CallLine(NamedTuple):
    """One line of the table.

    Attributes:
        first: The number of the call, from 1; of several, that of the first.
        last: That of the last.
        place: The line of the program, or the step of the protocol; empty where neither is known.
        text: What is called, on which file.
        detail: What is written, or what comes of it.
        changes: Whether it changes something.
    """

    first: int
    last: int
    place: str
    text: str
    detail: str
    changes: bool


def call_lines(
    calls: Sequence[Call], effects: Sequence[Effect], places: Places, place_of: Callable[[Call], str]
) -> list[CallLine]:
    """The calls, those in a row that change nothing on one line.

    Args:
        calls: The calls, in order.
        effects: All that they did to the disk, from the boot of the machine on.
        places: Where files lie.
        place_of: The line or step of a call.
    """
    changes = changing(calls, len(effects))
    return list(_lines(calls, effects, changes, places, place_of))


def _lines(
    calls: Sequence[Call],
    effects: Sequence[Effect],
    changes: Mapping[int, int],
    places: Places,
    place_of: Callable[[Call], str],
) -> Iterator[CallLine]:
    for does_change, group in groupby(range(len(calls)), key=lambda position: position in changes):
        positions = list(group)
        if does_change:
            for position in positions:
                call = calls[position]
                detail = _detail(call, effects[changes[position]])
                label = places.plain(call.label)
                yield CallLine(position + 1, position + 1, place_of(call), label, detail, changes=True)
        else:
            names = ", ".join(dict.fromkeys(calls[position].name for position in positions))
            place = place_of(calls[positions[0]])
            yield CallLine(positions[0] + 1, positions[-1] + 1, place, names, "", changes=False)


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
