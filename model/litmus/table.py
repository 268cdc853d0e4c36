"""What real disks have shown: programs that were cut on loop-mounted file systems under Linux 6.18.

The power was cut by copying the image.  `kick`, an fsync of an unrelated new file, makes ext4 and xfs commit first.  A
test with root plays each row again on every mount; `python -m model.litmus.told` writes them into PERSISTENCE.md.
"""

from typing import Final

from model.litmus.mounts import (
    BTRFS,
    COMMITTING,
    DEFAULT,
    DIOREAD_LOCK,
    EVERY,
    IN_ANY_ORDER,
    JOURNALLED_DATA,
    JOURNALS,
    KEPT_REPLACEMENTS,
    LATE_DATA,
    NO_AUTO_ALLOCATION,
    NO_DELAYED_ALLOCATION,
    ORDERED_DATA,
    XFS,
)
from model.litmus.row import BEGUN, COMMITTED, COMMITTED_FIRST, HURRIED, Row, Sight

_OLD = "write b 700 | "
_TWO = "mkdir A; mkdir B | "
_MOVED = "mkdir A; mkdir B; write A/x 1500 | rename A/x B/y; fsync "
_STAGED = "mkdir s; write s/a 300; write s/b 300; write s/c 300; "
_SYNCED = "mkdir s; write s/a 300; fsync s/a; write s/b 300; fsync s/b; write s/c 300; fsync s/c; "
_COMPLETE = "l/; l/a: 300b; l/b: 300d; l/c: 300f"
_STILL = _COMPLETE.replace("l/", "s/")

