"""`blackstart live` as a user has it: what it needs, what it refuses, what it prints and leaves."""

import json
import os
from pathlib import Path

import pytest

from model.cli import run
from model.live import requirements
from model.live.file_systems import FILE_SYSTEMS, SETUPS, FileSystem, Setup, setups
from model.report.live import BEGIN, END
from tests.live_ground import live

__all__ = ["live"]

SMALL = ("--calls", "1", "--cases", "0", "--drawn", "0", "--jobs", "2")


def test_without_root_it_says_so_and_ends_as_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert run(["live"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "run it as root" in err
    assert "Traceback" not in err


def test_it_names_the_packages_that_are_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def mkfs_of(file_system: FileSystem) -> str | None:
        return None if file_system.name in ("xfs", "btrfs") else "/sbin/mkfs.ext4"

    monkeypatch.setattr(requirements, "mkfs_of", mkfs_of)
    assert run(["live"]) == 2
    _, err = capsys.readouterr()
    assert "mkfs.xfs, mkfs.btrfs" in err
    assert "apt-get install --no-install-recommends xfsprogs btrfs-progs" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--fs", "zfs"], "zfs: not among ext4, xfs, btrfs"),
        (["--budget", "soon"], "'soon' is no duration"),
        (["--calls", "4"], "4 is not in the range"),
        (["--target", "nowhere:target"], "there is no module nowhere"),
    ],
)
def test_a_mistake_is_told(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str], live: None) -> None:
    assert run(["live", *arguments]) == 2
    assert told in " ".join(capsys.readouterr().err.split())


def test_options_that_this_kernel_does_not_take_are_told(live: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["live", "--fs", "ext4", "--mount-options", "no_such_option"]) == 2
    err = capsys.readouterr().err
    assert "ext4 no_such_option: this kernel does not mount it" in err
    assert "--mount-options" in err


def test_every_file_system_comes_with_the_options_that_a_profile_speaks_for() -> None:
    assert {setup.name for setup in SETUPS} >= {
        *FILE_SYSTEMS,
        *(f"ext4 {options}" for options in ("nodelalloc", "noauto_da_alloc", "data=journal", "dioread_lock")),
    }
    assert [setup.name for setup in setups(["xfs"])] == ["xfs"]
    assert [setup.name for setup in setups(["ext4", "btrfs"], ["defaults"])] == ["ext4", "btrfs"]
    assert setups(["ext4"], ["nodelalloc"]) == (Setup(FILE_SYSTEMS["ext4"], "nodelalloc", "ext4-nodelalloc"),)
    assert setups(["ext4"], ["commit=1"]) == (Setup(FILE_SYSTEMS["ext4"], "commit=1", "ext4"),)


@pytest.mark.slow
def test_a_small_run_is_ok_and_leaves_its_report(
    live: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["live", "--fs", "ext4", "--mount-options", "defaults", *SMALL, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    (row,) = value["rows"]
    assert value["verdict"] == "ok"
    assert row["setup"] == row["profile"] == "ext4"
    assert row["distinct_states"] == row["admitted"] > row["lossy_states"] > 0
    assert row["never_seen"] > 0
    assert all(control["forbidden"] for control in value["controls"])
    folder = tmp_path / value["run_folder"]
    assert json.loads((folder / "live.json").read_text()) == value
    assert max(map(len, (folder / "live.txt").read_text().splitlines())) <= 80
    markdown = (folder / "live.md").read_text().splitlines()
    assert (markdown[0], markdown[-1]) == (BEGIN, END)


def test_a_budget_that_ends_too_early_is_unknown(
    live: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["live", "--fs", "ext4", "--mount-options", "defaults", *SMALL, "--budget", "0"]) == 3
    out = capsys.readouterr().out
    assert "no time left" in out
    assert "unknown: " in out
