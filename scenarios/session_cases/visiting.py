"""Old writers that come at the worst moment: between what a migration has read and what it builds on that.

A visit is before the first look at the legacy file's status (it was read; is it still the same?), or before it is
renamed to its backup name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise
from model.observation import ABSENT, Value, digest_of
from model.reference import LEGACY, LIVE, NONE, Reference
from scenarios.arrangement import Arrangement, Entry, as_legacy, entry
from scenarios.play import INVALID_LEGACY, Actor, Step
from scenarios.session_cases import steps
from scenarios.session_cases.left_behind import leave_temporary
from scenarios.session_cases.migrations import HALF_WAY, rewrite_synced, rewrite_unsynced
from store.kernel import Kernel

PASSES_ON = ("visited",)
"""Functions that stand between the store and the kernel: what they call, the store calls."""

FIRST = {"a": entry("first", 4), "b": entry("first")}
LATE = {"b": entry("late", 5), "c": entry("late")}
LATE_BYTES = as_legacy(LATE)

LEGACY_ALONE = Arrangement(legacy=as_legacy(FIRST))
BESIDE = Arrangement(live={"a": entry("live", 3)}, legacy=as_legacy(FIRST))
TAKEN = HALF_WAY["before the backup, whose name is taken"]


def visited_cases() -> Sequence[Case]:
    """Merges and finishes, each with a visit; there is a left-over temporary where the marker is to be written."""
    merge, finish = steps.migrate("merge"), steps.migrate("finish")
    return (
        _case(BESIDE, merge, "rename", syncs=True),
        _case(BESIDE, merge, "rename", syncs=False),
        _case(BESIDE, merge, "stat", syncs=True),
        _case(BESIDE, merge, "stat", syncs=False),
        _case(TAKEN, finish, "rename", syncs=True),
        _killed(BESIDE, merge),
        _restarted(),
        _restarted_and_visited(),
    )


class VisitedKernel:
    """Passes every call on; before the first `rename` (or `stat`) of the legacy file, somebody comes.

    It stands for any `store.kernel.Kernel`.
    """

    def __init__(self, kernel: Any, call: str, visit: Callable[[], None]) -> None:
        self._kernel = kernel
        self._call = call
        self._visit = visit
        self.was_visited = False

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._kernel, name)
        if name != self._call:
            return call

        def visited(path: str, *arguments: Any, **named: Any) -> Any:
            if path == "sessions.json" and not self.was_visited:
                self.was_visited = True
                self._visit()
            return call(path, *arguments, **named)

        return visited


def _case(arrangement: Arrangement, step: Step, call: str, *, syncs: bool) -> Case:
    def play(stage: Stage) -> None:
        before, (visited,) = _set(stage, arrangement, call, syncs=syncs)
        stage.arm()
        stage.promise(in_flight(before, step.apply(before), step.operation, step.call))
        step.run(visited)
        stage.promise(_visited(before, step.call, syncs=syncs, has_returned=True))

    what = "is renamed" if call == "rename" else "is looked at again"
    how = "and syncs" if syncs else "and syncs nothing"
    return Case(step.operation, f"an old writer comes before the file {what}, {how}", play)


def _restarted() -> Case:
    """The file is replaced, unsynced, after it was read: what gets live is all of the new one, and nothing else."""

    def play(stage: Stage) -> None:
        before, after, kernel = LEGACY_ALONE.reference(), Reference(live=LATE), _placed(stage)
        flight = acknowledged(after, "migrate() had not returned")
        in_doubt = _visited(before, "", syncs=False)

        def visit() -> None:
            stage.promise(replace(in_doubt, layouts=(LEGACY, NONE), otherwise=replace(flight, backups=None)))
            rewrite_unsynced(writer, stage.path, LATE_BYTES)

        writer = stage.kernel()
        actor = Actor(cast(Kernel, VisitedKernel(kernel, "stat", visit)), stage.path)
        assert actor.store is not None
        stage.arm()
        stage.promise(in_flight(before, before.migrate(), "migrate", "migrate()"))
        actor.store.migrate()
        because = "migrate() returned before the cut"
        stage.promise(acknowledged(replace(after, backups=(digest_of(LATE_BYTES),)), because))

    return Case("migrate", "an old writer replaces the file after it was read, and syncs nothing", play)


def _restarted_and_visited() -> Case:
    """The file is replaced by the same after it was read, so it is read again; then comes another writer."""

    def play(stage: Stage) -> None:
        before, kernel = LEGACY_ALONE.reference(), _placed(stage)

        def replace_by_the_same() -> None:
            stage.promise(in_flight(before, before.migrate(), "migrate", "migrate()", strangers=None))
            rewrite_synced(writer, stage.path, as_legacy(FIRST))

        def visit() -> None:
            stage.promise(_visited(before, "", syncs=False))
            rewrite_synced(writer, stage.path, LATE_BYTES)
            stage.promise(_visited(before, "", syncs=True))

        writer = stage.kernel()
        inner = VisitedKernel(kernel, "stat", replace_by_the_same)
        actor = Actor(cast(Kernel, VisitedKernel(inner, "rename", visit)), stage.path)
        assert actor.store is not None
        stage.arm()
        stage.promise(in_flight(before, before.migrate(), "migrate", "migrate()"))
        actor.store.migrate()
        stage.promise(_visited(before, "migrate()", syncs=True, has_returned=True))

    return Case("migrate", "an old writer replaces the file after it was read, and another one comes later", play)


def _placed(stage: Stage) -> Kernel:
    LEGACY_ALONE.place(stage.kernel(), stage.path)
    stage.settle()
    return stage.kernel()


def _killed(arrangement: Arrangement, step: Step) -> Case:
    """A process is killed on the way; another one, that was there, goes on, and to it the old writer comes."""

    def play(stage: Stage) -> None:
        before, (_, first) = _set(stage, arrangement, "rename", syncs=True, others=1)
        stage.arm()
        stage.promise(in_flight(before, step.apply(before), step.operation, step.call))
        step.run(first)
        stage.promise(acknowledged(step.apply(before), f"{step.call} returned before the cut", before=before))

    def then(stage: Stage) -> None:
        before: Reference = stage.notes["before"]
        visited: Actor = stage.notes["visited"]
        step.run(visited)
        if cast(VisitedKernel, visited.kernel).was_visited:
            stage.promise(_visited(before, step.call, syncs=True, has_returned=True))
        else:
            stage.promise(acknowledged(step.apply(before), f"{step.call} returned before the cut", before=before))

    return Case(
        step.operation, "killed, then the same by a process that was there, and an old writer comes", play, then
    )


def _set(
    stage: Stage, arrangement: Arrangement, call: str, *, syncs: bool, others: int = 0
) -> tuple[Reference, list[Actor]]:
    """The store is opened on nothing, by one who will be visited and by others; then come the files."""
    Arrangement().place(stage.kernel(), stage.path)
    stage.settle()
    writer = stage.kernel()
    before = arrangement.reference()

    def visit() -> None:
        stage.promise(_visited(before, "", syncs=False))
        if syncs:
            rewrite_synced(writer, stage.path, LATE_BYTES)
        else:
            rewrite_unsynced(writer, stage.path, LATE_BYTES)
        stage.promise(_visited(before, "", syncs=syncs))

    visited = Actor(cast(Kernel, VisitedKernel(stage.kernel(), call, visit)), stage.path)
    actors = [visited, *(Actor(stage.kernel(), stage.path) for _ in range(others))]
    for actor in actors:
        assert actor.store is not None
    replace(arrangement, is_locked=False).place(writer, stage.path)
    if not others:
        leave_temporary(writer, stage.path, is_live=True, position=2 if arrangement is BESIDE else 1)
    stage.settle()
    stage.notes.update(before=before, visited=visited)
    return before, actors


def _visited(before: Reference, call: str, *, syncs: bool, has_returned: bool = False) -> Obligations:
    """What is shown from the visit on: what was live, and beneath it what either file has.

    What the old writer has added and synced is not missing any more; nor is anything once the operation has returned.
    """
    because = f"{call} returned before the cut" if has_returned else "an old writer rewrote the file meanwhile"
    live: Mapping[str, Entry] = before.live or {}
    file = {} if before.legacy is None else before.legacy.entries()
    is_vouched_for = has_returned or syncs
    promises = {}
    for key in {**live, **file, **LATE}:
        allowed: list[Value] = [live[key]] if key in live else [each[key] for each in (file, LATE) if key in each]
        if key not in live and not (key in LATE and is_vouched_for):
            allowed.append(ABSENT)
        promises[key] = Promise(tuple(allowed), because)
    return Obligations(
        promises,
        because=because,
        layouts=(LIVE,) if has_returned else (NONE, LEGACY, LIVE),
        kept=(digest_of(LATE_BYTES),) if is_vouched_for else (),
        errors=frozenset() if is_vouched_for else frozenset(INVALID_LEGACY),
    )
