"""The stores that are compared with ours hold the same entries and show the same; the tables say what was measured."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from model.exit_codes import EXIT_OK, EXIT_USAGE
from model.report.figures import WIDTH
from store.host import HostKernel
from store.kernel import O_CREAT, O_RDWR
from store.locks import STORE
from tests.bench.apart import MeasurementFailed
from tests.bench.grid import as_markdown, as_text
from tests.bench.plan import Measured
from tests.bench.spread import Spread
from tests.bench.store import __main__ as command
from tests.bench.store import migrating, operations, sizes, writers
from tests.bench.store.compared import STORES, Compared, opened
from tests.bench.store.disk import TimedHost, file_system
from tests.bench.store.migrating import Memory, Migrating
from tests.bench.store.operations import OPERATIONS, QUICK, Timing
from tests.bench.store.plot import COLOURS, PANELS, plot
from tests.bench.store.sizes import Entry, bare_entries, compact_text, entries_of, entries_of_total, legacy_text
from tests.bench.store.tables import duration, grids, values
from tests.bench.store.writers import OneLock, Wait, Writing, together

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=STORES)
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Compared, Compared]]:
    """A store that is compared, opened twice."""
    with opened(request.param, tmp_path) as one:
        one.fill(bare_entries(3))
        with opened(request.param, tmp_path) as other:
            yield one, other


def test_every_store_shows_what_any_of_its_users_has_written(both: tuple[Compared, Compared]) -> None:
    one, other = both
    expected = bare_entries(3)
    changed, gone, _ = expected
    assert one.load() == other.load() == expected
    one.put("new", {"updatedAt": 7})
    one.update(changed, lambda entry: {**entry, "label": "x"})
    one.delete(gone)
    expected["new"] = {"updatedAt": 7}
    expected[changed]["label"] = "x"
    del expected[gone]
    for store in both:
        assert store.load() == expected
        assert store.get(changed) == expected[changed]
        assert (store.get(gone), store.updated_at(gone)) == (None, None)
        assert store.updated_at("new") == 7
    base = other.load()
    one.put("late", {"updatedAt": 8})
    mapping = {**base, changed: {"updatedAt": 9}}
    del mapping["new"]
    other.save(mapping, base)
    for store in both:
        assert store.load() == {**mapping, "late": {"updatedAt": 8}}


def test_what_a_store_returns_is_the_callers_own(both: tuple[Compared, Compared]) -> None:
    one, _ = both
    expected = bare_entries(3)
    key = next(iter(expected))
    for _ in range(3):  # also from a cache
        one.load()[key].clear()
        (one.get(key) or {}).clear()
    one.update(key, lambda entry: {**entry, "origin": {}})
    assert one.load() == {**expected, key: {**expected[key], "origin": {}}}


@pytest.mark.parametrize("name", STORES)
def test_every_operation_is_measured_on_every_store(tmp_path: Path, name: str) -> None:
    timings = operations.measure(name, 10, tmp_path, QUICK)
    assert [timing.operation for timing in timings] == list(OPERATIONS)
    assert {(timing.store, timing.entries) for timing in timings} == {(name, 10)}
    assert all(QUICK.fewest <= timing.seconds.samples <= QUICK.most for timing in timings)
    assert list(tmp_path.iterdir()) == []


def test_a_write_of_one_entry_makes_two_syncs_and_a_read_none(tmp_path: Path) -> None:
    syncs = {timing.operation: timing.fsyncs for timing in operations.measure("blackstart", 10, tmp_path, QUICK)}
    assert (syncs["put"], syncs["update"], syncs["delete"]) == (2, 2, 1)
    assert {syncs[name] for name in ("get", "get, changed", "updated_at", "load, warm", "load, one changed")} == {0}


def test_sizes_are_realistic_and_bounded() -> None:
    found = {count: entries_of(count) for count in sizes.SIZES}
    assert {count: len(entries) for count, entries in found.items()} == {count: count for count in sizes.SIZES}
    assert 10e6 < len(compact_text(found[150])) < 16e6
    big = {count: sum(sizes.BLOBS[0] in entry for entry in entries.values()) for count, entries in found.items()}
    assert 0.55 < big[1_000] / 1_000 < 0.75
    assert big[1_000] * 0.9 < big[10_000] < 1_000
    assert all(sizes.TOUCHED in entries for entries in found.values())
    assert len(legacy_text(entries_of_total(50, 1_500_000))) == pytest.approx(1_500_000, rel=0.1)


def locked(kernel: HostKernel, path: Path) -> bool:
    """Whether two who share the store under this kernel keep each other out."""
    first, second = (kernel.open(str(path), O_RDWR | O_CREAT) for _ in range(2))
    try:
        kernel.lock(first, STORE, 1, "shared", 0)
        kernel.lock(second, STORE, 1, "shared", 0)
    except TimeoutError:
        return True
    finally:
        kernel.close(first)
        kernel.close(second)
    return False


def test_one_lock_lets_no_two_writers_in(tmp_path: Path) -> None:
    assert locked(OneLock(), tmp_path / "lock")
    assert not locked(TimedHost(), tmp_path / "lock")


@pytest.mark.parametrize("name", writers.VARIANTS)
def test_writers_write_all_at_once_each_a_key_of_its_own(tmp_path: Path, name: str) -> None:
    (row,) = writers.measure(name, 2, tmp_path, slow_syncs=False, duration_s=0.05)
    assert (row.store, row.writers, row.slow_syncs) == (name, 2, False)
    assert row.waits_s.samples >= 2
    assert row.waits_s.median <= row.slowest_s


def raising(number: int, wait: Wait) -> list[float]:
    if number:
        raise RuntimeError("on purpose")
    wait()
    return []


def test_a_writer_that_dies_stops_the_others() -> None:
    with pytest.raises(MeasurementFailed):
        together([partial(raising, number) for number in range(2)])


def test_a_migration_is_measured_beside_copies_of_its_files(tmp_path: Path) -> None:
    (row,) = migrating.measure("few", tmp_path, repeats=2, entries=bare_entries(20))
    assert (row.workload, row.entries, row.migration_s.samples) == ("few", 20, 2)
    assert row.fsyncs > 20
    assert 0 < row.fsync_share < 1
    assert row.ratio > 0
    assert list(tmp_path.iterdir()) == []


def test_a_copy_has_the_same_files(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(3):
        (source / str(number)).write_bytes(bytes([number]) * number)
    for name, one_by_one in (("once", False), ("each", True)):
        migrating.copy(source, tmp_path / name, one_by_one=one_by_one)
        copied = {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        assert copied == {"0": b"", "1": b"\1", "2": b"\2\2"}


def test_memory_is_measured_before_and_at_its_peak(tmp_path: Path) -> None:
    rows = migrating.measure_memory(tmp_path, entries=40)
    assert len(rows) == 2
    assert all(row.peak_bytes > row.before_bytes + row.file_bytes for row in rows)


def test_a_disk_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "file_system", lambda folder: "tmpfs")
    assert command.main(["--quick", "--folder", str(tmp_path)]) == EXIT_USAGE
    assert "a sync does nothing; name one on a disk" in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert command.main(["--quick", "--folder", str(tmp_path / "file")]) == EXIT_USAGE
    assert "name one that can be written to" in capsys.readouterr().err


def test_the_file_system_is_that_of_the_innermost_mount() -> None:
    assert file_system(Path("/proc/self")) in ("proc", "unknown")


def test_the_command_prints_tables_or_json_and_draws_no_half_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "file_system", lambda folder: "ext4")
    options = ["--quick", "--only", "memory", "--folder", str(tmp_path), "--plot", str(tmp_path / "plot.svg")]
    assert command.main(options) == EXIT_OK
    out, err = capsys.readouterr()
    assert "migrate it" in out
    assert "not drawn" in err
    assert not (tmp_path / "plot.svg").exists()
    assert command.main([*options, "--json"]) == EXIT_OK
    told = json.loads(capsys.readouterr().out)
    assert told["complete"] is True
    assert {row["kind"] for row in told["rows"]} == {"memory"}


def spent(seconds: float) -> Spread:
    return Spread(seconds, seconds * 0.9, seconds * 1.1, 40)


def everything() -> Measured:
    """Rows of every kind, with figures as long as they get."""
    timings = [
        Timing(operation, store, size, spent(seconds), 2, 0.5)
        for operation in OPERATIONS
        for store in STORES
        for size, seconds in zip(sizes.SIZES, (0.000_007, 0.001_23, 0.999, 123.4), strict=True)
    ]
    writing = [
        Writing(store, slow, number, 99_999.0, spent(0.001), 123.4)
        for slow, variants in ((False, writers.VARIANTS), (True, writers.SLOW_VARIANTS))
        for store in variants
        for number in writers.WRITERS
    ]
    moved = [
        Migrating(workload, 1_035, 36 << 20, spent(0.999), spent(12.3), spent(123.4), 1_041, 0.99)
        for workload in migrating.WORKLOADS
    ]
    memory = [Memory("parse it and write it again", 80 << 20, 20 << 20, 9_999 << 20)]
    return Measured((*timings, *writing, *moved, *memory), 9, 9)


def test_every_table_fits_the_page_and_stands_in_the_readme_as_well() -> None:
    tables = grids(everything())
    assert len(tables) == 5
    for grid in tables:
        assert [line for line in as_text(grid) if len(line) > WIDTH] == []
        markdown = [line for line in as_markdown(grid) if line.startswith("|")]
        assert {line.count("|") for line in markdown} == {len(grid.header) + 1}
        assert len(markdown) == len(grid.rows) + 2


def test_what_was_not_measured_is_missing_and_nothing_else() -> None:
    assert grids(Measured((), 0, 9)) == []
    rows = (Timing("put", "blackstart", 10, spent(0.001), 2, 0.25), Timing("put", "sqlite3", 150, spent(2), None, None))
    times, shares = grids(Measured(rows, 2, 9))
    assert list(times.header) == ["", "10", "150"]
    assert times.rows[:3] == [["put: a new entry"], [" blackstart", "1.0±0.1", "-"], [" sqlite3", "-", "2.0±0.2s"]]
    assert shares.rows == [["put, blackstart", "2", "25%"]]


def test_a_duration_is_in_milliseconds_or_says_seconds() -> None:
    assert [duration(spent(seconds)) for seconds in (0.000_062, 0.5, 2.5)] == ["0.062±0.006", "500±50", "2.5±0.2s"]


def test_json_holds_every_row_and_its_ratio() -> None:
    told = json.loads(json.dumps(values(everything(), {"file_system": "ext4"})))
    assert told["file_system"] == "ext4"
    assert {row["kind"] for row in told["rows"]} == {"timing", "writing", "migrating", "memory"}
    assert [row["ratio"] for row in told["rows"] if row["kind"] == "migrating"] == pytest.approx(
        [0.0812, 0.0812], rel=0.01
    )


def points(line: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in line.get("points", "").split())]


def test_the_plot_has_a_line_for_every_store_in_every_panel_and_slower_is_higher() -> None:
    root = ElementTree.fromstring(plot(everything().of(Timing)))
    panels = root.findall(f"{SVG}g")
    assert len(panels) == len(PANELS)
    texts = {text.text for text in root.iter(f"{SVG}text")}
    assert {*STORES, *(f"{operation}, ms" for operation in PANELS)} <= texts
    for panel in panels:
        lines = panel.findall(f"{SVG}polyline")
        assert len({line.get("stroke") for line in lines}) == len(STORES) == len(COLOURS)
        for line in lines:
            xs, ys = zip(*points(line), strict=True)
            assert list(xs) == sorted(xs)
            assert list(ys) == sorted(ys, reverse=True)
            assert len(xs) == len(sizes.SIZES)


def test_a_plot_of_nothing_is_a_picture_still() -> None:
    assert ElementTree.fromstring(plot([])).findall(f"{SVG}g") == []


def test_entries_are_plain_json() -> None:
    entry: Entry = sizes.touched(3)
    assert json.loads(json.dumps(entry)) == entry
    assert entry["updatedAt"] == sizes.touched(0)["updatedAt"] + 3


def test_every_section_has_its_measurements(tmp_path: Path) -> None:
    planned: dict[str, Any] = {}
    for measurement in command.plan(command.SECTIONS, tmp_path, quick=False):
        planned.setdefault(measurement.section, []).append(measurement.label)
    assert tuple(planned) == command.SECTIONS
    assert len(planned["operations"]) == len(STORES) * len(sizes.SIZES)
    assert len(planned["writers"]) == (len(writers.VARIANTS) + len(writers.SLOW_VARIANTS)) * len(writers.WRITERS)
