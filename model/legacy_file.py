"""What a legacy file means: the rules of M2, written down a second time and independently of the store."""

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model.observation import digest_of

JAVASCRIPT_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
JAVASCRIPT_SPACE += "\u2028\u2029\u202f\u205f\u3000\ufeff"

BLOCKED_KEYS = frozenset(
    {
        "__proto__",
        "prototype",
        "constructor",
        "__definegetter__",
        "__definesetter__",
        "__lookupgetter__",
        "__lookupsetter__",
    }
)
"""Keys that break JavaScript readers, as they read once normalised."""


JSON_SPACE = " \t\n\r"

DEEPEST = 200
"""Levels to which an entry may be nested; deeper files are no stores, so that every reader can read what is written."""


def normalised(key: str) -> str:
    """The one form of a key: trimmed as JavaScript does, and lower-cased."""
    return key.strip(JAVASCRIPT_SPACE).lower()


def is_writable_key(key: str) -> bool:
    """Whether a normalised key may be written."""
    return bool(key) and key not in BLOCKED_KEYS


def updated_at(entry: Mapping[str, Any]) -> float:
    """When an entry was last changed; what is missing, or no number, counts as 0."""
    value = entry.get("updatedAt", 0)
    return value if type(value) in (int, float) and math.isfinite(value) else 0


@dataclass(frozen=True)
class LegacyFile:
    """A legacy file: what it holds, and the digest of its bytes when those can be foreseen.

    Attributes:
        pairs: Keys as they stand there and whatever they have, in order; None when the bytes are no JSON object.
        digest: Digest of the bytes, None for a file whose bytes are the store's own choice.
    """

    pairs: tuple[tuple[str, Any], ...] | None
    digest: str | None = None

    @staticmethod
    def of(content: bytes) -> "LegacyFile":
        """The legacy file with these bytes."""
        try:
            text = content.decode("utf-8")
            value = _DECODER.decode(text.strip(JSON_SPACE) or "{}")
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict) or any(_depth(each) > DEEPEST for each in value.values()):
            return LegacyFile(None, digest_of(content))
        return LegacyFile(tuple(value.items()), digest_of(content))

    @property
    def is_readable(self) -> bool:
        """Whether it is a JSON object at all."""
        return self.pairs is not None

    @property
    def is_empty(self) -> bool:
        """Whether it is an empty store: no bytes, or no key."""
        return self.pairs == ()

    def entries(self) -> dict[str, Any]:
        """What M2 makes of it: keys normalised, what is no entry dropped, case variants joined.

        Of variants the strictly newest wins, and a tie keeps the first.
        """
        joined: dict[str, Any] = {}
        for raw_key, entry in self.pairs or ():
            key = normalised(raw_key)
            if not isinstance(entry, dict) or not is_writable_key(key):
                continue
            if key not in joined or updated_at(entry) > updated_at(joined[key]):
                joined[key] = entry
        return joined

    def with_changes(self, changed: Mapping[str, Any], removed: frozenset[str]) -> "LegacyFile":
        """The file after a write in legacy mode: all variants of a key gone or replaced, everything else as it was."""
        touched = removed | changed.keys()
        left = [
            (key, value)
            for key, value in self.pairs or ()
            if key not in changed and not (isinstance(value, dict) and normalised(key) in touched)
        ]
        return LegacyFile((*left, *changed.items()))


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large for a number")
    return number


def _bounded(text: str) -> int:
    number = int(text)
    if abs(number) > sys.float_info.max:
        raise ValueError(f"{text[:20]}... is too large for a number")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite, parse_int=_bounded)


def _depth(value: Any) -> int:
    deepest, pending = 0, [(value, 1)]
    while pending:
        each, depth = pending.pop()
        if isinstance(each, dict | list):
            deepest = max(deepest, depth)
            pending += [(child, depth + 1) for child in (each.values() if isinstance(each, dict) else each)]
    return deepest