ROWS: Final = (
    Row(
        "replace by rename, no fsync",
        _OLD + "write a 1500; rename a b",
        (Sight("old", "b: 700o", EVERY), Sight("new", "b: 1500a", BTRFS, COMMITTED)),
    ),
    Row(
        "replace by rename, no fsync, kick",
        _OLD + "write a 1500; rename a b; kick k",
        (
            Sight("new", "b: 1500a; k: 1c", KEPT_REPLACEMENTS),
            Sight("**EMPTY**", "b: EMPTY; k: 1c", (*NO_AUTO_ALLOCATION, *XFS)),
            Sight("old", "b: 700o; k: 1c", BTRFS),
            Sight("new", "b: 1500a; k: 1c", BTRFS, COMMITTED),
        ),
        forced=(*ORDERED_DATA, *DIOREAD_LOCK),
    ),
    Row(
        "replace by rename, no fsync, fsync of the directory",
        _OLD + "write a 1500; rename a b; fsync .",
        (
            Sight("new", "b: 1500a", KEPT_REPLACEMENTS),
            Sight("**NUL**", "b: 1500NUL", ("ext4",), HURRIED),
            Sight("**EMPTY**", "b: EMPTY", (*NO_AUTO_ALLOCATION, *XFS, *BTRFS)),
            Sight("new", "b: 1500a", BTRFS, COMMITTED),
        ),
        forced=(*ORDERED_DATA, *DIOREAD_LOCK),
    ),
    Row(
        "replace by rename with 65,536 bytes, no fsync, fsync of the directory",
        _OLD + "write a 65536; rename a b; fsync .",
        (
            Sight("new", "b: 65536a", KEPT_REPLACEMENTS),
            Sight("**NUL**", "b: 65536NUL", DEFAULT, HURRIED),
            Sight("**EMPTY**", "b: EMPTY", (*NO_AUTO_ALLOCATION, *XFS, *BTRFS)),
            Sight("new", "b: 65536a", BTRFS, COMMITTED),
        ),
    ),
    Row(
        "create by rename, no fsync",
        "write a 1500; rename a b",
        (Sight("absent", "nothing", EVERY), Sight("**EMPTY**", "b: EMPTY", BTRFS, COMMITTED)),
    ),
    Row(
        "create by rename, no fsync, kick",
        "write a 1500; rename a b; kick k",
        (
            Sight("**EMPTY**", "b: EMPTY; k: 1c", LATE_DATA),
            Sight("new", "b: 1500a; k: 1c", ORDERED_DATA),
            Sight("absent", "k: 1c", BTRFS),
            Sight("**EMPTY**", "b: EMPTY; k: 1c", BTRFS, COMMITTED),
        ),
        forced=ORDERED_DATA,
    ),
    Row(
        "create by rename, no fsync, fsync of the directory",
        "write a 1500; rename a b; fsync .",
        (Sight("**EMPTY**", "b: EMPTY", (*LATE_DATA, *BTRFS)), Sight("new", "b: 1500a", ORDERED_DATA)),
        forced=ORDERED_DATA,
    ),
    Row(
        "create, write, fsync",
        "write a 1500; fsync a",
        (Sight("new", "a: 1500a", EVERY),),
        forced=(*JOURNALS, *BTRFS),
    ),
    Row(
        "create, write, fsync, in a new directory",
        "mkdir d; write d/a 1500; fsync d/a",
        (Sight("new", "d/; d/a: 1500b", EVERY),),
        forced=(*JOURNALS, *BTRFS),
    ),
    Row(
        "replace by rename, fsync of the file",
        _OLD + "write a 1500; fsync a; rename a b",
        (
            Sight("old, and the temporary", "a: 1500a; b: 700o", EVERY),
            Sight("new", "b: 1500a", BTRFS, COMMITTED),
        ),
    ),
    Row(
        "replace by rename, fsync of the file, kick",
        _OLD + "write a 1500; fsync a; rename a b; kick k",
        (Sight("new", "b: 1500a; k: 1d", EVERY),),
        forced=JOURNALS,
    ),
    Row(
        "create by rename, fsync of the file",
        "write a 1500; fsync a; rename a b",
        (Sight("only the temporary", "a: 1500a", EVERY), Sight("new", "b: 1500a", BTRFS, COMMITTED)),
    ),
    Row(
        "replace by rename, fsync of the file and of the directory",
        _OLD + "write a 1500; fsync a; rename a b; fsync .",
        (Sight("new", "b: 1500a", EVERY),),
        forced=EVERY,
    ),
    Row(
        "create by rename, fsync of the file and of the directory",
        "write a 1500; fsync a; rename a b; fsync .",
        (Sight("new", "b: 1500a", EVERY),),
        forced=EVERY,
    ),
    Row(
        "rewrite in place, no fsync",
        _OLD + "rewrite b 1500",
        (Sight("old", "b: 700o", EVERY), Sight("new", "b: 1500a", BTRFS, COMMITTED)),
    ),
    Row(
        "rewrite in place, no fsync, kick",
        _OLD + "rewrite b 1500; kick k",
        (
            Sight("new", "b: 1500a; k: 1b", (*KEPT_REPLACEMENTS, *XFS)),
            Sight("**EMPTY**", "b: EMPTY; k: 1b", NO_AUTO_ALLOCATION),
            Sight("old", "b: 700o; k: 1b", BTRFS),
            Sight("new", "b: 1500a; k: 1b", BTRFS, COMMITTED),
        ),
    ),
    Row(
        "unlink",
        "write f 1500 | unlink f",
        (Sight("still there", "f: 1500o", EVERY), Sight("gone", "nothing", BTRFS, COMMITTED)),
    ),
    Row(
        "unlink, kick",
        "write f 1500 | unlink f; kick k",
        (
            Sight("gone", "k: 1b", COMMITTING),
            Sight("**still there**", "f: 1500o; k: 1b", BTRFS),
            Sight("gone", "k: 1b", BTRFS, COMMITTED),
        ),
        forced=JOURNALS,
    ),
    Row(
        "unlink, fsync of the directory",
        "write f 1500 | unlink f; fsync .",
        (Sight("gone", "nothing", EVERY),),
        forced=EVERY,
    ),
    Row(
        "create A/x, fsync of the new B/y",
        _TWO + "create A/x; create B/y; fsync B/y",
        (
            Sight("A/x there", "A/; A/x: EMPTY; B/; B/y: EMPTY", COMMITTING),
            Sight("**A/x absent**", "A/; B/; B/y: EMPTY", BTRFS),
            Sight("A/x there", "A/; A/x: EMPTY; B/; B/y: EMPTY", BTRFS, COMMITTED),
        ),
        forced=JOURNALS,
    ),
    Row(
        "rename, fsync of an old, clean file",
        "write a 1500; write c 700 | rename a b; fsync c",
        (
            Sight("the old name", "a: 1500o; c: 700p", EVERY),
            Sight("the new name", "b: 1500o; c: 700p", BTRFS, COMMITTED),
        ),
    ),
    Row(
        "rename A/f to A/g, fsync of the new B/k",
        "mkdir A; mkdir B; write A/f 1500 | rename A/f A/g; kick B/k",
        (
            Sight("the new name", "A/; A/g: 1500q; B/; B/k: 1b", COMMITTING),
            Sight("**the old name**", "A/; A/f: 1500q; B/; B/k: 1b", BTRFS),
            Sight("the new name", "A/; A/g: 1500q; B/; B/k: 1b", BTRFS, COMMITTED),
        ),
        forced=JOURNALS,
    ),
    Row(
        "one wide write, kick",
        "write a 40960; kick k",
        (
            Sight("**EMPTY**", "a: EMPTY; k: 1b", LATE_DATA),
            Sight("32,768 of 40,960 bytes", "a: 32768a; k: 1b", LATE_DATA, BEGUN),
            Sight("whole", "a: 40960a; k: 1b", ORDERED_DATA),
            Sight("absent", "k: 1b", BTRFS),
            Sight("**EMPTY**", "a: EMPTY; k: 1b", BTRFS, COMMITTED),
        ),
    ),
    Row(
        "unsynced entries in a directory that is renamed, fsync of its parent",
        _STAGED + "rename s l; fsync .",
        (
            Sight("3 **EMPTY**", "l/; l/a: EMPTY; l/b: EMPTY; l/c: EMPTY", (*LATE_DATA, *BTRFS)),
            Sight("3 new", "l/; l/a: 300b; l/b: 300c; l/c: 300d", ORDERED_DATA),
        ),
    ),
    Row(
        "the same with an fsync of each entry",
        _SYNCED + "rename s l; fsync .",
        (Sight("complete", _COMPLETE, EVERY),),
        forced=(*JOURNALS, *BTRFS),
    ),
    Row(
        "synced entries in a synced directory that is renamed",
        _SYNCED + "fsync s; rename s l",
        (Sight("the old name", _STILL, EVERY), Sight("the new name", _COMPLETE, BTRFS, COMMITTED)),
    ),
    Row(
        "synced entries in a synced directory that is renamed, kick",
        _SYNCED + "fsync s; rename s l; kick k",
        (Sight("the new name", "k: 1j; " + _COMPLETE, EVERY),),
        forced=JOURNALS,
    ),
    Row(
        "write over, rename to a new name, no fsync, fsync of the directory",
        "write x 1500 | write x 700; rename x y; fsync .",
        (
            Sight("**old**", "y: 1500o", (*IN_ANY_ORDER, *XFS, *BTRFS)),
            Sight("new", "y: 700a 800o", JOURNALLED_DATA),
        ),
    ),
    Row(
        "append, rename to a new name, no fsync, fsync of the directory",
        "write x 1500 | append x 700; rename x y; fsync .",
        (
            Sight("**NUL** behind the old", "y: 1500o 700NUL", IN_ANY_ORDER),
            Sight("new", "y: 1500o 700a", JOURNALLED_DATA),
            Sight("**old**", "y: 1500o", (*XFS, *BTRFS)),
        ),
    ),
    Row(
        "write over, replace by rename, no fsync, fsync of the directory",
        "write x 1500; write y 300 | write x 700; rename x y; fsync .",
        (
            Sight("**old**", "y: 1500o", (*IN_ANY_ORDER, *XFS, *BTRFS)),
            Sight("new", "y: 700a 800o", JOURNALLED_DATA),
            Sight("new", "y: 700a 800o", BTRFS, COMMITTED),
        ),
    ),
    Row(
        "append, replace by rename, no fsync, fsync of the directory",
        "write x 1500; write y 300 | append x 700; rename x y; fsync .",
        (
            Sight("**NUL** behind the old", "y: 1500o 700NUL", IN_ANY_ORDER),
            Sight("new", "y: 1500o 700a", JOURNALLED_DATA),
            Sight("**old**", "y: 1500o", (*XFS, *BTRFS)),
            Sight("new", "y: 1500o 700a", BTRFS, COMMITTED),
        ),
    ),
    Row(
        "write 512, write 12,288 over it, link",
        "write x 512; write x 12288; link x y",
        (
            Sight("absent", "nothing", EVERY),
            Sight("**EMPTY**", "x: EMPTY; y: EMPTY", LATE_DATA, COMMITTED_FIRST),
            Sight("new", "x: 12288b; y: 12288b", NO_DELAYED_ALLOCATION, COMMITTED),
            Sight(
                "**512 of the first write, NUL to 4,096**, new behind",
                "x: 512a 3584NUL 8192b; y: 512a 3584NUL 8192b",
                NO_DELAYED_ALLOCATION,
                COMMITTED_FIRST,
            ),
            Sight("new", "x: 12288b; y: 12288b", JOURNALLED_DATA, COMMITTED_FIRST),
            Sight("**EMPTY**", "x: EMPTY; y: EMPTY", BTRFS, COMMITTED),
        ),
    ),
    Row(
        "rename to another directory, fsync of that one",
        _MOVED + "B",
        (
            Sight("the new name", "A/; B/; B/y: 1500q", COMMITTING),
            Sight("**both names**", "A/; A/x: 1500q; B/; B/y: 1500q", BTRFS),
            Sight("the new name", "A/; B/; B/y: 1500q", BTRFS, COMMITTED),
        ),
        forced=JOURNALS,
    ),
    Row(
        "rename to another directory, fsync of the one that it left",
        _MOVED + "A",
        (Sight("the new name", "A/; B/; B/y: 1500q", EVERY),),
        forced=EVERY,
    ),
    Row(
        "rename to another directory, fsync of the file",
        _MOVED + "B/y",
        (Sight("the new name", "A/; B/; B/y: 1500q", EVERY),),
        forced=(*JOURNALS, *BTRFS),
    ),
    Row(
        "rename of a directory to another one, fsync of that one",
        "mkdir A; mkdir B; mkdir A/d; write A/d/x 700 | rename A/d B/d; fsync B",
        (Sight("the new name", "A/; B/; B/d/; B/d/x: 700r", EVERY),),
        forced=EVERY,
    ),
    Row(
        "rename d to e, fsync of the new e/k",
        "mkdir d | rename d e; kick e/k",
        (
            Sight("e/k", "e/; e/k: 1b", COMMITTING),
            Sight("**d/k**", "d/; d/k: 1b", BTRFS),
            Sight("e/k", "e/; e/k: 1b", BTRFS, COMMITTED),
        ),
        forced=JOURNALS,
    ),
    Row(
        "rename over a file, fsync of another name of that file",
        "write x 1500; write y 700; link x z | rename y x; fsync z",
        (
            Sight("replaced", "x: 700p; z: 1500o", COMMITTING),
            Sight("**absent**", "y: 700p; z: 1500o", BTRFS),
            Sight("replaced", "x: 700p; z: 1500o", BTRFS, COMMITTED),
        ),
        forced=JOURNALS,
    ),
    Row(
        "rename A/x to A/y, B/x to A/x, fsync of A/y",
        "mkdir A; mkdir B; write A/x 1500; write B/x 700 | rename A/x A/y; rename B/x A/x; fsync A/y",
        (
            Sight("both", "A/; A/x: 700r; A/y: 1500q; B/", COMMITTING),
            Sight("the first only", "A/; A/y: 1500q; B/; B/x: 700r", (*JOURNALS, *BTRFS), COMMITTED_FIRST),
            Sight("both, and **B/x still there**", "A/; A/x: 700r; A/y: 1500q; B/; B/x: 700r", BTRFS),
            Sight("both", "A/; A/x: 700r; A/y: 1500q; B/", BTRFS, COMMITTED),
        ),
    ),
    Row(
        "unlink x, create x, rename to y, fsync of y",
        "write x 1500 | unlink x; create x; rename x y; fsync y",
        (
            Sight("y", "y: EMPTY", COMMITTING),
            Sight("y, and **the old x**", "x: 1500o; y: EMPTY", BTRFS),
            Sight("only y", "y: EMPTY", BTRFS, COMMITTED),
        ),
        forced=JOURNALS,
    ),
    Row(
        "rename d over e, e to f, fsync of f",
        "mkdir d; mkdir e | rename d e; rename e f; fsync f",
        (
            Sight("f", "f/", COMMITTING),
            Sight("f, and **the old e**", "e/; f/", BTRFS),
            Sight("only f", "f/", BTRFS, COMMITTED),
        ),
        forced=JOURNALS,
    ),
    Row(
        "link to e/x, rename over the file, fsync of e",
        "write a 1500; write b 700; link b d; mkdir e | link d e/x; rename a d; fsync e",
        (
            Sight("replaced", "b: 700p; d: 1500o; e/; e/x: 700p", COMMITTING),
            Sight("**absent**", "a: 1500o; b: 700p; e/; e/x: 700p", BTRFS),
            Sight("replaced", "b: 700p; d: 1500o; e/; e/x: 700p", BTRFS, COMMITTED),
        ),
    ),
    Row(
        "create x, fsync of x, an old file renamed over it, kick",
        "write t 300 | write x 700; fsync x; rename t x; kick k",
        (
            Sight("replaced", "k: 1d; x: 300o", COMMITTING),
            Sight("**x absent**, the old file where it was", "k: 1d; t: 300o", BTRFS),
            Sight("x new, the old file where it was", "k: 1d; t: 300o; x: 700a", BTRFS, COMMITTED_FIRST),
            Sight("replaced", "k: 1d; x: 300o", BTRFS, COMMITTED),
        ),
        forced=JOURNALS,
    ),
    Row(
        "make d, rename it to e, fsync of the new e/k",
        "mkdir d; rename d e; kick e/k",
        (Sight("e/k", "e/; e/k: 1c", EVERY),),
        forced=JOURNALS,
    ),
)
