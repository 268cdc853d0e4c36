"""What a run leaves behind: `.blackstart/runs/<time>-<id>/`, made by each run anew and ignored by git.

| file | what |
| --- | --- |
| `verdict.json` | the whole campaign, as `--json` prints it |
| `report.txt` | the table and the summary, as printed |
| `environment.json` | versions, platform, arguments, seed |
| `counterexamples/001.txt`, `.json`, `.toml` | each counterexample: its whole trace, and to replay |
| `errors/001.txt` | tracebacks, if the checker itself failed; where two runs of a task differ |
"""

import json
import os
import platform
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from model.report.counterexample import counterexample_text
from model.report.encoding import SCHEMA, campaign_value, counterexample_value, to_json
from model.scenario.file import to_toml
from model.scenario.given import Given
from model.scenario.replay import of_counterexample
from model.target import UserMistake
from model.verdict import Campaign, Task

ROOT = Path(".blackstart")
_PACKAGES = ("blackstart", "hypothesis", "pyfakefs", "pytest", "crosshair-tool", "click", "rich")


def make_run_folder(root: Path = ROOT) -> Path:
    """Make the folder of a new run and return its path; nobody else's folder is ever reused.

    Raises:
        UserMistake: It cannot be made here.
    """
    try:
        return _made(root)
    except OSError as error:
        what = f"the folder of the run cannot be made: {error.strerror}"
        raise UserMistake(str(root), what, "Run in a folder that you may write to.") from error


def _made(root: Path) -> Path:
    runs = root / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    ignore = root / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    folder = runs / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    folder.mkdir()
    return folder


def write_run(folder: Path, campaign: Campaign, report: Sequence[str], argv: Sequence[str]) -> None:
    """Fill the folder.  `verdict.json` comes last: a folder that has one is whole."""
    _write(folder / "environment.json", to_json(environment(argv, campaign.bounds.seed)))
    _write(folder / "report.txt", "\n".join(report) + "\n")
    for number, found in enumerate(campaign.counterexamples, 1):
        stem = folder / "counterexamples" / f"{number:03}"
        text = counterexample_text(found, number=number, whole_trace=True)
        _write(stem.with_suffix(".txt"), "\n".join(text) + "\n")
        _write(stem.with_suffix(".json"), to_json(counterexample_value(found)))
        bounds, file = campaign.bounds, campaign.input
        given = None if file is None else Given(file.size_bytes, file.sha256, file.content)
        scenario = of_counterexample(found, bounds.target, entries=bounds.entries, given=given)
        if scenario is not None:
            _write(stem.with_suffix(".toml"), to_toml(scenario))
    texts = [missing.text for missing in campaign.unfinished] + [each.text for each in campaign.unlike or ()]
    for number, error in enumerate(filter(None, texts), 1):
        _write(folder / "errors" / f"{number:03}.txt", error)
    _write(folder / "verdict.json", to_json(campaign_value(campaign)))


def seconds_of_last_run(target: str, tasks: Sequence[Task], root: Path = ROOT) -> dict[Task, float]:
    """How long each task took in the last run that checked the same target, as far as one is kept."""
    for verdict in sorted(root.glob("runs/*/verdict.json"), reverse=True):
        try:
            value = json.loads(verdict.read_bytes())
            if value["bounds"]["target"] != target:
                continue
            took_s = {(case["operation"], case["case"], case["profile"]): case["seconds"] for case in value["cases"]}
        except (ValueError, KeyError, TypeError):
            continue  # another schema, or edited by hand: it would only have been a hint
        known = ((task, took_s.get((task.operation, task.case, task.profile))) for task in tasks)
        return {task: seconds for task, seconds in known if seconds is not None}
    return {}


def environment(argv: Sequence[str], seed: int) -> dict[str, Any]:
    """What one has to know to repeat the run."""
    return {
        "schema": SCHEMA,
        "argv": list(argv),
        "seed": seed,
        "python": sys.version,
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu_count": os.cpu_count(),
        "packages": {name: _version(name) for name in _PACKAGES},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    # Names and keys may hold lone surrogates, which UTF-8 cannot.
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
