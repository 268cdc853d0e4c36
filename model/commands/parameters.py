"""Option values that click has no type for, and the names that several commands share."""

import re

import click

DEFAULT_TARGET = "scenarios.sessions:target"
_UNITS_S = {"": 1, "s": 1, "m": 60, "h": 3600}


def duration(_context: click.Context, _option: click.Parameter, value: str | None) -> float | None:
    """A duration such as `90`, `90s`, `3m`, `1h`, in seconds."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no duration; write 90s, 3m or 1h.")
    return float(found[1]) * _UNITS_S[found[2]]


def depth(_context: click.Context, _option: click.Parameter, value: str) -> int | None:
    """How deep cuts inside recovery are nested; None is until nothing new appears."""
    if value == "fixpoint":
        return None
    if not re.fullmatch(r"[0-9]+", value):
        raise click.BadParameter(f"{value!r} is neither a number nor 'fixpoint'.")
    return int(value)
