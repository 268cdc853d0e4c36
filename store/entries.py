r"""An entry and its file: JSON in, JSON out, and when two entries are the same.

Decisions, each of them tested:

* A file is UTF-8 without byte order mark, and one JSON object.  NaN, Infinity and numbers too large for a double are
  refused on both ways, because JavaScript readers refuse or change them.
* Of duplicate members the last one counts, as in JavaScript.
* Lone surrogates live on as ``\ud800`` escapes: everything outside ASCII is written escaped.
* Nesting ends at `DEEPEST` levels, so that what was written can be read from any reasonable call stack.
* ``True`` is not ``1`` and ``1`` is not ``1.0``: what JSON writes differently is different.
"""

import json
import re
from collections.abc import Mapping
from sys import float_info
from typing import Any

from store.errors import InvalidEntry
from store.keys import normalise
from store.names import canonical_key, file_name, is_digest_name

Entry = dict[str, Any]

DEEPEST = 200


class NotAnEntry(Exception):
    """The bytes are not an entry; the text says why."""


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0.0:
        raise ValueError(f"{text} is too large for a number")
    return number


_LARGEST = int(float_info.max)
_LARGEST_DIGITS = len(str(_LARGEST))
_TOO_LARGE = "a number is too large for a double, which is what other readers make of it"


def _bounded(text: str) -> int:
    if len(text) < _LARGEST_DIGITS:
        return int(text)
    if len(text) > _LARGEST_DIGITS + 1 or not -_LARGEST <= (number := int(text)) <= _LARGEST:
        raise ValueError(_TOO_LARGE)
    return number


DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
STRICT_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite, parse_int=_bounded)
"""Also refuses the integers that `check_value` refuses: what it reads is right, unless it is nested too deeply."""
_LONG_NUMBER = re.compile(rb"[0-9]{3}")  # in every hundredth byte: a number past all doubles has 309 digits
_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False, check_circular=False, separators=(",", ":"))


def to_json(value: Any) -> str:
    """Return the one text that the store writes for a value that `check_value` has accepted."""
    return _ENCODER.encode(value)


def parse(data: bytes) -> Entry:
    """Read one JSON object.

    Raises:
        NotAnEntry: empty, not UTF-8, not JSON, not an object, or nested too deeply.
    """
    if not data:
        raise NotAnEntry("the file is empty")
    try:
        value = DECODER.decode(data.decode("utf-8"))
    except ValueError as error:
        raise NotAnEntry(str(error)) from error
    except RecursionError as error:
        if text_depth(data) <= DEEPEST:
            raise
        raise NotAnEntry(f"nested more than {DEEPEST} levels deep") from error
    if type(value) is not dict:
        raise NotAnEntry(f"a JSON {json_type(value)}, not an object")
    is_suspicious = data.count(b"{") + data.count(b"[") > DEEPEST or _LONG_NUMBER.search(data[::100])
    if is_suspicious and (reason := check_value(value)) is not None:
        raise NotAnEntry(reason)
    return value


def json_type(value: Any) -> str:
    """Return what JSON calls a value's type."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


def text_depth(data: bytes) -> int:
    """Return how deeply brackets nest in JSON text, strings left out."""
    depth = deepest = 0
    inside = escaped = False
    for byte in data:
        if inside:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                inside = False
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def check_value(value: Any, *, deepest: int = DEEPEST) -> str | None:
    """Say why a value cannot be written as JSON and read back alike, or None; iterative."""
    pending: list[tuple[Any, int]] = [(value, 1)]
    while pending:
        item, depth = pending.pop()
        if item is None or isinstance(item, str):
            continue
        if isinstance(item, int):
            if not -_LARGEST <= item <= _LARGEST:
                return _TOO_LARGE
            continue
        if isinstance(item, float):
            if item - item != 0.0:
                return f"{item} is not JSON"
            continue
        if not isinstance(item, (dict, list)):
            return f"{type(item).__name__} is not a JSON type"
        if depth > deepest:
            return f"nested more than {deepest} levels deep (or a structure that contains itself)"
        if isinstance(item, list):
            pending.extend([(child, depth + 1) for child in item])
            continue
        for name, child in item.items():
            if not isinstance(name, str):
                return f"a member name is a string, not {type(name).__name__}"
            pending.append((child, depth + 1))
    return None


def encode_file(key: str, entry: Mapping[str, Any]) -> bytes:
    """Return the content of a key's file: the bare entry, or key and entry where the name is a digest.

    Raises:
        InvalidEntry: not an object, or not JSON that every reader reads back alike.
    """
    if not isinstance(entry, dict):
        raise InvalidEntry(f"the entry of {key!r} is a JSON object, not {type(entry).__name__}")
    if (reason := check_value(entry)) is not None:
        raise InvalidEntry(f"the entry of {key!r} cannot be stored: {reason}")
    return encode_checked(key, entry)


def encode_checked(key: str, entry: Entry) -> bytes:
    """Return the content of a key's file, for an entry that `check_value` has accepted.

    Raises:
        InvalidEntry: the call stack is too deep already for nesting that is allowed.
    """
    value = {"sessionKey": key, "entry": entry} if is_digest_name(file_name(key)) else entry
    try:
        return to_json(value).encode("ascii")
    except (ValueError, RecursionError) as error:
        raise InvalidEntry(f"the entry of {key!r} cannot be stored: {error}") from error


def decode_file(name: str, data: bytes) -> tuple[str, Entry]:
    """Return the key and the entry that an entry file holds.

    Raises:
        NotAnEntry: the bytes are no entry, or the file is another key's.
    """
    value = parse(data)
    if (plain := canonical_key(name)) is not None:
        return plain, value
    key, entry = value.get("sessionKey"), value.get("entry")
    if not isinstance(key, str) or not isinstance(entry, dict):
        raise NotAnEntry('not of the form {"sessionKey": ..., "entry": ...}')
    if normalise(key) != key or file_name(key) != name:
        raise NotAnEntry(f"the file of another key, {key!r}")
    return key, entry


def updated_at(entry: Mapping[str, Any]) -> int:
    """Return an entry's `updatedAt` in epoch milliseconds; 0 when it is missing or no number."""
    value = entry.get("updatedAt")
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are the same, whatever the order of members; iterative, nothing is copied."""
    pending = [(one, other)]
    while pending:
        left, right = pending.pop()
        if left is right:
            continue
        if type(left) is not type(right):
            return False
        if isinstance(left, dict):
            if len(left) != len(right):
                return False
            for name, child in left.items():
                if name not in right:
                    return False
                pending.append((child, right[name]))
        elif isinstance(left, list):
            if len(left) != len(right):
                return False
            pending.extend(zip(left, right, strict=True))
        elif left != right:
            return False
    return True
