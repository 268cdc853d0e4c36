"""Failing calls: every error that a manual page allows, at every call, and what a failed fsync leaves (P10)."""

from errno import EIO, EMFILE, errorcode
from typing import Any

import pytest

from model.explore.campaign import run_case
from model.explore.discovery import discover
from model.explore.stage import Case, Stage
from model.persistence import PROFILES, crash_disk
from model.simulation import Machine, read_file, write_file
from model.simulation.faults import SHORT, Fault, FaultyKernel, errors_of
from scenarios.play import Actor
from scenarios.session_cases.faults import ASKED_FOR, LIVE_AB, NEW, TRIALS, Trial, failing_case, fault_cases
from scenarios.session_cases.interposing import moments_of
from scenarios.sessions import target
from store.kernel import O_CREAT, O_DIRECTORY, O_RDONLY, O_RDWR, O_WRONLY


def trial_identity(trial: Trial) -> str:
    return f"{trial.step.call}, {trial.name}"


def done(case: Case) -> tuple[Any, ...]:
    """What a case does to the disk, and what it promises at its end."""
    stage = Stage()
    case.play(stage)
    last = stage.promises[-1].obligations
    return (tuple(stage.machine.effects), [promise.effects for promise in stage.promises], last.witnessed)


@pytest.mark.parametrize("trial", TRIALS, ids=trial_identity)
def test_every_error_of_a_manual_page_does_what_any_of_them_does(trial: Trial) -> None:
    calls = trial.calls()
    for moment in moments_of(*zip(*calls, strict=True)):
        name, arguments = calls[moment.at]
        allowed = [error for error in errors_of(name, arguments) if error != SHORT]
        different = ASKED_FOR.get(name, ())
        expected = done(failing_case(trial, moment, Fault(EIO))) if allowed else None
        for error in allowed:
            if error not in different:
                found = done(failing_case(trial, moment, Fault(error)))
                assert found == expected, f"{errorcode[error]} at {moment.label}"


@pytest.mark.parametrize("case", fault_cases(), ids=lambda case: case.name)
def test_without_any_cut_what_a_failing_call_leaves_is_what_was_promised(case: Case) -> None:
    for variant in case.variants() if case.variants is not None else (case,):
        stage = Stage()
        variant.play(stage)
        promised = stage.promises[-1].obligations
        seen = target.examine(stage.kernel(), stage.path)
        assert target.judge(promised, seen.with_second(target.examine(stage.kernel(), stage.path))) == (), variant.name


def test_every_way_of_failing_is_explored_together_with_its_case() -> None:
    case = next(case for case in fault_cases() if case.name == "delete('b'), live")
    assert case.variants is not None
    names = [variant.name for variant in case.variants()]
    assert "delete('b'), live: EIO at unlink b.json" in names
    assert "delete('b'), live: EMFILE from then on at open /srv" in names
    result = run_case(target, case, PROFILES["posix"])
    assert (result.verdict, result.states) == ("ok", 2)


def test_a_fault_that_lasts_strikes_every_call_that_may_fail_so_until_it_is_over() -> None:
    kernel = FaultyKernel(Machine().start().kernel)
    kernel.fail_in(0, Fault(EMFILE, lasts=True))
    for _ in range(2):
        with pytest.raises(OSError, match="EMFILE"):
            kernel.open("/srv", O_RDONLY | O_DIRECTORY)
    kernel.as_kernel.stat("/srv")
    kernel.mend()
    kernel.close(kernel.open("/srv", O_RDONLY | O_DIRECTORY))


def test_a_close_that_fails_has_closed() -> None:
    kernel = FaultyKernel(Machine().start().kernel)
    fd = kernel.open("/srv", O_RDONLY | O_DIRECTORY)
    kernel.fail_in(0, Fault(EIO))
    with pytest.raises(OSError, match="EIO"):
        kernel.close(fd)
    with pytest.raises(OSError, match="EBADF"):
        kernel.close(fd)


def test_a_put_under_a_late_error_is_lost_as_every_single_sync_is() -> None:
    """With data=journal, ext4 tells of a lost write at the next fsync of the file, and no store syncs a file twice.

    So a put returns whose entry may be EMPTY after a cut.  No program can do better that takes one successful fsync for
    an answer: it is a limit of the store, and here it stands.
    """
    stage = Stage()
    LIVE_AB.place(stage.kernel(), stage.path)
    stage.settle()
    kernel = FaultyKernel(stage.kernel())
    store = Actor(kernel.as_kernel, stage.path).store
    kernel.fail_in(0, Fault(EIO, sync="late"))
    store.put("b", NEW)
    assert b"" in contents_after_a_cut(stage.machine, f"{stage.path.removesuffix('.json')}.d/b.json")


def contents_after_a_cut(machine: Machine, path: str, profile: str = "posix") -> set[bytes | None]:
    """What a file may hold when the power goes now."""
    end = len(machine.effects)
    crash = crash_disk(
        machine.disk,
        machine.created,
        machine.effects,
        machine.times,
        [end],
        PROFILES[profile],
        machine.next_ino,
        start=end,
    )
    return {content for _, content in discover(crash.disk, lambda after: read_file(after.start().kernel, path))}


@pytest.mark.parametrize("profile", ["posix", "ext4", "xfs", "btrfs"])
def test_what_a_failed_sync_lost_no_later_sync_brings_back(profile: str) -> None:
    machine = Machine()
    kernel = FaultyKernel(machine.start().kernel)
    write_file(kernel.as_kernel, "/srv/f", b"old")
    machine.settle()
    fd = kernel.open("/srv/f", O_WRONLY)
    kernel.write(fd, b"new")
    kernel.fail_in(0, Fault(EIO, sync="lost"))
    with pytest.raises(OSError, match="EIO"):
        kernel.fsync(fd)
    kernel.fsync(fd)
    assert read_file(kernel.as_kernel, "/srv/f") == b"new"
    assert contents_after_a_cut(machine, "/srv/f", profile) == {b"old", b"new"}


def test_a_reverted_file_reads_as_it_was_last_synced() -> None:
    kernel = FaultyKernel(Machine().start().kernel)
    fd = kernel.open("/srv/f", O_RDWR | O_CREAT)
    kernel.write(fd, b"first")
    kernel.fsync(fd)
    kernel.write(fd, b", second")
    kernel.fail_in(0, Fault(EIO, sync="reverted"))
    with pytest.raises(OSError, match="EIO"):
        kernel.fsync(fd)
    assert read_file(kernel.as_kernel, "/srv/f") == b"first"


def test_a_late_error_comes_with_the_next_sync_of_the_same_file() -> None:
    kernel = FaultyKernel(Machine().start().kernel)
    fd = kernel.open("/srv/f", O_RDWR | O_CREAT)
    kernel.write(fd, b"lost")
    kernel.fail_in(0, Fault(EIO, sync="late"))
    kernel.fsync(fd)
    with pytest.raises(OSError, match="EIO"):
        kernel.fsync(fd)
    kernel.fsync(fd)


def test_a_failed_sync_of_a_directory_leaves_its_names_pending() -> None:
    machine = Machine()
    kernel = FaultyKernel(machine.start().kernel)
    write_file(kernel.as_kernel, "/srv/f", b"")
    folder = kernel.open("/srv", O_RDONLY | O_DIRECTORY)
    kernel.fail_in(0, Fault(EIO, sync="lost"))
    with pytest.raises(OSError, match="EIO"):
        kernel.fsync(folder)
    assert contents_after_a_cut(machine, "/srv/f") == {None, b""}
    kernel.fsync(folder)
    assert contents_after_a_cut(machine, "/srv/f") == {b""}
