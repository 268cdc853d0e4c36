"""`blackstart sample`: a realistic input file on standard output."""

import sys

import click

from model.commands.parameters import DEFAULT_TARGET


@click.command()
@click.option("--entries", type=click.IntRange(0), default=142, metavar="N", help="How many sessions.")
@click.option("--seed", type=click.IntRange(0), default=1, metavar="N", help="The same seed, the same bytes.")
def sample(entries: int, seed: int) -> None:
    """Write a realistic sessions.json to standard output.

    \b
      blackstart sample --entries 142 --seed 1 > s.json
      blackstart verify --input s.json
    """  # noqa: D301 -- click's mark for "leave these lines alone"
    from model.target import UserMistake, load_target

    make = load_target(DEFAULT_TARGET).sample
    if make is None:
        raise UserMistake(DEFAULT_TARGET, "it makes no samples", "Give its Target a `sample`.")
    sys.stdout.buffer.write(make(entries, seed))
