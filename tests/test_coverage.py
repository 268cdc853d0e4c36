"""Coverage of persistence: what was lost, torn or overtaken before the eyes of a recovery or a reader."""

import json
from collections.abc import Callable

import pytest

from model.cli import run
from model.exit_codes import EXIT_OK, EXIT_UNKNOWN
from model.explore import fates
from model.explore.coverage import cover
from model.explore.exercised import CallCoverage, Coverage
from model.explore.stage import Case, Stage
from model.obligations import Obligations
from model.observation import Observation
from model.persistence.profiles import PROFILES
from model.report.figures import WIDTH
from model.simulation.files import read_file
from model.target import Target
from store.kernel import O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, Kernel

Captured = pytest.CaptureFixture[str]
OLD, NEW = b"o" * 1_024, b"n" * 1_024


def put_down(kernel: Kernel, name: str, content: bytes, *, synced: bool) -> None:
    fd = kernel.open(f"/srv/{name}", O_WRONLY | O_CREAT | O_TRUNC)
    kernel.write(fd, content)
    if synced:
        kernel.fsync(fd)
    kernel.close(fd)


def sync_folder(kernel: Kernel) -> None:
    fd = kernel.open("/srv", O_RDONLY)
    kernel.fsync(fd)
    kernel.close(fd)


def reads(kernel: Kernel, path: str) -> Observation:
    """Reads two files, whether they are there or not."""
    for name in ("a", "b"):
        try:
            read_file(kernel, f"/srv/{name}")
        except FileNotFoundError:
            continue
    return Observation({})


def covered(
    play: Callable[[Kernel], None], profile: str, look: Callable[..., Observation] = reads
) -> dict[str, CallCoverage]:
    """What is exercised by calls on a durable file `a`, by kind; whoever recovers, looks."""
    return coverage(play, profile, look).calls


def coverage(play: Callable[[Kernel], None], profile: str, look: Callable[..., Observation] = reads) -> Coverage:
    """The same, with pairs and bounds."""

    def staged(stage: Stage) -> None:
        kernel = stage.kernel()
        put_down(kernel, "a", OLD, synced=True)
        stage.settle()
        stage.arm()
        stage.promise(Obligations({}, because="nothing is promised"))
        play(kernel)

    target = Target("files", lambda kernel, path: None, examine=look)
    return cover(target, Case("calls", "a few", staged), PROFILES[profile])


def replace_unsynced(kernel: Kernel) -> None:
    put_down(kernel, "t", NEW, synced=False)
    kernel.rename("/srv/t", "/srv/a")


def test_a_rename_that_nothing_made_durable_is_lost_and_its_data_overtaken() -> None:
    calls = covered(replace_unsynced, "posix")
    assert calls["rename t to a"].lost == 1
    assert calls["write t"].lost == 1
    assert calls["write t"].torn == 1
    assert calls["rename t to a"].overtook == 1


def test_what_is_synced_in_order_is_neither_lost_after_the_sync_nor_torn() -> None:
    def play(kernel: Kernel) -> None:
        put_down(kernel, "t", NEW, synced=True)
        kernel.rename("/srv/t", "/srv/a")
        sync_folder(kernel)

    calls = covered(play, "posix")
    assert calls["rename t to a"].lost == 1, "a cut may come before the folder is synced"
    assert calls["write t"] == CallCoverage(losable=1, lost=0, tearable=1, torn=0, overtaking=1, overtook=0)


def test_nothing_overtakes_where_a_profile_keeps_program_order() -> None:
    calls = covered(replace_unsynced, "sequential")
    assert calls["rename t to a"].lost == 1
    assert all(call.overtaking == call.overtook == 0 for call in calls.values())


def test_nothing_is_lost_by_a_kill() -> None:
    assert all(call.losable == 0 for call in covered(replace_unsynced, "process-kill").values())


def test_a_later_file_overtakes_an_earlier_one() -> None:
    def play(kernel: Kernel) -> None:
        kernel.unlink("/srv/a")
        put_down(kernel, "b", NEW, synced=False)

    assert covered(play, "posix")["create b"].overtook == 1
    assert covered(play, "ext4")["create b"].overtook == 0


def test_a_pair_that_is_allowed_and_not_looked_at_is_told_apart() -> None:
    pair = ("rename t to a", "write t")
    looked = coverage(replace_unsynced, "posix")
    assert looked.allowed[pair] == looked.pairs[pair] == 1
    unlooked = coverage(replace_unsynced, "posix", look=lambda kernel, path: Observation({}))
    assert (unlooked.allowed[pair], unlooked.pairs[pair]) == (1, 0)


def test_what_may_be_left_in_too_many_ways_gives_figures_from_below(monkeypatch: pytest.MonkeyPatch) -> None:
    assert coverage(replace_unsynced, "posix").narrowed == 0
    monkeypatch.setattr(fates, "MOST_ALTERNATIVES", 2)
    assert coverage(replace_unsynced, "posix").narrowed == 1


def test_a_loss_that_nobody_looks_at_does_not_count() -> None:
    calls = covered(replace_unsynced, "posix", look=lambda kernel, path: Observation({}))
    assert calls["rename t to a"].losable == 1
    assert all(call.lost == call.torn == call.overtook == 0 for call in calls.values())


def test_who_looks_only_at_the_name_does_not_notice_torn_data() -> None:
    def lists(kernel: Kernel, path: str) -> Observation:
        kernel.stat("/srv/t") if "t" in kernel.listdir(kernel.open("/srv", O_RDONLY)) else None
        return Observation({})

    calls = covered(replace_unsynced, "posix", look=lists)
    assert calls["rename t to a"].lost == 1
    assert calls["write t"].torn == 0


def test_the_page_sums_up_and_fits(capsys: Captured) -> None:
    assert run(["coverage", "--operation", "delete"]) == EXIT_OK
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert any(line.startswith("delete ") and "process-kill" in line for line in lines)
    assert "write temporary" in "".join(lines), "nobody reads what is swept"


def test_every_call_and_every_pair_can_be_listed(capsys: Captured) -> None:
    assert run(["coverage", "--operation", "delete", "--profile", "posix", "--calls"]) == EXIT_OK
    shown = capsys.readouterr().out
    assert "remove entry" in shown
    assert "without" in shown
    assert max(map(len, shown.splitlines())) <= WIDTH


def test_as_json_it_has_exact_figures(capsys: Captured) -> None:
    assert run(["coverage", "--operation", "delete", "--profile", "posix", "--json"]) == EXIT_OK
    value = json.loads(capsys.readouterr().out)
    assert (value["schema"], value["verdict"]) == (1, "ok")
    (row,) = value["rows"]
    removed = next(call for call in row["calls"] if call["call"] == "remove entry")
    assert removed["losable"] >= removed["lost"] > 0


def test_a_run_that_is_cut_short_says_so(capsys: Captured) -> None:
    assert run(["coverage", "--operation", "migrate", "--budget", "1s", "--jobs", "1"]) == EXIT_UNKNOWN
    assert "cut short" in capsys.readouterr().out
