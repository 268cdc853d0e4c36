"""Old writers that rewrite the legacy file in the middle of a migration, before each call that looks or changes names.

What they write overlaps the migration, so it is in flight for every key; but nobody removes what they added, and their
bytes, synced, must be found under some name ever after.
"""

from collections.abc import Callable, Sequence

from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise
from model.observation import ABSENT, Value, digest_of
from model.simulation.files import write_file
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.play import Actor
from scenarios.session_cases.interposing import InterposingKernel, calls_of
from store.kernel import O_DIRECTORY, O_RDONLY, Kernel

FIRST = {"a": entry("first"), "b": entry("first")}
LATE = {"a": entry("late", 2), "c": entry("late")}
DECISIVE = ("open", "stat", "rename", "unlink", "fsync")
"""Calls before which it matters that somebody comes."""


def intruding_cases() -> Sequence[Case]:
    """A migration, with an old writer before each decisive call."""
    return tuple(_case(at, name) for at, name in calls_of(_a_migration) if name in DECISIVE)


def _a_migration(stage: Stage, kernel: InterposingKernel) -> Callable[[], object]:
    actor = _opened(stage, kernel)
    return lambda: actor.store.migrate()


def _opened(stage: Stage, kernel: InterposingKernel) -> Actor:
    Arrangement(legacy=as_legacy(FIRST)).place(stage.kernel(), stage.path)
    stage.settle()
    actor = Actor(kernel.as_kernel, stage.path)
    assert actor.store is not None
    return actor


def _rewrite(kernel: Kernel, path: str) -> None:
    """An old writer that does sync: a temporary, renamed over the file."""
    temporary = f"{path}.4711.tmp"
    write_file(kernel, temporary, as_legacy(LATE))
    for each in (temporary, path.rpartition("/")[0]):
        fd = kernel.open(each, O_RDONLY | (O_DIRECTORY if each != temporary else 0))
        if each != temporary:
            kernel.rename(temporary, path)
        kernel.fsync(fd)
        kernel.close(fd)


def _case(at: int, name: str) -> Case:
    def play(stage: Stage) -> None:
        def intrude() -> None:
            stage.promise(_promised(kept=()))
            _rewrite(writer, stage.path)
            stage.promise(_promised(kept=(digest_of(as_legacy(LATE)),)))

        writer = stage.kernel()
        kernel = InterposingKernel(stage.kernel(), intrude)
        actor = _opened(stage, kernel)
        kernel.happen_in(at)
        stage.arm()
        stage.promise(_promised(kept=(), has_come=False))
        actor.store.migrate()
        stage.promise(_promised(kept=(digest_of(as_legacy(LATE)),), has_returned=True))

    return Case("migrate", f"an old writer comes before call {at}, {name}", play)


def _promised(*, kept: tuple[str, ...], has_come: bool = True, has_returned: bool = False) -> Obligations:
    """Per key what either file has; once the migration has returned, nothing that the old writer added is missing."""
    because = "an old writer rewrote the file while it was migrated"
    late: tuple[Value, ...] = (LATE["c"],) if has_returned else (ABSENT, LATE["c"])
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
