"""Cases for a target that names none: each operation, on an empty and on a small store."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from model.acknowledgement import LONG_BEFORE
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise, same_json
from model.observation import ABSENT
from model.target import Operation, Target

Entries = Mapping[str, Any]
Past = Mapping[str, tuple[Any, ...]]


def default_cases(target: Target) -> Sequence[Case]:
    """Each operation of a simple map, with each of its arguments, on an empty and on a small store."""
    return tuple(_cases(target))


def _cases(target: Target) -> Iterator[Case]:
    filling = [(target.operations[0], arguments) for arguments in target.operations[0].arguments]
    for operation in target.operations:
        for arguments in operation.arguments:
            call = f"{operation.name}({', '.join(map(repr, arguments))})"
            yield _case(target, operation, arguments, [], f"into an empty store: {call}", call)
            yield _case(target, operation, arguments, filling, f"into a small store: {call}", call)


def _case(
    target: Target,
    operation: Operation,
    arguments: tuple[Any, ...],
    filling: Sequence[tuple[Operation, tuple[Any, ...]]],
    name: str,
    call: str,
) -> Case:
    def play(stage: Stage) -> None:
        store = target.open(stage.kernel(), stage.path)
        before: Entries = target.reference
        past: Past = {}
        for each, values in filling:
            each.run(store, *values)
            past, before = past_after(past, before, each.apply(before, *values)), each.apply(before, *values)
        stage.settle()
        after = operation.apply(before, *arguments)
        past = past_after(past, before, after)
        stage.arm()
        stage.promise(promised(before, after, past, f"{call} had not returned", in_flight=operation.name))
        operation.run(store, *arguments)
        stage.promise(promised(before, after, past, f"{call} returned before the cut"))

    return Case(operation=operation.name, name=name, play=play)


def promised(before: Entries, after: Entries, past: Past, because: str, *, in_flight: str = "") -> Obligations:
    """The obligations of a simple map.

    Args:
        before: The entries before an operation.
        after: The entries after it.
        past: Per key, the values that it once had.
        because: How far the operation came, as a clause.
        in_flight: Name of the operation while it has not returned, when either side may be seen.
    """
    promises = {}
    for key in {**before, **after, **past}:
        old, new = before.get(key, ABSENT), after.get(key, ABSENT)
        is_touched = not same_json(old, new)
        allowed = (old, new) if in_flight and is_touched else (new,)
        once = tuple(each for each in past.get(key, ()) if not any(same_json(each, one) for one in allowed))
        promises[key] = Promise(allowed, because if is_touched else LONG_BEFORE, past=once)
    return Obligations(promises, because=because, operation=in_flight)


def past_after(past: Past, before: Entries, after: Entries) -> Past:
    """Per key every value that it once had, with those that this change took away."""
    lost = {key: value for key, value in before.items() if not same_json(value, after.get(key, ABSENT))}
    return {**past, **{key: (*past.get(key, ()), value) for key, value in lost.items()}}
