"""The lockstep machine for hours: `python -m tests.lockstep.nightly`, in rounds, each with a seed of its own.

The seeds come from the version of the program and the number of the round, so that the same version plays the same
rounds anywhere.  After each round its result is kept; stopped by whatever means, the next run goes on with the round
that was not over.  What fails is kept in Hypothesis's database, so that it is tried first the next time, and as text.
"""

import argparse
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from hypothesis import HealthCheck, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK, EXIT_UNKNOWN, EXIT_USAGE
from tests.lockstep.checkpoint import Checkpoint, Damaged, Round, load, save
from tests.lockstep.machine import Lockstep
from tests.lockstep.wanted import SHARES, WANTED

FOLDER = Path(".blackstart/nightly")
DATABASE = Path(".hypothesis/examples")
EXAMPLES = 400
"""Of each round: a few minutes."""
STEPS = 60
HOURS = 8.0

Play = Callable[[type[Lockstep], int, int], None]
"""Plays a machine with a seed and so many examples; raises what it finds."""


def play(machine: type[Lockstep], value: int, examples: int) -> None:
    """Play a machine with a seed, what failed before first."""
    chosen = settings(
        max_examples=max(1, int(examples * SHARES.get(machine, 1))),
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=False,
        database=DirectoryBasedExampleDatabase(DATABASE),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        print_blob=True,
    )
    run_state_machine_as_test(seed(value)(machine), settings=chosen)


class Night:
    """A run of many rounds.

    Args:
        folder: Where checkpoints and failures are kept.
        version: Of the program.
        examples: How many examples each round has.
        play: How a machine is played.
        say: Is given what there is to be told while it runs.
        clock_s: Tells the time, in seconds.
    """

    def __init__(
        self,
        folder: Path,
        version: str,
        *,
        examples: int = EXAMPLES,
        play: Play = play,
        say: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True),
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = folder / f"{version}.json"
        self.failures = folder / version
        self.done: Checkpoint = load(self.path, version)
        self._examples = examples
        self._play = play
        self._say = say
        self._clock_s = clock_s

    def run(self, *, until_s: float, rounds: int | None = None) -> int:
        """Play rounds until a time, or until there are so many; returns the exit code.

        An interruption ends it with what there is; the round that was being played is played again the next time.
        """
        before = len(self.done.rounds)
        if before:
            self._say(f"going on after {before} rounds")
        try:
            while self._clock_s() < until_s and (rounds is None or len(self.done.rounds) < rounds):
                if not self._round():
                    return EXIT_COUNTEREXAMPLE
        except KeyboardInterrupt:
            self._say("interrupted: run it again to go on")
            return EXIT_UNKNOWN
        missing = self.missing()
        return EXIT_COUNTEREXAMPLE if missing and self.done.rounds else EXIT_OK

    def missing(self) -> list[str]:
        """What all rounds together should have reached, and have not."""
        return [
            f"{machine.__name__}: {mark}"
            for machine, wanted in WANTED.items()
            for mark in wanted
            if not self.done.reached(machine.__name__)[mark]
        ]

    def report(self) -> list[str]:
        """What was done, in lines."""
        rounds = self.done.rounds
        lines = [
            f"version     {self.done.version}",
            f"rounds      {len(rounds)}, of {self._examples} examples on the simulated machine",
            f"time        {sum(each.seconds for each in rounds) / 3600:.1f} h",
            f"checkpoint  {self.path}",
        ]
        for machine in WANTED:
            total = self.done.reached(machine.__name__)
            lines.append(f"{machine.__name__:<11} reached {len(total)} marks, {sum(total.values()):,} times")
        if self.failures.is_dir():
            lines += [f"failure     {path}" for path in sorted(self.failures.iterdir())]
        lines += [f"never       {each}" for each in self.missing()]
        return lines

    def _round(self) -> bool:
        """Play one round on every ground; False if it found something."""
        number, value = len(self.done.rounds) + 1, self.done.next_seed
        began_s = self._clock_s()
        reached: dict[str, Mapping[str, int]] = {}
        for machine in WANTED:
            machine.reached = Counter()
            try:
                self._play(machine, value, self._examples)
            except Exception as error:  # whatever it is, that is what was looked for
                path = self._keep(number, machine, value, error)
                self._say(f"round {number}, seed {value}: {machine.__name__} failed, see {path}")
                return False
            reached[machine.__name__] = dict(machine.reached)
        seconds = self._clock_s() - began_s
        self.done = self.done.after(Round(value, self._examples, seconds, reached))
        save(self.path, self.done)
        self._say(f"round {number}, seed {value}: ok, {seconds:.0f} s")
        return True

    def _keep(self, number: int, machine: type[Lockstep], value: int, error: Exception) -> Path:
        self.failures.mkdir(parents=True, exist_ok=True)
        path = self.failures / f"round-{number:04}-{machine.__name__}.txt"
        text = "".join(traceback.format_exception(error))
        path.write_text(f"round {number}, seed {value}, {machine.__name__}\n\n{text}", errors="backslashreplace")
        return path


def version_of(root: Path) -> str:
    """The commit that is checked out, and a digest of what was changed since, if anything was."""

    def git(*arguments: str) -> bytes:
        return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True).stdout

    commit = git("rev-parse", "HEAD").decode().strip()[:12]
    changes = git("diff", "HEAD")
    return f"{commit}-{sha256(changes).hexdigest()[:8]}" if changes else commit


def main(arguments: Sequence[str] | None = None) -> int:
    """Run for the hours that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.lockstep.nightly", description=__doc__)
    parser.add_argument("--hours", type=float, default=HOURS, help=f"stop after the round that ends later ({HOURS:g})")
    parser.add_argument("--rounds", type=int, help="stop after so many rounds, those of earlier runs included")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help=f"examples of each round ({EXAMPLES})")
    given = parser.parse_args(arguments)
    try:
        night = Night(FOLDER, version_of(Path.cwd()), examples=given.examples)
    except (Damaged, subprocess.CalledProcessError, FileNotFoundError) as error:
        print(f"nightly: {error}", file=sys.stderr)
        return EXIT_USAGE
    code = night.run(until_s=time.monotonic() + given.hours * 3600, rounds=given.rounds)
    print("\n".join(night.report()))
    return code


if __name__ == "__main__":
    sys.exit(main())
