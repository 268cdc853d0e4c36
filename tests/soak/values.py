"""What the processes write: each value once, so that whoever sees one knows which operation has made it.

A value goes by its tag.  The entry follows from the tag, so a tag that is read stands for the whole entry.
"""

from typing import Any
from zlib import crc32

KEYS = (
    "agent:main:main",
    "agent:main:telegram:group:-1001",
    "agent:main:ключ",
    "agent:main:" + "k" * 260,
    "con",
    "a",
    "b",
    "%41",
)
"""Among them one of other letters, one whose file has a digest for a name, one that a platform forbids."""

SIZES_BYTES = (0, 100, 700, 5_000, 40_000)


def entry_of(tag: str) -> dict[str, Any]:
    """The entry with this tag."""
    number = crc32(tag.encode())
    return {"sessionId": tag, "updatedAt": 1_700_000_000_000 + number, "text": "x" * SIZES_BYTES[number % 5]}


def tag_of(entry: Any) -> str | None:
    """The tag of an entry, None for none; what is not whole has a tag that nobody has written."""
    if entry is None:
        return None
    tag = entry.get("sessionId") if isinstance(entry, dict) else None
    if isinstance(tag, str) and entry == entry_of(tag):
        return tag
    return f"garbled: {str(entry)[:60]}"


def tags_of(entries: dict[str, Any]) -> dict[str, str | None]:
    """Key to tag; a key that ought to be there and is not has None."""
    return dict.fromkeys(KEYS) | {key: tag_of(entry) for key, entry in entries.items()}
