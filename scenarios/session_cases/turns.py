"""Coherence (12) between processes that take turns: each reads what the last one wrote, at once and through caches."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from model.history import Turn, judge_turns
from model.observation import Marker
from model.reference import Reference
from scenarios.arrangement import Arrangement, entry
from scenarios.play import Actor, Step
from scenarios.session_cases import steps

Read = tuple[str, Callable[[Actor], Any], Callable[[Reference], Any]]

LOAD: Read = ("load()", lambda actor: actor.store.load(), Reference.readable)


def _get(key: str) -> Read:
    return f"get({key!r})", lambda actor: actor.store.get(key), lambda reference: _entry(reference, key)


def _updated_at(key: str) -> Read:
    def wanted(reference: Reference) -> int | None:
        found = _entry(reference, key)
        return None if found is None else found["updatedAt"]

    return f"updated_at({key!r})", lambda actor: actor.store.updated_at(key), wanted


def _entry(reference: Reference, key: str) -> Any:
    value = reference.value(key)
    return None if isinstance(value, Marker) else value


READS = (LOAD, _get("a"), _updated_at("a"), _get("b"))


def turn_cases() -> Sequence[Case]:
    """Two processes, each of which reads everything after each write of the other."""
    return (
        _case(
            "two processes take turns",
            steps.put("a", entry("second", 2)),
            steps.delete("b"),
            steps.put("b", entry("third", 3)),
            steps.apply({"a": entry("fourth", 4)}, ("b",)),
        ),
        _case(
            "two processes, and the layout changes under one of them",
            steps.roll_back(),
            steps.put("a", entry("second", 2)),
            steps.migrate(),
            steps.delete("a"),
        ),
        _case(
            "two processes, one of which saves what it has loaded long before",
            steps.put("b", entry("second", 2)),
            steps.save({"a": entry("third", 3)}, {"a": entry("first", 1), "b": entry("first", 1)}),
            steps.put("c", entry("fourth", 4)),
            steps.save({"a": entry("fifth", 5)}, {"a": entry("third", 3)}),
        ),
    )


def _case(name: str, *writes: Step) -> Case:
    def play(stage: Stage) -> None:
        arrangement = Arrangement(live={"a": entry("first", 1), "b": entry("first", 1)})
        arrangement.place(stage.kernel(), stage.path)
        stage.settle()
        actors = [Actor(stage.kernel(), stage.path) for _ in range(2)]
        start = reference = arrangement.reference()
        turns = [_read(actor, number, read) for number, actor in enumerate(actors) for read in READS]
        stage.arm()
        for number, step in enumerate(writes):
            before, reference = reference, step.apply(reference)
            stage.promise(in_flight(before, reference, step.operation, step.call, save=step.save))
            step.run(actors[number % 2])
            turns.append(_written(number % 2, step))
            turns += [_read(actors[reader], reader, read) for reader in (1 - number % 2, number % 2) for read in READS]
            done = acknowledged(reference, f"{step.call} returned before the cut", before=before)
            stage.promise(replace(done, witnessed=tuple(judge_turns(start, turns))))

    return Case("load", name, play)


def _written(number: int, step: Step) -> Turn:
    return Turn(f"process {number}", step.call, lambda reference: (step.apply(reference), None), None)


def _read(actor: Actor, number: int, read: Read) -> Turn:
    call, run, wanted = read
    return Turn(f"process {number}", call, lambda reference: (reference, wanted(reference)), run(actor))
