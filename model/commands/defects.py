"""`blackstart defects`: the stores that are known to be bad, and whether the checker convicts them."""

import os
from dataclasses import replace

import click

from model.commands.parameters import DEFAULT_TARGET

DEFECTS = "scenarios.defects:DEFECTS"


@click.command(short_help="Does the checker convict what is known to be bad?")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: one per core]")
@click.option("--every-gate", is_flag=True, help="Find every gate under which each shows.  Takes many minutes.")
@click.option("--no-times", is_flag=True, help="Leave out how long it took: equal runs print equal bytes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the table as Markdown.")
def defects(
    names: tuple[str, ...],
    jobs: int | None,
    every_gate: bool,
    no_times: bool,
    as_json: bool,
    as_markdown: bool,
) -> int:
    """Convict the stores that are known to be bad: all of them, or those named.

    Each is the store of this project with one mistake.  The checker is not told which: it plays its ordinary cases
    until one of them shows something that must not be.  One that survives makes this fail.

    Under which gates a defect shows is told as far as the cases that show it under posix were tried under the others;
    with --every-gate, every case is.
    """
    from model.defects.campaign import convict_all, load_defects, select
    from model.defects.conviction import Conviction
    from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK, EXIT_UNKNOWN
    from model.report.encoding import to_json
    from model.report.kills import kill_table, kills_markdown, kills_value, story

    chosen = select(load_defects(DEFECTS), names)
    done = 0

    def report(conviction: Conviction) -> None:
        nonlocal done
        done += 1
        text = f"{done} of {len(chosen)}: {conviction.defect} {conviction.verdict} after {conviction.seconds:.1f} s"
        click.echo(text, err=True)

    rows = convict_all(
        DEFECTS,
        chosen,
        DEFAULT_TARGET,
        jobs=jobs or os.cpu_count() or 1,
        report=report,
        every_gate=every_gate,
    )
    if no_times:
        rows = tuple(replace(row, conviction=replace(row.conviction, seconds=0.0)) for row in rows)
    if as_json:
        click.echo(to_json(kills_value(rows)), nl=False)
    elif as_markdown:
        click.echo("\n".join(kills_markdown(rows)))
    else:
        told = [line for row in rows if row.is_convicted for line in story(row)] if names else []
        lines = kill_table(rows)
        if len(rows) < len(chosen) and all(row.is_convicted for row in rows):
            lines[-1] = f"unknown: interrupted; {len(rows)} of {len(chosen)} were done, all of them convicted"
        click.echo("\n".join([*told, *lines]))
    if not all(row.is_convicted for row in rows):
        return EXIT_COUNTEREXAMPLE
    return EXIT_OK if len(rows) == len(chosen) else EXIT_UNKNOWN
