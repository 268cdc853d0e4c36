"""The bench compares two computers, so both must come to the same answer; and its tables must say what was measured."""

from pathlib import Path

import pytest

from model.explore.stage import Stage
from model.observation import Observation
from model.report.figures import WIDTH
from model.simulation.files import make_directory, write_file
from scenarios.look import examine, peek
from store.host import HostKernel
from tests.bench.on_disk import OnDisk, Tree, crash_trees, lay_out
from tests.bench.simulated import Speed, measure
from tests.bench.tables import nested_table, speed_table, values


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


def test_crash_disks_are_all_different_and_the_same_every_time() -> None:
    trees = crash_trees(2, limit=20)
    assert len({repr(tree) for tree in trees}) == len(trees) == 20
    assert crash_trees(2, limit=20) == trees


def test_memoised_json_changes_the_speed_and_nothing_else() -> None:
    plain = measure(1, memoised=False, nested=True)
    memoised = measure(1, memoised=True, nested=True)
    assert (plain.states, plain.raw_states, plain.recoveries) == (
        memoised.states,
        memoised.raw_states,
        memoised.recoveries,
    )


def test_the_tables_fit_the_page() -> None:
    speeds = [Speed(8, memoised, False, 999_999, 2**400, 999_999, 0.5, 10**10) for memoised in (True, False)]
    disks = [OnDisk(8, 300, 0.1, 0.9)]
    lines = [*speed_table(speeds, disks), *nested_table(speeds)]
    assert [line for line in lines if len(line) > WIDTH] == []
    assert values(speeds, disks, [])["rows"][0]["states_per_s"] == pytest.approx(1_999_998)
