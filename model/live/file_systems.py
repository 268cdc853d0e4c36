"""The file systems that are put to the test, with their options, and the profile that speaks for each.

Blocks have 4,096 bytes, as they have on any disk of ordinary size; mkfs.ext4 would take 1,024 for an image so small.
"""

from collections.abc import Sequence
from dataclasses import dataclass


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
    """

    name: str
    mkfs: tuple[str, ...]
    package: str
    size_bytes: int
    beside: str = ""
    no_barriers: str = ""


EXT4 = FileSystem(
    "ext4",
    ("mkfs.ext4", "-q", "-F", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0"),
    "e2fsprogs",
    64 << 20,
    no_barriers="barrier=0",
)
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
        return f"{self.file_system.name} {self.options}".rstrip()


SETUPS = (
    Setup(EXT4, "", "ext4"),
    Setup(EXT4, "nodelalloc", "ext4-nodelalloc"),
    Setup(EXT4, "noauto_da_alloc", "ext4"),
    Setup(EXT4, "data=journal", "ext4-data-journal"),
    Setup(EXT4, "dioread_lock", "ext4-dioread-lock"),
    Setup(XFS, "", "xfs"),
    Setup(BTRFS, "", "btrfs"),
)


def joined(*options: str) -> str:
    """Mount options, those that are empty left out."""
    return ",".join(each for each in options if each)


def setups(names: Sequence[str] = (), options: Sequence[str] = ()) -> tuple[Setup, ...]:
    """The set-ups of these file systems with these mount options: without any, all that the table has.

    Options that the table does not have are judged by the profile of the file system's defaults.
    """
    chosen = [each for each in SETUPS if not names or each.file_system.name in names]
    if not options:
        return tuple(chosen)
    found: list[Setup] = []
    for name in dict.fromkeys(each.file_system.name for each in chosen):
        known = {each.options: each for each in chosen if each.file_system.name == name}
        for wanted in options:
            given = "" if wanted == "defaults" else wanted
            found.append(known.get(given) or Setup(FILE_SYSTEMS[name], given, known[""].profile))
    return tuple(found)
