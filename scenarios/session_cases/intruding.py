"""Old writers that rewrite the legacy file in the middle of a migration, before each call that looks or changes names.

What they write overlaps the migration, so it is in flight for every key; but nobody removes what they added: once they
have synced it, it is shown, and their bytes are found under some name ever after.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise
from model.observation import ABSENT, Value, digest_of
from model.simulation.files import read_file
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.play import INVALID_LEGACY, Actor
from scenarios.session_cases.interposing import InterposingKernel, Moment, calls_of
from scenarios.session_cases.migrations import rewrite_synced, rewrite_unsynced

FIRST = {"a": entry("first"), "b": entry("first")}
LATE = {"a": entry("late", 2), "c": entry("late")}
LATE_BYTES = (digest_of(as_legacy(LATE)),)
DECISIVE = ("open", "stat", "rename", "unlink", "fsync")
"""Calls before which it matters that somebody comes."""


def intruding_cases() -> Sequence[Case]:
    """A migration, with an old writer before each decisive call."""
    calls = [moment for moment in calls_of(_a_migration) if moment.name in DECISIVE]
    return tuple(_case(moment, is_synced=is_synced) for is_synced in (True, False) for moment in calls)


def _a_migration(stage: Stage, kernel: InterposingKernel) -> Callable[[], object]:
    actor = _opened(stage, kernel)
    return lambda: actor.store.migrate()


def _opened(stage: Stage, kernel: InterposingKernel) -> Actor:
    Arrangement(legacy=as_legacy(FIRST)).place(stage.kernel(), stage.path)
    stage.settle()
    actor = Actor(kernel.as_kernel, stage.path)
    assert actor.store is not None
    return actor


def _case(moment: Moment, *, is_synced: bool) -> Case:
    def play(stage: Stage) -> None:
        def intrude() -> None:
            if is_synced:
                stage.promise(_promised(kept=()))
                rewrite_synced(writer, stage.path, as_legacy(LATE))
                stage.promise(_promised(kept=LATE_BYTES))
            else:
                stage.promise(_unsynced())
                rewrite_unsynced(writer, stage.path, as_legacy(LATE))

        writer = stage.kernel()
        kernel = InterposingKernel(stage.kernel(), intrude)
        actor = _opened(stage, kernel)
        kernel.happen_in(moment.at)
        stage.arm()
        stage.promise(_promised(kept=(), has_come=False))
        actor.store.migrate()
        is_left_to_others = not is_synced and _is_there(stage)
        stage.promise(_promised(kept=()) if is_left_to_others else _promised(kept=LATE_BYTES, has_returned=True))

    way = "comes" if is_synced else "who does not sync comes"
    return Case("migrate", f"an old writer {way} before {moment.label}", play)


def _is_there(stage: Stage) -> bool:
    """Whether the old writer's file is still there: he came after the backup, and nobody has synced it for him."""
    return read_file(stage.kernel(), stage.path) is not None


def _unsynced() -> Obligations:
    """While the old writer's file is not durable, a legacy layout may show anything of it, or nothing at all."""
    live = _promised(kept=())
    values = {key: Promise((*each.allowed, ABSENT), each.because) for key, each in live.promises.items()}
    return Obligations(
        values,
        because=live.because,
        layouts=("legacy", "none"),
        errors=frozenset(INVALID_LEGACY),
        otherwise=replace(live, layouts=("live",)),
    )


def _promised(*, kept: tuple[str, ...], has_come: bool = True, has_returned: bool = False) -> Obligations:
    """Per key what either file has; once the old writer has synced its file, nothing that it added is missing."""
    because = "an old writer rewrote the file while it was migrated"
    late: tuple[Value, ...] = (LATE["c"],) if has_returned or kept else (ABSENT, LATE["c"])
    if not has_come:
        whole = {key: Promise((value,), "migrate() had not returned") for key, value in FIRST.items()}
        return Obligations(whole, because="migrate() had not returned", layouts=("legacy", "live"))
    return Obligations(
        {
            "a": Promise((FIRST["a"], LATE["a"]), because),
            "b": Promise((FIRST["b"], ABSENT), because),
            "c": Promise(late, because),
        },
        because=because,
        layouts=("live",) if has_returned else ("legacy", "live"),
        kept=kept,
    )
