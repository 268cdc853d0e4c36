"""The legacy file's bytes: parsed, and turned into entries (step M2).  Pure.

The file is read member by member, so that a file of 80 MB never exists as a second tree or in wide characters, so that
duplicate members are seen, and so that a rewrite can keep verbatim every member that it does not touch.  A migration
keeps no tree at all of what it has read, which takes three to four times the memory of its text, but only what it will
write.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from store.entries import (
    DEEPEST,
    STRICT_DECODER,
    Entry,
    check_value,
    encode_checked,
    json_type,
    text_depth,
    to_json,
    updated_at,
)
from store.keys import normalise, refusal

Variant = TypeVar("Variant")

_SPACE = " \t\n\r"


class LegacyInvalid(Exception):
    """The bytes are no session store; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the top-level object: its key as written, its value, and where the value's text stands."""

    key: str
    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Joined:
    """What M2 makes of a legacy file."""

    entries: dict[str, Entry]
    warnings: tuple[tuple[str, str], ...]  # (kind, text)
    had_members: bool


@dataclass(frozen=True, slots=True)
class Moving:
    """What M2 makes of a legacy file in order to move it: every entry as the content of its file."""

    entries: dict[str, bytes]
    warnings: tuple[tuple[str, str], ...]
    had_members: bool


@dataclass(frozen=True, slots=True)
class _Packed:
    """An entry as the content of its file, and when it was updated."""

    content: bytes
    updated_at: int


def as_text(data: bytes) -> str:
    """Return the bytes as one character each: JSON's structure is ASCII, and no text gets wider than its bytes."""
    return data.decode("latin-1")


def members(text: str) -> Iterator[Member]:
    """Read the members of the top-level object; an empty text has none.

    Raises:
        LegacyInvalid: not JSON, not an object, not UTF-8, or nested too deeply.
    """
    position = _skip(text, 0)
    if position == len(text):
        return
    if text[position] != "{":
        raise LegacyInvalid(f"{_where(text, position)}: expected an object")
    position = _skip(text, position + 1)
    if text[position : position + 1] == "}":
        _expect_end(text, position + 1)
        return
    while True:
        if text[position : position + 1] != '"':
            raise LegacyInvalid(f"{_where(text, position)}: expected a member name in double quotes")
        key, position = _value(text, position)
        position = _skip(text, position)
        if text[position : position + 1] != ":":
            raise LegacyInvalid(f"{_where(text, position)}: expected a colon")
        start = _skip(text, position + 1)
        value, end = _value(text, start)
        yield Member(key, value, start, end)
        position = _skip(text, end)
        following = text[position : position + 1]
        if following == "}":
            _expect_end(text, position + 1)
            return
        if following != ",":
            raise LegacyInvalid(f"{_where(text, position)}: expected a comma or the end of the object")
        position = _skip(text, position + 1)


def join(parsed: Iterable[Member]) -> Joined:
    """Turn members into entries (M2): normalise, drop what is no entry, join case variants; say what was dropped."""
    variants, warnings, had_members = _variants(parsed)
    return Joined({key: member.value for key, member in variants.items()}, tuple(warnings), had_members)


def join_packed(parsed: Iterable[Member]) -> Moving:
    """Turn members into the contents of entry files (M2), as `join` turns them into entries."""
    variants, warnings, had_members = _variants(map(_packed, parsed))
    return Moving({key: member.value.content for key, member in variants.items()}, tuple(warnings), had_members)


