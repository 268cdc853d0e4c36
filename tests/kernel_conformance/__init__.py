"""One suite for every kernel: same calls, same results, same errno.

Each check is a sentence about what a system call does, run on the host and on the simulated computer alike.  What
the simulation gets wrong here, every verdict of the checker would inherit.
"""

from tests.kernel_conformance import content, directories, locks, naming, opening, renaming, status
from tests.kernel_conformance.place import Check, Place

CHECKS: tuple[Check, ...] = tuple(
    check
    for topic in (opening, content, naming, renaming, directories, status, locks)
    for name, check in vars(topic).items()
    if not name.startswith("_") and getattr(check, "__module__", None) == topic.__name__
)

__all__ = ["CHECKS", "Check", "Place"]
