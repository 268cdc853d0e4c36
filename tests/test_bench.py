"""The bench compares ways of doing the same: all must come to the same answers.  Its tables say what was measured."""

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest

from model.exit_codes import EXIT_OK, EXIT_UNKNOWN
from model.explore.discovery import discover
from model.explore.stage import Stage
from model.explore.workload import play_through
from model.observation import Observation
from model.persistence.profiles import PROFILES
from model.report.figures import WIDTH
from model.simulation import Machine
from model.simulation.files import make_directory, write_file
from scenarios.look import examine, peek
from scenarios.session_cases import scaling_case
from store.host import HostKernel
from tests.bench import __main__ as command
from tests.bench import cores, enumerated, growth, on_disk, profiled
from tests.bench.apart import MeasurementFailed, apart
from tests.bench.cores import OnCores
from tests.bench.enumerated import Covered
from tests.bench.grid import Grid, as_markdown, as_text
from tests.bench.growth import Growth
from tests.bench.on_disk import OnDisk, Tree, crash_trees, lay_out
from tests.bench.plan import Measured, Measurement, carry_out
from tests.bench.profiled import Share
from tests.bench.simulated import PROFILE, Speed, measure
from tests.bench.spread import Spread, figure, spread
from tests.bench.tables import ELSEWHERE, grids, values

ROOT = Path(__file__).parent.parent


def simulated(tree: Tree) -> Stage:
    """A simulated machine with these files, all durable."""
    stage = Stage()
    folder = stage.path.rpartition("/")[0]
    kernel = stage.kernel()
    for name, content in tree.items():
        if content is None:
            make_directory(kernel, f"{folder}/{name}")
        else:
            write_file(kernel, f"{folder}/{name}", content)
    stage.settle()
    return stage


def comparable(seen: Observation) -> Observation:
    """What must be the same on both computers: backups have the time in their names."""
    return seen._replace(backups=dict(enumerate(sorted(seen.backups.values()))), notices=())  # type: ignore[arg-type]


@pytest.mark.parametrize("entries", [1, 2])
def test_a_real_file_system_recovers_every_crash_disk_as_the_simulation_does(tmp_path: Path, entries: int) -> None:
    trees = crash_trees(entries, limit=60)
    assert len(trees) > 10
    for number, tree in enumerate(trees):
        stage = simulated(tree)
        place = tmp_path / str(number)
        lay_out(place, tree)
        path = str(place / "sessions.json")
        assert peek(HostKernel(), path).entries == peek(stage.kernel(), stage.path).entries
        for _ in range(2):
            assert comparable(examine(HostKernel(), path)) == comparable(examine(stage.kernel(), stage.path))


def test_pyfakefs_and_a_process_for_each_disk_come_to_the_same_answers_as_tmpfs() -> None:
    rows = [on_disk.measure(place, 2, 12)[0] for place in ELSEWHERE]
    assert {row.disks for row in rows} == {12}
    assert len({row.answers for row in rows}) == 1
    assert on_disk.measure("tmpfs", 2, 11)[0].answers != rows[0].answers


def test_crash_disks_are_all_different_and_the_same_every_time() -> None:
    trees = crash_trees(2, limit=20)
    assert len({repr(tree) for tree in trees}) == len(trees) == 20
    assert crash_trees(2, limit=20) == trees


def test_memoised_json_changes_the_speed_and_nothing_else() -> None:
    (plain,) = measure(1, memoised=False, nested=True, shortest_s=0.0)
    (memoised,) = measure(1, memoised=True, nested=True, shortest_s=0.0)
    assert (plain.states, plain.raw_states, plain.recoveries) == (
        memoised.states,
        memoised.raw_states,
        memoised.recoveries,
    )


@pytest.mark.parametrize("entries", [1, 2])
def test_building_every_raw_disk_shows_what_discovery_finds(entries: int) -> None:
    workload = play_through(scaling_case(entries))
    crash, path = workload.crash(PROFILES[PROFILE]), workload.stage.path

    def recovered(machine: Machine) -> str:
        return shown(examine(machine.start().kernel, path))

    def read(machine: Machine) -> str:
        return shown(peek(machine.start().kernel, path))

    built = list(enumerated.judged_disks(entries))
    assert len(built) == workload.raw_states(crash)
    assert {shown(each) for _, each in built} == {seen for _, seen in discover(crash.disk, recovered)}
    assert {shown(each) for each, _ in built} == {seen for _, seen in discover(crash.disk, read)}


