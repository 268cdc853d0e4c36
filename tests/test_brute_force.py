"""The brute-force enumerator gives the counts that a person gets by hand from the rules."""

import pytest

from tests.brute_force.alphabet import effects_of, start
from tests.brute_force.crash_states import RULED, raw_count

REORDERING = ("posix", "posix-minimal", "ext4", "ext4-nodelalloc", "xfs", "btrfs")

# Totals over all crash points, in the order of REORDERING; then that of process-kill, where nothing is pending: one
# disk a crash point and one more for each short write; then that of sequential, where after k calls there are k + 1
# disks and one more for each short write, less those that an fsync rules out and those that are the same.
# "full" starts with A/x = 512 o and B/y = 512 p and 300 q, all durable.
BY_HAND: dict[str, tuple[str, str, tuple[int, ...], int, int]] = {
    # Nothing: one disk.  Created: absent or EMPTY.
    "a name": ("empty", "create A/x", (3, 3, 3, 3, 3, 3), 2, 3),
    # 1, then 2.  Absent before and absent after the unlink are one value: 2 again.
    "absent twice": ("empty", "create A/x; unlink A/x", (5, 5, 5, 5, 5, 5), 3, 5),
    # 1, 2, then the directory is synced: 1.
    "a synced name": ("empty", "create A/x; fsync A", (4, 4, 4, 4, 4, 4), 3, 4),
    # Sizes 0, 512, 1024.  EMPTY; a or zeros; 2 x 2 of them: 7 contents, with the name 14.  1 + 2 + 14.
    # The name was published before the write, so nodelalloc says nothing.  xfs: EMPTY; a; aA or zeros and A: 4 x 2.
    # Killed: 3 crash points, and one after the first unit.  In sequence: 1 + 2 + 4.
    "two units": ("empty", "create A/x; write A/x 2", (17, 17, 17, 17, 11, 17), 4, 7),
    # The same and then one content: the name is free under posix (2), certain where the file's fsync brings it (1).
    "synced units": ("empty", "create A/x; write A/x 2; fsync A/x", (19, 19, 18, 18, 12, 18), 5, 8),
    # One unit over one unit is 2 contents at size 512, 2 x 2 at 1024.  xfs: at 1024 the second unit is there: 2 + 2.
    "overwrite": ("full", "write A/x 2", (7, 7, 7, 7, 5, 7), 3, 4),
    # 812 bytes become 912.  At 812 old and new are cut to the same bytes: 1; at 912 the tail is zeros or a: 2.
    # xfs: at 912 it is a.
    "tail": ("full", "append B/y tail", (4, 4, 4, 4, 3, 4), 2, 3),
    # Sizes 0, 100, 512; the one unit has 3 versions: EMPTY, 3 at 100, 3 at 512: 7.  xfs: at 100 the first or second
    # write, at 512 the second: 1 + 2 + 1 = 4.  After one write: EMPTY, zeros, a: 3; xfs 2.  The name doubles each.
    "grown twice": ("empty", "create A/x; write A/x tail; write A/x 1", (23, 23, 23, 23, 15, 23), 4, 10),
    # o, zeros, EMPTY: 3.  Then o, zeros or b at 512, and EMPTY: 4.  512 is no new size, so xfs says nothing.
    "rewrite": ("full", "truncate A/x; append A/x 1", (8, 8, 8, 8, 8, 8), 3, 6),
    # Renamed as one: before or after.  Torn: 2 x 2.
    "rename": ("full", "rename A/x A/z", (3, 5, 3, 3, 3, 3), 2, 3),
    # The synced half takes the other one with it; torn, the target is still free.
    "half synced": ("full", "rename A/x B/y; fsync A", (4, 7, 4, 4, 4, 4), 3, 4),
    # When the new name is synced in its directory, the old one may be there or not in its own: 2, on btrfs as well.
    "the other half synced": ("full", "rename A/x B/y; fsync B", (5, 7, 4, 4, 4, 5), 3, 4),
    # A/x at exactly the rename needs B/y at the rename.  A/x made anew is a later version, which needs nothing:
    # (gone, o), (new, p), (new, o): 3; torn 2 x 2.  A prefix of two: 2.  btrfs has logged the rename: 2.
    "half synced, then made anew": ("full", "rename A/x B/y; fsync A; create A/x", (7, 11, 6, 6, 6, 6), 4, 6),
    # A directory's rename is one: B/y, A/z or nothing: 3; torn 4.  Times A/z/y, there or not: 6, 8, and its own fsync
    # says nothing under posix.  In order 1, 2, 3, 4, and then everything: 1.  btrfs: A/z/y is there, and its directory
    # was renamed, so nobody looked at that: 3.
    "in a renamed directory": (
        "empty",
        "mkdir B/y; rename B/y A/z; create A/z/y; fsync A/z/y",
        (18, 23, 11, 11, 11, 13),
        5,
        11,
    ),
    # 1 + 2 + 2 x 2, then A/x free: 2.  In order: 1 + 2 + 3, and B's last change brings all: 1.  btrfs: B/y alone: 2.
    "another directory": ("empty", "create A/x; create B/y; fsync B", (9, 9, 7, 7, 7, 8), 4, 7),
    # The unlinked file may come back, on btrfs too, because the log of A/z does not speak of it.
    # posix: 1 + 2 + 4 + 4.  In order: 1 + 2 + 3 + 1.  btrfs: 1 + 2 + 3 + 2.
    "an unrelated unlink": ("full", "unlink A/x; create A/z; fsync A/z", (11, 11, 7, 7, 7, 8), 4, 7),
    # Its names are synced, its own name is not: 2 under posix.  Its own name was an earlier change, and btrfs logs it.
    "a directory's own name": ("empty", "mkdir A/z; create A/z/y; fsync A/z", (9, 9, 7, 7, 7, 7), 4, 7),
    # Both changes are changes of the one file's names, so its fsync brings both but for posix.
    "a second name": ("full", "link A/x A/z; unlink A/x; fsync A/z", (11, 11, 7, 7, 7, 7), 4, 7),
    # After the link 2, after the rename 2 x 2; torn 2 x 4.  When o was synced by its other name, or anything else was,
    # the rename from another directory may leave both names, or A/x may have lost o and not have p: 2 x 4; torn
    # 2 x 3 x 2.  In order it is everything: 1.  btrfs: A/z is there: 4.
    "replaced and synced by another name": (
        "full",
        "link A/x A/z; rename B/y A/x; fsync A/z",
        (15, 23, 7, 7, 7, 10),
        4,
        7,
    ),
    # Contents EMPTY, zeros, b: 3.  Names absent, x, z: 3; torn also both: 4.  1 + 2 + 2 x 3 + 3 x 3.
    # nodelalloc: with the rename only b: 3 + 3 + 1.  xfs: EMPTY, b: 1 + 2 + 2 x 2 + 3 x 2.
    "published": ("empty", "create A/x; append A/x 1; rename A/x A/z", (18, 21, 18, 16, 13, 18), 4, 10),
    # o or a: 2, times the names.  The block was there before, so nodelalloc says nothing.
    "written over, published": ("full", "write A/x 1; rename A/x A/z", (7, 11, 7, 7, 7, 7), 3, 6),
    # 512 o, o and zeros, o and a: 3, times 2 names.  nodelalloc: with the rename the size is there, but what lies in
    # the same block is free: o and zeros or a: 3 + 2.  xfs: o, o and a: 2 x 2.
    "appended, published": ("full", "append A/x 1; rename A/x A/z", (10, 16, 10, 9, 7, 10), 3, 6),
    # 512 o and up to 9 units more, zeros or a: 1 + 2 + ... + 512 = 1,023.  nodelalloc: with the rename all 9 are there;
    # 7 of them complete the block that the file had, and are free: 128; the 2 in the next block are a.
    # xfs: the last is a: 1 + 1 + 2 + ... + 256 = 512.  Killed: 3, and 8 inside the write.  In sequence: 1 + 10 + 11.
    "appended to the next block, published": (
        "full",
        "append A/x 9; rename A/x A/z",
        (3_070, 5_116, 3_070, 2_175, 1_537, 3_070),
        11,
        22,
    ),
    # 3, then EMPTY; b or zeros; 2 x 2 of them: 7.  nodelalloc: with the rename b, which gave the file its block, and
    # zeros or c, which may have come after a commit: 2.  xfs: EMPTY; b; zeros or b and c: 4.  Names 1, 2, 2, 2, 3.
    "twice into one new block, published": (
        "empty",
        "create A/x; append A/x 1; append A/x 1; rename A/x A/z",
        (44, 51, 44, 39, 27, 44),
        5,
        15,
    ),
    # As in "rewrite": 3, then 4, times 2 names.  nodelalloc: what was cut gave back its block: with the rename only b.
    "rewritten, published": (
        "full",
        "truncate A/x; append A/x 1; rename A/x A/z",
        (16, 24, 16, 13, 16, 16),
        4,
        10,
    ),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_raw_counts_are_those_derived_by_hand(case: str) -> None:
    name, calls, pending, killed, in_sequence = BY_HAND[case]
    base = start(name)
    effects = effects_of(base, calls.split("; "))
    counts = {profile: raw_count(base, effects, profile) for profile in RULED}
    expected = dict(zip(REORDERING, pending, strict=True))
    assert counts == expected | {"process-kill": killed, "sequential": in_sequence}
