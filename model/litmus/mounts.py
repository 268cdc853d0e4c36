"""File systems as they are mounted, and the profile that must admit what they show."""

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
own.  With fast_commit an fsync logs names much as btrfs does; nobody has worked out which: only the reference covers
it."""
