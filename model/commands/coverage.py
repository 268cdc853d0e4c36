"""`blackstart coverage`: which losses, tears and reorderings the campaign really exercised."""

import click

from model.commands.parameters import DEFAULT_TARGET, duration
from model.commands.watching import watched


@click.command(short_help="Which losses were exercised, and noticed by somebody?")
@click.argument("target", default=DEFAULT_TARGET)
@click.option("--operation", "operations", multiple=True, metavar="N", help="Only this operation (repeatable).")
@click.option("--profile", "profiles", multiple=True, metavar="N", help="This profile, not all gates (repeatable).")
@click.option("--calls", is_flag=True, help="List every kind of call, and which kind overtook which.")
@click.option("--budget", callback=duration, metavar="3m", help="Stop after so long (90s, 3m, 1h).")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: one per core]")
@click.option("--no-times", is_flag=True, help="Leave out how long it took: equal runs print equal bytes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def coverage(
    target: str,
    operations: tuple[str, ...],
    profiles: tuple[str, ...],
    calls: bool,
    budget: float | None,
    jobs: int | None,
    no_times: bool,
    as_json: bool,
) -> int:
    """Tell which calls of TARGET (module:name) were lost, torn or overtaken.

    For each operation and profile: how many calls the profile allows to be lost, to be there in part, or to be there
    while an earlier one is not; and how many of them were, in a crash state on which recovery or a reader looked at
    that very place.  A loss that nobody looks at cannot matter: a temporary that is swept unread, for example.
    """
    from model.covering import CoverageRunner
    from model.report.coverage import coverage_page, coverage_value
    from model.report.encoding import to_json
    from model.scope import Scope, cases_of
    from model.target import load_target
    from model.verify import Selection, plan

    scope = Scope(target)
    selection = Selection(operations, profiles)
    loaded = load_target(target)
    tasks = plan(cases_of(loaded, scope), selection)
    campaign = watched(scope, tasks, selection, CoverageRunner(scope), jobs=jobs, budget_s=budget, no_times=no_times)
    if as_json:
        click.echo(to_json(coverage_value(campaign)), nl=False)
    else:
        click.echo("\n".join(coverage_page(campaign, with_calls=calls)))
    return campaign.exit_code
