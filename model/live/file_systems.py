"""The file systems that are put to the test, with their options, and the profile that speaks for each.

Blocks have 4,096 bytes, as they have on any disk of ordinary size; mkfs.ext4 would take 1,024 for an image so small.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace

from model.litmus.mounts import PROFILES_OF_MOUNTS

_SEARCHED = (os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin")  # a shell need not have the last two


@dataclass(frozen=True)
class FileSystem:
    """One kind of file system.

    Attributes:
        name: As mount(2) knows it.
        mkfs: Command that makes one, the image's path to be added.
        package: What to install where that command is missing.
        size_bytes: Size of an image; only what is written takes room.
        beside: Options to mount a copy with while its original is mounted.
        no_barriers: Options that let it not wait for flushes; empty where there are none.
        feature: What it was made with besides the defaults, and named after.
    """

    name: str
    mkfs: tuple[str, ...]
    package: str
    size_bytes: int
    beside: str = ""
    no_barriers: str = ""
    feature: str = ""


FAST_COMMIT = "fast_commit"
"""Called a mount option everywhere; the file system has to be made with it."""

EXT4 = FileSystem(
    "ext4",
    ("mkfs.ext4", "-q", "-F", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0"),
    "e2fsprogs",
    64 << 20,
    no_barriers="barrier=0",
)
EXT4_FAST_COMMIT = replace(EXT4, mkfs=(*EXT4.mkfs, "-O", FAST_COMMIT), feature=FAST_COMMIT)
XFS = FileSystem("xfs", ("mkfs.xfs", "-q", "-f"), "xfsprogs", 300 << 20, beside="nouuid")
BTRFS = FileSystem(
    "btrfs", ("mkfs.btrfs", "-q", "-f", "-M"), "btrfs-progs", 112 << 20, beside="", no_barriers="nobarrier"
)

FILE_SYSTEMS = {each.name: each for each in (EXT4, XFS, BTRFS)}


@dataclass(frozen=True)
class Setup:
    """A file system with its mount options, and the profile that has to admit whatever it shows.

    Attributes:
        file_system: The file system.
        options: Mount options; empty for the defaults.
        profile: Name of the profile.
    """

    file_system: FileSystem
    options: str
    profile: str

    @property
    def name(self) -> str:
        """What the table calls it: `ext4`, `ext4 nodelalloc`."""
        return f"{self.file_system.name} {joined(self.file_system.feature, self.options)}".rstrip()


def mkfs_of(file_system: FileSystem) -> str | None:
    """Path of the command that makes such a file system; None if it is not installed."""
    return shutil.which(file_system.mkfs[0], path=os.pathsep.join(_SEARCHED))


def joined(*options: str) -> str:
    """Mount options, those that are empty left out."""
    return ",".join(each for each in options if each)


def _setup(file_system: FileSystem, options: str) -> Setup:
    name = f"{file_system.name} {options}".rstrip()
    # Options that nobody has looked at are judged by the profile of the file system's defaults.
    profile = PROFILES_OF_MOUNTS.get(name, PROFILES_OF_MOUNTS[file_system.name])
    if file_system is EXT4 and options == FAST_COMMIT:
        return Setup(EXT4_FAST_COMMIT, "", profile)
    return Setup(file_system, options, profile)


BROKEN = frozenset({f"{EXT4.name} {FAST_COMMIT}"})
"""What no profile can speak for.

Where each fsync is a fast commit, the one that fills the last block of their area leaves a journal that neither Linux
6.18 nor e2fsck 1.47 can replay: a cut right then, and the disk is not mounted any more.  With the area of a small
image, 16 blocks, that is every sixteenth fsync."""

SETUPS = tuple(
    _setup(FILE_SYSTEMS[name], options)
    for mount in PROFILES_OF_MOUNTS
    if mount not in BROKEN
    for name, _, options in [mount.partition(" ")]
)
"""Those that a profile was made or chosen for, as far as they can be relied on at all."""


def setups(names: Sequence[str] = (), options: Sequence[str] = ()) -> tuple[Setup, ...]:
    """The set-ups of these file systems, with these mount options; without options, all that a profile was chosen for.

    Args:
        names: File systems; all by default.
        options: Mount options as one would give them to mount; `defaults` for none.
    """
    chosen = [each for each in FILE_SYSTEMS if not names or each in names]
    if not options:
        return tuple(each for each in SETUPS if each.file_system.name in chosen)
    given = ["" if each == "defaults" else each for each in options]
    return tuple(_setup(FILE_SYSTEMS[name], each) for name in chosen for each in given)
