"""Cases for a file that the user gave: its migration, or that it is refused unharmed.

A real file is too wide for every crash state: each of its entries may be there or not.  So its structure is verified in
full and its width by a sample: one case migrates a small file with everything odd that the given one has, a few of each
kind, and every crash state of that; the other migrates the file itself, and crash states are drawn.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from model.explore.stage import Case
from model.legacy_file import LegacyFile, is_writable_key, normalised
from scenarios.arrangement import Arrangement
from scenarios.play import Scene, case
from scenarios.session_cases import steps

WIDTH_SAMPLES = 30
"""Crash states drawn of the file itself, under each profile."""

ORDINARY_KEPT = 2
ODD_KEPT = 1
LONGEST_TEXT = 12
SHORT_KEY_BYTES = 60
FEW = 4


def input_cases(content: bytes) -> Sequence[Case]:
    """The cases that verify the migration of these bytes; they are named after what becomes of the file."""
    legacy = LegacyFile.of(content)
    scene = Scene(Arrangement(legacy=content, is_locked=False))
    if not legacy.is_readable:
        return (
            case(
                "invalid: a file that cannot be parsed is refused, and stays unharmed", scene, steps.migrate_invalid()
            ),
        )
    entries = legacy.entries()
    if not entries:
        name = "skipped: an empty store stays" if legacy.is_empty else "invalid: a file without an entry stays"
        return (case(name, scene, steps.migrate()),)
    members = json.loads(content)
    if len(entries) <= FEW and len(content) <= FEW * 512:
        return (case(f"migrated: {len(entries)} entries", scene, steps.migrate()),)
    small = dict(representatives(members))
    structure = Scene(Arrangement(legacy=json.dumps(small).encode(), is_locked=False))
    whole = case(f"migrated: all {len(entries)} entries, crash states drawn", scene, steps.migrate())
    return (
        case(f"migrated: {len(small)} members for its structure, in full", structure, steps.migrate()),
        Case(whole.operation, whole.name, whole.play, samples=WIDTH_SAMPLES),
    )


def representatives(members: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A few members of each kind that a migration treats differently, their long texts cut."""
    left: dict[str, int] = {}
    variants: dict[str, int] = {}
    for key in members:
        variants[normalised(key)] = variants.get(normalised(key), 0) + 1
    wanted: set[str] = set()
    for key, value in members.items():
        kind = _kind(key, value, variants)
        if kind == "variant":
            if len(wanted) < ODD_KEPT:
                wanted.add(normalised(key))
            if normalised(key) in wanted:
                yield key, shortened(value)
            continue
        kept = left.setdefault(kind, ORDINARY_KEPT if kind == "ordinary" else ODD_KEPT)
        if kept:
            left[kind] = kept - 1
            yield key, shortened(value)


def _kind(key: str, value: Any, variants: Mapping[str, int]) -> str:
    if not isinstance(value, dict):
        return f"a {type(value).__name__} for an entry"
    if variants[normalised(key)] > 1:
        return "variant"
    if len(key.encode("utf-8", "surrogatepass")) > SHORT_KEY_BYTES:
        return "long key"
    if not is_writable_key(normalised(key)):
        return "key that is refused"
    return "ordinary" if key.isascii() else "key of other letters"


def shortened(value: Any) -> Any:
    """The same structure, with no text, list or object that is long."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, list):
        return [shortened(each) for each in value[:1]]
    if isinstance(value, dict):
        named = ("sessionId", "updatedAt")
        kept = [key for key in value if key in named] + [key for key in value if key not in named][:2]
        return {key: shortened(value[key]) for key in kept}
    return value
