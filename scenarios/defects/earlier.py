"""What earlier versions of this store did, until the checker showed what comes of it."""

from collections.abc import Callable, Sequence
from typing import Any

from model.defects.defect import PENDING_DATA, Defect, step
from model.persistence.profiles import GATES
from model.properties import DURABILITY, ORIGINAL_SURVIVES
from store.layout import MARKER
from store.names import encode
from store.operation import Operation

Real = Callable[..., Any]

HERE = "an earlier version of this store"

DIRECTORY = "store.directory:Directory"


def _never(_: Real, *_arguments: Any) -> bool:
    return False


def _nothing(_: Real, *_arguments: Any) -> None:
    """Nothing is done in its place."""


def _adopt_unsynced(real: Real, op: Operation, *arguments: Any) -> None:
    with step(DIRECTORY, "sync_file", _nothing).replaced():
        real(op, *arguments)


def _move_by_rename(_: Real, op: Operation, names: Sequence[str]) -> None:
    live = op.directory
    for name in names:
        status = live.status(name)
        if status is not None:
            op.publish(live, name, f".unreadable-{status.ino:016x}-{encode(name)}")
            op.context.cache.forget(name)
            op.steps.append("moved aside")
    live.settle()


def _throw_away(real: Real, op: Operation, names: Sequence[str]) -> None:
    if list(names) != [MARKER]:
        real(op, names)
        return
    op.withdraw(op.directory, MARKER)
    op.directory.settle()


DEFECTS = (
    Defect(
        "roll-back-left-half-way",
        "A roll-back is cut after its legacy file was written and before the directory was set aside. Recovery takes "
        "that file for an old writer's, merges it and makes it a backup. Whoever rolls back again, and is cut again, "
        "leaves one more each time.",
        HERE,
        ORIGINAL_SURVIVES,
        (step("store.retreat", "is_rolled_back", _never),),
        ("roll back", "faults"),
        GATES,
    ),
    Defect(
        "older-file-adopted-unsynced",
        "A file that an older program has named otherwise is given its canonical name, and the directory is synced. "
        "The file is not: the older program may not have done so. After a power cut the entry that was adopted is "
        "empty.",
        HERE,
        DURABILITY,
        (step("store.recovery", "_adopt_one", _adopt_unsynced),),
        ("recover",),
        PENDING_DATA,
    ),
    Defect(
        "unreadable-entry-moved-by-one-rename",
        "Bytes that cannot be read are renamed aside before their key is written anew, and the directory is synced "
        "after that. The writer is killed in between; the next one finds the name free, takes it, and that persists "
        "without the rename: the bytes are gone.",
        HERE,
        ORIGINAL_SURVIVES,
        (step("store.live", "set_aside", _move_by_rename),),
        ("put",),
        ("posix",),
    ),
    Defect(
        "unreadable-mark-thrown-away",
        "The mark of a migration cannot be read, so it is removed and the legacy file merged once more. Nothing that "
        "cannot be read may be destroyed: what it said, and whoever wrote it, nobody will know any more.",
        HERE,
        ORIGINAL_SURVIVES,
        (step("store.migration", "set_aside", _throw_away, everywhere=False),),
        ("recover",),
        GATES,
    ),
)
