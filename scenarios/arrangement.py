"""Stores as they may be found: the files of one, and what they mean to the reference model."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from model.legacy_file import LegacyFile
from model.observation import UNREADABLE, digest_of
from model.reference import Reference
from model.simulation.files import write_file
from store.kernel import Kernel

Entry = dict[str, Any]

LONGEST_NAME_BYTES = 255
BACKUP = "sessions.json.bak.1700000000000"
"""The backup's name in arranged stores."""


def entry(name: str, updated_at: int = 1, **fields: Any) -> Entry:
    """A small entry."""
    return {"sessionId": name, "updatedAt": updated_at, **fields}


def as_legacy(entries: Mapping[str, Any]) -> bytes:
    """The bytes of a legacy file as an old writer would leave it."""
    return json.dumps(entries, indent=2).encode()


@dataclass(frozen=True)
class Arrangement:
    """The files of a store.

    Attributes:
        live: Entries of the live directory, or bytes that are none; None for no live directory.
        legacy: Bytes of the legacy file, if any.
        held: Legacy bytes that `.migrated` says are in; None for no `.migrated`.
        backup: Bytes under the backup name that `.migrated` has.
        backups: Other backups, name to bytes.
        files: Other files, path below the folder to bytes; a path that ends in a slash is a directory.
        kept: Bytes among those files that nobody can read and nobody may destroy.
        strangers: Names among those files that are not the store's; None when they may move.
        is_locked: Whether the lock file is there: somebody has opened the store for writing before.
    """

    live: Mapping[str, Entry | bytes] | None = None
    legacy: bytes | None = None
    held: bytes | None = None
    backup: bytes | None = None
    backups: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    kept: tuple[bytes, ...] = ()
    strangers: tuple[str, ...] | None = ()
    is_locked: bool = True

    def place(self, kernel: Kernel, path: str) -> None:
        """Write the files of the store at `path`, without any sync."""
        folder, _, name = path.rpartition("/")
        live = f"{folder}/{name.removesuffix('.json')}.d"
        if self.is_locked:
            write_file(kernel, f"{live}.lock", b"")
        if self.live is not None:
            kernel.mkdir(live, 0o700)
            for key, value in self.live.items():
                write_file(kernel, f"{live}/{file_name(key)}", entry_bytes(key, value))
        if self.held is not None:
            marker = json.dumps({"sha256": digest_of(self.held), "backup": BACKUP})
            write_file(kernel, f"{live}/.migrated", marker.encode())
        if self.legacy is not None:
            write_file(kernel, path, self.legacy)
        others = {BACKUP: self.backup} if self.backup is not None else {}
        for other, content in {**others, **self.backups, **self.files}.items():
            if other.endswith("/"):
                kernel.mkdir(f"{folder}/{other.rstrip('/')}", 0o700)
            else:
                write_file(kernel, f"{folder}/{other}", content)

    def reference(self) -> Reference:
        """What these files mean."""
        live = self.live
        unreadable = {key: digest_of(value) for key, value in (live or {}).items() if isinstance(value, bytes)}
        slipped = None
        if self.backup is not None and self.held is not None and self.backup != self.held:
            slipped = LegacyFile.of(self.backup)
        backups = [*self.backups.values()] if self.backup is None else [self.backup, *self.backups.values()]
        return Reference(
            live=None if live is None else {key: UNREADABLE if key in unreadable else live[key] for key in live},
            legacy=None if self.legacy is None else LegacyFile.of(self.legacy),
            migrated=None if self.held is None else digest_of(self.held),
            slipped=slipped,
            backups=tuple(map(digest_of, backups)),
            unreadable=unreadable,
            kept=frozenset([*unreadable.values(), *map(digest_of, self.kept)]),
        )


def file_name(key: str) -> str:
    """The name of a key's file: letters, digits and dashes as they are, everything else escaped."""
    encoded = "".join(
        chr(byte) if (chr(byte).isalnum() and byte < 0x80) or byte == 0x2D else f"%{byte:02X}" for byte in key.encode()
    )
    if len(encoded) + len(".json") > LONGEST_NAME_BYTES:
        return f"%%{sha256(key.encode()).hexdigest()}.json"
    return f"{encoded}.json"


def entry_bytes(key: str, value: Entry | bytes) -> bytes:
    """The content of a key's file."""
    if isinstance(value, bytes):
        return value
    is_digest = file_name(key).startswith("%%")
    return json.dumps({"sessionKey": key, "entry": value} if is_digest else value).encode()
