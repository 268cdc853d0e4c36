"""The reference model: what a store must be after each operation, as a value.

It is a dictionary with a little more: which layout the entries are in, whether a migration is unfinished, which
original bytes must survive.  Each operation returns the next value.  It is written from the protocol's description
alone and shares nothing with the store: what both get wrong, both got from that description.

>>> empty = Reference()
>>> one = empty.put(" Agent:Main ", {"updatedAt": 1})
>>> dict(one.shown()), one.layout
({'agent:main': {'updatedAt': 1}}, 'legacy')
>>> one.migrate().layout, dict(one.migrate().shown()) == dict(one.shown())
('live', True)
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from model.legacy_file import LegacyFile, is_writable_key, normalised
from model.obligations import same_json
from model.observation import ABSENT, Marker, Value

Entries = Mapping[str, Value]

LEGACY: Final = "legacy"
LIVE: Final = "live"
NONE: Final = "none"


class Refused(Exception):
    """The reference model says that this operation must be refused, with nothing changed."""


@dataclass(frozen=True)
class Reference:
    """A store between two operations.

    Attributes:
        live: The live directory, key to entry or `UNREADABLE`; None when there is none.
        legacy: The legacy file, if there is one.
        migrated: Digest in `.migrated` while a migration is unfinished: the entries of these bytes are all in.
        slipped: The backup that `.migrated` names when it is not what `.migrated` says: an old writer slipped in.
        backups: Digests of the backups, one for each name; None stands for bytes of the store's own making.
        unreadable: Digest of the bytes of each key that is `UNREADABLE`.
        kept: Digests of unreadable bytes, wherever they lie.
        past: Per key, every value that it had.
    """

    live: Entries | None = None
    legacy: LegacyFile | None = None
    migrated: str | None = None
    slipped: LegacyFile | None = None
    backups: tuple[str | None, ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    past: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    @property
    def layout(self) -> str:
        """Where the entries are: `live`, `legacy`, or `none` before anything was written."""
        if self.live is not None:
            return LIVE
        return NONE if self.legacy is None else LEGACY

    @property
    def is_unmerged(self) -> bool:
        """Whether a legacy file beside the live directory holds entries that are not known to be in."""
        legacy = self.legacy
        return (
            self.live is not None
            and legacy is not None
            and (self.migrated is None or legacy.digest != self.migrated)
            and bool(legacy.entries())
        )

    @property
    def is_unfinished(self) -> bool:
        """Whether a migration was begun and not ended."""
        return self.migrated is not None or self.is_unmerged

    def shown(self) -> dict[str, Value]:
        """What load() returns, and `UNREADABLE` for the keys that it leaves out with a warning."""
        if self.live is None:
            return self.legacy.entries() if self.legacy is not None else {}
        shown = dict(self.live)
        for source in (self.slipped, self.legacy if self.is_unmerged else None):
            for key, entry in source.entries().items() if source is not None else ():
                if isinstance(shown.get(key, ABSENT), Marker):
                    shown[key] = entry
        return shown

    def value(self, key: str) -> Value:
        """What is shown for a key, `ABSENT` when nothing is."""
        return self.shown().get(normalised(key), ABSENT)

    # Operations -----------------------------------------------------------------------------------------------

    def put(self, key: str, entry: Mapping[str, Any]) -> "Reference":
        """The store after a put."""
        return self.apply({key: entry}, ())

    def delete(self, key: str) -> "Reference":
        """The store after a delete."""
        return self.apply({}, (key,))

    def update(self, key: str, function: Callable[[Any], Any]) -> "Reference":
        """The store after an update: no entry returned, no change."""
        old = self.value(key)
        new = function(None if isinstance(old, Marker) else old)
        return self if new is None else self.put(key, new)

    def update_many(self, function: Callable[[dict[str, Any]], Mapping[str, Any]]) -> "Reference":
        """The store after an update of many keys under one lock."""
        base = self.readable()
        return self.save(function(dict(base)), base=base)

    def save(self, mapping: Mapping[str, Any], *, base: Mapping[str, Any]) -> "Reference":
        """The store after a save: differences to `base`, and a key that others changed since is kept."""
        wanted = {normalised(key): value for key, value in mapping.items()}
        loaded = {normalised(key): value for key, value in base.items()}
        current = self.readable()
        changed = {}
        removed = []
        for key in {**loaded, **wanted}:
            old, new, now = loaded.get(key, ABSENT), wanted.get(key, ABSENT), current.get(key, ABSENT)
            if same_json(old, new) or not same_json(old, now):
                continue
            if new is ABSENT:
                removed.append(key)
            else:
                changed[key] = new
        return self.apply(changed, removed)

    def apply(self, changed: Mapping[str, Any], removed: Iterable[str]) -> "Reference":
        """The store after changes and removals without comparison, on which every other write rests."""
        puts = {normalised(key): entry for key, entry in changed.items()}
        gone = frozenset(map(normalised, removed)) - puts.keys()
        for key in puts:
            if not is_writable_key(key):
                raise Refused(f"{key!r} is no key that can be written")
        if self.live is None:
            return self._rewritten(puts, gone)
        store = self.finish()
        assert store.live is not None
        live = {key: value for key, value in store.live.items() if key not in gone}
        left = {key: digest for key, digest in store.unreadable.items() if key not in puts.keys() | gone}
        return replace(store, live=live | puts, unreadable=left, past=self._past_after(puts, gone))

    def _rewritten(self, puts: Mapping[str, Any], gone: frozenset[str]) -> "Reference":
        legacy = self.legacy or LegacyFile(())
        if not legacy.is_readable:
            raise Refused("the legacy file cannot be parsed")
        if not puts and not gone & self.shown().keys():
            return self
        return replace(self, legacy=legacy.with_changes(puts, gone), past=self._past_after(puts, gone))

    def migrate(self) -> "Reference":
        """The store after a migration."""
        if self.live is not None:
            return self.finish()
        legacy = self.legacy
        if legacy is None or not legacy.entries():
            return self
        return replace(self, live=legacy.entries(), legacy=None, backups=(*self.backups, legacy.digest))

    def finish(self) -> "Reference":
        """The store after a migration that somebody began has been finished, as recovery and each write do."""
        if not self.is_unfinished:
            return self
        held = self.legacy is not None and self.legacy.digest == self.migrated
        taken = self.legacy if held or self.is_unmerged else None
        live = self.shown()
        return replace(
            self,
            live=live,
            unreadable={key: digest for key, digest in self.unreadable.items() if isinstance(live[key], Marker)},
            legacy=None if taken is not None else self.legacy,
            migrated=None,
            slipped=None,
            backups=(*self.backups, taken.digest) if taken is not None else self.backups,
        )

    def recover(self) -> "Reference":
        """The store after a recovery, or after it was opened for writing."""
        return self.finish()

    def roll_back(self) -> "Reference":
        """The store after a roll-back: what was shown is in the legacy file again, the unreadable stays set aside."""
        if self.live is None:
            return self
        store = self.finish()
        aside = () if store.legacy is None else (store.legacy.digest,)
        legacy = LegacyFile(tuple(store.readable().items()))
        return replace(store, live=None, legacy=legacy, unreadable={}, backups=(*store.backups, *aside))

    # What others do -------------------------------------------------------------------------------------------

    def rewrite_legacy(self, content: bytes) -> "Reference":
        """The store after an old writer has written `NAME.json`."""
        after = replace(self, legacy=LegacyFile.of(content))
        return replace(after, past=self._past_of(after))

    def vanish(self) -> "Reference":
        """The store after somebody has deleted the live directory by hand, which deletes its entries."""
        after = replace(self, live=None, migrated=None, slipped=None, unreadable={}, kept=frozenset())
        return replace(after, past=self._past_of(after))

    # ----------------------------------------------------------------------------------------------------------

    def readable(self) -> dict[str, Any]:
        """What load() returns."""
        return {key: value for key, value in self.shown().items() if not isinstance(value, Marker)}

    def _past_after(self, puts: Mapping[str, Any], gone: Iterable[str]) -> Mapping[str, tuple[Value, ...]]:
        shown = self.shown()
        past = dict(self.past)
        for key in {**puts, **dict.fromkeys(gone)}:
            old = shown.get(key, ABSENT)
            if old is not ABSENT and not same_json(old, puts.get(key, ABSENT)):
                past[key] = (*past.get(key, ()), old)
        return past

    def _past_of(self, after: "Reference") -> Mapping[str, tuple[Value, ...]]:
        shown = after.readable()
        gone = self.readable().keys() - shown.keys()
        return self._past_after(shown, gone)
