"""The marker of an unfinished migration, ``.migrated`` in the live directory.

It says which legacy bytes the directory already holds, and the name that those bytes will get as a backup.
"""

import json
from dataclasses import dataclass

from store.directory import Directory, NotRegular
from store.entries import NotAnEntry, parse
from store.layout import MARKER, Layout


@dataclass(frozen=True, slots=True)
class Marker:
    """Digest of the legacy bytes that the directory holds (empty when the marker cannot be read), and their backup."""

    sha256: str
    backup: str


UNREADABLE = Marker("", "")


def encode_marker(marker: Marker) -> bytes:
    """Return the marker file's content."""
    return json.dumps({"sha256": marker.sha256, "backup": marker.backup}).encode("ascii")


def read_marker(live: Directory, layout: Layout) -> Marker | None:
    """Return the marker, `UNREADABLE` when its bytes are no marker, None when there is none."""
    try:
        found = live.read(MARKER)
        if found is None:
            return None
        value = parse(found[0])
    except (NotRegular, NotAnEntry):
        return UNREADABLE
    digest, backup = value.get("sha256"), value.get("backup")
    # A backup name that is not of our own making is never followed: it could lead anywhere.
    if not isinstance(digest, str) or not isinstance(backup, str) or not layout.is_backup_name(backup):
        return UNREADABLE
    return Marker(digest, backup)
