"""What real disks have shown: programs that were cut on loop-mounted file systems under Linux 6.18.

The power was cut by copying the image.  `kick`, an fsync of an unrelated new file, makes ext4 and xfs commit first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

EXT4 = ("ext4", "ext4 fast_commit")
NO_AUTO_ALLOCATION = ("ext4 noauto_da_alloc", "ext4 noauto_da_alloc,data=writeback")
ORDERED_DATA = ("ext4 data=journal", "ext4 nodelalloc")
ALL_EXT4 = (*EXT4, *NO_AUTO_ALLOCATION, *ORDERED_DATA)
ALL = (*ALL_EXT4, "xfs", "btrfs")
DIOREAD_LOCK = ("ext4 dioread_lock",)
EVERY = (*ALL, *DIOREAD_LOCK)
JOURNALLED_DATA = ("ext4 data=journal",)
IN_ANY_ORDER = (*EXT4, *NO_AUTO_ALLOCATION, "ext4 nodelalloc", *DIOREAD_LOCK)
"""ext4, as far as what lies in blocks that the file had already is concerned."""
JOURNALS = ("ext4", *NO_AUTO_ALLOCATION, *ORDERED_DATA, "xfs")
"""Where an fsync of anything new keeps all names that were changed before."""


@dataclass(frozen=True)
class Row:
    """A program and what was found after the cut.

    Attributes:
        name: For a person.
        program: As `Program.parse` reads it.
        shown: As `parse_tree` reads it, what was seen on which mounts (see `PROFILES_OF_MOUNTS`); a mount may stand at
            several trees.
        forced: Mounts of which an fsync in the program leaves no choice: their profiles admit what is `shown` and
            nothing else.
    """

    name: str
    program: str
    shown: Mapping[str, tuple[str, ...]]
    forced: tuple[str, ...] = field(default=())

    def seen_on(self, mount: str) -> tuple[str, ...]:
        """The trees that a mount has shown."""
        return tuple(tree for tree, mounts in self.shown.items() if mount in mounts)

    @property
    def mounts(self) -> tuple[str, ...]:
        """All mounts that were looked at."""
        return tuple(mount for mount in EVERY if self.seen_on(mount))


_OLD = "write b 700 | "
_TWO = "mkdir A; mkdir B | "
_MOVED = "mkdir A; mkdir B; write A/x 1500 | rename A/x B/y; fsync "
_STAGED = "mkdir s; write s/a 300; write s/b 300; write s/c 300; "
_SYNCED = "mkdir s; write s/a 300; fsync s/a; write s/b 300; fsync s/b; write s/c 300; fsync s/c; "
_LIVE = "l/; l/a: 300b; l/b: 300{}; l/c: 300{}"
_LIVE_EMPTY = "l/; l/a: EMPTY; l/b: EMPTY; l/c: EMPTY"

ROWS: Final = (
    Row(
        "replace by rename, no fsync",
        _OLD + "write a 1500; rename a b",
        {"b: 700o": ALL, "b: 1500a": ("btrfs",)},  # btrfs once as it was, once after its whole transaction
    ),
    Row(
        "replace by rename, no fsync, kick",
        _OLD + "write a 1500; rename a b; kick k",
        {
            "b: 1500a; k: 1c": (*EXT4, *ORDERED_DATA),
            "b: EMPTY; k: 1c": (*NO_AUTO_ALLOCATION, "xfs"),
            "b: 700o; k: 1c": ("btrfs",),
        },
    ),
    Row(
        "replace by rename, no fsync, fsync of the directory",
        _OLD + "write a 1500; rename a b; fsync .",
        {
            "b: 1500a": (*EXT4, *ORDERED_DATA),
            "b: 1500NUL": ("ext4",),
            "b: EMPTY": (*NO_AUTO_ALLOCATION, "xfs", "btrfs"),
        },
    ),
    Row(
        "create by rename, no fsync",
        "write a 1500; rename a b",
        {"nothing": ALL, "b: EMPTY": ("btrfs",)},
    ),
    Row(
        "create by rename, no fsync, kick",
        "write a 1500; rename a b; kick k",
        {
            "b: EMPTY; k: 1c": (*EXT4, *NO_AUTO_ALLOCATION, "xfs"),
            "b: 1500a; k: 1c": ORDERED_DATA,
            "k: 1c": ("btrfs",),
        },
    ),
    Row(
        "create by rename, no fsync, fsync of the directory",
        "write a 1500; rename a b; fsync .",
        {"b: EMPTY": (*EXT4, *NO_AUTO_ALLOCATION, "xfs", "btrfs"), "b: 1500a": ORDERED_DATA},
    ),
    Row(
        "create, write, fsync",
        "write a 1500; fsync a",
        {"a: 1500a": ALL},
        forced=(*JOURNALS, "btrfs"),
    ),
    Row(
        "create, write, fsync, in a new directory",
        "mkdir d; write d/a 1500; fsync d/a",
        {"d/; d/a: 1500b": ("ext4", "xfs", "btrfs")},
        forced=("ext4", "xfs", "btrfs"),
    ),
    Row(
        "replace by rename, fsync of the file",
        _OLD + "write a 1500; fsync a; rename a b",
        {"a: 1500a; b: 700o": ALL},
    ),
    Row(
        "replace by rename, fsync of the file, kick",
        _OLD + "write a 1500; fsync a; rename a b; kick k",
        {"b: 1500a; k: 1d": ALL},
        forced=JOURNALS,
    ),
    Row(
        "create by rename, fsync of the file",
        "write a 1500; fsync a; rename a b",
        {"a: 1500a": ALL},
    ),
    Row(
        "replace by rename, fsync of the file and of the directory",
        _OLD + "write a 1500; fsync a; rename a b; fsync .",
        {"b: 1500a": ALL},
        forced=ALL,
    ),
    Row(
        "create by rename, fsync of the file and of the directory",
        "write a 1500; fsync a; rename a b; fsync .",
        {"b: 1500a": ALL},
        forced=ALL,
    ),
    Row("rewrite in place, no fsync", _OLD + "rewrite b 1500", {"b: 700o": ALL}),
    Row(
        "rewrite in place, no fsync, kick",
        _OLD + "rewrite b 1500; kick k",
        {
            "b: 1500a; k: 1b": (*EXT4, *ORDERED_DATA, "xfs"),
            "b: EMPTY; k: 1b": NO_AUTO_ALLOCATION,
            "b: 700o; k: 1b": ("btrfs",),
        },
    ),
    Row("unlink", "write f 1500 | unlink f", {"f: 1500o": ALL, "nothing": ("btrfs",)}),
    Row(
        "unlink, kick",
        "write f 1500 | unlink f; kick k",
        {"k: 1b": (*ALL_EXT4, "xfs"), "f: 1500o; k: 1b": ("btrfs",)},
        forced=JOURNALS,
    ),
    Row("unlink, fsync of the directory", "write f 1500 | unlink f; fsync .", {"nothing": ALL}, forced=ALL),
    Row(
        "create A/x, fsync of the new B/y",
        _TWO + "create A/x; create B/y; fsync B/y",
        {
            "A/; A/x: EMPTY; B/; B/y: EMPTY": ("ext4", "xfs"),
            "A/; B/; B/y: EMPTY": ("btrfs",),
        },
        forced=("ext4", "xfs"),
    ),
    Row(
        "rename, fsync of an old, clean file",
        "write a 1500; write c 700 | rename a b; fsync c",
        {"a: 1500o; c: 700p": ("ext4", "xfs", "btrfs")},
    ),
    Row(
        "rename A/f to A/g, fsync of the new B/k",
        "mkdir A; mkdir B; write A/f 1500 | rename A/f A/g; kick B/k",
        {
            "A/; A/g: 1500q; B/; B/k: 1b": ("ext4", "xfs"),
            "A/; A/f: 1500q; B/; B/k: 1b": ("btrfs",),
        },
        forced=("ext4", "xfs"),
    ),
    Row(
        "one wide write, write-back begun with its first page, kick",
        "write a 40960; kick k",
        {"a: 32768a; k: 1b": ("ext4", "xfs")},
    ),
    Row(
        "unsynced entries in a directory that is renamed, fsync of its parent",
        _STAGED + "rename s l; fsync .",
        {
            _LIVE_EMPTY: (*EXT4, *NO_AUTO_ALLOCATION, "xfs", "btrfs"),
            _LIVE.format("c", "d"): ORDERED_DATA,
        },
    ),
    Row(
        "the same with an fsync of each entry",
        _SYNCED + "rename s l; fsync .",
        {_LIVE.format("d", "f"): ("ext4", "xfs", "btrfs")},
        forced=("ext4", "xfs", "btrfs"),
    ),
    Row(
        "synced entries in a synced directory that is renamed",
        _SYNCED + "fsync s; rename s l",
        {_LIVE.format("d", "f").replace("l/", "s/"): ALL},
    ),
    Row(
        "synced entries in a synced directory that is renamed, kick",
        _SYNCED + "fsync s; rename s l; kick k",
        {"k: 1j; " + _LIVE.format("d", "f"): ALL},
        forced=JOURNALS,
    ),
    Row(
        "write over, rename to a new name, no fsync, fsync of the directory",
        "write x 1500 | write x 700; rename x y; fsync .",
        {"y: 1500o": (*IN_ANY_ORDER, "xfs", "btrfs"), "y: 700a 800o": JOURNALLED_DATA},
    ),
    Row(
        "append, rename to a new name, no fsync, fsync of the directory",
        "write x 1500 | append x 700; rename x y; fsync .",
        {"y: 1500o 700NUL": IN_ANY_ORDER, "y: 1500o 700a": JOURNALLED_DATA, "y: 1500o": ("xfs", "btrfs")},
    ),
    Row(
        "write over, replace by rename, no fsync, fsync of the directory",
        "write x 1500; write y 300 | write x 700; rename x y; fsync .",
        {"y: 1500o": (*IN_ANY_ORDER, "xfs", "btrfs"), "y: 700a 800o": (*JOURNALLED_DATA, "btrfs")},
    ),
    Row(
        "write 512, commit, write 12,288 over it, link, commit",
        "write x 512; write x 12288; link x y",
        {
            "x: EMPTY; y: EMPTY": (*EXT4, *NO_AUTO_ALLOCATION, *DIOREAD_LOCK, "xfs", "btrfs"),
            "x: 512a 3584NUL 8192b; y: 512a 3584NUL 8192b": ("ext4 nodelalloc",),
            "x: 12288b; y: 12288b": ORDERED_DATA,
        },
    ),
    Row(
        "rename to another directory, fsync of that one",
        _MOVED + "B",
        {"A/; B/; B/y: 1500q": EVERY, "A/; A/x: 1500q; B/; B/y: 1500q": ("btrfs",)},
        forced=(*JOURNALS, *DIOREAD_LOCK),
    ),
    Row(
        "rename to another directory, fsync of the one that it left",
        _MOVED + "A",
        {"A/; B/; B/y: 1500q": EVERY},
        forced=EVERY,
    ),
    Row(
        "rename to another directory, fsync of the file",
        _MOVED + "B/y",
        {"A/; B/; B/y: 1500q": EVERY},
        forced=(*JOURNALS, *DIOREAD_LOCK, "btrfs"),
    ),
    Row(
        "rename of a directory to another one, fsync of that one",
        "mkdir A; mkdir B; mkdir A/d; write A/d/x 700 | rename A/d B/d; fsync B",
        {"A/; B/; B/d/; B/d/x: 700r": EVERY},
        forced=EVERY,
    ),
    Row(
        "rename d to e, fsync of the new e/k",
        "mkdir d | rename d e; kick e/k",
        {"e/; e/k: 1b": EVERY, "d/; d/k: 1b": ("btrfs",)},
        forced=(*JOURNALS, *DIOREAD_LOCK),
    ),
    Row(
        "rename over a file, fsync of another name of that file",
        "write x 1500; write y 700; link x z | rename y x; fsync z",
        {"x: 700p; z: 1500o": EVERY, "y: 700p; z: 1500o": ("btrfs",)},
        forced=(*JOURNALS, *DIOREAD_LOCK),
    ),
    Row(
        "rename A/x to A/y, B/x to A/x, fsync of A/y",
        "mkdir A; mkdir B; write A/x 1500; write B/x 700 | rename A/x A/y; rename B/x A/x; fsync A/y",
        {
            "A/; A/x: 700r; A/y: 1500q; B/": EVERY,
            "A/; A/y: 1500q; B/; B/x: 700r": (*JOURNALS, *DIOREAD_LOCK),
            "A/; A/x: 700r; A/y: 1500q; B/; B/x: 700r": ("btrfs",),
        },
    ),
    Row(
        "unlink x, create x, rename to y, fsync of y",
        "write x 1500 | unlink x; create x; rename x y; fsync y",
        {"y: EMPTY": (*JOURNALS, *DIOREAD_LOCK, "btrfs"), "x: 1500o; y: EMPTY": ("btrfs",)},
        forced=(*JOURNALS, *DIOREAD_LOCK),
    ),
    Row(
        "rename d over e, e to f, fsync of f",
        "mkdir d; mkdir e | rename d e; rename e f; fsync f",
        {"f/": (*JOURNALS, *DIOREAD_LOCK, "btrfs"), "e/; f/": ("btrfs",)},
        forced=(*JOURNALS, *DIOREAD_LOCK),
    ),
    Row(
        "link to e/x, rename over the file, fsync of e",
        "write a 1500; write b 700; link b d; mkdir e | link d e/x; rename a d; fsync e",
        {
            "b: 700p; d: 1500o; e/; e/x: 700p": (*JOURNALS, *DIOREAD_LOCK, "btrfs"),
            "a: 1500o; b: 700p; e/; e/x: 700p": ("btrfs",),
        },
    ),
    Row(
        "create x, fsync of x, an old file renamed over it, kick",
        "write t 300 | write x 700; fsync x; rename t x; kick k",
        {
            "k: 1d; x: 300o": (*JOURNALS, *DIOREAD_LOCK, "btrfs"),
            "k: 1d; t: 300o": ("btrfs",),
            "k: 1d; t: 300o; x: 700a": ("btrfs",),
        },
        forced=(*JOURNALS, *DIOREAD_LOCK),
    ),
)
