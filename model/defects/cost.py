"""What an operation costs in a small store and in a large one: counted in system calls and bytes, not timed."""

from typing import Any, NamedTuple, cast

from model.simulation import Machine
from model.target import Operation, Target
from store.kernel import Kernel

SIZES = (4, 40)
"""Entries of the small store and of the large one."""


class Cost(NamedTuple):
    """System calls, and bytes read and written."""

    calls: int
    size_bytes: int


class Difference(NamedTuple):
    """An operation on one entry that costs more in a larger store."""

    operation: str
    case: str
    sentence: str


class CountingKernel:
    """Passes every call on, and counts."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self.calls = 0
        self.size_bytes = 0

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._kernel, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            result = call(*arguments, **named)
            if name == "read":
                self.size_bytes += len(result)
            elif name == "write":
                self.size_bytes += result
            return result

        return counted


def compare_costs(target: Target) -> Difference | None:
    """The first operation of a target that does not cost the same in a small store and in a large one, if any does.

    The stores are in the layout that `migrate`, where the target has it, leaves.
    """
    fill = target.operations[0]
    for operation in target.operations:
        if not operation.arguments[0]:
            continue  # it concerns the whole store
        small, large = (_cost(target, fill, operation, size) for size in SIZES)
        if small != large:
            calls = "one more call" if large.calls == small.calls + 1 else f"{large.calls - small.calls} more calls"
            sentence = (
                f"Because {operation.name} concerns one entry, it must cost the same among {SIZES[0]} and {SIZES[1]} "
                f"entries. However it makes {calls}, and moves {large.size_bytes - small.size_bytes} bytes more."
            )
            return Difference(operation.name, f"among {SIZES[0]} and {SIZES[1]} entries", sentence)
    return None


def _cost(target: Target, fill: Operation, operation: Operation, entries: int) -> Cost:
    machine, path = Machine(), "/srv/sessions.json"
    first = target.open(machine.start().kernel, path)
    for number in range(entries):
        fill.run(first, f"key{number:04}", fill.arguments[0][1])
    for each in target.operations:
        if each.name == "migrate":
            each.run(first)
    kernel = CountingKernel(machine.start().kernel)
    store = target.open(cast(Kernel, kernel), path)
    operation.run(store, *operation.arguments[0])  # the first operation of a process has more to look at
    calls, size_bytes = kernel.calls, kernel.size_bytes
    operation.run(store, *operation.arguments[0])
    return Cost(kernel.calls - calls, kernel.size_bytes - size_bytes)
