"""What may be found of a store whose live directory was taken away under a write: this, at every moment, and no more.

What a hand has moved is pending until the folder is synced (P3).  So a cut may find the live directory where it was,
gone, or made anew by the retry; and the legacy file as it was, restored, or written by the retry.  Each combination is
an alternative that is judged as a whole: never one key of this and another key of that.  Where the directory is found
moved aside, whatever the write does not concern must lie in there as it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import NamedTuple

from model.acknowledgement import acknowledged, in_flight
from model.legacy_file import LegacyFile
from model.obligations import Obligations, same_json
from model.observation import ABSENT, Value, digest_of
from model.reference import Reference
from scenarios.arrangement import Arrangement, as_legacy, entry, entry_bytes
from scenarios.play import INVALID_LEGACY, Step
from scenarios.session_cases.hands import BACKUP, Way
from store.entries import encode_file

LIVE_ENTRIES = {"a": entry("live", 5), "b": entry("b")}
LEGACY_ENTRIES = {"a": entry("older"), "c": entry("c")}

Entries = Mapping[str, Value]


class _Live(NamedTuple):
    """What the live directory may be: before the write and after it; None for no directory at all.

    `kept` must lie under some name then; with `is_loose`, any of its files may be gone.
    """

    before: Entries | None
    after: Entries | None
    kept: tuple[str, ...] = ()
    is_loose: bool = False

    def done(self) -> "_Live":
        return self._replace(before=self.after)

    def not_done(self) -> "_Live":
        return self._replace(after=self.before)


class _Legacy(NamedTuple):
    """What the legacy file may be, with the backups that there are then."""

    file: LegacyFile | None
    backups: tuple[str | None, ...]


Found = tuple[_Live, _Legacy]


@dataclass(frozen=True, eq=False)
class Whereabouts:
    """A write, and how the live directory is taken away under it.

    Attributes:
        step: The write.
        way: How the directory goes away.
        again: How it goes away once more, if it does.
        beside: A legacy file that holds nothing to merge, and is there from the start.
    """

    step: Step
    way: Way
    again: Way | None = None
    beside: bytes | None = None

    # --- what is promised, and when

    @cached_property
    def untouched(self) -> Obligations:
        """While the write is in flight, before anything is taken away."""
        return self._in_flight([(self._whole._replace(is_loose=False), self._first)])

    @cached_property
    def in_flight(self) -> Obligations:
        """From when the directory is taken away until the write returns, and after it raised: either side of it."""
        return self._in_flight(self._all)

    @cached_property
    def nothing_done(self) -> Obligations:
        """The write has raised before it had begun, and nothing was taken away."""
        return acknowledged(self.arrangement.reference(), f"{self.step.call} could not even begin")

    @cached_property
    def done_there(self) -> Obligations:
        """The write has returned, and nothing was taken away."""
        return self._done([(self._whole._replace(is_loose=False).done(), self._first)])

    @cached_property
    def done(self) -> Obligations:
        """The write has returned, and had to notice: it was done to what is there once the directory is gone."""
        if self.again is None or not self.again.restores:
            return self._done([self._last])
        # Restored beside the directory that the retry had just made, the legacy file is merged into it.
        merged = self.step.apply(Reference(live={}, legacy=self._restored.file))
        return either([self._done([self._last]), self._acknowledged(merged, self._kept)])

    @cached_property
    def done_before(self) -> Obligations:
        """The write had been done when the directory was taken away: what it wrote is where the directory is."""
        lives = [self._whole.done(), self._gone_done]
        if self.way.litters and not self.way.restores:
            lives.append(_Live({}, {}))
        return self._done(product(lives, self._untold))

    @cached_property
    def done_in_between(self) -> Obligations:
        """The write has returned, and then the directory that the retry had made was taken away."""
        assert self.again is not None
        made = self._remade.done()._replace(is_loose=self.again.removes)
        written = self._bytes_of(self._remade.after, self.step.apply(Reference(live={})).shown())
        gone = self._gone if self.again.removes else self._gone._replace(kept=(*self._gone.kept, *written))
        return self._done(product([made, gone], self._untold))

    @cached_property
    def done_and_back(self) -> Obligations:
        """The write has returned, and what was moved aside is back: the write was done before that, or after.

        Whoever moved it back has synced nothing: it may be found aside, with what was written into it.
        """
        back = self._whole.not_done().done()
        if self.way.restores:
            merged = self.step.apply(self._reference(LIVE_ENTRIES, self._restored))
            found = [self._acknowledged(merged), self._done([(self._gone, self._rewritten), (back, self._rewritten)])]
        else:
            replaced = [] if self._remade.after else [(back, self._first)]
            found = [self._done([self._last, *replaced])]
        return either([self.done_before, *found])

    @property
    def is_refused(self) -> bool:
        """Whether the write must be refused once it has noticed."""
        return self._first.file is not None and not self._first.file.is_readable

    def with_another(self, other: Step, *, is_taken: bool, is_restored: bool, has_returned: bool) -> Obligations:
        """The write was killed, and stays in flight; somebody else's write comes after it.

        Args:
            other: That other write.
            is_taken: Whether the directory had been taken away before the kill.
            is_restored: Whether the legacy file had been restored, too.
            has_returned: Whether the other write has returned.
        """
        if is_restored:
            lives, legacies = [self._gone], [self._restored, self._rewritten]
            if not has_returned:  # of what the hand has moved, all is pending still
                lives.append(self._whole)
                legacies += [each._replace(backups=self._first.backups) for each in legacies]
        else:
            lives, legacies = [self._remade if is_taken else self._whole], [self._first]
        found = [] if has_returned else [self.in_flight if is_taken else self.untouched]
        for live, legacy in product(lives, legacies):
            old, new = (self._with(other, entries, legacy) for entries in (live.before, live.after))
            seen = in_flight(old if has_returned else self._reference(live.before, legacy), new, "", other.call)
            because = f"{other.call} returned before the cut" if has_returned else seen.because
            found.append(replace(self._looked_at(seen, live, legacy), because=because))
        return either(found)

    def _with(self, other: Step, live: Entries | None, legacy: _Legacy) -> Reference:
        """What somebody else's write makes of these, where it finds the directory gone if the file was restored."""
        if legacy.file is None:
            return other.apply(self._reference(live, legacy))
        return replace(other.apply(self._reference(None, legacy)), live=live)

    # --- the files, and what may become of them

    @cached_property
    def arrangement(self) -> Arrangement:
        """The files that are there: a live store, and the backup of its migration."""
        return Arrangement(live=LIVE_ENTRIES, legacy=self.beside, backups={BACKUP: as_legacy(LEGACY_ENTRIES)})

    @cached_property
    def _whole(self) -> _Live:
        after = self.step.apply(Reference(live=LIVE_ENTRIES)).live
        return _Live(LIVE_ENTRIES, after, is_loose=self.way.removes)

    @cached_property
    def _kept(self) -> tuple[str, ...]:
        """What must lie in the directory that was moved aside, whatever becomes of the write."""
        after = self._whole.after or {}
        same = [key for key, value in LIVE_ENTRIES.items() if same_json(value, after.get(key, ABSENT))]
        return () if self.way.removes else tuple(digest_of(entry_bytes(key, LIVE_ENTRIES[key])) for key in same)

    @cached_property
    def _gone(self) -> _Live:
        return _Live(None, None, self._kept)

    @cached_property
    def _gone_done(self) -> _Live:
        """Moved aside with what was written in it."""
        written = () if self.way.removes else self._bytes_of(self._whole.after, LIVE_ENTRIES)
        return _Live(None, None, (*self._kept, *written))

    @cached_property
    def _remade(self) -> _Live:
        """The directory that is made anew: by the retry, or by a hand, which does not wait until the name is free."""
        return _Live({}, self.step.apply(Reference(live={})).live, () if self.way.litters else self._kept)

    @staticmethod
    def _bytes_of(entries: Entries | None, unless: Entries) -> tuple[str, ...]:
        """Digests of the files that the write makes of these entries, those aside that are the same in `unless`."""
        new = {key: value for key, value in (entries or {}).items() if not same_json(value, unless.get(key, ABSENT))}
        return tuple(digest_of(encode_file(key, value)) for key, value in new.items())

    @cached_property
    def _first(self) -> _Legacy:
        file = None if self.beside is None else LegacyFile.of(self.beside)
        return _Legacy(file, (digest_of(as_legacy(LEGACY_ENTRIES)),))

    @cached_property
    def _restored(self) -> _Legacy:
        return _Legacy(LegacyFile.of(as_legacy(LEGACY_ENTRIES)), ())

    @cached_property
    def _rewritten(self) -> _Legacy:
        """The legacy file that there is in the end, as the write makes it."""
        found = self._restored if self._is_restored else self._first
        return found._replace(file=self.step.apply(self._reference(None, found)).legacy)

    @property
    def _is_restored(self) -> bool:
        return self.way.restores or (self.again is not None and self.again.restores)

    @cached_property
    def _untold(self) -> list[_Legacy]:
        """What the legacy file may be while nobody has written to it."""
        return [self._first, *([self._restored] if self._is_restored else [])]

    @cached_property
    def _last(self) -> Found:
        """Where everything is in the end: a legacy file is never shadowed by a directory that was made anew."""
        if self._is_restored or self.beside is not None:
            return self._gone, self._rewritten
        return self._remade.done(), self._first

    @cached_property
    def _all(self) -> list[Found]:
        """In whatever combination they may be found on the way."""
        is_legacy = self._is_restored or self.beside is not None
        legacies = [*self._untold]
        if is_legacy and not self.is_refused:
            # Restored by a rename that is itself pending, the file may have its old name besides (P4).
            legacies += [
                self._rewritten,
                *([self._rewritten._replace(backups=self._first.backups)] if self._is_restored else []),
            ]
        lives = [self._whole, self._gone]
        if self.way.litters or not (self.way.restores or self.beside is not None):
            lives.append(self._remade)
        return [*product(lives, legacies)]

    # --- from there to obligations

    def _reference(self, live: Entries | None, legacy: _Legacy) -> Reference:
        return Reference(live=live, legacy=legacy.file, backups=legacy.backups)

    def _in_flight(self, found: Iterable[Found]) -> Obligations:
        return either(self._looked_at(self._either_side(*each), *each) for each in found)

    def _either_side(self, live: _Live, legacy: _Legacy) -> Obligations:
        before, after = (self._reference(entries, legacy) for entries in (live.before, live.after))
        step, errors = self.step, self._errors(live, legacy)
        return in_flight(before, after, "retry", step.call, save=step.save, errors=errors)

    def _done(self, found: Iterable[Found]) -> Obligations:
        return either(
            replace(
                self._looked_at(self._acknowledged(self._reference(live.after, legacy)), live, legacy),
                errors=frozenset(self._errors(live, legacy)),
            )
            for live, legacy in found
        )

    def _acknowledged(self, reference: Reference, kept: tuple[str, ...] = ()) -> Obligations:
        return replace(
            acknowledged(
                reference,
                f"{self.step.call} returned before the cut",
                before=self.arrangement.reference(),
                despite="" if self.again is None else "the directory vanished twice",
            ),
            kept=kept,
        )

    @staticmethod
    def _errors(live: _Live, legacy: _Legacy) -> tuple[str, ...]:
        is_unreadable = legacy.file is not None and not legacy.file.is_readable
        return INVALID_LEGACY if live.after is None and is_unreadable else ()

    @staticmethod
    def _looked_at(obligations: Obligations, live: _Live, legacy: _Legacy) -> Obligations:
        """What else is so where these are found."""
        if not live.is_loose or live.after is None:
            return replace(obligations, kept=live.kept)
        beneath = {} if legacy.file is None else legacy.file.entries()
        loose = {
            key: each._replace(allowed=(*each.allowed, beneath.get(key, ABSENT)))
            for key, each in obligations.promises.items()
        }
        return replace(obligations, promises=loose, save=None, kept=live.kept)


def either(found: Iterable[Obligations]) -> Obligations:
    """Obligations any one of which will do."""
    flat = [alternative for each in found for alternative in each.alternatives]
    chain: Obligations | None = None
    for each in reversed(flat):
        chain = replace(each, otherwise=chain)
    assert chain is not None
    return chain
