"""`blackstart faults`: every call fails, in every way that its manual page allows."""

import click

from model.commands.parameters import DEFAULT_TARGET, duration
from model.commands.watching import watched


@click.command(short_help="Every call fails in every way: is anything lost silently?")
@click.argument("target", default=DEFAULT_TARGET)
@click.option("--profile", "profiles", multiple=True, metavar="N", help="This profile, not all gates (repeatable).")
@click.option("--budget", callback=duration, metavar="3m", help="Stop after so long (90s, 3m, 1h).")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: one per core]")
@click.option("--no-times", is_flag=True, help="Leave out how long it took: equal runs print equal bytes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def faults(
    target: str,
    profiles: tuple[str, ...],
    budget: float | None,
    jobs: int | None,
    no_times: bool,
    as_json: bool,
) -> int:
    """Let every call of every operation of TARGET (module:name) fail, in every way that its manual page allows.

    Once, and from then on; and cut the power wherever that leads.  An operation that returned all the same must not
    have lost anything.  One that raised is tried again when it is over, and must succeed.
    """
    from model.failures import FailureRunner, failure_cases
    from model.report.encoding import to_json
    from model.report.failures import failures_page, failures_value
    from model.scope import Scope
    from model.target import load_target
    from model.verify import Selection, plan

    selection = Selection(profiles=profiles)
    tasks = plan(failure_cases(load_target(target), target), selection)
    campaign = watched(
        Scope(target), tasks, selection, FailureRunner(target), jobs=jobs, budget_s=budget, no_times=no_times
    )
    if as_json:
        click.echo(to_json(failures_value(campaign)), nl=False)
    else:
        click.echo("\n".join(failures_page(campaign)))
    return campaign.exit_code
