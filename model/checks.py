"""One check for each always-property: which promises an observation breaks, and why, in sentences.

Each mismatch of a key belongs to exactly one property:

- a key of a migration, recovery or roll-back that shows anything else: invisible migration (5);
- a key that a process has read after it recovered: stable observation (9);
- a key whose operation returned although an error had been injected: honest errors (10);
- a deleted key that shows a value which it once had: no resurrection (3);
- a key in flight that shows neither side: atomicity (2), unless it shows a value older than both: durability (1);
- a value that nobody wrote, a key that nobody named: no invention (4);
- otherwise an acknowledged value that is not there: durability (1).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from model.obligations import Obligations, Promise, Violation, keeps_backups, keeps_save_order, same_json
from model.observation import ABSENT, READING, UNREADABLE, Marker, Observation, Value
from model.properties import (
    ACKNOWLEDGED_LAYOUT,
    ATOMICITY,
    COHERENCE,
    CONFINEMENT,
    CONVERGENCE,
    DURABILITY,
    HONEST_ERRORS,
    INDEPENDENCE,
    INVISIBLE_MIGRATION,
    NO_INVENTION,
    NO_LITTER,
    NO_RESURRECTION,
    ORIGINAL_SURVIVES,
    SAVE_ORDER,
    STABLE_OBSERVATION,
)

LONGEST_VALUE = 80
"""Longer values are cut in sentences; `Violation.shown` has them whole."""

OBSERVED: Final = "a process had recovered and read it"
"""Why a stable observation must be shown again."""

_ABOUT_FILES: Final = frozenset({ORIGINAL_SURVIVES, ACKNOWLEDGED_LAYOUT})
"""Properties of what lies on the disk, whatever is shown."""

_NEVER_WRITTEN = Promise((ABSENT,), "nobody ever wrote it", NO_INVENTION)
_NEVER_READ = Promise((ABSENT,), OBSERVED, STABLE_OBSERVATION)


def explain(obligations: Obligations, seen: Observation) -> tuple[Violation, ...]:
    """All violations of these obligations, alternatives aside; those of a part have its name before the key."""
    found = [each for check in CHECKS.values() for each in check(obligations, seen)]
    for name, part in obligations.parts.items():
        found += [each._replace(key=f"{name}: {each.key}") for each in explain_closest(part, seen.part(name))]
    return tuple(found)


def explain_closest(obligations: Obligations, seen: Observation) -> tuple[Violation, ...]:
    """The violations of the alternative that comes closest, in its entries above all; none if one of them is kept."""
    return min((explain(each, seen) for each in obligations.alternatives), key=_distance)


def _distance(violations: Sequence[Violation]) -> tuple[int, int]:
    return sum(each.property not in _ABOUT_FILES for each in violations), len(violations)


def mismatches(obligations: Obligations, seen: Observation) -> Iterator[Violation]:
    """The keys that show what was not promised for them, each with the property that it violates."""
    if seen.error is not None:
        return
    for key, promise in obligations.promises.items():
        shown = seen.shows(key)
        if not any(same_json(shown, each) for each in promise.allowed) and not obligations.may_miss(key, seen):
            kind = promise.kind or classify(promise, shown, despite=obligations.despite)
            yield _mismatch(key, promise, kind, seen)
    stranger = _NEVER_READ if obligations.because == OBSERVED else _NEVER_WRITTEN
    for key in [*seen.entries, *seen.unreadable]:
        if key not in obligations.promises:
            yield _mismatch(key, stranger, stranger.kind, seen)


def _mismatch(key: str, promise: Promise, kind: int, seen: Observation) -> Violation:
    shown = seen.shows(key)
    wanted = " or ".join(dict.fromkeys(map(in_words, promise.allowed)))
    must, does = ("see", "sees") if seen.looked == READING else ("show", "shows")
    sentence = (
        f"Because {promise.because}, {seen.looked} must {must} {key!r} = {wanted}. However it {does} {in_words(shown)}."
    )
    return Violation(kind, key, sentence, as_json(shown), tuple(map(as_json, promise.allowed)))


def classify(promise: Promise, shown: Value, *, despite: str = "") -> int:
    """The property that a key violates which shows `shown` instead of what was promised."""
    if despite:
        return HONEST_ERRORS
    deleted = promise.allowed[0] is ABSENT
    in_flight = not same_json(promise.allowed[0], promise.allowed[-1])
    if shown is ABSENT:
        return ATOMICITY if in_flight else DURABILITY
    if any(same_json(shown, each) for each in promise.past):
        return NO_RESURRECTION if deleted else DURABILITY
    if in_flight and (shown is UNREADABLE or _is_mixed(promise.allowed, shown)):
        return ATOMICITY
    if shown is UNREADABLE and (promise.past or not deleted):
        return NO_RESURRECTION if deleted else DURABILITY
    return NO_INVENTION


def _is_mixed(sides: Iterable[Value], shown: Value) -> bool:
    """Whether each field of the entry that is shown stems from one of the sides."""
    sources = [each for each in sides if isinstance(each, dict)]
    if not isinstance(shown, dict) or not shown:
        return False
    return all(
        any(name in source and same_json(value, source[name]) for source in sources) for name, value in shown.items()
    )


def _of(number: int, obligations: Obligations, seen: Observation) -> Iterator[Violation]:
    """The violations of a property that show in the keys, or that showed while the case ran."""
    yield from (each for each in obligations.witnessed if each.property == number)
    yield from (each for each in mismatches(obligations, seen) if each.property == number)


def check_durability(obligations: Obligations, seen: Observation) -> Iterator[Violation]:
    """Durability (1): acknowledged keys, and that a reader who changes nothing can read at all."""
    yield from _of(DURABILITY, obligations, seen)
    if seen.error is not None and seen.looked == READING and seen.error[0] not in obligations.errors:
        name, text = seen.error
        sentence = f"Because {_reason(obligations)}, a reader must see what is there. However it got {name}: {text}"
        yield Violation(DURABILITY, name, sentence, text, ())


def check_original_survives(obligations: Obligations, seen: Observation) -> Iterator[Violation]:
    """The original survives (6): legacy bytes under their names, unreadable bytes under some name."""
    yield from _of(ORIGINAL_SURVIVES, obligations, seen)
    if seen.layout is None:
        return
    for digest in obligations.lost(seen):
        sentence = (
            f"Because what cannot be read or merged is never destroyed, {_file_in_words(digest)} must lie under some "
            "name. However no file has them."
        )
        yield Violation(ORIGINAL_SURVIVES, digest, sentence, "no file", (digest,))
    if obligations.legacy is not None and seen.legacy not in obligations.legacy:
        wanted = " or ".join(map(_file_in_words, obligations.legacy))
        shown = _file_in_words(seen.legacy)
        sentence = f"Because {_reason(obligations)}, the legacy file must be {wanted}. However it is {shown}."
        yield Violation(ORIGINAL_SURVIVES, "legacy file", sentence, seen.legacy, obligations.legacy)
    if obligations.backups is not None and not keeps_backups(obligations.backups, obligations.spare_backups, seen):
        wanted = ", ".join(map(_file_in_words, obligations.backups)) or "none"
        shown = ", ".join(f"{name} with {_file_in_words(digest)}" for name, digest in seen.backups.items()) or "none"
        sentence = f"Because {_reason(obligations)}, the backups must be {wanted}. However they are {shown}."
        yield Violation(ORIGINAL_SURVIVES, "backups", sentence, dict(seen.backups), obligations.backups)


def check_convergence(obligations: Obligations, seen: Observation) -> Iterator[Violation]:
    """Convergence (7): recovery ends, and a second one changes nothing."""
    yield from _of(CONVERGENCE, obligations, seen)
    if seen.error is not None and seen.looked != READING and seen.error[0] not in obligations.errors:
        name, text = seen.error
        sentence = f"Because {_reason(obligations)}, recovery must end. However it raised {name}: {text}"
        yield Violation(CONVERGENCE, name, sentence, text, ())
    if seen.second_changed:
        sentence = "Because recovery had ended, a second one must change nothing. However it did."
        yield Violation(CONVERGENCE, "", sentence, True, (False,))


def check_litter(obligations: Obligations, seen: Observation) -> Iterator[Violation]:
    """No litter (8)."""
    yield from _of(NO_LITTER, obligations, seen)
    for name in seen.litter:
        sentence = f"Because recovery has ended, no temporary and no staging may be left. However {name} is."
        yield Violation(NO_LITTER, name, sentence, name, ())


def check_stable_observation(obligations: Obligations, seen: Observation) -> Iterator[Violation]:
    """Stable observation (9): keys, and the layout, that a process has seen after it recovered."""
    yield from _of(STABLE_OBSERVATION, obligations, seen)
    if obligations.because == OBSERVED:
        yield from _wrong_layout(STABLE_OBSERVATION, obligations, seen)


def check_confinement(obligations: Obligations, seen: Observation) -> Iterator[Violation]:
    """Confinement (11): names of others are left alone, and nothing is readable by others."""
    yield from _of(CONFINEMENT, obligations, seen)
    for name in seen.readable_by_others:
        sentence = f"Because no file of the store is readable by others, {name} must be private. However it is not."
        yield Violation(CONFINEMENT, name, sentence, name, ())
    if seen.layout is None or obligations.strangers is None:
        return
    for name in sorted(set(obligations.strangers) ^ set(seen.strangers)):
        is_missing = name in obligations.strangers
        must, case = ("must stay", "gone") if is_missing else ("must not be made", "there")
        sentence = f"Because {name} is none of the store's files, it {must}. However it is {case}."
        yield Violation(CONFINEMENT, name, sentence, not is_missing, (is_missing,))


def check_acknowledged_layout(obligations: Obligations, seen: Observation) -> Iterator[Violation]:
    """Acknowledged layout (14)."""
    yield from _of(ACKNOWLEDGED_LAYOUT, obligations, seen)
    if obligations.because != OBSERVED:
        yield from _wrong_layout(ACKNOWLEDGED_LAYOUT, obligations, seen)


def check_save_order(obligations: Obligations, seen: Observation) -> Iterator[Violation]:
    """Save order (15)."""
    yield from _of(SAVE_ORDER, obligations, seen)
    save = obligations.save
    if save is None or seen.error is not None or keeps_save_order(save, seen):
        return
    gone = save.gone(seen)[0]
    key, value = next((key, value) for key, value in save.puts if not same_json(seen.shows(key), value))
    sentence = (
        f"Because {seen.looked} shows that the save has removed {gone!r}, it must show all that the save put, "
        f"and so {key!r} = {in_words(value)}. However it shows {in_words(seen.shows(key))}."
    )
    yield Violation(SAVE_ORDER, key, sentence, as_json(seen.shows(key)), (as_json(value),))


def _wrong_layout(kind: int, obligations: Obligations, seen: Observation) -> Iterator[Violation]:
    if seen.layout is not None and obligations.layouts is not None and seen.layout not in obligations.layouts:
        wanted = " or ".join(obligations.layouts)
        sentence = f"Because {_reason(obligations)}, the layout must be {wanted}. However it is {seen.layout}."
        yield Violation(kind, "layout", sentence, seen.layout, obligations.layouts)


CHECKS: Final[Mapping[int, Callable[[Obligations, Observation], Iterable[Violation]]]] = {
    DURABILITY: check_durability,
    ATOMICITY: partial(_of, ATOMICITY),
    NO_RESURRECTION: partial(_of, NO_RESURRECTION),
    NO_INVENTION: partial(_of, NO_INVENTION),
    INVISIBLE_MIGRATION: partial(_of, INVISIBLE_MIGRATION),
    ORIGINAL_SURVIVES: check_original_survives,
    CONVERGENCE: check_convergence,
    NO_LITTER: check_litter,
    STABLE_OBSERVATION: check_stable_observation,
    HONEST_ERRORS: partial(_of, HONEST_ERRORS),
    CONFINEMENT: check_confinement,
    COHERENCE: partial(_of, COHERENCE),
    INDEPENDENCE: partial(_of, INDEPENDENCE),
    ACKNOWLEDGED_LAYOUT: check_acknowledged_layout,
    SAVE_ORDER: check_save_order,
}
"""The check of each always-property, by its number."""


def _reason(obligations: Obligations) -> str:
    return obligations.because or "nothing has changed it"


def _file_in_words(digest: str | None) -> str:
    return "missing" if digest is None else f"the bytes with digest {digest[:12]}"


def in_words(value: Value) -> str:
    """A value in a sentence; when it is long its middle gives way, since torn values begin alike."""
    if isinstance(value, Marker):
        return value.value
    text = repr(value)
    half = (LONGEST_VALUE - 3) // 2
    return text if len(text) <= LONGEST_VALUE else f"{text[:half]}...{text[-half:]}"


def as_json(value: Value) -> Any:
    """A value as JSON, a marker as its words."""
    return value.value if isinstance(value, Marker) else value
