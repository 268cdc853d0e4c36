"""What is stored: realistic sessions, in numbers from ten to ten thousand.

Up to 1,000 they are as `blackstart sample` makes them: two in three carry 110 KB of skills and prompt report, the
others are bare, so 1,000 come to 80 MB.  Of 10,000 only every tenth may carry them, so that these come to 90 MB as well
and differ from 1,000 in number alone.

What is written and read by single operations is always the same session, of about 117 KB, in all of them.
"""

import json
from collections.abc import Mapping
from itertools import cycle, islice
from typing import Any

from scenarios.sample import sample_entries

Entry = dict[str, Any]

SIZES = (10, 150, 1_000, 10_000)
AS_SAMPLED = 1_000
SEED = 1
TOUCHED = "agent:main:telegram:direct:touched"
BLOBS = ("skillsSnapshot", "systemPromptReport")


def entries_of(count: int) -> dict[str, Entry]:
    """So many entries, the touched one among them."""
    entries = sample_entries(count, SEED)
    every = max(1, count // AS_SAMPLED)
    for number, entry in enumerate(entries.values()):
        if number % every:
            for name in BLOBS:
                entry.pop(name, None)
    entries.popitem()
    entries[TOUCHED] = touched(0)
    return entries


def touched(version: int) -> Entry:
    """The session that single operations write and read, in a version of its own."""
    for entry in sample_entries(3, SEED).values():
        if BLOBS[0] in entry:
            return entry | {"updatedAt": entry["updatedAt"] + version}
    raise AssertionError("none of the sampled sessions has a snapshot")


def bare_entries(count: int) -> dict[str, Entry]:
    """So many entries of about 1 KB, without what makes the others big."""
    entries = sample_entries(count, SEED)
    return {key: {name: entry[name] for name in entry if name not in BLOBS} for key, entry in entries.items()}


def entries_of_total(count: int, file_bytes: int) -> dict[str, Entry]:
    """So many entries of one size, whose file has that size: each with as many skills as that takes."""
    entries = bare_entries(count)
    skills = cycle(touched(0)[BLOBS[0]]["resolvedSkills"])
    wanted = file_bytes / count
    owed = 0.0
    for key, entry in entries.items():
        size = len(legacy_text({key: entry}))
        snapshot: list[Any] = []
        while size < wanted + owed:
            snapshot += islice(skills, 1)
            size += len(legacy_text(snapshot[-1]))
        entry[BLOBS[0]] = {"resolvedSkills": snapshot, "version": 1}
        owed += wanted - size  # the next one is smaller by what this one is too big
    return entries


def legacy_text(entries: Mapping[str, Any]) -> bytes:
    """A file as the original program writes it."""
    return json.dumps(entries, indent=2, ensure_ascii=False).encode()


def compact_text(entries: Mapping[str, Any]) -> bytes:
    """The same without a space: ten times as fast to write."""
    return json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
