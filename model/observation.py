"""What a fresh process saw of one disk: the only thing that the judge looks at."""

from collections.abc import Mapping
from enum import Enum
from hashlib import sha256
from typing import Any, NamedTuple


class Marker(Enum):
    """What can stand in the place of an entry that is not there."""

    ABSENT = "nothing"
    UNREADABLE = "bytes that cannot be read as an entry"


ABSENT = Marker.ABSENT
UNREADABLE = Marker.UNREADABLE

Value = Any
"""An entry as JSON, or a `Marker`."""

NOTHING: Mapping[str, str] = {}

RECOVERY = "recovery"
READING = "a reader"


def digest_of(content: bytes) -> str:
    """The identity of a file's bytes in observations and obligations."""
    return sha256(content).hexdigest()


class Observation(NamedTuple):
    """One look at a disk: what is shown, and what lies on it.

    A named tuple and no dataclass, because a campaign builds hundreds of thousands of them.  `layout` is None when
    only the entries were looked at (a reader that changes nothing); then nothing but the entries is judged.

    Attributes:
        entries: What loading returned, key to JSON value.
        looked: Who looked: `RECOVERY` (opened for writing) or `READING`.
        layout: `"legacy"`, `"live"`, `"none"` for nothing on disk, or None when nobody looked.
        unreadable: Keys whose bytes are no entry, with the digest of those bytes.
        legacy: Digest of the legacy file, None when there is none.
        backups: Backup files, name to digest.
        set_aside: Files that were moved aside because they could not be read, name to digest.
        litter: Temporaries, staging and unfinished marks that are left.
        strangers: Names in the folder that are not the store's.
        readable_by_others: Files whose mode lets group or others in.
        steps: The steps that recovery took.
        notices: The warnings that were given.
        error: Class name and text of what opening or loading raised.
        second_changed: Whether a second recovery changed anything; None when there was none.
        parts: Where several stores were looked at, what was seen of each, by name; then nothing else is set.
    """

    entries: Mapping[str, Any]
    looked: str = RECOVERY
    layout: str | None = None
    unreadable: Mapping[str, str] = NOTHING
    legacy: str | None = None
    backups: Mapping[str, str] = NOTHING
    set_aside: Mapping[str, str] = NOTHING
    litter: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    readable_by_others: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    notices: tuple[Any, ...] = ()
    error: tuple[str, str] | None = None
    second_changed: bool | None = None
    parts: Mapping[str, "Observation"] = {}

    def shows(self, key: str) -> Value:
        """What stands for `key`: its entry or a marker."""
        if key in self.entries:
            return self.entries[key]
        return UNREADABLE if key in self.unreadable else ABSENT

    def part(self, name: str) -> "Observation":
        """What was seen of one of several stores; of one that is not there, nothing."""
        found = self.parts.get(name)
        if found is None:
            return Observation({}, looked=self.looked, layout="none" if self.looked == RECOVERY else None)
        return found

    def with_second(self, second: "Observation") -> "Observation":
        """This observation, with the answer to whether the recovery after it changed anything."""
        changed = (
            bool(second.steps)
            or second.entries != self.entries
            or second.layout != self.layout
            or second.legacy != self.legacy
            or second.unreadable != self.unreadable
            or second.backups != self.backups
            or second.set_aside != self.set_aside
            or second.litter != self.litter
            or second.strangers != self.strangers
            or second.error != self.error
            or any(part.with_second(second.part(name)).second_changed for name, part in self.parts.items())
        )
        return self._replace(second_changed=changed)
