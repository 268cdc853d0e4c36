"""From the reference model to obligations: what has been acknowledged, and what is in flight.

Recovery finishes what was begun, so a disk is always judged against the reference *after* recovery.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from model.obligations import Obligations, Promise, Save, same_json
from model.observation import ABSENT, UNREADABLE, Marker, Value
from model.properties import INVISIBLE_MIGRATION
from model.reference import LIVE, Reference

LONG_BEFORE = "it was acknowledged before, and nothing has changed it since"


def acknowledged(
    reference: Reference,
    because: str,
    *,
    before: Reference | None = None,
    kind: int = 0,
    strangers: tuple[str, ...] | None = (),
    errors: Iterable[str] = (),
    despite: str = "",
) -> Obligations:
    """The obligations when nothing is in flight.

    Args:
        reference: The store as it must be.
        because: The last thing that happened, as a clause: "put('b') returned before the cut".
        before: The store before that; keys that are the same in both are explained otherwise.
        kind: Property that any mismatch of a key violates; 0 to decide by what is shown.
        strangers: Names in the folder that are not the store's; None when any may be there.
        errors: Classes of errors that opening or loading may raise.
        despite: The error that was injected while the operation ran that returned all the same.
    """
    store = reference.recover()
    old = store if before is None else before.recover()
    promises = {}
    for key in {**store.shown(), **store.past}:
        value, was = store.value(key), old.value(key)
        is_touched = before is not None and not same_json(value, was)
        clause = because if is_touched or kind else LONG_BEFORE
        promises[key] = Promise(_allowed(value), clause, kind, _past(store, key, (value,)))
    return Obligations(
        promises,
        because=because,
        layouts=(store.layout,),
        legacy=_legacy(store),
        backups=_known_backups(store),
        spare_backups=store.backups.count(None),
        kept=tuple(sorted(store.kept)),
        strangers=strangers,
        errors=frozenset(errors),
        despite=despite,
    )


def in_flight(
    before: Reference,
    after: Reference,
    operation: str,
    call: str,
    *,
    save: Save | None = None,
    strangers: tuple[str, ...] | None = (),
    errors: Iterable[str] = (),
) -> Obligations:
    """The obligations while an operation is in flight, or once it has raised: either side may be seen.

    An operation that changes the layout moves everything at once: its two sides are alternatives.  Others are
    judged key by key.

    Args:
        before: The store before the operation.
        after: The store after it.
        operation: Name of the operation: `"put"`.
        call: How it was called: "put('b')".
        save: Its removals and puts, for their order.
        strangers: Names in the folder that are not the store's; None when any may be there.
        errors: Classes of errors that opening or loading may raise.
    """
    old, new = before.recover(), after.recover()
    if LIVE in (old.layout, new.layout) and old.layout != new.layout:
        return _moving(old, new, operation, call, strangers=strangers, errors=errors)
    is_moving = operation in MOVING
    promises = {}
    for key in {**old.shown(), **new.shown(), **new.past}:
        was, will = old.value(key), new.value(key)
        is_touched = not same_json(was, will)
        clause = f"{call} had not returned" if is_touched or is_moving else LONG_BEFORE
        kind = INVISIBLE_MIGRATION if is_moving else 0
        promises[key] = Promise(_allowed(was, will), clause, kind, _past(new, key, (was, will)))
    legacy = tuple({*(_legacy(old) or ()), *(_legacy(new) or ())})
    return Obligations(
        promises,
        because=f"{call} had not returned",
        operation=operation,
        layouts=tuple(dict.fromkeys((old.layout, new.layout))),
        legacy=legacy if _legacy(old) and _legacy(new) else None,
        backups=_known_backups(old) if old.backups == new.backups else None,
        spare_backups=new.backups.count(None),
        kept=tuple(sorted(old.kept)),
        strangers=strangers,
        save=None if save is None else _as_found(save, before.shown()),
        errors=frozenset(errors),
    )


def _as_found(save: Save, shown: Mapping[str, Value]) -> Save:
    removals = tuple(key for key in save.removals if key in shown)
    return Save(save.puts, removals, tuple(key for key in removals if shown[key] is UNREADABLE))


MOVING = frozenset({"migrate", "merge", "finish", "roll back", "recover", "migrate_all"})
"""Operations that never change what load() returns."""


def _moving(
    old: Reference,
    new: Reference,
    operation: str,
    call: str,
    *,
    strangers: tuple[str, ...] | None,
    errors: Iterable[str],
) -> Obligations:
    clause = f"{call} had not returned"
    kind = INVISIBLE_MIGRATION if operation in MOVING else 0
    after = acknowledged(new, clause, before=old, kind=kind, strangers=strangers, errors=errors)
    first = acknowledged(old, clause, kind=kind, strangers=strangers, errors=errors)
    last = replace(after, operation=operation)
    if old.layout == LIVE:
        # A roll-back that is completed backwards leaves its legacy file among the backups: it was migrated again.
        first = replace(first, spare_backups=first.spare_backups + 1)
        # One without an entry stays where it is: nothing tells it from an old writer's.
        left = (None,) if new.readable() else None
        if old.legacy is None:
            first = replace(first, legacy=left)
        elif old.legacy.digest is not None:
            aside = (*(first.backups or ()), old.legacy.digest)
            last = replace(first, operation=operation, legacy=left, backups=aside, otherwise=last)
    return replace(first, operation=operation, otherwise=last)


def _allowed(*values: Value) -> tuple[Value, ...]:
    """The values in order; bytes that nobody can read are shown as nothing by some, and judged by their digest."""
    different = values[:1] if same_json(values[0], values[-1]) else values
    markers = [each for each in different if isinstance(each, Marker)]
    if UNREADABLE not in markers or ABSENT in markers:
        return different
    return (UNREADABLE, ABSENT, *different[1:]) if different[0] is UNREADABLE else (*different[:-1], ABSENT, UNREADABLE)


def _past(store: Reference, key: str, current: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(each for each in store.past.get(key, ()) if not any(same_json(each, value) for value in current))


def _known_backups(store: Reference) -> tuple[str, ...]:
    return tuple(each for each in store.backups if each is not None)


def _legacy(store: Reference) -> tuple[str | None, ...] | None:
    if store.legacy is None:
        return (None,)
    return None if store.legacy.digest is None else (store.legacy.digest,)
