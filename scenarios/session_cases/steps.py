"""The operations of the session store as steps of a case."""

from collections.abc import Callable, Mapping
from typing import Any

from model.obligations import Save
from model.observation import ABSENT
from model.reference import Reference
from scenarios.play import INVALID_LEGACY, Actor, Step

Entries = Mapping[str, dict[str, Any]]


def put(key: str, value: dict[str, Any]) -> Step:
    """Write one entry."""
    return Step("put", f"put({key!r})", lambda actor: actor.store.put(key, value), lambda ref: ref.put(key, value))


def delete(key: str) -> Step:
    """Remove one entry."""
    return Step("delete", f"delete({key!r})", lambda actor: actor.store.delete(key), lambda ref: ref.delete(key))


def update(key: str, function: Callable[[Any], Any]) -> Step:
    """Change one entry by a function of it."""

    def run(actor: Actor) -> None:
        actor.store.update(key, function)

    return Step("update", f"update({key!r})", run, lambda ref: ref.update(key, function))


def save(mapping: Entries, base: Entries) -> Step:
    """Save a whole mapping against the one that was loaded."""
    return Step(
        "save",
        "save()",
        lambda actor: actor.store.save(mapping, base=base),
        lambda ref: ref.save(mapping, base=base),
        save=_order(mapping, base),
    )


def update_many(mapping: Entries, base: Entries) -> Step:
    """Load, change and save under one lock; `base` is what will be loaded."""
    return Step(
        "save",
        "update_many()",
        lambda actor: actor.store.update_many(lambda _: dict(mapping)),
        lambda ref: ref.update_many(lambda _: mapping),
        save=_order(mapping, base),
    )


def apply(changed: Entries, removed: tuple[str, ...]) -> Step:
    """Write some entries and remove others, without comparing."""
    return Step(
        "save",
        "apply()",
        lambda actor: actor.store.apply(changed, removed),
        lambda ref: ref.apply(changed, removed),
        save=Save(tuple(changed.items()), removed),
    )


def _order(mapping: Entries, base: Entries) -> Save:
    puts = tuple((key, value) for key, value in mapping.items() if base.get(key, ABSENT) != value)
    return Save(puts, tuple(key for key in base if key not in mapping))


def migrate(operation: str = "migrate") -> Step:
    """Migrate, merge or finish, by what is found."""
    return Step(operation, "migrate()", lambda actor: actor.store.migrate(), Reference.migrate)


def migrate_invalid() -> Step:
    """Try to migrate a legacy file that cannot be parsed."""
    run: Callable[[Actor], Any] = lambda actor: actor.store.migrate()  # noqa: E731
    return Step("migrate", "migrate()", run, Reference.migrate, errors=INVALID_LEGACY)


def roll_back() -> Step:
    """Return to the legacy layout."""
    return Step("roll back", "roll_back()", lambda actor: actor.store.roll_back(), Reference.roll_back)


def recover() -> Step:
    """Recover again, in an open store."""
    return Step("recover", "recover()", lambda actor: actor.store.recover(), Reference.recover)


def open_store() -> Step:
    """Open for writing, which recovers."""
    return Step("recover", "opening for writing", lambda actor: actor.store, Reference.recover)
