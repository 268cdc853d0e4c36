"""Named persistence models.

A profile says in which order name changes may persist, and what a file's data owes to that order.  A *gate* is a
profile under which a release is judged; the others are for study.
"""

from dataclasses import dataclass
from typing import Literal

NameOrder = Literal[
    "free", "torn", "journal", "log", "program", "kill", "calls", "immediate", "directories", "micro-operations"
]
DataOrder = Literal[
    "free", "before-name", "before-replacing", "completed", "program", "synced", "blocks", "micro-operations"
]


@dataclass(frozen=True)
class Profile:
    """One persistence model.

    Args:
        name: As used on the command line.
        names: Order in which name changes persist: `free` (each slot by itself, P3 and P4), `torn` (rename in two
            halves), `journal` (a prefix of program order), `log` (free before the last fsync, a prefix after it),
            `program` (a prefix of the whole trace), `kill` (everything that was called).  Of the published models of
            others: `calls` (a prefix of the trace that ends between calls), `immediate` (everything that was called,
            also at a power cut), `directories` (those of one directory in program order), `micro-operations` (every
            entry by itself, a name that is replaced removed first).
        contents: What data may persist: `free` (P1, P2), `before-name` (new blocks before the name change that
            publishes the file), `before-replacing` (new blocks before the rename that puts it in another file's place),
            `completed` (size never past completed writing), `program` (follows `names`).  Of the published models of
            others: `synced` (what was last synced and nothing else), `blocks` and `micro-operations` (see
            `model.persistence.blocks`).
        gate: Whether a release is judged by it.
        summary: One line for a person.
        rules: The rules that define it.
        evidence: What stands behind it.
    """

    name: str
    names: NameOrder
    contents: DataOrder
    gate: bool
    summary: str
    rules: tuple[str, ...]
    evidence: str


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            "process-kill",
            "kill",
            "program",
            True,
            "a process dies, the machine lives: every completed call stays, one write may be short",
            ("P9",),
            "the definition of SIGKILL: the page cache belongs to the kernel",
        ),
        Profile(
            "sequential",
            "program",
            "program",
            True,
            "a prefix of the calls persists, in program order, whole 512-byte units",
            ("P7",),
            "the strongest model that still loses what was not synced; what naive code expects",
        ),
        Profile(
            "posix",
            "free",
            "free",
            True,
            "each name, size and 512-byte unit persists by itself, a rename as one as far as P4 goes; the reference",
            ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P11"),
            "what POSIX promises and no more, with rename as one where real file systems have it so",
        ),
        Profile(
            "posix-minimal",
            "torn",
            "free",
            False,
            "posix with rename torn in two: a file that is moved may lose both names, or keep both",
            ("P1", "P2", "P3", "P5", "P6", "P7", "P8", "P11"),
            "the letter of POSIX, for study",
        ),
        Profile(
            "ext4",
            "journal",
            "free",
            True,
            "name changes persist in program order; data is free until the file's own fsync",
            ("P1", "P2", "P5", "P6", "P7", "P11"),
            "Linux 6.18, default options: a new name is EMPTY without fsync, fsync of anything new commits names",
        ),
        Profile(
            "ext4-nodelalloc",
            "journal",
            "before-name",
            True,
            "as ext4, and data persists before the name change that publishes it, if it lies in new 4,096-byte blocks",
            ("P1", "P2", "P5", "P6", "P7", "P11"),
            "Linux 6.18, nodelalloc: new files renamed without fsync were whole; what is written over may come late",
        ),
        Profile(
            "xfs",
            "journal",
            "completed",
            True,
            "name changes in program order; size never past completed writing, earlier units may be NUL",
            ("P1", "P2", "P5", "P6", "P7", "P11"),
            "Linux 6.18, default options: EMPTY after rename without fsync, on old and on new names",
        ),
        Profile(
            "btrfs",
            "log",
            "free",
            True,
            "as posix, and fsync logs the names of a file, too; what comes after the last fsync comes in program order",
            ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P11"),
            "Linux 6.18, default options: fsync of another file does not keep a new name; a moved file has both names",
        ),
        Profile(
            "ext4-dioread-lock",
            "journal",
            "before-replacing",
            False,
            "as ext4, and data persists before the rename over another file, if it lies in new 4,096-byte blocks",
            ("P1", "P2", "P5", "P6", "P7", "P11"),
            "Linux 6.18, dioread_lock: a rename over a file allocates its blocks, and a commit waits for their data",
        ),
        Profile(
            "ext4-data-journal",
            "program",
            "program",
            False,
            "a prefix of the calls persists, data and names in one order; the same as sequential",
            ("P7",),
            "Linux 6.18, data=journal: whatever a commit kept was whole, also without any fsync",
        ),
        Profile(
            "ferrite-sequential",
            "calls",
            "program",
            False,
            "Ferrite's SeqFS: a prefix of whole calls; any fsync keeps all that came before it",
            ("P7",),
            "published: Bornholt et al., ASPLOS 2016, and rosette/seqfs.rkt of its artifact",
        ),
        Profile(
            "ferrite-ext4",
            "directories",
            "blocks",
            False,
            "Ferrite's ext4: calls overtake each other unless both change one directory, one file's size or one block",
            ("P1", "P2", "P6", "P7", "P11"),
            "published: Bornholt et al., ASPLOS 2016, Definition 7, and rosette/ext4.rkt of its artifact",
        ),
        Profile(
            "alice-default",
            "micro-operations",
            "micro-operations",
            False,
            "ALICE's default model: every subset of the micro-operations; only fsync orders",
            ("P1", "P2", "P3", "P5", "P6", "P7", "P8", "P11"),
            "published: Pillai et al., OSDI 2014, and alicedefaultfs.py of its tool",
        ),
        Profile(
            "lazyfs",
            "immediate",
            "synced",
            False,
            "LazyFS: every name change persists at once, and no data before its file's fsync",
            ("P1", "P2", "P5", "P7"),
            "published: LazyFS, clear-cache; seen on its version of 2024-06-28",
        ),
    )
}

GATES = tuple(name for name, profile in PROFILES.items() if profile.gate)
