"""Known-bad stores: each is convicted by the property that it names, and is a good store until something is cut."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from model.cli import blackstart
from model.defects.campaign import Row, convict_all, load_defects, select
from model.defects.conviction import Conviction, convict
from model.defects.cost import compare_costs
from model.defects.defect import COST, Defect, step
from model.defects.touching import step_name, touched
from model.persistence.profiles import GATES
from model.properties import PROPERTIES
from model.reference import Reference
from model.report.kills import kill_table, kills_markdown, kills_value
from model.simulation import Machine
from model.target import Target, UserMistake
from scenarios.defects import DEFECTS
from scenarios.sessions import target
from store import SessionStore, live, migration

STEPS = 300
"""Steps that a bad store keeps up with the reference model, as long as nothing is cut, fails or overlaps."""

SHOWN_BY: dict[str, tuple[str, str]] = {
    "no-fsync-of-the-file": ("put", "the first, in an empty folder"),
    "no-fsync-of-the-directory": ("put", "a new key"),
    "no-fsync-of-the-parent": ("put", "the first, in an empty folder"),
    "fsync-of-the-wrong-directory": ("put", "a new key"),
    "rename-before-fsync": ("put", "a new key"),
    "legacy-file-replaced-unsynced": ("save", "in legacy mode"),
    "nothing-to-do-acknowledged-unsynced": (
        "delete",
        "after an older program made the live directory and synced nothing",
    ),
    "recovery-vouches-for-nothing": ("put", "killed, then a recovery"),
    "legacy-file-read-unsynced": ("finish", "of late writes that were never synced"),
    "staging-unsynced": ("migrate", "killed, then a put"),
    "backup-before-the-commit-is-durable": ("migrate", "killed, then a put"),
    "merge-unsynced": ("merge", "killed, then the same by a process that was there, and an old writer comes"),
    "mark-removed-before-the-backup-is-durable": ("migrate", "killed, then a delete"),
    "delete-acknowledged-before-sync": ("delete", "of an entry"),
    "new-folders-unsynced": ("put", "the first, into folders that are still to be made"),
    "write-in-place": ("put", "a new key"),
    "one-temporary-for-all": ("put", "a put, with a put of another key"),
    "temporaries-never-swept": ("put", "a new key"),
    "sweeping-what-is-not-ours": ("recover", "of every kind of litter"),
    "unreadable-entry-overwritten": ("put", "onto an unreadable entry"),
    "unreadable-entry-buried-by-a-merge": ("merge", "equal, different, newer, unreadable and missing entries"),
    "removals-before-puts": ("save", "killed, then a put"),
    "save-compares-with-the-disk": ("load", "two processes, one of which saves what it has loaded long before"),
    "failed-write-only-warned": ("faults", "put('b'), live"),
    "failed-fsync-retried": ("put", "put('b'), whose file's sync fails: EIO, pages reverted"),
    "failed-fsync-ignored": ("put", "put('b'), whose file's sync fails"),
    "short-write-ignored": ("put", "whose writes are short"),
    "acknowledged-before-the-sync": ("put", "a new key"),
    "roll-back-left-half-way": ("faults", "roll_back(), live"),
    "older-file-adopted-unsynced": ("recover", "adopts a free name, unsynced"),
    "unreadable-entry-moved-by-one-rename": (
        "put",
        "onto an unreadable entry, killed, then the same put by a process that was there",
    ),
    "unreadable-mark-thrown-away": ("recover", "of a mark that cannot be read"),
    "any-file-will-do-for-a-temporary": ("put", "beside a left-over temporary"),
    "save-removes-what-it-could-not-read": ("save", "beside an entry that nobody can read"),
    "whatever-stands-there-moved-as-an-entry": ("migrate", "of a file with more than entries"),
    "long-names-cut-off": ("put", "of a key that begins like another one"),
    "temporary-swept-from-a-living-writer": ("put", "a put in legacy mode, with a recovery"),
    "failed-retry-swallowed": ("retry", "put('new'), moved aside, and moved aside again"),
    "retry-shadows-the-legacy-file": ("retry", "put('new'), rolled back by hand"),
    "restored-file-merged-into-what-is-gone": ("retry", "apply(), rolled back by hand"),
    "name-taken-before-it-is-free": ("retry", "delete('a'), moved aside"),
    "folder-settled-once-for-all": ("retry", "put('new'), moved aside, and rolled back by hand again"),
    "what-came-back-counts-as-synced": ("retry", "put('new'), moved aside, and back"),
    "unparseable-file-taken-for-empty": ("put", "into a legacy file that cannot be parsed"),
    "readable-by-others": ("put", "watched, of a new key"),
    "whole-store-snapshot": ("put", "among 4 and 40 entries"),
    "migration-of-no-entry": ("migrate", "of a file without an entry"),
    "unfinished-migration-left-to-the-next": ("migrate", "killed, then a put"),
    "write-beside-an-unfinished-migration": ("delete", "beside an unmerged legacy file"),
    "late-legacy-file-ignored": ("merge", "killed, then the same by a process that was there, and an old writer comes"),
    "digest-before-entries": ("merge", "killed, then the same by a process that was there, and an old writer comes"),
    "digest-never-removed": ("migrate", "killed, then a put"),
    "legacy-file-deleted": ("migrate", "killed, then a put"),
    "original-deleted-before-its-copy-is-durable": ("migrate", "killed, then a put"),
    "torn-backup": ("migrate", "killed, then a put"),
    "backup-over-an-older-one": ("finish", "before the backup, whose name is taken"),
    "commit-without-looking-again": ("migrate", "an old writer comes"),
    "staging-reused": ("migrate", "killed, then a put"),
    "merge-that-clobbers": ("merge", "equal, different, newer, unreadable and missing entries"),
    "roll-back-moves-the-directory-first": ("roll back", "of a live store"),
    "roll-back-deletes-the-directory": ("roll back", "with unreadable"),
    "cache-believed-for-45-seconds": ("load", "an entry is rewritten in place, within one tick"),
    "stamp-taken-after-the-read": ("load", "an entry is replaced"),
    "stamp-believed-within-its-grain": ("load", "an entry is rewritten in place, within one tick"),
    "readers-do-not-wait": ("save", "a save, with somebody who reads"),
    "writers-do-not-wait-for-readers": ("load", "somebody who reads, with a save"),
    "exclusive-lock-taken-shared": ("update", "an update, with a save"),
    "lock-stolen-when-it-takes-too-long": ("update", "an update, with updates of the same key"),
    "lock-file-unlinked": ("update", "an update, with updates of the same key"),
    "update-reads-before-it-locks": ("update", "an update, with updates of the same key"),
    "staging-swept-while-in-use": ("migrate", "a migration, with a recovery"),
    "layout-decided-before-the-lock": ("put", "a put, with a migration"),
    "directory-kept-open": ("put", "a put, with a roll-back"),
    "one-lock-for-all-keys": ("put", "a put, with a put of another key"),
    "unparseable-file-passed-over-in-silence": ("migrate", "says that a file cannot be parsed"),
    "blocked-keys-let-in": ("migrate", "killed, then a put"),
    "dot-not-escaped": ("put", "of the key '.hidden'"),
    "every-spelling-is-an-entry": ("recover", "adopts a free name, unsynced"),
    "older-variant-wins": ("migrate", "killed, then a put"),
    "one-directory-for-two-stores": ("migrate", "of two stores in one folder"),
    "symbolic-link-followed": ("put", "into a live directory that is a symbolic link"),
    "start-up-follows-links": ("migrate_all", "of an agent whose folder is a symbolic link"),
    "template-for-main-only": ("migrate_all", "of a configured path, for three agents"),
}
"""The quickest case that shows each, so that not all have to be run: operation, and how its name begins."""

BY_NAME = {defect.name: defect for defect in DEFECTS}


def named(defect: Defect) -> str:
    return defect.name


def test_there_are_at_least_forty_and_each_tells_its_story() -> None:
    assert len(DEFECTS) >= 40
    assert len(BY_NAME) == len(DEFECTS)
    for defect in DEFECTS:
        assert 1 <= defect.story.count(". ") + 1 <= 4
        assert defect.story.endswith(".")
        assert defect.source
        assert defect.property in PROPERTIES or defect.property == COST
        assert set(defect.profiles) <= set(GATES)


@pytest.mark.parametrize("defect", DEFECTS, ids=named)
def test_a_bad_store_keeps_step_with_the_reference_model(defect: Defect) -> None:
    if defect.unlike:
        return
    with defect.in_force():
        keep_step(random.Random(defect.name), STEPS)


def test_the_store_keeps_step_with_the_reference_model() -> None:
    keep_step(random.Random(1), 2 * STEPS)


def keep_step(chance: random.Random, count: int) -> None:
    """One process, nothing cut, nothing failing: after each step the store shows what the reference shows."""
    kernel = Machine().start().kernel
    store = SessionStore("/srv/sessions.json", kernel=kernel, notify=lambda notice: None)
    reference = Reference().recover()
    for _ in range(count):
        act, after = one_step(chance, reference)
        act(store)
        reference = after
        assert store.load() == reference.readable()


def one_step(chance: random.Random, reference: Reference) -> tuple[Callable[[SessionStore], object], Reference]:
    key, other = chance.sample(("a", "b", "c d", "agent:main:x/y", "k" * 300), 2)
    entry = {"sessionId": chance.choice("st"), "updatedAt": chance.randrange(3)}
    shown = reference.readable()

    def touched(old: Any) -> dict[str, Any]:
        return {**(old or {}), **entry}

    wanted = {**{name: value for name, value in shown.items() if name != other}, key: entry}
    operation = chance.choice(("put", "put", "delete", "update", "save", "apply", "migrate", "recover", "roll back"))
    if operation == "put":
        return lambda store: store.put(key, entry), reference.put(key, entry)
    if operation == "delete":
        return lambda store: store.delete(key), reference.delete(key)
    if operation == "update":
        return lambda store: store.update(key, touched), reference.update(key, touched)
    if operation == "save":
        return lambda store: store.save(wanted, base=shown), reference.save(wanted, base=shown)
    if operation == "apply":
        return lambda store: store.apply({key: entry}, (other,)), reference.apply({key: entry}, (other,))
    if operation == "migrate":
        return lambda store: store.migrate(), reference.migrate()
    if operation == "roll back" and chance.random() < 0.3:
        return lambda store: store.roll_back(), reference.roll_back()
    return lambda store: store.recover(), reference.recover()


def test_a_step_is_replaced_wherever_it_was_imported_and_put_back_afterwards() -> None:
    real = live.write_entries
    change = step("store.live", "write_entries", lambda real, *arguments: None)
    with change.replaced():
        assert live.write_entries is not real
        assert migration.write_entries is live.write_entries  # type: ignore[attr-defined]
    assert live.write_entries is real
    assert migration.write_entries is real  # type: ignore[attr-defined]


def test_a_step_is_put_back_when_something_is_raised() -> None:
    real = live.write_entries
    with pytest.raises(KeyError), step("store.live", "write_entries", lambda real: None).replaced():
        raise KeyError
    assert live.write_entries is real


def test_the_store_itself_costs_the_same_whatever_its_size() -> None:
    assert compare_costs(target) is None


def only(operation: str, beginning: str) -> Target:
    """The sessions target with those of its cases whose names begin so, whatever store they are made of."""
    return replace(
        target,
        cases=lambda: [
            case for case in target.cases() if case.operation == operation and case.name.startswith(beginning)
        ],
    )


@pytest.mark.parametrize("defect", DEFECTS, ids=named)
def test_a_bad_store_is_convicted_by_the_property_that_it_breaks(defect: Defect) -> None:
    operation, beginning = SHOWN_BY[defect.name]
    found = convict(defect, only(operation, beginning), is_thorough=False)
    assert (found.verdict, found.property) == ("convicted", defect.property)
    assert found.operations <= 4
    assert found.losses <= 4
    assert found.explanation.startswith("Because ")


def test_each_bad_store_has_its_case() -> None:
    assert SHOWN_BY.keys() == BY_NAME.keys()


def test_a_defect_that_is_none_survives() -> None:
    harmless = Defect("harmless", "Nothing.", "nowhere", 1, (), ("delete",))
    found = convict(harmless, only("delete", "of "))
    assert (found.verdict, found.cases) == ("survived", 3)
    row = Row(harmless, found)
    assert not row.is_convicted
    assert kill_table([row])[-1] == "survived: 1 of 1 known-bad store"
    assert kills_value([row])["survived"] == ["harmless"]


def test_a_defect_that_breaks_another_property_than_it_names_is_no_kill() -> None:
    defect = replace(BY_NAME["delete-acknowledged-before-sync"], property=15)
    found = convict(defect, only("delete", "of an entry"))
    assert (found.verdict, found.property) == ("otherwise", 3)
    assert not Row(defect, found).is_convicted


def test_a_gate_under_which_it_does_not_show_is_no_kill() -> None:
    defect = replace(BY_NAME["delete-acknowledged-before-sync"], profiles=GATES)
    row = Row(defect, convict(defect, only("delete", "of an entry")))
    assert row.conviction.verdict == "convicted"
    assert row.missing_profiles == ("process-kill",)
    assert not row.is_convicted


def test_every_gate_is_every_gate_under_which_some_case_shows_it() -> None:
    defect = BY_NAME["delete-acknowledged-before-sync"]
    found = convict(defect, only("delete", "of "), every_gate=True)
    assert found.profiles == tuple(gate for gate in GATES if gate != "process-kill")
    assert (found.is_every_gate, found.undecided) == (True, ())
    legend = " ".join(" ".join(kill_table([Row(defect, found)])).split())
    assert "under which a case was found that shows it; under the others none does." in legend
    quick = Row(defect, convict(defect, only("delete", "of ")))
    assert "among those tried; --every-gate tries all." in " ".join(" ".join(kill_table([quick])).split())


def test_a_gate_under_which_only_a_larger_counterexample_shows_is_found_as_well() -> None:
    """The smallest one takes a folder that is moved away and may come back, and nothing comes back after a kill."""
    defect = BY_NAME["failed-retry-swallowed"]
    found = convict(defect, only("retry", "put('new'), moved aside, and "))
    assert set(found.profiles) == set(GATES)


def test_a_case_that_runs_none_of_the_steps_that_a_defect_replaces_need_not_be_tried() -> None:
    steps = [step for name in ("backup-over-an-older-one", "no-fsync-of-the-file") for step in BY_NAME[name].steps]
    cases = [*only("delete", "of an entry").cases(), *only("finish", "before the backup, whose name is taken").cases()]
    found = touched(target, cases, steps, "posix")
    backs_up, writes = map(step_name, steps)
    assert found["delete", "of an entry"] == set()
    assert found["finish", "before the backup, whose name is taken"] >= {backs_up, writes}


def test_the_table_is_text_and_markdown() -> None:
    defect = BY_NAME["whole-store-snapshot"]
    row = Row(defect, convict(defect, target))
    assert any(line.startswith("whole-store-snapshot  cost, counted") for line in kill_table([row]))
    assert kills_markdown([row])[-1].startswith("| `whole-store-snapshot` | cost, counted |")


def test_the_command_convicts_those_that_are_named() -> None:
    result = CliRunner().invoke(blackstart, ["defects", "whole-store-snapshot", "--jobs", "1"], standalone_mode=False)
    assert result.return_value == 0
    assert "ok: 1 known-bad store, all convicted" in result.output


def test_a_misspelt_name_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UserMistake) as caught:
        select(load_defects("scenarios.defects:DEFECTS"), ["no-such"])
    assert "no-fsync-of-the-file" in str(caught.value)


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_leaves_a_row_for_each_that_was_done(jobs: int) -> None:
    chosen = select(DEFECTS, ("no-fsync-of-the-file", "no-fsync-of-the-directory", "write-in-place"))

    def interrupt(conviction: Conviction) -> None:
        raise KeyboardInterrupt

    rows = convict_all("scenarios.defects:DEFECTS", chosen, "scenarios.sessions:target", jobs=jobs, report=interrupt)
    assert [row.is_convicted for row in rows] == [True]
