"""`blackstart live`: what the profiles say, held against real file systems."""

import importlib
import signal
import sys
import time
from typing import TYPE_CHECKING

import click

from model.commands.parameters import DEFAULT_TARGET, duration

if TYPE_CHECKING:
    from model.target import Target

WHOLE_LIVES = "scenarios.live:target"
KNOWN_BAD = "scenarios.live:BAD"

_LINE_EVERY_S = 10.0


def _names(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    """Names of file systems, separated by commas."""
    from model.live.file_systems import FILE_SYSTEMS

    names = tuple(name.strip() for name in value.split(",") if name.strip())
    unknown = [name for name in names if name not in FILE_SYSTEMS]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: not among {', '.join(FILE_SYSTEMS)}.")
    return names


def _known_bad() -> "tuple[Target, ...]":
    """Our stores that make a mistake which no real file system forgives."""
    module, _, attribute = KNOWN_BAD.partition(":")
    found: tuple[Target, ...] = getattr(importlib.import_module(module), attribute)
    return found


@click.command(short_help="The profiles against real ext4, xfs and btrfs (root).")
@click.option("--fs", "names", callback=_names, default="ext4,xfs,btrfs", metavar="N,N", help="These file systems.")
@click.option(
    "--mount-options",
    "options",
    multiple=True,
    metavar="O",
    help="With these options (repeatable), or 'defaults'.  [default: all that a profile speaks for, but fast_commit]",
)
@click.option("--budget", callback=duration, default="26m", metavar="26m", help="Begin nothing new after so long.")
@click.option("--calls", type=click.IntRange(1, 3), default=3, metavar="N", help="All programs of up to N calls.")
@click.option("--drawn", type=click.IntRange(0), default=400, metavar="N", help="Longer programs, drawn by the seed.")
@click.option("--cases", type=click.IntRange(0), default=3, metavar="N", help="Cases of each operation of the store.")
@click.option("--target", default=DEFAULT_TARGET, metavar="M:N", help="Whose operations are played.")
@click.option("--seed", type=click.IntRange(0), default=0, metavar="N", help="Picks what is drawn, and the order.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: two per core]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the tables as Markdown.")
def live(
    names: tuple[str, ...],
    options: tuple[str, ...],
    budget: float | None,
    calls: int,
    drawn: int,
    cases: int,
    target: str,
    seed: int,
    jobs: int | None,
    as_json: bool,
    as_markdown: bool,
) -> int:
    """Cut the power of real file systems, and see whether the profiles admit what is left.

    Small programs and the store's operations run on file systems in loop-mounted images.  The power is cut by copying
    the image, or at any block of a log of everything written; what the remounted disk holds must be among what the
    profile of that file system allows.

    Needs root, mkfs of each file system, loop devices and FUSE.  Everything is mounted where nobody else can see it,
    and gone when the run ends, however it ends.
    """
    from model.live.campaign import default_jobs, run_live
    from model.live.file_systems import setups
    from model.live.plan import Scope
    from model.live.requirements import require
    from model.live.tasks import Task
    from model.report.encoding import to_json
    from model.report.live import live_markdown, live_text, live_value
    from model.report.run_folder import make_run_folder
    from model.target import load_target

    # A polite request to end counts as Ctrl-C: what was found so far is reported.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = setups(names, options)
    require(chosen)
    store = load_target(target) if cases else None
    is_ours = store is not None and target == DEFAULT_TARGET
    scope = Scope(
        chosen,
        store,
        whole=load_target(WHOLE_LIVES) if is_ours else None,
        known_bad=_known_bad() if is_ours else (),
        calls=calls,
        drawn=drawn,
        cases=cases,
        seed=seed,
        budget_s=budget,
    )
    last_s = time.monotonic()

    def report(done: int, total: int, task: Task) -> None:
        nonlocal last_s
        from model.live.campaign import name_of

        now_s = time.monotonic()
        if now_s - last_s >= _LINE_EVERY_S:
            last_s = now_s
            click.echo(f"{done} of {total}: {name_of(task)}", err=True)

    campaign = run_live(scope, jobs=jobs or default_jobs(), report=report)
    folder = make_run_folder()
    text = live_text(campaign, str(folder))
    markdown = live_markdown(campaign)
    value = to_json(live_value(campaign) | {"argv": sys.argv[1:], "run_folder": str(folder)})
    (folder / "live.txt").write_text("\n".join(text) + "\n", "utf-8")
    (folder / "live.md").write_text("\n".join(markdown) + "\n", "utf-8")
    (folder / "live.json").write_text(value, "utf-8")
    click.echo(value.rstrip("\n") if as_json else "\n".join(markdown if as_markdown else text))
    return campaign.exit_code
