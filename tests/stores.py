"""A folder on the host with a session store in it, and everything that is to be seen there."""

import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store import SessionStore
from store.host import HostKernel
from store.kernel import Kernel
from store.notices import Notice


class UnsyncedHost(HostKernel):
    """The host without its syncs: where no power fails, they are most of what a test would wait for."""

    def fsync(self, fd: int) -> None:
        self.fstat(fd)


def entry(number: int, **fields: Any) -> dict[str, Any]:
    """A session entry that differs from others by its number."""
    return {"sessionId": f"session-{number}", "updatedAt": 1_700_000_000_000 + number, **fields}


@dataclass
class Installation:
    """A store's folder, and the warnings that its stores gave."""

    folder: Path
    notices: list[Notice] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / "sessions.json"

    @property
    def live(self) -> Path:
        return self.folder / "sessions.d"

    @property
    def backups(self) -> list[Path]:
        return sorted(self.folder.glob("sessions.json.bak.*"))

    @property
    def warnings(self) -> str:
        """All warnings in one text, one a line."""
        return "\n".join(map(str, self.notices))

    def arrange(self, content: bytes | Mapping[str, Any]) -> None:
        """Put a legacy file there, as bytes or as what they hold."""
        self.path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())

    @contextmanager
    def opened(
        self, *, writable: bool = True, kernel: Kernel | None = None, timeout_s: float = 10.0
    ) -> Iterator[SessionStore]:
        store = SessionStore(
            str(self.path),
            kernel=kernel or UnsyncedHost(),
            writable=writable,
            lock_timeout_s=timeout_s,
            notify=self.notices.append,
        )
        try:
            yield store
        finally:
            store.close()

    def load(self) -> dict[str, Any]:
        """What a reader sees."""
        with self.opened(writable=False) as store:
            return store.load()

    def tree(self) -> dict[str, bytes | str]:
        """Every name below the folder but the lock file, with content and kind; nothing is followed."""
        found: dict[str, bytes | str] = {}
        for parent, folders, files in os.walk(os.fsencode(self.folder)):
            for name in folders + files:
                path = os.path.join(parent, name)
                mode = os.lstat(path).st_mode
                shown = os.fsdecode(os.path.relpath(path, os.fsencode(self.folder)))
                if stat.S_ISREG(mode):
                    with open(path, "rb") as file:
                        found[shown] = file.read()
                else:
                    found[shown] = os.fsdecode(os.readlink(path)) if stat.S_ISLNK(mode) else "folder"
        found.pop("sessions.d.lock", None)
        return found
