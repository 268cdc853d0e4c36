"""What a run on real file systems says of itself: verdict, exit code, table, and what must not be."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from model.live.campaign import LiveCampaign
from model.live.failed_sync import FailedSync
from model.live.file_systems import SETUPS
from model.live.plan import Scope
from model.live.sighting import Contradiction, Harvest
from model.live.stores import Finding, StoreRuns
from model.live.tasks import Control, Conviction
from model.report.live import BEGIN, END, live_markdown, live_text, live_value, verdict_sentence

FORBIDDEN = Contradiction("ext4", "ext4", "write a 1; fsync a", 2, 2, "as is", "nothing")
FINDING = Finding("xfs", "put: one", "Because it returned, 'a' must be there. However it is not.", "as is", (), ())
FOUND_OUT = Control("ext4", "a device that loses what it flushed", 21, FORBIDDEN)
CONVICTED = Conviction("no-fsync-of-the-file", "xfs", 12, FINDING)
FORGOTTEN = FailedSync("ext4", "new bytes", "EIO", "8192a", "ok", "8192o", "ok", "8192o")


def harvest(setup: str, profile: str) -> Harvest:
    return Harvest(setup, profile, runs=100, disks=250, seen={1, 2, 3}, lossy={1}, admitted={1, 9}, listed=40)


def campaign() -> LiveCampaign:
    return LiveCampaign(
        Scope(SETUPS, None, seed=7),
        "Linux 6.18.44",
        4,
        {setup.name: harvest(setup.name, setup.profile) for setup in SETUPS},
        {setup.name: StoreRuns(setup.name, setup.profile, cases=2, cuts=30) for setup in SETUPS},
        controls=[FOUND_OUT],
        convictions=[CONVICTED],
        failed_syncs=[FORGOTTEN, replace(FORGOTTEN, setup="xfs")],
        meant=Counter({("together", 1): 168, ("alone", 1): 168, ("alone", 5): 240, ("logged", 6): 80}),
        played=Counter({("together", 1): 168, ("alone", 1): 94, ("alone", 5): 240, ("logged", 6): 8}),
        listed=Counter({1: 21}),
        seconds=75.0,
    )


def contradicted() -> LiveCampaign:
    found = campaign()
    found.harvests["ext4"].forbidden.add(3)
    found.harvests["ext4"].contradictions.append(FORBIDDEN)
    return found


def changed(**what: object) -> LiveCampaign:
    return replace(campaign(), **what)  # type: ignore[arg-type]  # names of fields


@pytest.mark.parametrize(
    ("found", "verdict", "code"),
    [
        (campaign(), "ok", 0),
        (contradicted(), "counterexample", 1),
        (changed(stores={"xfs": StoreRuns("xfs", "xfs", broken_promises=[FINDING])}), "counterexample", 1),
        (changed(stores={"xfs": StoreRuns("xfs", "xfs", unlike_profile=[FINDING])}), "counterexample", 1),
        (changed(failed_syncs=[replace(FORGOTTEN, first="ok")]), "counterexample", 1),
        (changed(failed_syncs=[replace(FORGOTTEN, cut="8192b")]), "counterexample", 1),
        (changed(controls=[replace(FOUND_OUT, forbidden=0, example=None)]), "unfounded", 1),
        (changed(convictions=[replace(CONVICTED, evidence=None)]), "unfounded", 1),
        (changed(harvests={each.name: Harvest(each.name, each.profile, seen={1}) for each in SETUPS}), "unfounded", 1),
        (changed(stores={"xfs": StoreRuns("xfs", "xfs", left_out=3)}), "unfounded", 1),
        (changed(stores={"xfs": StoreRuns("xfs", "xfs", cases=1, left_out=3)}), "ok", 0),
        (changed(left_out=["xfs, 40 programs, each alone: no time left"]), "unknown", 3),
        (changed(interrupted=True), "unknown", 3),
        (changed(errors=["Traceback"]), "unknown", 4),
        (changed(left_over=300), "ok", 0),
    ],
)
def test_the_verdict_and_its_exit_code(found: LiveCampaign, verdict: str, code: int) -> None:
    assert (found.verdict, found.exit_code) == (verdict, code)
    assert live_value(found)["verdict"] == verdict


def test_what_is_known_to_be_wrong_stands_whatever_was_cut_short() -> None:
    assert replace(contradicted(), interrupted=True).verdict == "counterexample"


def test_the_report_fits_eighty_columns_and_ends_with_the_verdict() -> None:
    for found in (campaign(), contradicted(), changed(left_out=["x" * 60] * 30, interrupted=True)):
        lines = live_text(found, ".blackstart/runs/20261125T172023Z-7d6736")
        assert max(map(len, lines)) <= 80
        assert " ".join(lines).endswith(verdict_sentence(found))


def test_large_numbers_and_long_names_fit_as_well() -> None:
    found = campaign()
    for each in found.harvests.values():
        each.runs, each.disks = 99_999, 999_999
        each.seen, each.admitted = set(range(99_999)), set(range(99_999, 199_998))
    found.failed_syncs += [replace(FORGOTTEN, setup=setup.name, fails="their place") for setup in SETUPS[1:]]
    found.failed_syncs.append(replace(FORGOTTEN, setup=SETUPS[2].name, first="EROFS", second="EROFS"))
    assert max(map(len, live_text(found))) <= 80


def test_each_set_up_has_a_row_with_its_counts() -> None:
    rows = [line.split() for line in live_text(campaign()) if line.startswith("ext4 nodelalloc ")]
    assert rows[0][2:] == ["100", "250", "3", "3", "1"]
    assert rows[1][2:] == ["2", "30", "0", "0"]
    assert [row["setup"] for row in live_value(campaign())["rows"]] == [setup.name for setup in SETUPS]


def test_shares_are_told() -> None:
    text = " ".join(" ".join(live_text(campaign())).split())
    assert len(SETUPS) == 8
    assert "21 programs of 1 call, together all of 21, alone 56.0% of 21" in text
    assert "longer ones, drawn: alone all of 30, logged 10.0% of 10" in text


def test_cases_that_no_disk_can_play_are_told() -> None:
    assert "simulated machine" not in "\n".join(live_text(campaign()))
    found = changed(stores={"xfs": StoreRuns("xfs", "xfs", cases=1, left_out=3)})
    assert "not on a disk 3 cases that only a simulated machine can play" in " ".join(
        " ".join(live_text(found)).split()
    )


def test_the_legend_says_of_how_many_programs_outcomes_were_listed() -> None:
    found = campaign()
    assert "of the 40 programs of each set-up" in " ".join(" ".join(live_text(found)).split())
    found.harvests["xfs"].listed = 43
    assert "of the 40 to 43 programs of each set-up" in " ".join(" ".join(live_text(found)).split())


def test_a_contradiction_is_told_with_program_cut_and_disk() -> None:
    text = "\n".join(live_text(contradicted()))
    assert "contradiction 1: ext4, profile ext4" in text
    assert "program  write a 1; fsync a" in text
    assert "cut      as is, 2 calls complete" in text
    assert "held     nothing" in text


def test_a_failed_fsync_is_told_in_one_row_for_all_that_behave_alike() -> None:
    (row,) = [line for line in live_text(campaign()) if "new bytes" in line]
    assert row.split() == ["ext4", "and", "1", "more", "new", "bytes", "EIO", "new", "ok", "old", "ok", "old"]


def test_markdown_stands_between_its_marks_with_a_row_for_each_set_up() -> None:
    lines = live_markdown(campaign())
    assert (lines[0], lines[-1]) == (BEGIN, END)
    assert "| `ext4 data=journal` | `ext4-data-journal` | 100 | 250 | 3 | 3 | 1 |" in lines
    assert sum(line.startswith("| `") for line in lines) == len(SETUPS)


def test_the_json_value_is_json() -> None:
    assert json.loads(json.dumps(live_value(contradicted())))["rows"][0]["forbidden"] == 1


def test_harvests_of_one_set_up_add_up() -> None:
    one, other = harvest("ext4", "ext4"), harvest("ext4", "ext4")
    other.seen, other.forbidden, other.contradictions = {3, 4}, {4}, [FORBIDDEN]
    one.add(other)
    assert (one.runs, one.disks, one.listed) == (200, 500, 80)
    assert (one.seen, one.seen_and_admitted, one.never_seen) == ({1, 2, 3, 4}, 3, 1)
    assert one.contradictions == [FORBIDDEN]
