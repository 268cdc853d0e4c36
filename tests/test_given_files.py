"""A counterexample about a file of the user's: its scenario holds the file, or says which one to give again."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise
from model.observation import ABSENT
from model.scenario.file import Scenario, to_toml
from model.scenario.given import MOST_EMBEDDED_BYTES, Given
from model.scenario.library import save
from model.scenario.reading import parse_scenario, read_scenario
from model.scenario.replay import find_case, with_input
from model.scenario.story import Cut, Story
from model.simulation import write_file
from model.target import UserMistake
from tests.leaky_stores import Forgetful, forgetful
from tests.test_replay import blackstart

ENTRIES = {"a": {"version": 1}, "é": {"version": 2}}
NEW = {"version": 3}
SMALL = json.dumps(ENTRIES, ensure_ascii=False).encode()
LARGE = SMALL.ljust(MOST_EMBEDDED_BYTES + 1)


def input_cases(content: bytes) -> Sequence[Case]:
    """A put into a store that is the user's file, by a store that forgets to sync the folder."""

    def play(stage: Stage) -> None:
        write_file(stage.kernel(), stage.path, content)
        stage.settle()
        store = Forgetful(stage.kernel(), stage.path)
        stage.arm()
        held = {key: Promise((value,), "it was in the file") for key, value in json.loads(content).items()}
        new = Promise((ABSENT, NEW), "put('new') had not returned")
        stage.promise(Obligations({**held, "new": new}, because=new.because, operation="put"))
        store.put("new", NEW)
        new = Promise((NEW,), "put('new') returned before the cut")
        stage.promise(Obligations({**held, "new": new}, because=new.because))

    return (Case("put", "into the file", play),)


filed = replace(forgetful, name="filed", input_cases=input_cases)
TARGET = "tests.test_given_files:filed"


def verified(folder: Path, content: bytes) -> "subprocess.CompletedProcess[bytes]":
    """What `blackstart verify --input` comes to in a folder."""
    (folder / "mine.json").write_bytes(content)
    arguments = ("verify", TARGET, "--input", "mine.json", "--profile", "posix", "--jobs", "1")
    return blackstart(*arguments, folder=folder, seed="0")


def kept(folder: Path) -> Path:
    (path,) = folder.glob(".blackstart/runs/*/counterexamples/*.toml")
    return path


def test_a_small_file_is_in_the_scenario_which_replays_anywhere_to_the_same_bytes(tmp_path: Path) -> None:
    assert verified(tmp_path, SMALL).returncode == 1
    scenario = read_scenario(kept(tmp_path))
    assert scenario.given == Given.of(SMALL)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "it.toml").write_bytes(kept(tmp_path).read_bytes())
    one, two = (blackstart("replay", "it.toml", "--allow-target", folder=elsewhere, seed=seed) for seed in ("1", "77"))
    assert (one.returncode, one.stderr, one.stdout) == (1, b"", two.stdout)
    assert b"counterexample: as recorded." in one.stdout
    assert save(scenario, "of-a-file", tmp_path / "regressions").exists()


def test_a_large_file_has_to_be_given_again_and_that_is_said(tmp_path: Path) -> None:
    assert verified(tmp_path, LARGE).returncode == 1
    path = str(kept(tmp_path))
    assert kept(tmp_path).stat().st_size < len(SMALL) + 4_000
    without = blackstart("replay", path, "--allow-target", folder=tmp_path, seed="0")
    assert without.returncode == 2
    assert b"about a file of 65,537 bytes, which is too large to be in it. Give that file" in without.stderr
    (tmp_path / "other.json").write_bytes(SMALL)
    other = blackstart("replay", path, "--allow-target", "--input", "other.json", folder=tmp_path, seed="0")
    assert (other.returncode, b"it is not the file that the scenario is about" in other.stderr) == (2, True)
    again = blackstart("replay", path, "--allow-target", "--input", "mine.json", folder=tmp_path, seed="0")
    assert (again.returncode, b"counterexample: as recorded." in again.stdout) == (1, True)
    keeping = blackstart("scenarios", "save", path, "--name", "too-large", folder=tmp_path, seed="0")
    assert (keeping.returncode, b"too large to be kept with it" in keeping.stderr) == (2, True)


def about(given: Given | None) -> Scenario:
    return Scenario("", TARGET, Story("put", "into the file", "posix", (Cut(""),)), "ok", given=given)


@pytest.mark.parametrize(
    "content", [b"", SMALL, b'"\\\r\n\x00\x7f', b"\xff\xfe", b"x" * MOST_EMBEDDED_BYTES, b"\0" * MOST_EMBEDDED_BYTES]
)
def test_whatever_bytes_a_file_has_come_back_from_the_scenario(content: bytes) -> None:
    again = parse_scenario(to_toml(about(Given.of(content))).encode(), "again")
    assert again.given is not None
    assert again.given.bytes_at_hand() == content


def test_bytes_that_were_changed_in_the_scenario_are_told() -> None:
    text = to_toml(about(Given.of(SMALL))).replace("version", "versi0n")
    with pytest.raises(UserMistake, match=r"x\.toml, table input: its bytes have another size or digest"):
        parse_scenario(text.encode(), "x.toml")
    text = to_toml(about(Given.of(b"\xff\xfe"))).replace("//4=", "/")
    with pytest.raises(UserMistake, match="table input: it is no base64"):
        parse_scenario(text.encode(), "x.toml")


def test_a_file_for_a_scenario_that_is_about_none_is_told() -> None:
    assert with_input(about(None), None) == about(None)
    with pytest.raises(UserMistake, match="about no file of yours"):
        with_input(about(None), SMALL)
    assert find_case(about(Given.of(SMALL)), filed).name == "into the file"
