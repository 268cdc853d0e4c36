"""What the lockstep machine draws: keys, entries, batches and files, biased to what hurts."""

import json
from typing import Any

from hypothesis import strategies as st

from model.legacy_file import normalised

# Case variants, a key that is another's prefix, shared prefixes, encodings that nearly collide, names of devices, a
# key too long for a file name and its neighbour, one that is blocked, and none.
KEYS = ["a", "b", "A", " b", "a.json", "a%2F", "a/", "agent:main:x", "agent:main:x/y", "con", "é", "e\u0301"]
KEYS += ["long" * 80, "long" * 80 + "x", "__proto__", ""]
WATCHED = ("a", "b", "a/", "long" * 80)
"""Keys that are looked at one by one after every step."""

keys = st.sampled_from(KEYS)
good_keys = keys.filter(lambda key: key not in ("", "__proto__"))

blob = "b" * 700  # spans two units of 512 bytes
entries: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"sessionId": st.sampled_from(["s1", "s2"])},
        optional={
            "updatedAt": st.integers(1, 3),
            "x": st.sampled_from([None, True, 1, 1.5, "é", [], {"b": 1, "a": 2}, blob]),
        },
    ),
)


def _is_one_a_key(mapping: dict[str, Any]) -> bool:
    return len({normalised(key) for key in mapping}) == len(mapping)


batches = st.dictionaries(good_keys, entries, max_size=4).filter(_is_one_a_key)
removals = st.sets(good_keys, max_size=2)

legacy_contents = st.one_of(
    st.dictionaries(keys, st.one_of(entries, st.none(), st.just([])), max_size=4).map(
        lambda value: json.dumps(value).encode()
    ),
    st.sampled_from(
        [
            b"{}",
            b"",
            b"{",
            b"[]",
            b"\0\0",
            b'{"a": null}',
            b'{"a": {"updatedAt": 1, "x": 1}, "A": {"updatedAt": 1, "x": 2}}',
            b'{"a": {"sessionId": "1"}, "a": {"sessionId": "2"}}',
        ]
    ),
)

corrupt_bytes = st.sampled_from([b"", b"\0" * 20, b'{"sessionId": "s', b"[1]", b"\xff\xfe"])
foreign_names = st.sampled_from([".DS_Store", "notes.txt", "4711.tmp", ".nfs0001", "sessions.json.bak"])
