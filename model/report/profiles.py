"""The persistence profiles as text and as JSON values, each with the mounts that it speaks for."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from model.litmus.mounts import PROFILES_OF_MOUNTS
from model.persistence.profiles import Profile
from model.report.encoding import SCHEMA
from model.report.figures import wrapped

_INDENT = 4
_HANGING = 14


def profiles_text(profiles: Iterable[Profile]) -> list[str]:
    """A paragraph for each profile: what it allows, by which rules, on what evidence."""
    lines: list[str] = []
    for profile in profiles:
        lines += [f"{profile.name} ({'gate' if profile.gate else 'study'})"]
        facts = [("allows", profile.summary), ("rules", ", ".join(profile.rules)), ("evidence", profile.evidence)]
        if mounts := _mounts(profile):
            facts.append(("mounts", "; ".join(mounts)))
        for label, text in facts:
            lines += wrapped(f"{label:<10}{text}", indent=_INDENT, hanging=_HANGING)
        lines.append("")
    return [*lines, *wrapped("gate: a release is judged by it. study: only when named with --profile.")]


def profiles_value(profiles: Iterable[Profile]) -> dict[str, Any]:
    """The same as a JSON value."""
    rows = [{**dataclasses.asdict(profile), "mounts": _mounts(profile)} for profile in profiles]
    return {"schema": SCHEMA, "rows": rows}


def _mounts(profile: Profile) -> list[str]:
    return [mount for mount, name in PROFILES_OF_MOUNTS.items() if name == profile.name]
