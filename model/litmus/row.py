"""Rows of the litmus table: a program, and what disks held after a power cut at its end."""

from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

When = Literal["", "committed", "committed behind call 1", "write-back begun", "in a hurry"]
"""How the power was cut, when not at once:

`committed`: after a commit of everything was forced;
`committed behind call 1`: that was forced there and again at the end; where the program ends with a sync, there only;
`write-back begun`: after the first page of a file was asked to be written, and nothing else of it;
`in a hurry`: each call comes at once, before the device is done with what the one before has begun.
"""

AT_ONCE: Final[When] = ""
COMMITTED: Final[When] = "committed"
COMMITTED_FIRST: Final[When] = "committed behind call 1"
BEGUN: Final[When] = "write-back begun"
HURRIED: Final[When] = "in a hurry"


class Sight(NamedTuple):
    """Something that disks held.

    Attributes:
        says: What it comes to, for a person.
        tree: All of it, as `parse_tree` reads it.
        mounts: Where it was seen (see `PROFILES_OF_MOUNTS`).
        when: How the power was cut.
    """

    says: str
    tree: str
    mounts: tuple[str, ...]
    when: When = AT_ONCE


@dataclass(frozen=True)
class Row:
    """A program and what was found after the cut.

    Attributes:
        name: For a person.
        program: As `Program.parse` reads it.
        sights: What was seen; on each mount, something of a cut at once.
        forced: Mounts of which an fsync in the program leaves no choice: their profiles admit what was seen and nothing
            else.
    """

    name: str
    program: str
    sights: tuple[Sight, ...]
    forced: tuple[str, ...] = field(default=())

    def sights_on(self, mount: str) -> tuple[Sight, ...]:
        """What was seen on a mount."""
        return tuple(sight for sight in self.sights if mount in sight.mounts)

    def seen_on(self, mount: str) -> tuple[str, ...]:
        """The different trees that a mount has shown."""
        return tuple(dict.fromkeys(sight.tree for sight in self.sights_on(mount)))
