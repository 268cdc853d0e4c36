"""The profiles that lessons play, in words for who has never heard of them."""

from collections.abc import Mapping

from model.persistence.profiles import PROFILES

_IN_PLAIN_WORDS: Mapping[str, str] = {
    "process-kill": "a process dies, the machine lives on. Every call stays; a write may stop halfway",
    "sequential": "the power goes. The disk has every call up to some point, in their order, and none after it",
    "posix": "the power goes. What was not synced is there or not: every name, size and 512 bytes of a file for itself",
    "ext4": "ext4 as usually mounted. Names change in their order; bytes come late, unless their file is synced",
    "ext4-nodelalloc": "ext4 mounted with nodelalloc. As ext4, but new bytes are there before the file's new name is",
    "ext4-dioread-lock": (
        "ext4 mounted with dioread_lock. As ext4, but new bytes are there before a rename over another file is"
    ),
    "xfs": "xfs as usually mounted. Names change in their order; a file is not longer than what was written of it",
    "btrfs": "btrfs as usually mounted. An fsync keeps the names of its file, too; else much as posix",
}


def in_plain_words(name: str) -> str:
    """A profile in one or two sentences, without the full stop."""
    return _IN_PLAIN_WORDS.get(name, PROFILES[name].summary)
