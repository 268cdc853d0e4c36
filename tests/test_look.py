"""What a fresh process sees of a session store's disk: every kind of file under its right heading."""

from model.explore.stage import Stage
from model.observation import NOTHING, digest_of
from scenarios.arrangement import BACKUP, Arrangement, as_legacy, entry
from scenarios.look import examine, look_at_disk, peek
from scenarios.session_cases.recoveries import FOREIGN, LITTER, LITTERED, TORN

A = entry("a")
OLD = as_legacy({"a": A})


def arranged(arrangement: Arrangement) -> Stage:
    stage = Stage()
    arrangement.place(stage.kernel(), stage.path)
    stage.settle()
    return stage


def test_litter_strangers_and_unreadable_entries_are_told_apart() -> None:
    stage = arranged(LITTERED)
    seen = look_at_disk(stage.kernel(), stage.path, {"a": A})
    assert seen.layout == "live"
    assert set(seen.litter) == {name for name in LITTER if not name.startswith("sessions.d.migrating")} | {
        "sessions.d.migrating"
    }
    assert set(seen.strangers) == set(FOREIGN)
    assert seen.unreadable == {"b": digest_of(TORN)}


def test_the_legacy_file_and_its_backups_are_told_by_their_bytes() -> None:
    stage = arranged(Arrangement(legacy=b"{}", backup=OLD, backups={"sessions.json.bak.7": OLD}))
    seen = look_at_disk(stage.kernel(), stage.path, {})
    assert (seen.layout, seen.legacy) == ("legacy", digest_of(b"{}"))
    assert seen.backups == {BACKUP: digest_of(OLD), "sessions.json.bak.7": digest_of(OLD)}


def test_what_a_roll_back_set_aside_is_seen() -> None:
    files = {"sessions.d.bak.1/": b"", "sessions.d.bak.1/b.json": TORN}
    stage = arranged(Arrangement(legacy=OLD, files=files))
    assert examine(stage.kernel(), stage.path).set_aside == {"sessions.d.bak.1/b.json": digest_of(TORN)}


def test_a_folder_that_is_not_there_shows_nothing() -> None:
    stage = Stage()
    seen = look_at_disk(stage.kernel(), "/srv/nowhere/sessions.json", {})
    assert (seen.layout, seen.backups, seen.litter) == ("none", NOTHING, ())


def test_a_reader_sees_the_entries_and_leaves_the_litter() -> None:
    stage = arranged(LITTERED)
    seen = peek(stage.kernel(), stage.path)
    assert (seen.entries, seen.layout, seen.looked) == ({"a": A}, None, "a reader")
    assert len(look_at_disk(stage.kernel(), stage.path, {"a": A}).litter) == 4


def test_recovery_is_seen_with_its_steps_and_what_it_left() -> None:
    stage = arranged(LITTERED)
    seen = examine(stage.kernel(), stage.path)
    assert (seen.entries, seen.litter) == ({"a": A}, ())
    assert sorted(seen.steps) == ["swept staging", *["swept temporary"] * 3]
    assert seen.with_second(examine(stage.kernel(), stage.path)).second_changed is False


def test_an_invalid_legacy_file_is_an_error_beside_what_lies_on_the_disk() -> None:
    stage = arranged(Arrangement(legacy=b"{"))
    seen = examine(stage.kernel(), stage.path)
    assert seen.error is not None
    assert seen.error[0] == "LegacyUnreadable"
    assert (seen.layout, seen.legacy) == ("legacy", digest_of(b"{"))


def test_the_stores_of_agents_are_looked_at_one_by_one() -> None:
    stage = Stage()
    kernel = stage.kernel()
    for folder in ("agents", "agents/x", "agents/x/sessions", "agents/y"):
        kernel.mkdir(f"/srv/{folder}")
    Arrangement(legacy=OLD).place(kernel, "/srv/agents/x/sessions/sessions.json")
    seen = examine(stage.kernel(), stage.path)
    assert {name: part.layout for name, part in seen.parts.items()} == {"x": "legacy", "y": "none"}
    assert seen.part("x").entries == {"a": A}
    assert seen.part("z").layout == "none"
    assert peek(stage.kernel(), stage.path).part("x").entries == {"a": A}
