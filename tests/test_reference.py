"""The reference model says what the protocol says: each rule of the store, on the value alone."""

import pytest

from model.legacy_file import LegacyFile, normalised
from model.observation import ABSENT, UNREADABLE, digest_of
from model.reference import Reference, Refused

A1 = {"sessionId": "a1", "updatedAt": 1}
A2 = {"sessionId": "a2", "updatedAt": 2}
B1 = {"sessionId": "b1", "updatedAt": 1}

LEGACY = b'{"a": {"sessionId": "a1", "updatedAt": 1}, "b": {"sessionId": "b1", "updatedAt": 1}}'
LATE = b'{"a": {"sessionId": "late", "updatedAt": 9}, "c": {"sessionId": "c1", "updatedAt": 9}}'


def live(**entries: object) -> Reference:
    return Reference(live=entries)


def legacy(content: bytes = LEGACY) -> Reference:
    return Reference(legacy=LegacyFile.of(content))


@pytest.mark.parametrize(
    ("written", "key"),
    [(" Agent:Main\n", "agent:main"), ("\ufeffA", "a"), ("\x1fa", "\x1fa"), ("\x85a", "\x85a"), ("İ", "i̇")],
)
def test_a_key_has_one_form(written: str, key: str) -> None:
    assert normalised(written) == key


@pytest.mark.parametrize("key", ["", "  ", "__proto__", "Constructor", "__defineGetter__"])
def test_a_key_that_breaks_readers_is_refused(key: str) -> None:
    with pytest.raises(Refused):
        live().put(key, A1)


def test_what_was_put_is_shown_under_the_normalised_key_until_it_is_deleted() -> None:
    store = live().put(" A ", A1)
    assert store.shown() == {"a": A1}
    assert store.delete("A").shown() == {}
    assert store.delete("A").past == {"a": (A1,)}


def test_of_case_variants_the_strictly_newest_wins_and_a_tie_keeps_the_first() -> None:
    content = b'{"K": {"n": 1, "updatedAt": 5}, "k": {"n": 2, "updatedAt": 5}, " k": {"n": 3, "updatedAt": 6}}'
    assert LegacyFile.of(content).entries() == {"k": {"n": 3, "updatedAt": 6}}
    assert LegacyFile.of(content.replace(b"6", b"5")).entries() == {"k": {"n": 1, "updatedAt": 5}}


def test_what_is_no_entry_is_left_out_of_a_legacy_file_and_kept_by_writes_to_it() -> None:
    store = legacy(b'{"a": {}, "n": null, "__proto__": {}, "": {}}').put("b", B1)
    assert store.shown() == {"a": {}, "b": B1}
    assert store.legacy is not None
    assert store.legacy.pairs == (("a", {}), ("n", None), ("__proto__", {}), ("", {}), ("b", B1))


def test_a_legacy_file_that_cannot_be_parsed_refuses_writes() -> None:
    with pytest.raises(Refused):
        legacy(b'{"a": {').put("a", A1)


def test_migration_moves_everything_and_leaves_one_backup() -> None:
    store = legacy().migrate()
    assert (store.layout, store.shown()) == ("live", legacy().shown())
    assert store.backups == (digest_of(LEGACY),)
    assert store.migrate() is store


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"a": ', b'{"a": null}'])
def test_a_legacy_file_without_entries_stays_as_it_is(content: bytes) -> None:
    assert legacy(content).migrate() == legacy(content)


def test_live_entries_win_over_an_unmerged_legacy_file_even_a_newer_one() -> None:
    store = live(a=A1).rewrite_legacy(LATE)
    assert store.is_unmerged
    assert store.shown() == {"a": A1, "c": {"sessionId": "c1", "updatedAt": 9}}
    assert store.recover().backups == (digest_of(LATE),)
    assert store.recover().shown() == store.shown()


def test_a_legacy_file_that_the_directory_holds_already_brings_nothing_back() -> None:
    store = Reference(live={"a": A1}, legacy=LegacyFile.of(LEGACY), migrated=digest_of(LEGACY))
    assert store.shown() == {"a": A1}
    assert store.recover().backups == (digest_of(LEGACY),)


def test_what_an_old_writer_slipped_into_the_backup_is_shown_and_comes_before_a_legacy_file() -> None:
    late = LegacyFile.of(LATE.replace(b"late", b"slipped"))
    store = Reference(live={}, legacy=LegacyFile.of(LATE), migrated=digest_of(LEGACY), slipped=late)
    assert store.shown()["a"]["sessionId"] == "slipped"
    assert store.recover().shown() == store.shown()


def test_a_write_first_finishes_a_migration_so_that_nothing_deleted_comes_back() -> None:
    store = live(b=B1).rewrite_legacy(LATE).delete("c")
    assert (store.legacy, store.value("c")) == (None, ABSENT)
    assert store.recover().value("c") is ABSENT


def test_an_unreadable_entry_gives_way_to_a_legacy_value_and_its_bytes_are_kept() -> None:
    store = Reference(live={"a": UNREADABLE}, unreadable={"a": "d1"}, kept=frozenset({"d1"}))
    assert store.readable() == {}
    merged = store.rewrite_legacy(LEGACY).recover()
    assert (merged.value("a"), merged.unreadable, merged.kept) == (A1, {}, frozenset({"d1"}))


def test_a_save_changes_what_differs_from_its_base_and_keeps_what_others_changed() -> None:
    base = {"a": A1, "b": B1}
    store = live(a=A2, b=B1, c=A1)
    assert store.save({"a": A1}, base=base).shown() == {"a": A2, "c": A1}
    assert store.save({"b": A2}, base=base).shown() == {"a": A2, "b": A2, "c": A1}


def test_an_update_that_returns_no_entry_changes_nothing() -> None:
    assert live(a=A1).update("a", lambda entry: None) == live(a=A1)
    assert live(a=A1).update("a", lambda entry: {**entry, "updatedAt": 2}).value("a")["updatedAt"] == 2


def test_a_roll_back_shows_the_same_entries_in_the_legacy_layout() -> None:
    store = live(a=A1).rewrite_legacy(LATE)
    back = store.roll_back()
    assert (back.layout, back.shown()) == ("legacy", store.shown())
    assert back.roll_back() is back


def test_a_roll_back_sets_a_legacy_file_aside_that_cannot_be_parsed() -> None:
    store = live(a=A1).rewrite_legacy(b"{broken")
    assert store.shown() == {"a": A1}
    assert store.roll_back().backups == (digest_of(b"{broken"),)


def test_a_directory_deleted_by_hand_takes_its_entries_along() -> None:
    gone = live(a=A1).vanish()
    assert (gone.layout, gone.shown(), gone.past) == ("none", {}, {"a": (A1,)})
