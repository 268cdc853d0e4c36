"""Sequences that were cut on real ext4, xfs and btrfs: what each profile lets a fresh process find, exactly.

"Kick" is an fsync of an unrelated new file.  What a real disk has shown must be among what its profile allows; that the
sets are exact also says what is forbidden.
"""

import pytest

from tests.brute_force.alphabet import effects_of, start
from tests.brute_force.crash_states import crash_states
from tests.brute_force.disk import ROOT, Disk
from tests.brute_force.recoveries import short


def found_at(path: str, disk: Disk) -> str:
    """What a path leads to: absent, directory, or the content in short."""
    names, contents = dict(disk.names), dict(disk.contents)
    inode = ROOT
    for name in path.split("/"):
        if (inode, name) not in names:
            return "absent"
        inode = names[(inode, name)]
    content = contents[inode]
    return "directory" if content is None else short(content)


NEW, NUL = "512b", "5120"

# start; calls; where to look; what was seen on each real disk; all that each profile admits.
Row = tuple[str, str, str, dict[str, str], dict[str, set[str]]]
LITMUS: dict[str, Row] = {
    "create by rename, no fsync, kick": (
        "empty",
        "create A/x; append A/x 1; rename A/x A/z; create B/y; fsync B/y",
        "A/z",
        {"ext4": "EMPTY", "xfs": "EMPTY", "btrfs": "absent"},
        {
            "ext4": {"EMPTY", NUL, NEW},
            "ext4-nodelalloc": {NEW},
            "xfs": {"EMPTY", NEW},
            "btrfs": {"absent", "EMPTY", NUL, NEW},
            "posix": {"absent", "EMPTY", NUL, NEW},
        },
    ),
    "create by rename, no fsync, fsync(dir)": (
        "empty",
        "create A/x; append A/x 1; rename A/x A/z; fsync A",
        "A/z",
        {"ext4": "EMPTY", "xfs": "EMPTY", "btrfs": "EMPTY"},
        {
            "ext4": {"EMPTY", NUL, NEW},
            "ext4-nodelalloc": {NEW},
            "xfs": {"EMPTY", NEW},
            "btrfs": {"EMPTY", NUL, NEW},
            "posix": {"EMPTY", NUL, NEW},
        },
    ),
    "replace by rename, no fsync, fsync(dir)": (
        "full",
        "create A/z; append A/z 1; rename A/z A/x; fsync A",
        "A/x",
        {"ext4": NUL, "ext4-nodelalloc": NEW, "xfs": "EMPTY", "btrfs": "EMPTY"},
        {
            "ext4": {"EMPTY", NUL, NEW},
            "ext4-nodelalloc": {NEW},
            "xfs": {"EMPTY", NEW},
            "btrfs": {"EMPTY", NUL, NEW},
        },
    ),
    "creat, write, fsync(file)": (
        "empty",
        "create A/x; append A/x 1; fsync A/x",
        "A/x",
        {"ext4": NEW, "xfs": NEW, "btrfs": NEW},
        {"ext4": {NEW}, "ext4-nodelalloc": {NEW}, "xfs": {NEW}, "btrfs": {NEW}, "posix": {"absent", NEW}},
    ),
    "the same in a new directory": (
        "empty",
        "mkdir A/z; create A/z/y; append A/z/y 1; fsync A/z/y",
        "A/z/y",
        {"ext4": "512c", "xfs": "512c", "btrfs": "512c"},
        {"ext4": {"512c"}, "xfs": {"512c"}, "btrfs": {"512c"}, "posix": {"absent", "512c"}},
    ),
    "fsync(tmp), rename, power cut": (
        "empty",
        "create A/x; append A/x 1; fsync A/x; rename A/x A/z",
        "A/x",
        {"ext4": NEW, "xfs": NEW, "btrfs": NEW},
        {"ext4": {NEW, "absent"}, "xfs": {NEW, "absent"}, "btrfs": {NEW, "absent"}},
    ),
    "fsync(tmp), rename, fsync(dir)": (
        "full",
        "create A/z; append A/z 1; fsync A/z; rename A/z A/x; fsync A",
        "A/x",
        {"ext4": NEW, "xfs": NEW, "btrfs": NEW},
        {"ext4": {NEW}, "ext4-nodelalloc": {NEW}, "xfs": {NEW}, "btrfs": {NEW}, "posix": {NEW}, "posix-minimal": {NEW}},
    ),
    "create A/x; fsync B/y": (
        "empty",
        "create A/x; create B/y; fsync B/y",
        "A/x",
        {"ext4": "EMPTY", "xfs": "EMPTY", "btrfs": "absent"},
        {"ext4": {"EMPTY"}, "xfs": {"EMPTY"}, "btrfs": {"absent", "EMPTY"}, "posix": {"absent", "EMPTY"}},
    ),
    "rename a to b; fsync of an old clean c": (
        "full",
        "rename A/x A/z; fsync B/y",
        "A/x",
        {"ext4": "512o", "xfs": "512o", "btrfs": "512o"},
        {"ext4": {"512o", "absent"}, "xfs": {"512o", "absent"}, "btrfs": {"512o", "absent"}},
    ),
    "unlink f; kick": (
        "full",
        "unlink A/x; create A/z; fsync A/z",
        "A/x",
        {"ext4": "absent", "xfs": "absent", "btrfs": "512o"},
        {"ext4": {"absent"}, "xfs": {"absent"}, "btrfs": {"512o", "absent"}, "posix": {"512o", "absent"}},
    ),
    "rename A/f to A/g; fsync B/k": (
        "full",
        "unlink B/y; rename A/x A/z; create B/y; fsync B/y",
        "A/z",
        {"ext4": "512o", "xfs": "512o", "btrfs": "absent"},
        {"ext4": {"512o"}, "xfs": {"512o"}, "btrfs": {"512o", "absent"}},
    ),
    "one wide write; write-back began with its first page": (
        "empty",
        "create A/x; write A/x 2; fsync A",
        "A/x",
        {"ext4": NEW, "xfs": NEW},
        {
            "ext4": {"EMPTY", NUL, NEW, "10240", "5120 512B", "512b 5120", "512b 512B"},
            "xfs": {"EMPTY", NEW, "5120 512B", "512b 512B"},
            "sequential": {"EMPTY", NEW, "512b 512B"},
        },
    ),
    "staging with an unsynced entry, renamed, fsync(parent)": (
        "empty",
        "mkdir A/z; create A/z/y; append A/z/y 1; rename A/z B/y; fsync B",
        "B/y/y",
        {"ext4": "EMPTY", "xfs": "EMPTY", "btrfs": "EMPTY"},
        {
            "ext4": {"EMPTY", NUL, "512c"},
            "ext4-nodelalloc": {"EMPTY", NUL, "512c"},
            "xfs": {"EMPTY", "512c"},
            "btrfs": {"absent", "EMPTY", NUL, "512c"},
        },
    ),
    "the same with an fsync per entry": (
        "empty",
        "mkdir A/z; create A/z/y; append A/z/y 1; fsync A/z/y; rename A/z B/y; fsync B",
        "B/y/y",
        {"ext4": "512c", "xfs": "512c", "btrfs": "512c"},
        {"ext4": {"512c"}, "xfs": {"512c"}, "btrfs": {"512c"}, "posix": {"absent", "512c"}},
    ),
    "write over, rename, fsync(dir)": (
        "full",
        "write A/x 1; rename A/x A/z; fsync A",
        "A/z",
        {"ext4": "512o", "ext4-nodelalloc": "512o", "xfs": "512o", "btrfs": "512o"},
        {"ext4": {"512o", "512a"}, "ext4-nodelalloc": {"512o", "512a"}, "sequential": {"512a"}},
    ),
    "append within a block, rename, fsync(dir)": (
        "full",
        "append A/x 1; rename A/x A/z; fsync A",
        "A/z",
        {"ext4": "512o 5120", "ext4-nodelalloc": "512o 5120", "xfs": "512o", "btrfs": "512o"},
        {
            "ext4": {"512o", "512o 5120", "512o 512a"},
            "ext4-nodelalloc": {"512o 5120", "512o 512a"},
            "xfs": {"512o", "512o 512a"},
        },
    ),
    "rename to another directory, fsync(that one)": (
        "full",
        "rename A/x B/y; fsync B",
        "A/x",
        {"ext4": "absent", "xfs": "absent", "btrfs": "512o"},
        {"ext4": {"absent"}, "xfs": {"absent"}, "btrfs": {"512o", "absent"}, "posix": {"512o", "absent"}},
    ),
    "rename to another directory, fsync(the one that it left)": (
        "full",
        "rename A/x B/y; fsync A",
        "B/y",
        {"ext4": "512o", "xfs": "512o", "btrfs": "512o"},
        {"ext4": {"512o"}, "btrfs": {"512o"}, "posix": {"512o"}, "posix-minimal": {"512o", "512p 300q"}},
    ),
    "rename over a file, fsync(that file by its other name)": (
        "full",
        "link A/x A/z; rename B/y A/x; fsync A/z",
        "A/x",
        {"ext4": "512p 300q", "xfs": "512p 300q", "btrfs": "absent"},
        {
            "ext4": {"512p 300q"},
            "btrfs": {"512o", "absent", "512p 300q"},
            "posix": {"512o", "absent", "512p 300q"},
        },
    ),
    "rename d; fsync(new d/k)": (
        "empty",
        "mkdir B/y; rename B/y A/z; create A/z/y; fsync A/z/y",
        "A/z/y",
        {"ext4": "EMPTY", "xfs": "EMPTY", "btrfs": "absent"},
        {"ext4": {"EMPTY"}, "xfs": {"EMPTY"}, "btrfs": {"EMPTY", "absent"}},
    ),
}


@pytest.mark.parametrize("row", LITMUS)
def test_each_profile_admits_what_its_file_system_showed_and_nothing_that_the_rules_forbid(row: str) -> None:
    name, calls, path, shown, admitted = LITMUS[row]
    base = start(name)
    effects = effects_of(base, calls.split("; "))
    found = {
        profile: {found_at(path, disk) for disk in crash_states(base, effects, profile)}
        for profile in {*shown, *admitted, "posix"}
    }
    assert {profile: found[profile] for profile in admitted} == admitted
    for profile, content in shown.items():
        assert content in found[profile]
        assert content in found["posix"], "every gate is a part of posix"