def _variants(parsed: Iterable[Member]) -> tuple[dict[str, Member], list[tuple[str, str]], bool]:
    """Return the member that counts for each key, what was dropped, and whether there was anything."""
    variants: dict[str, Member] = {}
    warnings: list[tuple[str, str]] = []
    last_of: dict[str, Member] = {}
    had_members = False
    for member in parsed:
        had_members = True
        if member.key in last_of:
            warnings.append(("duplicate key", f"{member.key!r} appears twice; the last one counts"))
        last_of[member.key] = member
    for written, member in last_of.items():
        key = normalise(written)
        if not isinstance(member.value, (dict, _Packed)):
            warnings.append(("not an entry", f"{written!r} is a JSON {json_type(member.value)}, not an object"))
        elif (reason := refusal(key)) is not None:
            warnings.append(("refused key", f"{written!r}: {reason}"))
        elif (kept := variants.get(key)) is None:
            variants[key] = member
        else:
            variants[key] = winner = prevailing(kept, member, _updated_at)
            dropped = kept if winner is member else member
            warnings.append(("case variant", f"{dropped.key!r} is dropped in favour of {winner.key!r}"))
    return variants, warnings, had_members


def _packed(member: Member) -> Member:
    """Return a member whose value, if it may be an entry, is packed."""
    key, value = normalise(member.key), member.value
    if not isinstance(value, dict) or refusal(key) is not None:
        return member
    return Member(member.key, _Packed(encode_checked(key, value), updated_at(value)), member.start, member.end)


def prevailing(kept: Variant, candidate: Variant, stamp: Callable[[Variant], int]) -> Variant:
    """Join one more spelling of a key to those before it: the step of M2, from first to last."""
    return candidate if candidate_wins(stamp(kept), stamp(candidate)) else kept


def candidate_wins(kept_updated_at: int, candidate_updated_at: int) -> bool:
    """Decide between two spellings of one key: strictly newer wins, a tie keeps the first."""
    return candidate_updated_at > kept_updated_at


def rewrite(text: str, changed: dict[str, Entry], removed: frozenset[str]) -> Iterator[bytes]:
    """Write the file anew with some keys changed and some removed; every other member stays as it was written.

    All spellings of a changed or removed key go, except values that are no entries: those are kept verbatim.
    """
    touched = removed | changed.keys()
    kept: dict[str, Member] = {}
    for member in members(text):
        if not (member.key in changed or (isinstance(member.value, dict) and normalise(member.key) in touched)):
            kept[member.key] = Member(member.key, None, member.start, member.end)
        else:
            kept.pop(member.key, None)
    opening = b"{\n  "
    for member in kept.values():
        yield opening + to_json(member.key).encode("ascii") + b": "
        yield text[member.start : member.end].encode("latin-1")
        opening = b",\n  "
    for key, entry in changed.items():
        yield opening + to_json(key).encode("ascii") + b": " + to_json(entry).encode("ascii")
        opening = b",\n  "
    yield b"{}\n" if opening == b"{\n  " else b"\n}\n"


def _updated_at(member: Member) -> int:
    value = member.value
    return value.updated_at if isinstance(value, _Packed) else updated_at(value)


def _skip(text: str, position: int) -> int:
    while text[position : position + 1] in _SPACE and position < len(text):
        position += 1
    return position


def _value(text: str, start: int) -> tuple[Any, int]:
    try:
        value, end = STRICT_DECODER.raw_decode(text, start)
        written = text[start:end]
        if not written.isascii():
            value = STRICT_DECODER.decode(written.encode("latin-1").decode("utf-8"))
    except UnicodeDecodeError as error:
        raise LegacyInvalid(f"{_where(text, start)}: not UTF-8: {error.reason}") from error
    except ValueError as error:
        position = getattr(error, "pos", start)
        reason = getattr(error, "msg", str(error))
        raise LegacyInvalid(f"{_where(text, position)}: {reason}") from error
    except RecursionError as error:
        if text_depth(text[start:].encode("latin-1")) <= DEEPEST:
            raise
        raise LegacyInvalid(f"{_where(text, start)}: nested more than {DEEPEST} levels deep") from error
    if written.count("{") + written.count("[") > DEEPEST and (reason := check_value(value)) is not None:
        raise LegacyInvalid(f"{_where(text, start)}: {reason}")
    return value, end


def _expect_end(text: str, position: int) -> None:
    position = _skip(text, position)
    if position != len(text):
        raise LegacyInvalid(f"{_where(text, position)}: something follows the object")


def _where(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return f"line {line} column {column}"
