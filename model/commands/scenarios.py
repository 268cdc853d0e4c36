"""`blackstart scenarios`: the scenarios that are kept, and keeping another one."""

from pathlib import Path

import click


@click.group(short_help="The kept scenarios; keep a counterexample as one.")
def scenarios() -> None:
    """List the scenarios that are kept as regressions, or keep a counterexample as one."""


@scenarios.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def list_scenarios(as_json: bool) -> None:
    """List every regression, with what it is about."""
    from model.properties import PROPERTIES
    from model.report.encoding import to_json
    from model.report.figures import shortened
    from model.scenario.file import to_value
    from model.scenario.library import regressions
    from model.scenario.reading import read_scenario

    found = {path.stem: read_scenario(path) for path in regressions()}
    if as_json:
        rows = [{"name": name} | to_value(scenario) for name, scenario in found.items()]
        click.echo(to_json({"schema": 1, "rows": rows}), nl=False)
        return
    width = max(map(len, found), default=0)
    for name, scenario in found.items():
        broken = PROPERTIES[scenario.property].title if scenario.property else "ok"
        click.echo(shortened(f"{name.ljust(width)}  {scenario.story.profile:<12}  {broken}", 80))


@scenarios.command()
@click.argument("file", metavar="RUN|FILE")
@click.option("--name", required=True, help="What it is called from now on: small letters, digits, hyphens.")
@click.option("--number", type=click.IntRange(1), default=1, metavar="N", help="Which counterexample of the run.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("scenarios/regressions"),
    help="Where regressions are kept.",
)
def save(file: str, name: str, number: int, folder: Path) -> None:
    """Keep a counterexample of a run as a permanent regression."""
    from dataclasses import replace

    from model.commands.replay import run
    from model.scenario.library import save as keep
    from model.scenario.library import scenario_files
    from model.scenario.reading import read_scenario
    from model.scenario.replay import with_sentences
    from model.target import UserMistake

    paths = scenario_files(file)
    if number > len(paths):
        raise UserMistake("--number", f"there is no number {number}", f"There are {len(paths)}.")
    scenario = read_scenario(paths[number - 1])
    if scenario.given is not None and not scenario.given.is_embedded:
        what = f"it is about a file of {scenario.given.size_bytes:,} bytes, too large to be kept with it"
        raise UserMistake(str(paths[number - 1]), what, "Verify a smaller file that shows it, and keep that one.")
    # The user names the run, and so vouches for its target: it was run to make it.
    replayed = run(scenario, None, allow_target=True)
    kept = keep(replace(with_sentences(scenario, replayed)), name, folder)
    click.echo(f"kept: {kept}")
