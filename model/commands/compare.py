"""`blackstart compare`: one scenario under several profiles, side by side."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from model.commands.parameters import duration

if TYPE_CHECKING:
    from model.comparison import Compared
    from model.scenario.file import Scenario
    from model.target import Target

QUIET_S = 2.0
"""How long nothing is said of how far it is."""


@click.command(short_help="A scenario's verdicts under several profiles, side by side.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--profile", "profiles", multiple=True, metavar="A,B", help="These, not all gates (also repeatable).")
@click.option("--target", metavar="MODULE:NAME", help="Compare on this target, whatever the file names.")
@click.option("--allow-target", is_flag=True, help="Import the target that the file names, which runs its code.")
@click.option("--budget", callback=duration, metavar="90s", help="For each profile; then its verdict is unknown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def compare(
    files: tuple[str, ...],
    profiles: tuple[str, ...],
    target: str | None,
    allow_target: bool,
    budget: float | None,
    as_json: bool,
) -> int:
    """Put the verdicts on FILE under several profiles side by side.

    FILE is a scenario file, a run, a saved scenario by its name, or a lesson by its number or name.  What it plays is
    cut everywhere, as verify does it, under one profile after the other; and its own cuts are tried under each.
    """
    from model.lesson.library import played
    from model.report.comparison import comparisons_text, comparisons_value
    from model.report.encoding import to_json

    chosen = _chosen(profiles)
    scenarios = [(each, _target(each, target, allow_target=allow_target)) for name in files for each in played(name)]
    compared: list[tuple[Scenario, list[Compared]]] = [(each, []) for each, _ in scenarios]
    is_whole = False
    try:
        for (scenario, of), (_, rows) in zip(scenarios, compared, strict=True):
            rows.extend(_telling(scenario, of, chosen or _usual(scenario), budget))
        is_whole = True
    except KeyboardInterrupt:
        click.echo("interrupted: what follows is not all", err=True)
    if as_json:
        click.echo(to_json(comparisons_value(compared)), nl=False)
    else:
        click.echo("\n".join(comparisons_text(compared)))
    return _exit_code([row for _, rows in compared for row in rows], is_whole=is_whole)


def _chosen(profiles: Sequence[str]) -> tuple[str, ...]:
    from model.persistence.profiles import PROFILES
    from model.scenario.tables import nearest
    from model.target import UserMistake

    names = [name.strip() for each in profiles for name in each.split(",")]
    for name in names:
        if name not in PROFILES:
            raise UserMistake("--profile", f"there is no {name!r}", nearest(name, tuple(PROFILES)))
    return tuple(dict.fromkeys(names))


def _usual(scenario: "Scenario") -> tuple[str, ...]:
    """The gates, and the profile that the scenario is told under."""
    from model.persistence.profiles import GATES

    return tuple(dict.fromkeys((*GATES, scenario.story.profile)))


def _target(scenario: "Scenario", named: str | None, *, allow_target: bool) -> "Target":
    from model.scenario.replay import check_target, target_of
    from model.target import load_target

    if named is not None:
        return load_target(named)
    if not allow_target:
        check_target(scenario.target, scenario.place("target"))
    return target_of(scenario)


def _telling(
    scenario: "Scenario", target: "Target", profiles: Sequence[str], budget_s: float | None
) -> "Iterator[Compared]":
    """The rows, and how far it is on standard error once that takes a while."""
    from model.comparison import compare as compared

    began_s = time.monotonic()
    for number, row in enumerate(compared(scenario, target, profiles, budget_s=budget_s), 1):
        if time.monotonic() - began_s > QUIET_S and number < len(profiles):
            click.echo(f"{number} of {len(profiles)}: {row.profile} {row.verdict}", err=True)
        yield row


def _exit_code(rows: "Sequence[Compared]", *, is_whole: bool) -> int:
    from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK, EXIT_UNKNOWN

    verdicts = {row.verdict for row in rows}
    if not is_whole:
        return EXIT_UNKNOWN
    if "counterexample" in verdicts:
        return EXIT_COUNTEREXAMPLE
    return EXIT_UNKNOWN if "unknown" in verdicts else EXIT_OK
