"""What calls of a run are called, with the numbers that tokens in names have everywhere else."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from model.lesson.calls import changing
from model.scenario.calls import Call
from model.scenario.places import Places
from model.simulation.disk import Disk
from model.simulation.effects import Effect, Rename, SetName

_NUMBER = re.compile(r"<([0-9]+)>")


class Labels:
    """Labels of the calls of a run.

    The trace numbers a token when a call first looks for a name with it; what a cut leaves is told with the numbers
    that tokens get when such a name comes up.  People see the latter only.

    Args:
        calls: The calls.
        disk: What the machine had booted from.
        effects: What was done since.
    """

    def __init__(self, calls: Sequence[Call], disk: Disk, effects: Sequence[Effect]) -> None:
        self._calls = calls
        self._disk = disk
        self._effects = effects
        self.places = self.places_at(len(effects))

    def places_at(self, count: int) -> Places:
        """Where files lie after so many effects; every token has its number, also one that comes up only later."""
        places = Places.of(self._disk)
        for name in _names(self._effects):
            places.note(name)
        places.follow(self._effects[:count])
        return places

    def of(self, call: Call) -> str:
        """What a call is called; of a recovery, as the trace has it."""
        numbers = self._numbers if any(call is each for each in self._calls) else {}
        return _NUMBER.sub(lambda found: numbers.get(found[0], found[0]), call.label)

    @cached_property
    def _numbers(self) -> Mapping[str, str]:
        """For the number that a token has in the trace: its number among the places."""
        found: dict[str, str] = {}
        for position, last in changing(self._calls, len(self._effects)).items():
            paths = self._calls[position].label.partition(" ")[2].split(" -> ")
            for name, path in zip(_names([self._effects[last]]), paths, strict=False):
                theirs, ours = _NUMBER.findall(path.rpartition("/")[2]), _NUMBER.findall(self.places.plain(name))
                found |= {f"<{one}>": f"<{two}>" for one, two in zip(theirs, ours, strict=False)}
        return found


def _names(effects: Sequence[Effect]) -> list[str]:
    """Every name that effects give or take, in their order."""
    names: list[str] = []
    for effect in effects:
        names += [effect.name] if isinstance(effect, SetName | Rename) else []
        names += [effect.target_name] if isinstance(effect, Rename) else []
    return names
