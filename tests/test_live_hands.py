"""Clean hands: whatever happens to a run on real file systems, nothing of it stays mounted or attached."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from model.live.crew import run_apart, run_crew
from model.live.disk import Bench
from model.live.file_systems import Setup
from model.live.workshop import attached_for
from tests.live_ground import EXT4, each_file_system, live, traces_of, wait_until

__all__ = ["live"]

pytestmark = pytest.mark.usefixtures("live")

Moment = Callable[[int], bool]


def as_it_starts(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def with_something_attached(pid: int) -> bool:
    return bool(attached_for(pid))


def with_a_block_log(pid: int) -> bool:
    """In the run itself: what is tried before it needs one process at a time."""
    return len(workers(pid)) > 1 and any(path.endswith(f"/blackstart-{pid}") for path in attached_for(pid))


def workers(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


MOMENTS = (as_it_starts, with_something_attached, with_a_block_log)


@contextmanager
def running(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """`blackstart live` as somebody would start it, in a group of processes of its own."""
    arguments = ["live", "--fs", "ext4", "--mount-options", "defaults", "--calls", "1", "--cases", "0", "--drawn", "0"]
    with subprocess.Popen(
        [sys.executable, "-m", "model.cli", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as command:
        yield command


def descendants(pid: int) -> set[int]:
    """The processes of a group."""
    found: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == pid and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
def test_nothing_is_left_after_the_command_was_killed(tmp_path: Path, moment: Moment) -> None:
    with running(tmp_path) as command:
        wait_until(lambda: moment(command.pid), "it never came to that")
        command.kill()
        command.wait()
        wait_until(lambda: not descendants(command.pid), "its workers live on")
        wait_until(lambda: not traces_of(command.pid), "something stayed attached or mounted")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "a polite request"])
def test_after_ctrl_c_nothing_is_left_and_a_partial_report_is_given(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as command:
        wait_until(lambda: with_a_block_log(command.pid), "it never came to that")
        os.killpg(command.pid, number)
        out, _ = command.communicate()
        assert not descendants(command.pid)
        assert not traces_of(command.pid)
        assert command.returncode == 3
        assert out.startswith("Linux")
        assert "interrupted" in out
        assert out.rstrip().splitlines()[-2].startswith("unknown: ")


def test_a_worker_that_is_killed_is_missed(tmp_path: Path) -> None:
    with running(tmp_path) as command:
        wait_until(lambda: with_a_block_log(command.pid), "it never came to that")
        for worker in workers(command.pid):
            os.kill(worker, signal.SIGKILL)
        out, _ = command.communicate()
        assert not traces_of(command.pid)
        assert command.returncode == 3
        assert "unknown: " in out


@each_file_system()
def test_nothing_is_left_after_an_error_in_the_midst_of_it(setup: Setup) -> None:
    def fail(workshop: str, _: None) -> None:
        bench = Bench(workshop)
        with bench.recorded(setup), bench.live(EXT4):
            raise ValueError("in the midst of it")

    (finished,) = run_crew([None], fail, jobs=1)
    assert "ValueError: in the midst of it" in finished.trouble


def test_nobody_else_sees_what_is_mounted() -> None:
    def mounts(workshop: str) -> tuple[str, str]:
        with Bench(workshop).live(EXT4) as disk:
            outside = Path(f"/proc/{os.getppid()}/mounts").read_text()
            return disk.mount_point, outside

    mount_point, outside = run_apart(mounts)
    assert mount_point not in outside
    assert "blackstart" not in outside


def test_what_is_run_apart_tells_what_went_wrong() -> None:
    def fail(_: str) -> None:
        raise ValueError("this")

    def die(_: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(RuntimeError, match="ValueError: this"):
        run_apart(fail)
    with pytest.raises(RuntimeError, match="ended with -9"):
        run_apart(die)


def test_tasks_end_in_any_order_and_none_is_lost() -> None:
    ended = {finished.task: finished.result for finished in run_crew(range(40), lambda _, task: task * task, jobs=4)}
    assert ended == {number: number * number for number in range(40)}


def test_whoever_has_seen_enough_may_stop() -> None:
    for finished in run_crew(range(1000), lambda _, task: task, jobs=2):
        assert finished.result is not None
        break
    assert not attached_for(os.getpid())
