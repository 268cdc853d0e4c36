"""JSON that only looks like a session store, and JSON that is one although it does not look like it.

A legacy file is either migrated with all that it holds or left alone as it is; an entry's file is read, or it is no
entry and left out with a warning until somebody writes its key.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from model.explore.stage import Case
from model.legacy_file import LegacyFile
from scenarios.arrangement import Arrangement, as_legacy, entry, entry_bytes
from scenarios.play import INVALID_LEGACY, Actor, Scene, case
from scenarios.session_cases import steps
from scenarios.session_cases.answering import Question
from scenarios.session_cases.refusals import DEEPEST, HUGE
from scenarios.session_cases.writes import LONG_KEY

A, NEW = entry("a"), entry("new", 2)
TALKATIVE = b'"\\"[{", "]}\\\\": '
"""A text with brackets, and a name that ends in a backslash: whoever counts brackets must not count these."""


def _deep(levels: int) -> bytes:
    """An entry whose lists are so deep, with texts that look like lists."""
    return b'{"x": ' + TALKATIVE.partition(b",")[0] + b', "y": ' + b"[" * levels + b"]" * levels + b"}"


BAD_VALUES: Mapping[str, bytes] = {
    "NaN": b'{"x": NaN}',
    "a number past all doubles": b'{"x": 1e400}',
    "an integer past all doubles": b'{"x": %d}' % HUGE,
    "bytes that are not UTF-8": b'{"x": "\xff"}',
    "too many levels": _deep(DEEPEST),
    "far too many levels": _deep(20_000),
}
BAD_FILES: Mapping[str, bytes] = {
    **{f"with {name}": b'{"a": {}, "b": %s}' % value for name, value in BAD_VALUES.items()},
    "that is a list": b'[{"a": {}}]',
    "without a colon": b'{"a" {}}',
    "without a comma": b'{"a": {} "b": {}}',
    "with a name that is no text": b'{"a": {}, b: {}}',
    "that goes on after its end": b'{"a": {}} {}',
}
GOOD_FILES: Mapping[str, bytes] = {
    "with white space everywhere": b'\n { "a"\t:\r\n{ } , "b" : { "x" : [ ] } } \n',
    "with other letters, escaped and not": '{"é": {"é": "\U0001f600"}, "\\ud83d\\ude00": {"x": "\\ud800"}}'.encode(),
    "with keys twice, the last time as a list": b'{"a": {"x": 1}, "b": {"x": 1}, "a": {"x": 2}, "b": []}',
    "with as many levels as there may be": b'{"a": %s}' % _deep(DEEPEST - 1),
    "with odd times": b'{"a": {"updatedAt": true}, "A": {"updatedAt": "9"}, "b": {"updatedAt": 1.5}, "B": {}}',
}
BAD_ENTRIES: Mapping[str, bytes] = {
    **BAD_VALUES,
    "nothing": b"",
    "NULs": b"\0" * 16,
    "a list": b"[{}]",
    "two entries": b"{}{}",
}


def odd_json_cases() -> Sequence[Case]:
    """All of them."""
    return (*_legacy_files(), *_entry_files(), *_digest_names(), _compared())


def _legacy_files() -> Iterator[Case]:
    for name, content in BAD_FILES.items():
        assert not LegacyFile.of(content).is_readable
        found = Arrangement(legacy=content)
        yield Question(
            "migrate",
            f"of a file {name}",
            "migrate()",
            lambda actor: actor.store.migrate(),
            "invalid",
            found,
            errors=INVALID_LEGACY,
        ).case()
        yield Question(
            "put",
            f"into a legacy file {name}",
            "put('b')",
            lambda actor: actor.store.put("b", NEW),
            "LegacyUnreadable",
            found,
            errors=INVALID_LEGACY,
        ).case()
    for name, content in GOOD_FILES.items():
        scene = Scene(Arrangement(legacy=content))
        yield case(f"of a file {name}", scene, steps.migrate())
        yield case(f"into a legacy file {name}", scene, steps.put("b", NEW), steps.delete("a"))


def _entry_files() -> Iterator[Case]:
    """One file of each kind in one directory: none is shown, and of all of them the bytes stay."""
    live = {f"bad{number}": content for number, content in enumerate(BAD_ENTRIES.values())}
    found = Arrangement(live={"a": A, **live})
    yield Question(
        "load", "of files that are no entries", "load()", lambda actor: actor.store.load(), {"a": A}, found
    ).case()
    for (name, content), key in zip(BAD_ENTRIES.items(), live, strict=True):
        only = Arrangement(live={"a": A, key: content})
        yield Question(
            "update",
            f"of an entry file that holds {name}",
            f"update({key!r})",
            _update(key),
            "EntryUnreadable",
            only,
        ).case()
        if name == "an integer past all doubles":  # a legacy file with such a number could not be read any more
            yield case(f"with an entry file that holds {name}", Scene(only), steps.roll_back())
    several = Scene(Arrangement(live={"a": A, "b": BAD_VALUES["NaN"], "c": b""}))
    yield case("onto unreadable entries", several, steps.apply({"b": NEW}, ("c",)))


def _update(key: str) -> Callable[[Actor], object]:
    return lambda actor: actor.store.update(key, lambda _: NEW)


def _digest_names() -> Iterator[Case]:
    """A file named by the digest of a long key says which key; one that says another is not that key's."""
    contents = {
        "nobody's": b"{}",
        "another long key's": entry_bytes(LONG_KEY + "x", A),
        "a short key's": b'{"sessionKey": "a", "entry": {}}',
        "no entry's": as_legacy({"sessionKey": LONG_KEY, "entry": []}),
    }
    for whose, content in contents.items():
        found = Arrangement(live={"a": A, LONG_KEY: content})
        yield Question(
            "update",
            f"of a long key whose file is {whose}",
            "update(...)",
            _update(LONG_KEY),
            "EntryUnreadable",
            found,
        ).case()


COMPARED: Mapping[str, tuple[Any, Any]] = {
    "b": ({"x": 1}, {"x": True}),
    "c": ({"x": [1, 2]}, {"x": [1]}),
    "d": ({"x": {"y": 1}}, {"x": {"z": 1}}),
    "e": ({"x": 1}, {"x": 1, "y": 1}),
    "f": ({"x": [1, {"y": 2}]}, {"x": [1, {"y": 3}]}),
}
"""Per key two entries that are not the same, however alike they look."""


def _compared() -> Case:
    """A save whose base is almost what is there: what others have changed is kept, and reported."""
    there = {"a": A, **{key: new for key, (_, new) in COMPARED.items()}}
    base = {"a": A, **{key: old for key, (old, _) in COMPARED.items()}}
    wanted = {**dict.fromkeys(COMPARED, NEW), "a": NEW}
    return Question(
        "save",
        "over entries that are almost the same",
        "save()",
        lambda actor: sorted(actor.store.save(wanted, base=base).kept),
        sorted(COMPARED),
        Arrangement(live=there),
        lambda reference: reference.save(wanted, base=base),
    ).case()
