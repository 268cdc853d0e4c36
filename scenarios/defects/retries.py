"""Writes whose live directory was taken away by hand, and that go on as if it had not been."""

from collections.abc import Callable
from typing import Any

from model.defects.defect import Defect, step
from model.persistence.profiles import GATES
from model.properties import ACKNOWLEDGED_LAYOUT, NO_INVENTION, ORIGINAL_SURVIVES
from store.migration import Progress
from store.operation import LiveVanished, Operation

Real = Callable[..., Any]

HERE = "an earlier version of this store"

MIGRATION, OPERATION = "store.migration", "store.operation:Operation"


def _nothing(_: Real, *_arguments: Any) -> None:
    """Nothing is done in its place."""


def _back_up_blindly(real: Real, op: Operation, *arguments: Any) -> None:
    with step(OPERATION, "vouch_for_live", _nothing).replaced():
        real(op, *arguments)


def _take_the_name_at_once(real: Real, op: Operation, vanished: int) -> int:
    if op.context.saw_live and op.folder.status(op.layout.live) is None:
        op.folder.settled = True
    made: int = real(op, vanished)
    return made


def _finish_as_settled(real: Real, op: Operation) -> Progress:
    op.folder.settled = True
    progress: Progress = real(op)
    return progress


def _believe_what_came_back(real: Real, self: Operation) -> bool:
    durable = self.context.durable_live
    is_there: bool = real(self)
    self.context.durable_live = durable
    return is_there


def _vouch_and_believe(real: Real, self: Operation) -> None:
    durable = self.context.durable_live
    try:
        real(self)
    except LiveVanished:
        self.context.durable_live = durable
        raise


DEFECTS = (
    Defect(
        "restored-file-merged-into-what-is-gone",
        "Somebody rolls back by hand just after a save has opened the live directory. The save finds a legacy file, "
        "merges it into the directory that is not there any more, and makes it a backup. The store shows nothing of "
        "what was restored.",
        HERE,
        ACKNOWLEDGED_LAYOUT,
        (step(MIGRATION, "_back_up", _back_up_blindly),),
        ("retry",),
        GATES,
    ),
    Defect(
        "name-taken-before-it-is-free",
        "The live directory was moved aside, and the retry makes a new one of that name at once. Whoever moved it has "
        "not synced that: a power cut keeps the new name and loses the other one, and with it all that was in there.",
        HERE,
        ORIGINAL_SURVIVES,
        (step("store.whole", "_resolve", _take_the_name_at_once),),
        ("retry",),
        ("posix",),
    ),
    Defect(
        "folder-settled-once-for-all",
        "The folder has been synced in this operation, so it is not synced again when a legacy file is read that "
        "somebody has renamed into it since. A power cut undoes that rename, and leaves a part of the file's entries "
        "merged.",
        HERE,
        NO_INVENTION,
        (step("store.whole", "finish", _finish_as_settled, everywhere=False),),
        ("retry",),
        ("posix",),
    ),
    Defect(
        "what-came-back-counts-as-synced",
        "The live directory was moved away, which a put noticed, and back, which nobody has synced. The put remembers "
        "that it had synced the name of this directory once, and returns. After a power cut the entry is in a "
        "directory that is called otherwise.",
        HERE,
        ACKNOWLEDGED_LAYOUT,
        (
            step(OPERATION, "open_live", _believe_what_came_back),
            step(OPERATION, "vouch_for_live", _vouch_and_believe),
        ),
        ("retry",),
        ("posix",),
    ),
)
