"""The session store as a target: what `blackstart verify` checks when nobody names another one."""

from typing import Any

from model.properties import AFTER, BEFORE, BETWEEN, side_mark, step_mark
from model.target import Operation, Target
from scenarios.arrangement import entry
from scenarios.look import examine, peek
from scenarios.play import ignore
from scenarios.roles import role
from scenarios.sample import sample
from scenarios.session_cases import failure_cases, input_cases, session_cases
from store import SessionStore
from store.kernel import Kernel
from store.recovery import STEPS


def _open(kernel: Kernel, path: str) -> SessionStore:
    return SessionStore(path, kernel=kernel, notify=ignore)


def _entries(store: SessionStore) -> dict[str, Any]:
    return store.load()


_ONE = entry("one", 1)
_TWO = entry("two", 2)

OPERATIONS = (
    Operation("put", (("a", _ONE), ("a", _TWO), ("b", _ONE)), SessionStore.put, lambda ref, *given: ref.put(*given)),
    Operation("delete", (("a",),), SessionStore.delete, lambda ref, key: ref.delete(key)),
    Operation("migrate", ((),), SessionStore.migrate, lambda ref: ref.migrate()),
    Operation("roll back", ((),), SessionStore.roll_back, lambda ref: ref.roll_back()),
    Operation("recover", ((),), SessionStore.recover, lambda ref: ref.recover()),
)
"""The operations in their simplest form, for whoever composes workloads; `cases` has them all."""

TWO_SIDED = ("put", "delete", "update", "save", "migrate", "roll back")

SOMETIMES = (
    *(step_mark(step) for step in STEPS),
    *(side_mark(operation, side) for operation in TWO_SIDED for side in (BEFORE, AFTER)),
    side_mark("save", BETWEEN),
)
"""What a whole campaign must have reached: every step of recovery, and both sides of each operation in flight."""

target = Target(
    name="sessions",
    open=_open,
    operations=OPERATIONS,
    load=_entries,
    cases=session_cases,
    examine=examine,
    peek=peek,
    sometimes=SOMETIMES,
    sample=sample,
    input_cases=input_cases,
    failure_cases=failure_cases,
    role=role,
)
