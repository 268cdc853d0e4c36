"""`blackstart verify`: the release verdict."""

import hashlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from model.commands.parameters import DEFAULT_TARGET, depth, duration

if TYPE_CHECKING:
    from model.verdict import Input, Task

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_COLOURS = {"counterexample": "red", "unreached": "red", "unknown": "yellow", "ok": "green"}


@click.command(short_help="The verdict: every operation, every cut, every profile.")
@click.argument("target", default=DEFAULT_TARGET)
@click.option("--operation", "operations", multiple=True, metavar="N", help="Only this operation (repeatable).")
@click.option("--profile", "profiles", multiple=True, metavar="N", help="This profile, not all gates (repeatable).")
@click.option("--entries", type=click.IntRange(1, 10_000), metavar="N", help="At most so many entries in each case.")
@click.option(
    "--nested", callback=depth, default="fixpoint", metavar="N|fixpoint", help="How deep recovery is cut again."
)
@click.option(
    "--budget", callback=duration, metavar="3m", help="Stop after so long (90s, 3m, 1h); what is left is unknown."
)
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: one per core]")
@click.option("--seed", type=click.IntRange(0), default=0, metavar="N", help="Picks the sample of wide data.")
@click.option("--input", "file", type=_FILE, help="Verify the migration of this sessions.json (it is only read).")
@click.option("--double-check", "twice", is_flag=True, help="Run all twice; name the first call that differs.")
@click.option("--no-times", is_flag=True, help="Leave out times, jobs and run folder: equal runs print equal bytes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def verify(
    target: str,
    operations: tuple[str, ...],
    profiles: tuple[str, ...],
    entries: int | None,
    nested: int | None,
    budget: float | None,
    jobs: int | None,
    seed: int,
    file: Path | None,
    twice: bool,
    no_times: bool,
    as_json: bool,
) -> int:
    """Cut the power everywhere and give the verdict on TARGET (module:name).

    Each operation runs on a simulated computer.  It is stopped before each of its system calls, by a kill and by a
    power cut; from every disk that can then be left, a fresh process recovers, is itself cut short, and recovers
    again.  Whatever it shows is compared with what had been promised.

    TARGET is by default the store of this project.
    """
    from model.report.encoding import campaign_value, to_json
    from model.report.page import page
    from model.report.progress import progress
    from model.report.run_folder import make_run_folder, seconds_of_last_run, write_run
    from model.scope import Scope, cases_of
    from model.target import load_target
    from model.verdict import without_times
    from model.verify import Selection, plan, run_campaign

    given = None if file is None else file.read_bytes()
    scope = Scope(target, entries=entries, nested=nested, seed=seed, input=given)
    selection = Selection(operations, profiles)
    loaded = load_target(target)
    tasks = plan(cases_of(loaded, scope), selection)
    folder = make_run_folder()  # now: nobody wants to hear after the campaign that it cannot be kept
    # A polite request to end counts as Ctrl-C: what was found so far is reported.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with progress(len(tasks) * (1 + twice)) as report:
        campaign = run_campaign(
            scope,
            tasks,
            selection=selection,
            sometimes=loaded.sometimes,
            jobs=jobs or os.cpu_count() or 1,
            budget_s=budget,
            report=report,
            took_s=seconds_of_last_run(target, tasks),
            twice=twice,
        )
    if file is not None and given is not None:
        campaign = replace(campaign, input=_input(file, given, tasks))
    write_run(folder, campaign, page(campaign, str(folder)), sys.argv[1:])
    run_folder = None if no_times else str(folder)
    if no_times:
        campaign = without_times(campaign)
    if as_json:
        click.echo(to_json(campaign_value(campaign) | {"run_folder": run_folder}), nl=False)
    else:
        click.echo("\n".join(map(_coloured, page(campaign, run_folder))))
    return campaign.exit_code


def _coloured(line: str) -> str:
    """A line with its verdict in colour; `click.echo` leaves colours out where standard output is no terminal."""
    word, colon, rest = line.partition(": ")
    if word in _COLOURS and colon and "NO_COLOR" not in os.environ:
        return click.style(word, fg=_COLOURS[word], bold=True) + colon + rest
    return line


def _input(file: Path, given: bytes, tasks: "Sequence[Task]") -> "Input":
    from model.verdict import Input

    try:
        afterwards = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        afterwards = None
    # The target names a case of a file after what becomes of it.
    outcome = "; ".join(dict.fromkeys(task.case for task in tasks))
    return Input(str(file), len(given), hashlib.sha256(given).hexdigest(), afterwards, outcome, given)
