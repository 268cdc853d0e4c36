"""The cases in which a process is killed before every system call, as the operating system counts them."""

from collections.abc import Sequence

from model.explore.stage import Case
from scenarios.sessions import target

THOROUGH = (
    ("put", "a new key"),
    ("put", "replaces an entry"),
    ("put", "in legacy mode"),
    ("put", "the first, in an empty folder"),
    ("delete", "of an entry"),
    ("delete", "in legacy mode"),
    ("update", "of an entry"),
    ("save", "three puts and two removals"),
    ("save", "in legacy mode"),
    ("migrate", "of 4 entries"),
    ("merge", "equal, different, newer, unreadable and missing entries"),
    ("finish", "an old writer slipped into the backup"),
    ("roll back", "of a live store"),
    ("recover", "of every kind of litter"),
    ("migrate_all", "of two agents that an installer left unsynced"),
    ("retry", "put('new'), moved aside"),
    ("faults", "put('b'), live"),
    ("load", "by session-store get, of a key"),
    ("check", "after a put was killed"),
)
"""At least one case of every operation of the campaign.

A case is played anew for each of its calls, so what it costs grows with their square; all cases together take hours.
"""


def thorough_cases() -> Sequence[Case]:
    """The cases of `THOROUGH`."""
    return tuple(case for case in target.cases() if (case.operation, case.name) in THOROUGH)
