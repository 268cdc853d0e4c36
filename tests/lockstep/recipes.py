"""Operations as values that Hypothesis draws; each becomes a step of the store and of the reference model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from model.legacy_file import normalised
from model.observation import UNREADABLE
from model.reference import Reference, Refused
from scenarios.play import Step
from scenarios.session_cases import steps
from tests.lockstep import vocabulary

Base = Mapping[str, Any]
"""What the process has loaded last."""


@dataclass(frozen=True)
class Put:
    key: str
    entry: dict[str, Any]

    def step(self, base: Base) -> Step:
        return steps.put(self.key, self.entry)


@dataclass(frozen=True)
class Delete:
    key: str

    def step(self, base: Base) -> Step:
        return steps.delete(self.key)


@dataclass(frozen=True)
class Update:
    key: str
    entry: dict[str, Any]
    makes: bool = True

    def step(self, base: Base) -> Step:
        def function(old: Any) -> Any:
            return {**(old or {}), **self.entry} if self.makes else None

        def apply(reference: Reference) -> Reference:
            finished = reference.finish()
            if finished.value(self.key) is UNREADABLE:
                raise Refused("bytes that are no entry cannot be changed, only replaced")
            return finished.update(self.key, function)

        return replace(steps.update(self.key, function), apply=apply)


@dataclass(frozen=True)
class Save:
    changed: dict[str, Any]
    removed: frozenset[str]

    def step(self, base: Base) -> Step:
        return steps.save(_changed(base, self.changed, self.removed), base)


@dataclass(frozen=True)
class Apply:
    changed: dict[str, Any]
    removed: frozenset[str]

    def step(self, base: Base) -> Step:
        puts = {normalised(key): entry for key, entry in self.changed.items()}
        gone = tuple(key for key in map(normalised, self.removed) if key not in puts)
        return steps.apply(puts, gone)


@dataclass(frozen=True)
class UpdateMany:
    """Everything but the first entry stays, and some are changed."""

    changed: dict[str, Any]

    def step(self, base: Base) -> Step:
        def function(old: dict[str, Any]) -> dict[str, Any]:
            return _changed(old, self.changed, sorted(old)[:1])

        step = steps.update_many(function(dict(base)), base)
        return replace(
            step,
            run=lambda actor: actor.store.update_many(function),
            apply=lambda reference: reference.update_many(function),
            save=None,  # what is removed depends on what is found
        )


@dataclass(frozen=True)
class Migrate:
    def step(self, base: Base) -> Step:
        return steps.migrate()


@dataclass(frozen=True)
class RollBack:
    def step(self, base: Base) -> Step:
        return steps.roll_back()


@dataclass(frozen=True)
class Recover:
    def step(self, base: Base) -> Step:
        return steps.recover()


Recipe = Put | Delete | Update | Save | Apply | UpdateMany | Migrate | RollBack | Recover
WRITES = (Put, Delete, Update, Save, Apply, UpdateMany)


def _changed(base: Base, changed: Base, removed: Any) -> dict[str, Any]:
    gone = set(map(normalised, removed))
    kept = {key: entry for key, entry in base.items() if key not in gone}
    return kept | {normalised(key): entry for key, entry in changed.items()}


def _frozen(keys: set[str]) -> frozenset[str]:
    return frozenset(keys)


recipes: st.SearchStrategy[Recipe] = st.one_of(
    st.builds(Put, vocabulary.keys, vocabulary.entries),
    st.builds(Delete, vocabulary.good_keys),
    st.just(Migrate()),
    st.just(RollBack()),
    st.just(Recover()),
    st.builds(Update, vocabulary.good_keys, vocabulary.entries, st.booleans()),
    st.builds(Save, vocabulary.batches, vocabulary.removals.map(_frozen)),
    st.builds(Apply, vocabulary.batches, vocabulary.removals.map(_frozen)),
    st.builds(UpdateMany, vocabulary.batches),
)
