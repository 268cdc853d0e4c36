"""What each file of a store is, by its path: what tables over many cases call it."""

import re

_ROLES = tuple(
    (re.compile(f"{pattern}$"), role)
    for pattern, role in (
        (r"/[^/]+\.d/\.tmp-[^/]*", "temporary"),
        (r"/\.[^/]+\.json\.[^/]*\.tmp", "legacy temporary"),
        (r"/[^/]+\.d/\.migrated", ".migrated"),
        (r"/[^/]+\.d/\.unreadable-[^/]*", "unreadable aside"),
        (r"/[^/]+\.d/[^/]*", "entry"),
        (r"/[^/]+\.d\.migrating/\.migrated", "staged .migrated"),
        (r"/[^/]+\.d\.migrating/[^/]*", "staged entry"),
        (r"/[^/]+\.d\.migrating", "staging"),
        (r"/[^/]+\.d\.bak\.[^/]*/[^/]*", "entry set aside"),
        (r"/[^/]+\.d\.(?:bak\.[^/]*|gone|old)", "directory set aside"),
        (r"/[^/]+\.d\.lock", "lock file"),
        (r"/[^/]+\.d", "live directory"),
        (r"/[^/]+\.json\.bak\.[^/]*", "backup"),
        (r"/[^/]+\.json", "legacy file"),
    )
)


def role(path: str) -> str:
    """The part that a file plays in the protocol; whatever plays none is `other`."""
    for pattern, found in _ROLES:
        if pattern.search(path):
            return found
    return "other"