def shown(seen: Observation) -> str:
    """What was seen of a disk, the times in the names of backups included: both run on the simulated clock."""
    return repr((sorted(seen.entries.items()), seen.layout, seen.legacy, sorted(seen.backups.items()), seen.steps))


def test_a_promise_that_is_broken_stops_the_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enumerated, "examine", lambda kernel, path: examine(kernel, path)._replace(entries={}))
    with pytest.raises(AssertionError, match="recovery must show 'key0'"):
        list(enumerated.judged_disks(1))


def test_one_core_and_two_come_to_the_same_answers() -> None:
    one, two = cores.measure(1, cores.SMALL_SELECTION)
    assert (one.jobs, two.jobs) == (1, 2)
    assert one.answers == two.answers
    assert one.tasks == two.tasks > 5


@pytest.mark.parametrize("of", growth.GROWING)
def test_more_of_anything_has_more_raw_states(of: str) -> None:
    few, many = (growth.measure(of, number, shortest_s=0.0)[0] for number in (1, 2))
    assert few.raw_states < many.raw_states
    assert few.crash_points < many.crash_points


def test_every_table_fits_the_page_and_stands_in_the_readme_as_well() -> None:
    tables = grids(everything())
    assert len(tables) == 7
    for grid in tables:
        assert [line for line in as_text(grid) if len(line) > WIDTH] == []
        markdown = [line for line in as_markdown(grid) if line.startswith("|")]
        assert {line.count("|") for line in markdown} == {len(grid.header) + 1}
        assert len(markdown) == len(grid.rows) + 2


def test_aims_stand_beside_the_figures_that_they_are_for() -> None:
    speed, nested, *_, campaign, _ = grids(everything())
    assert [row[5] for row in speed.rows] == ["10,000", "25,000", "-", "-", "3,000", "10,000"]
    assert [row[4] for row in nested.rows] == ["10", "10"]
    assert campaign.rows[0][3:] == ["1.60", "1.7"]


def test_what_was_not_measured_is_missing_and_nothing_else() -> None:
    assert grids(Measured((), 0, 9)) == []
    speed = Speed(1, False, False, 15, 120, 15, spread([0.01]), 10**7)
    _, elsewhere = grids(Measured((speed, OnDisk("pyfakefs", 1, 10, 0.1, "x")), 2, 9))
    assert elsewhere.rows == [["1", "1,500", "-", "-", "100", "15", "-", "-"]]


def test_figures_that_differ_between_one_core_and_two_are_no_figures() -> None:
    rows = tuple(OnCores(jobs, 7, Spread(1.0, 1.0, 1.0, 1), str(jobs)) for jobs in (1, 2))
    with pytest.raises(AssertionError, match="different answers"):
        grids(Measured(rows, 1, 1))


def test_json_says_whether_it_is_complete_and_holds_every_row() -> None:
    told = json.loads(json.dumps(values(everything())))
    assert told["complete"] is False
    assert {row["kind"] for row in told["rows"]} == {"speed", "ondisk", "covered", "growth", "oncores", "share"}
    assert all(row["states_per_s"] > 0 for row in told["rows"] if row["kind"] in ("speed", "ondisk"))


def everything() -> Measured:
    """Rows of every kind, with figures as long as they get."""
    speeds = [
        Speed(entries, memoised, nested, 999_999, 2**400, 999_999, wide(0.5), 10**10)
        for entries, nested in ((3, False), (6, False), (8, False), (8, True))
        for memoised in (False, True)
    ]
    disks = [OnDisk(place, entries, 300, 0.2, "x") for entries in (3, 8) for place in ELSEWHERE]
    rows = [
        *speeds,
        *disks,
        Covered(8, 999_999, 0.01, 99.0),
        Growth("entries", 8, 999_999, 2**400, 999_999, wide(123.0)),
    ]
    rows += [Share(8, "a part of the checker", True, 1.0, 999_999.0)]
    rows += [Share(8, "persistence/contents.py: a_function_with_a_name", False, 1.0, 999_999.0)]
    wall = (Spread(160.0, 150.0, 170.0, 5), Spread(100.0, 90.0, 110.0, 5))
    return Measured((*rows, *(OnCores(jobs, 999, wall[jobs - 1], "x") for jobs in (1, 2))), 9, 10)


