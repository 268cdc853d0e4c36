"""The same results as JSON values: schema 1, shared by `--json` and the run folder."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from model.explore.result import CaseResult, Counterexample
from model.verdict import Bounds, Campaign, Input, Row

SCHEMA = 1
# Python reads no longer decimal than this from JSON unless told otherwise.
_LONGEST_NUMBER = 10**4_000


def exact(number: int) -> int | str:
    """A count as a JSON number, exact; one of more than 4,000 digits as a string, hexadecimal and exact."""
    return number if number < _LONGEST_NUMBER else hex(number)


def campaign_value(campaign: Campaign) -> dict[str, Any]:
    """A whole campaign: verdict, bounds, rows, and everything that the table leaves out."""
    return {
        "schema": SCHEMA,
        "verdict": campaign.verdict,
        "exit_code": campaign.exit_code,
        "bounds": bounds_value(campaign.bounds),
        "input": _input_value(campaign.input),
        "rows": [row_value(row) for row in campaign.rows],
        "cases": [case_value(result) for result in campaign.results],
        "counterexamples": [counterexample_value(found) for found in campaign.counterexamples],
        "unlike": None if campaign.unlike is None else [dataclasses.asdict(each) for each in campaign.unlike],
        "unfinished": [dataclasses.asdict(missing) for missing in campaign.unfinished],
        "sometimes": {
            "required": None if campaign.sometimes_required is None else sorted(campaign.sometimes_required),
            "reached": campaign.sometimes,
            "missing": list(campaign.unreached),
        },
        "jobs": campaign.jobs,
        "seconds": round(campaign.seconds, 3),
    }


def bounds_value(bounds: Bounds) -> dict[str, Any]:
    """The bounds of a campaign; nested cuts to a fixpoint are called so."""
    return dataclasses.asdict(bounds) | {"nested": "fixpoint" if bounds.nested is None else bounds.nested}


def _input_value(given: Input | None) -> dict[str, Any] | None:
    if given is None:
        return None
    value = dataclasses.asdict(given) | {"untouched": given.untouched}
    del value["content"]
    return value


def row_value(row: Row) -> dict[str, Any]:
    """One row of the table, with exact counts."""
    return dataclasses.asdict(row) | {"raw_states": exact(row.raw_states), "seconds": round(row.seconds, 3)}


def case_value(result: CaseResult) -> dict[str, Any]:
    """One case under one profile; its counterexamples stand apart."""
    value = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
    del value["counterexamples"], value["failures"]
    value |= {"raw_states": exact(result.raw_states), "seconds": round(result.seconds, 3)}
    value["sometimes"] = dict(result.sometimes)
    return value


def counterexample_value(found: Counterexample) -> dict[str, Any]:
    """One counterexample, whole."""
    return {"schema": SCHEMA} | {field.name: _plain(getattr(found, field.name)) for field in dataclasses.fields(found)}


def to_json(value: Mapping[str, Any]) -> str:
    """JSON text in ASCII (keys may hold lone surrogates), indented; what JSON has no form for becomes its `repr`."""
    return json.dumps(value, indent=2, default=repr) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain(dataclasses.asdict(value))
    if isinstance(value, set | frozenset):
        return sorted((_plain(item) for item in value), key=repr)
    return value
