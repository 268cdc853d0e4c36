"""Keys of every kind, through every operation and both layouts."""

from typing import Any

import pytest

from store.errors import InvalidEntry, InvalidKey
from tests.stores import Installation, entry

KEYS = {
    "an agent's": "agent:main:telegram:group:-1003718841002:topic:77",
    "percent": "agent:main:100%done",
    "slashes": "agent:main:path/with/slashes",
    "backslashes": "agent:main:path\\with\\backslashes",
    "dots": "..",
    "one dot": ".",
    "a leading dot": ".hidden",
    "a trailing dot": "trailing.",
    "inner space": "a b",
    "what Windows forbids": 'a*b?c<d>e"f|g',
    "a device": "con",
    "a device with an extension": "nul.txt",
    "a temporary's": ".tmp-0123456789abcdef",
    "the marker's": ".migrated",
    "an escape": "%2e",
    "two percents": "%%",
    "a digest name": "%%" + "0" * 64,
    "control characters": "a\tb\nc\x00d\x1fe\x7ff",
    "umlauts": "münchen",
    "kanji": "会話",
    "beyond the basic plane": "\U0001f600",
    "a lone surrogate": "a\ud800b",
    "line separators": "a\u2028b\u2029c",
    "a byte order mark inside": "a\ufeffb",
    "a combining character": "e\u0301",
    "the longest that fits": "k" * 250,
    "one too long": "k" * 251,
    "400 characters": "k" * 400,
    "400 kanji": "会" * 400,
    "100,000 characters": "key " * 25_000 + "!",
    "an object's method": "hasownproperty",
    "json": "a.json",
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_any_key_is_written_read_and_deleted(installation: Installation, key: str) -> None:
    installation.arrange({"other": entry(0)})
    with installation.opened() as store:
        store.migrate()
        store.put(key, entry(1))
        assert store.get(key) == entry(1)
        assert store.updated_at(key) == entry(1)["updatedAt"]
        assert store.load() == {"other": entry(0), key: entry(1)}
        assert store.update(key, lambda old: {**old, "changed": True} if old else None) == entry(1, changed=True)
    with installation.opened() as store:
        assert store.recovered.steps == ()
        assert store.load() == {"other": entry(0), key: entry(1, changed=True)}
        assert store.check() == ()
        assert store.delete(key)
        assert store.get(key) is None
        assert store.load() == {"other": entry(0)}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_any_key_is_migrated_and_rolled_back(installation: Installation, key: str) -> None:
    installation.arrange({key: entry(1), "other": entry(2)})
    with installation.opened() as store:
        assert store.migrate().name == "migrated"
        assert store.load() == {key: entry(1), "other": entry(2)}
        assert store.roll_back().name == "rolled-back"
        assert store.load() == {key: entry(1), "other": entry(2)}


def test_all_keys_live_side_by_side_on_any_disk(installation: Installation) -> None:
    everything: dict[str, Any] = {key: entry(number) for number, key in enumerate(KEYS.values())}
    with installation.opened() as store:
        installation.arrange({"first": entry(0)})
        store.migrate()
        store.apply(everything, ["first"])
        assert store.load() == everything
    names = [path.name for path in installation.live.iterdir()]
    assert len({name.lower() for name in names}) == len(KEYS)
    for name in names:
        assert name.isascii()
        assert len(name) <= 255
        assert not set(name) & set('/\\:*?<>"|')
        assert name.isprintable()
        assert not name.startswith(".")


def test_spellings_that_differ_in_case_or_space_around_are_one_key(installation: Installation) -> None:
    installation.arrange({"Agent:Main": entry(1)})
    with installation.opened() as store:
        store.migrate()
        for spelling in ("AGENT:MAIN", " agent:main\n", "\ufeffAgent:main"):
            assert store.get(spelling) == entry(1)
        store.put("aGENT:mAIN", entry(2))
        assert store.load() == {"agent:main": entry(2)}
        assert store.delete("AGENT:main ")
        assert store.load() == {}


@pytest.mark.parametrize("key", ["", "  \t", "\ufeff", "__proto__", "Constructor", " prototype ", "__DEFINEGETTER__"])
@pytest.mark.parametrize("migrated", [False, True], ids=["legacy", "directory"])
def test_a_key_that_breaks_readers_is_refused_and_nothing_written(
    installation: Installation, key: str, *, migrated: bool
) -> None:
    installation.arrange({"a": entry(1)})
    with installation.opened() as store:
        if migrated:
            store.migrate()
        before = installation.tree()
        with pytest.raises(InvalidKey):
            store.put(key, entry(2))
        with pytest.raises(InvalidKey):
            store.update(key, lambda old: entry(2))
        with pytest.raises(InvalidKey):
            store.apply({"b": entry(2), key: entry(3)}, ["a"])
        with pytest.raises(InvalidKey):
            store.save({"a": entry(1), key: entry(3)}, base={"a": entry(1)})
    assert installation.tree() == before


BAD_ENTRIES: dict[str, Any] = {
    "null": None,
    "a list": [],
    "a text": "text",
    "NaN": {"updatedAt": float("nan")},
    "infinity": {"x": [float("inf")]},
    "a set": {"x": {1}},
    "bytes": {"x": b"1"},
    "a number for a name": {1: 2},
}


@pytest.mark.parametrize("bad", BAD_ENTRIES.values(), ids=BAD_ENTRIES.keys())
@pytest.mark.parametrize("migrated", [False, True], ids=["legacy", "directory"])
def test_an_entry_that_json_cannot_hold_is_refused_and_nothing_written(
    installation: Installation, bad: Any, *, migrated: bool
) -> None:
    installation.arrange({"a": entry(1)})
    with installation.opened() as store:
        if migrated:
            store.migrate()
        before = installation.tree()
        with pytest.raises(InvalidEntry, match="'b'"):
            store.put("b", bad)
        with pytest.raises(InvalidEntry):
            store.apply({"c": entry(3), "b": bad}, ["a"])
    assert installation.tree() == before


def test_an_entry_nested_without_end_is_refused(installation: Installation) -> None:
    endless: dict[str, Any] = {}
    endless["self"] = endless
    deep: dict[str, Any] = {}
    for _ in range(10_000):
        deep = {"x": deep}
    with installation.opened() as store:
        for bad in (endless, deep):
            with pytest.raises(InvalidEntry):
                store.put("a", bad)


def test_an_entry_of_300_kilobytes_is_kept(installation: Installation) -> None:
    large = entry(1, skillsSnapshot={"prompt": "x" * 300_000})
    installation.arrange({"a": entry(0)})
    with installation.opened() as store:
        store.migrate()
        store.put("a", large)
    assert installation.load() == {"a": large}
