"""What recovery must show: the promises that are in force at one moment.

An acknowledged value must be shown; of an operation in flight either side may be.  Promises are values: built a few
times in a run, tested against hundreds of thousands of observations, compared by content.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from model.observation import ABSENT, UNREADABLE, Marker, Observation, Value


class Violation(NamedTuple):
    """One broken promise.

    Attributes:
        property: Number of the always-property, see `model.properties`.
        key: The key, file or call that it is about.
        sentence: Why it had to be otherwise, and what is the case: "Because ... However ...".
        shown: What is the case, as JSON.
        promised: The values that were promised, as JSON; any one of them would have done.
    """

    property: int
    key: str
    sentence: str
    shown: Any
    promised: tuple[Any, ...]


class Promise(NamedTuple):
    """What may stand for one key.

    Attributes:
        allowed: The values that may be shown; of an operation in flight the old one first, the new one last.
        because: Why, as a clause: "put('b') returned".
        kind: Property that a mismatch violates whatever is shown (a migration's key, a value that was read); 0 when
            that depends on what is shown.
        past: Values that the key had once and must not have again.
    """

    allowed: tuple[Value, ...]
    because: str
    kind: int = 0
    past: tuple[Value, ...] = ()


class Save(NamedTuple):
    """A save in flight: whoever sees one of `removals` gone must see every one of `puts`.

    Those of them that are `unreadable` are shown to nobody who only reads, so he does not see them go.
    """

    puts: tuple[tuple[str, Value], ...]
    removals: tuple[str, ...]
    unreadable: tuple[str, ...] = ()

    def gone(self, seen: Observation) -> list[str]:
        """The removals that are seen to have happened."""
        gone = [key for key in self.removals if seen.shows(key) is ABSENT]
        return gone if seen.layout is not None else [key for key in gone if key not in self.unreadable]


@dataclass(frozen=True, eq=False)
class Obligations:
    """The promises in force at one moment. A key without a promise must show nothing.

    Attributes:
        promises: Per key, what may be shown.
        because: Why the disk must look as it must, as a clause: "migrate() returned".
        operation: Name of the operation in flight (`"put"`), empty when there is none.
        layouts: Layouts that may be found, the old one first; None when any may.
        legacy: Digests that the legacy file may have, None among them when it may be missing; None when any may.
        backups: Digest of each backup that there must be, one for each name; None when any may be there.
        spare_backups: How many backups of other bytes there may be besides.
        kept: Digests of bytes that must lie under some name, whichever: what nobody could read, above all.
        strangers: Names that are not the store's and must be there, and no others; None when any may.
        save: The save in flight, for its order.
        unread: Keys whose entries lie under an older writer's names: recovery shows them, who only reads may not.
        errors: Classes of errors that opening or loading may raise, in which case no entry is judged.
        despite: The error that was injected while the operation ran that returned all the same.
        witnessed: Violations that showed while the case ran (a stale read, a call outside the folder).
        otherwise: Obligations that would do as well: an operation in flight that moves much at once.
        parts: Where there are several stores, the obligations for each, by name.
    """

    promises: Mapping[str, Promise]
    because: str = ""
    operation: str = ""
    layouts: tuple[str, ...] | None = None
    legacy: tuple[str | None, ...] | None = None
    backups: tuple[str, ...] | None = None
    spare_backups: int = 0
    kept: tuple[str, ...] = ()
    strangers: tuple[str, ...] | None = None
    save: Save | None = None
    unread: tuple[str, ...] = ()
    errors: frozenset[str] = frozenset()
    despite: str = ""
    witnessed: tuple[Violation, ...] = ()
    otherwise: "Obligations | None" = None
    parts: Mapping[str, "Obligations"] = field(default_factory=dict)
    _wanted: tuple[tuple[str, tuple[Value, ...]], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "promises", dict(self.promises))
        object.__setattr__(self, "_wanted", tuple((key, each.allowed) for key, each in self.promises.items()))

    @cached_property
    def identity(self) -> str:
        """All that decides, as text: equal obligations have equal identities."""
        return "\n".join(each._own_identity for each in self.alternatives)

    @cached_property
    def _own_identity(self) -> str:
        promises = sorted((key, sorted(map(canonical, each.allowed)), each.kind) for key, each in self.promises.items())
        conditions = (self.layouts, self.legacy, self.backups, self.spare_backups, self.kept, self.strangers)
        parts = [(name, part.identity) for name, part in self.parts.items()]
        return repr(
            (promises, conditions, self.save, self.unread, sorted(self.errors), self.despite, self.witnessed, parts)
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Obligations) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)

    @property
    def alternatives(self) -> tuple["Obligations", ...]:
        """These obligations and all that would do as well, the old side first."""
        found: list[Obligations] = []
        each: Obligations | None = self
        while each is not None:
            found.append(each)
            each = each.otherwise
        return tuple(found)

    def fits(self, seen: Observation) -> bool:
        """Whether the observation keeps these promises, or those of an alternative."""
        if self.fits_alone(seen):
            return True
        return self.otherwise is not None and self.otherwise.fits(seen)

    def fits_alone(self, seen: Observation) -> bool:
        """Whether the observation keeps these promises, alternatives aside."""
        if not self._fits_disk(seen) or not self._fits_entries(seen):
            return False
        return not self.parts or all(part.fits(seen.part(name)) for name, part in self.parts.items())

    def _fits_entries(self, seen: Observation) -> bool:
        if seen.error is not None:
            return seen.error[0] in self.errors
        entries = seen.entries
        shown = 0
        for key, allowed in self._wanted:
            value = entries.get(key, ABSENT)
            if value is ABSENT:
                if key in seen.unreadable:
                    value = UNREADABLE
            else:
                shown += 1
            for candidate in allowed:
                if same_json(value, candidate):
                    break
            else:
                if not self.may_miss(key, seen):
                    return False
        if shown != len(entries) or (seen.unreadable and not self.promises.keys() >= seen.unreadable.keys()):
            return False
        return self.save is None or keeps_save_order(self.save, seen)

    def may_miss(self, key: str, seen: Observation) -> bool:
        """Whether a key need not be shown to whoever looks like this."""
        return key in self.unread and seen.layout is None and seen.shows(key) is ABSENT

    def _fits_disk(self, seen: Observation) -> bool:
        if self.witnessed or seen.second_changed or seen.litter or seen.readable_by_others:
            return False
        if seen.layout is None:
            return True
        if self.layouts is not None and seen.layout not in self.layouts:
            return False
        if self.legacy is not None and seen.legacy not in self.legacy:
            return False
        if self.backups is not None and not keeps_backups(self.backups, self.spare_backups, seen):
            return False
        if self.kept and not self._lying(seen).issuperset(self.kept):
            return False
        return self.strangers is None or sorted(self.strangers) == sorted(seen.strangers)

    @staticmethod
    def _lying(seen: Observation) -> set[str]:
        return {*seen.set_aside.values(), *seen.unreadable.values(), *seen.backups.values(), seen.legacy or ""}

    def lost(self, seen: Observation) -> tuple[str, ...]:
        """Digests of unreadable bytes that lie under no name any more."""
        return tuple(each for each in self.kept if each not in self._lying(seen))

    def implies(self, other: "Obligations") -> bool:
        """Whether every observation that keeps these promises keeps those of `other` too.

        A False may be too careful (alternatives are compared one by one), a True never is.
        """
        if self is other or self.identity == other.identity:
            return True
        return all(any(mine._implies_alone(theirs) for theirs in other.alternatives) for mine in self.alternatives)

    def _implies_alone(self, other: "Obligations") -> bool:
        absent = Promise((ABSENT,), "")
        keys = self.promises.keys() | other.promises.keys()
        return (
            bool(self.witnessed or not other.witnessed)
            and all(
                _within(self.promises.get(key, absent).allowed, other.promises.get(key, absent).allowed) for key in keys
            )
            and _narrower(self.layouts, other.layouts)
            and _narrower(self.legacy, other.legacy)
            and _narrower(self.strangers, other.strangers, exactly=True)
            and _narrower(self.backups, other.backups, exactly=True)
            and (other.backups is None or self.spare_backups <= other.spare_backups)
            and set(self.kept) >= set(other.kept)
            and (other.save is None or other.save == self.save)
            and set(self.unread) <= set(other.unread)
            and self.errors <= other.errors
            and self.parts.keys() == other.parts.keys()
            and all(part.implies(other.parts[name]) for name, part in self.parts.items())
        )


def keeps_save_order(save: Save, seen: Observation) -> bool:
    """Whether all puts of the save are shown, or none of its removals is seen to have happened."""
    return not save.gone(seen) or all(same_json(seen.shows(key), value) for key, value in save.puts)


def keeps_backups(backups: Iterable[str], spare: int, seen: Observation) -> bool:
    """Whether each promised backup lies under a name of its own, and no more than `spare` are there besides."""
    left = list(seen.backups.values())
    for digest in backups:
        if digest not in left:
            return False
        left.remove(digest)
    return len(left) <= spare


def same_json(left: Any, right: Any) -> bool:
    """Whether two JSON values are the same, whatever the order of keys; 1, 1.0 and true are three values."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    pending = [(left, right)]
    while pending:
        one, two = pending.pop()
        if type(one) is dict:
            if len(one) != len(two):
                return False
            for key, value in one.items():
                if key not in two or type(two[key]) is not type(value):
                    return False
                if type(value) is dict or type(value) is list:
                    pending.append((value, two[key]))
                elif value != two[key] and (value == value or two[key] == two[key]):
                    return False
        elif type(one) is list:
            if len(one) != len(two) or any(type(each) is not type(two[at]) for at, each in enumerate(one)):
                return False
            pending.extend(zip(one, two, strict=True))
        elif one != two and (one == one or two == two):
            return False
    return True


def canonical(value: Value) -> str:
    """A value as text, the same for the same JSON."""
    if isinstance(value, Marker):
        return value.name
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _within(some: tuple[Value, ...], others: tuple[Value, ...]) -> bool:
    return all(any(same_json(one, other) for other in others) for one in some)


def _narrower(mine: tuple[Any, ...] | None, theirs: tuple[Any, ...] | None, *, exactly: bool = False) -> bool:
    if theirs is None:
        return True
    if mine is None:
        return False
    return sorted(mine) == sorted(theirs) if exactly else set(mine) <= set(theirs)
