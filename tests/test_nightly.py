"""A long run of the lockstep machine goes on where it was stopped, whatever stopped it, and keeps what it found."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK, EXIT_UNKNOWN
from tests.lockstep.checkpoint import Damaged, load, seed_of
from tests.lockstep.machine import Lockstep
from tests.lockstep.nightly import Night, play
from tests.lockstep.wanted import WANTED

ROOT = Path(__file__).parent.parent
VERSION = "0123456789ab"
AGES_S = 1e9


class Plays:
    """Plays nothing, and remembers what it was asked to; reaches whatever is wanted."""

    def __init__(self, at: Callable[[int, type[Lockstep]], None] = lambda count, machine: None) -> None:
        self.seeds: list[int] = []
        self._at = at

    def __call__(self, machine: type[Lockstep], value: int, _examples: int) -> None:
        self._at(len(self.seeds), machine)
        self.seeds.append(value)
        machine.reached.update(WANTED[machine])


def night(folder: Path, plays: Plays, said: list[str] | None = None, version: str = VERSION) -> Night:
    return Night(folder, version, play=plays, say=lambda text: (said if said is not None else []).append(text))


def raising(error: BaseException, at: int) -> Callable[[int, type[Lockstep]], None]:
    def strike(count: int, _: type[Lockstep]) -> None:
        if count == at:
            raise error

    return strike


def test_a_run_that_was_interrupted_goes_on_with_the_round_that_was_not_over(tmp_path: Path) -> None:
    whole = Plays()
    assert night(tmp_path / "whole", whole).run(until_s=AGES_S, rounds=5) == EXIT_OK
    said: list[str] = []
    first, second = Plays(raising(KeyboardInterrupt(), at=7)), Plays()
    stopped = night(tmp_path, first, said)
    assert stopped.run(until_s=AGES_S, rounds=5) == EXIT_UNKNOWN
    assert "rounds      2, of" in "\n".join(stopped.report())
    assert said[-1] == "interrupted: run it again to go on"
    assert night(tmp_path, second, said).run(until_s=AGES_S, rounds=5) == EXIT_OK
    assert said[3] == "going on after 2 rounds"
    assert first.seeds[:6] + second.seeds == whole.seeds
    assert len(set(whole.seeds)) == 5


def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from tests.test_nightly import AGES_S, Plays, night
def strike(count, machine):
    if count == 4:
        os.kill(os.getpid(), signal.SIGKILL)
night(Path({str(tmp_path)!r}), Plays(strike)).run(until_s=AGES_S, rounds=3)
"""
    killed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(load(tmp_path / f"{VERSION}.json", VERSION).rounds) == 1
    (tmp_path / f"{VERSION}.tmp").write_text('{"torn')
    plays = Plays()
    assert night(tmp_path, plays).run(until_s=AGES_S, rounds=3) == EXIT_OK
    assert plays.seeds == [seed_of(VERSION, number) for number in (1, 2) for _ in WANTED]


def test_what_fails_is_kept_as_text_and_its_round_is_played_again(tmp_path: Path) -> None:
    said: list[str] = []
    first = night(tmp_path, Plays(raising(AssertionError("a must be shown"), at=3)), said)
    assert first.run(until_s=AGES_S, rounds=5) == EXIT_COUNTEREXAMPLE
    (path,) = (tmp_path / VERSION).iterdir()
    assert path.name == "round-0002-Simulated.txt"
    assert "a must be shown" in path.read_text()
    assert str(path) in said[-1]
    assert f"failure     {path}" in first.report()
    plays = Plays()
    assert night(tmp_path, plays).run(until_s=AGES_S, rounds=2) == EXIT_OK
    assert plays.seeds == [seed_of(VERSION, 1)] * len(WANTED)


def test_a_run_that_never_reached_something_has_shown_nothing(tmp_path: Path) -> None:
    def forget(_: int, machine: type[Lockstep]) -> None:
        machine.reached = type(machine.reached)()

    class Idle(Plays):
        def __call__(self, machine: type[Lockstep], value: int, _examples: int) -> None:
            forget(0, machine)

    idle = night(tmp_path, Idle())
    assert idle.run(until_s=AGES_S, rounds=1) == EXIT_COUNTEREXAMPLE
    assert "never       Simulated: killed in put" in idle.report()


def test_no_round_begins_when_the_time_is_over(tmp_path: Path) -> None:
    plays = Plays()
    assert Night(tmp_path, VERSION, play=plays, say=lambda _: None, clock_s=lambda: 10.0).run(until_s=9.0) == EXIT_OK
    assert plays.seeds == []


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"schema": 1, "version": "another", "rounds": []}'])
def test_a_file_that_is_no_checkpoint_of_this_run_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / f"{VERSION}.json").write_text(content)
    with pytest.raises(Damaged, match="Remove it to begin anew"):
        night(tmp_path, Plays())


def test_rounds_of_another_version_are_not_taken_for_its_own(tmp_path: Path) -> None:
    assert night(tmp_path, Plays()).run(until_s=AGES_S, rounds=1) == EXIT_OK
    text = (tmp_path / f"{VERSION}.json").read_text()
    (tmp_path / "another.json").write_text(text.replace(VERSION, "another"))
    with pytest.raises(Damaged, match="other seeds"):
        night(tmp_path, Plays(), version="another")


class Fragile(RuleBasedStateMachine):
    """A machine that does not bear large numbers, and notes what it is given."""

    given: ClassVar[list[int]] = []

    @rule(number=st.integers(0, 1 << 32))
    def bear(self, number: int) -> None:
        self.given.append(number)
        assert number < 1_000


def test_a_machine_that_fails_is_kept_in_the_database_and_tried_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fragile: Any = Fragile
    for value in (1, 2):
        Fragile.given.clear()
        with pytest.raises(AssertionError):
            play(fragile, value, 300)
    assert Fragile.given[0] == 1_000