def wide(median: float) -> Spread:
    """Three digits of spread."""
    return Spread(median, 0.9 * median, 1.1 * median, 9)


def test_where_the_time_goes_adds_up() -> None:
    shares = profiled.measure(1)
    parts = [share for share in shares if share.is_part]
    assert sum(share.share for share in parts) == pytest.approx(1)
    assert {"the store", "the simulated computer", "finding crash states", "what persists"} <= {
        share.of for share in parts
    }
    functions = [share for share in shares if not share.is_part]
    assert len(functions) == profiled.LARGEST
    assert 0 < sum(share.share for share in functions) < 1
    (computer,) = (share for share in parts if share.of == "the simulated computer")
    assert 30 < computer.calls < 1_000  # system calls of two recoveries, a look at everything, a reader


def test_a_spread_is_the_median_and_half_of_what_lies_between_the_quartiles() -> None:
    assert spread([4.0, 1.0, 2.0, 3.0, 100.0]) == Spread(3.0, 2.0, 4.0, 5)
    assert str(spread([4.0, 1.0, 2.0, 3.0, 100.0])) == "3.0±1.0"
    assert spread([7.0]) == Spread(7.0, 7.0, 7.0, 1)
    assert str(spread([7.0])) == "7.0"  # nobody knows how far another sample would be away
    assert spread([1.0, 2.0, 4.0]).per(4) == Spread(2.0, 4 / 3, 8 / 3, 3)
    assert [figure(value) for value in (0.0621, 0.623, 6.23, 62.3, 6234.0)] == ["0.062", "0.62", "6.2", "62", "6,234"]


def test_a_heading_in_a_table_spans_it() -> None:
    grid = Grid("t", ["", "a|b"], [["head"], [" x", "1"]], ["note"])
    assert as_text(grid) == ["t", "", "    a|b", "head", " x    1", "", "note"]
    assert as_markdown(grid) == ["t", "", "|  | a\\|b |", "| --- | ---: |", "| **head** |  |", "| x | 1 |", "", "note"]


def interrupt() -> NoReturn:
    raise KeyboardInterrupt


def test_an_interrupt_leaves_what_is_complete_and_is_no_success() -> None:
    told: list[str] = []
    plan = [
        Measurement("s", "one", lambda: [1]),
        Measurement("s", "two", interrupt),
        Measurement("s", "no", lambda: [3]),
    ]
    measured = carry_out(plan, told.append)
    assert (measured.rows, measured.exit_code) == ((1,), EXIT_UNKNOWN)
    assert told == ["1 of 3  s: one", "2 of 3  s: two", "interrupted: 1 of 3 measurements are complete"]
    assert carry_out(plan[:1], told.append).exit_code == EXIT_OK


def test_what_another_process_raises_is_told() -> None:
    with pytest.raises(MeasurementFailed, match="ZeroDivisionError"):
        apart(partial(divmod, 1, 0))
    with pytest.raises(MeasurementFailed, match="without a result"):
        apart(partial(os._exit, 3))
    assert apart(partial(divmod, 7, 2)) == (3, 1)


def test_ctrl_c_prints_the_tables_so_far_and_exits_with_3() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench", "--quick", "--only", "growth"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as bench:
        assert bench.stderr is not None
        assert bench.stderr.readline().startswith("1 of 6")
        assert bench.stderr.readline().startswith("2 of 6")
        os.killpg(bench.pid, signal.SIGINT)
        printed, told = bench.communicate()
    assert bench.returncode == EXIT_UNKNOWN
    assert told.splitlines()[-1].startswith("interrupted: ")
    assert "recoveries  seconds" in printed


def test_the_command_prints_a_table_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    def printed(*options: str) -> Any:
        assert command.main(["--quick", "--only", "enumeration", *options]) == EXIT_OK
        out, err = capsys.readouterr()
        assert err == "1 of 1  enumeration: n = 1\n"
        return out

    assert "enumerated" in printed().splitlines()[3]
    assert "| n | raw states | discovered | enumerated | ratio |" in printed("--markdown").splitlines()
    (row,) = json.loads(printed("--json"))["rows"]
    assert (row["kind"], row["entries"]) == ("covered", 1)
