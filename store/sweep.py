"""Sweeping litter: exactly our own temporaries and staging, never anything else."""

from collections.abc import Iterable
from errno import EISDIR, EPERM

from store.errors import StoreRefused, WriteFailed
from store.layout import MARKER, is_live_temporary
from store.names import SUFFIX
from store.operation import Operation


def sweep_folder(op: Operation, names: Iterable[str]) -> None:
    """Remove the temporaries of the legacy file."""
    for name in names:
        if op.layout.is_legacy_temporary(name):
            op.folder.unlink(name)
            op.steps.append("swept temporary")


def sweep_live(op: Operation, names: Iterable[str]) -> None:
    """Remove the temporaries of the live directory, durably: their names may be taken again right after."""
    swept = False
    for name in names:
        if is_live_temporary(name):
            op.directory.unlink(name)
            op.steps.append("swept temporary")
            swept = True
    if swept:
        op.directory.settle()


def sweep_staging(op: Operation) -> None:
    """Remove staging, if there is any.

    Raises:
        StoreRefused: it is not a directory, or holds something that is not ours; what was ours is gone then.
    """
    staging = op.folder.subdirectory(op.layout.staging)
    if staging is None:
        return
    try:
        for name in staging.names():
            if name.endswith(SUFFIX) or name == MARKER or is_live_temporary(name):
                try:
                    staging.unlink(name)
                except WriteFailed as error:
                    if error.errno not in (EISDIR, EPERM):
                        raise
    finally:
        staging.close()
    if not op.folder.remove(op.layout.staging):
        raise StoreRefused(staging.path, "the staging directory holds something that is not ours")
    op.steps.append("swept staging")
