"""File systems as they are mounted, the profile that must admit what they show, and what some have in common."""

from collections.abc import Mapping
from typing import Final

PROFILES_OF_MOUNTS: Final[Mapping[str, str]] = {
    "ext4": "ext4",
    "ext4 noauto_da_alloc": "ext4",
    "ext4 noauto_da_alloc,data=writeback": "ext4",
    "ext4 nodelalloc": "ext4-nodelalloc",
    "ext4 dioread_lock": "ext4-dioread-lock",
    "ext4 data=journal": "ext4-data-journal",
    "ext4 fast_commit": "posix",
    "xfs": "xfs",
    "btrfs": "btrfs",
}
"""By file system and options.

Without auto_da_alloc a replaced file may be EMPTY; `ext4` admits that by default, so the option needs no profile of its
own.  With fast_commit an fsync may write down other names than a commit does: only the reference covers it."""

NO_AUTO_ALLOCATION = ("ext4 noauto_da_alloc", "ext4 noauto_da_alloc,data=writeback")
FAST_COMMIT = ("ext4 fast_commit",)
NO_DELAYED_ALLOCATION = ("ext4 nodelalloc",)
DIOREAD_LOCK = ("ext4 dioread_lock",)
JOURNALLED_DATA = ("ext4 data=journal",)
XFS = ("xfs",)
BTRFS = ("btrfs",)

DEFAULT = ("ext4", *FAST_COMMIT)
ORDERED_DATA = (*NO_DELAYED_ALLOCATION, *JOURNALLED_DATA)
ALL_EXT4 = (*DEFAULT, *NO_AUTO_ALLOCATION, *DIOREAD_LOCK, *ORDERED_DATA)
IN_ANY_ORDER = (*DEFAULT, *NO_AUTO_ALLOCATION, *DIOREAD_LOCK, *NO_DELAYED_ALLOCATION)
"""ext4, as far as what lies in blocks that the file had already is concerned."""
LATE_DATA = (*DEFAULT, *NO_AUTO_ALLOCATION, *DIOREAD_LOCK, *XFS)
"""Where a commit does not wait for the data of a new file."""
KEPT_REPLACEMENTS = (*DEFAULT, *DIOREAD_LOCK, *ORDERED_DATA)
"""Where the data of what was renamed over a file is on its way as soon as it is renamed."""
COMMITTING = (*ALL_EXT4, *XFS)
"""Where an fsync of anything new keeps all names that were changed before."""
EVERY = (*COMMITTING, *BTRFS)
JOURNALS = ("ext4", *NO_AUTO_ALLOCATION, *ORDERED_DATA, *DIOREAD_LOCK, *XFS)
"""Those of `COMMITTING` that have a profile which says so."""
