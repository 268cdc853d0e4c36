"""Running something with the whole store locked, on whatever layout is found then.

This is also where the ENOENT retry ends up: a live directory that vanished under a writer is resolved from scratch.
"""

from collections.abc import Callable
from errno import ENOENT
from typing import TypeVar

from store.errors import StoreVanished, WriteFailed
from store.migration import finish
from store.operation import Context, LiveVanished, Operation
from store.view import is_unfinished

Result = TypeVar("Result")

_MOST_VANISHINGS = 2


def with_whole_store(
    context: Context, work: Callable[[Operation], Result], *, make_parent: bool, vanished: int = 0
) -> Result:
    """Run `work` under the exclusive lock, with any migration finished; `op.live` is None in the legacy layout.

    Args:
        context: What the store's operations share.
        work: What to do.  Run once more if the live directory vanishes under it.
        make_parent: Make the folder where there is none, and never was one under this store object; if not, this
            store object has seen one before.
        vanished: How often the live directory has vanished in this operation before.

    Raises:
        StoreVanished: it vanished twice.
    """
    while True:
        op = Operation(context)
        try:
            has_begun = op.begin("store", make_parent=make_parent)
            assert has_begun
            vanished += _resolve(op, vanished)
            return work(op)
        except LiveVanished:
            vanished += 1
        except WriteFailed as error:
            if not is_vanishing(error, op):
                raise
            vanished += 1
            if vanished >= _MOST_VANISHINGS:
                raise
        finally:
            op.close()
        if vanished >= _MOST_VANISHINGS:
            raise StoreVanished(context.layout.full(context.layout.live), "the live directory vanished twice")


def is_vanishing(error: WriteFailed, op: Operation) -> bool:
    """Tell whether a write failed because the live directory, or its content, went away."""
    return error.errno == ENOENT and op.live is not None


def _resolve(op: Operation, vanished: int) -> int:
    """Open what there is; return 1 if the live directory had to be made anew.

    A legacy file is never shadowed by a fresh directory; without one, a layout that was live stays live.
    """
    folder, layout, context = op.folder, op.layout, op.context
    made = 0
    if not op.open_live() and context.saw_live:
        if folder.status(layout.legacy) is not None:
            context.saw_live = False
        else:
            made = 0 if vanished else 1
            folder.settle()  # whoever moved it away may not have: its name is not free before that
            folder.make(layout.live)
            if not op.open_live():
                raise LiveVanished
            folder.settle()  # after it was opened: by then it may be another one that has the name
    if op.live is not None and is_unfinished(op):
        folder.settled = False  # that speaks of our own changes; a legacy file may have come since
        finish(op)
    return made
