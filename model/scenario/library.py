"""Where scenarios lie: files, the counterexamples of a run, and the regressions that are kept for good."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from model.persistence.profiles import PROFILES
from model.scenario.file import Scenario, to_toml
from model.scenario.rules import ALL_RULES
from model.target import UserMistake

RUNS = Path(".blackstart/runs")
REGRESSIONS = Path("scenarios/regressions")
_LIKE_A_RULE = re.compile(r"[A-Za-z][0-9]{0,3}")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def scenario_files(name: str) -> list[Path]:
    """The scenario files that a name stands for: a file, a folder, a run, a regression.

    Raises:
        UserMistake: It stands for none.
    """
    candidates = [Path(name), RUNS / name, REGRESSIONS / f"{name}.toml", installed_regressions() / f"{name}.toml"]
    for path in candidates:
        if path.is_dir():
            found = sorted(path.glob("counterexamples/*.toml")) or sorted(path.glob("*.toml"))
            if not found:
                raise UserMistake(str(path), "there is no scenario in it", "A run that found nothing has none.")
            return found
        if path.exists():
            return [path]
    if _LIKE_A_RULE.fullmatch(name):
        raise UserMistake(name, "there is no such file or run, and no such rule or step", f"There are: {ALL_RULES}.")
    if name in PROFILES:
        raise UserMistake(name, "it is a profile, and no file or run", "blackstart profiles tells what it keeps.")
    known = [path.stem for path in regressions()] + [path.name for path in RUNS.glob("*")]
    close = get_close_matches(name, known, 1)
    remedy = f"Did you mean {close[0]!r}?" if close else "Name a scenario file, a run folder, or a saved scenario."
    raise UserMistake(name, "there is no such file or run", remedy)


def installed_regressions() -> Path:
    """The folder of the regressions that came with blackstart."""
    return Path(__file__).resolve().parents[2] / REGRESSIONS


def regressions() -> Iterator[Path]:
    """Every regression: those of the current folder, and those that came with blackstart."""
    folders = {REGRESSIONS.resolve(): None, installed_regressions(): None}
    for folder in folders:
        yield from sorted(folder.glob("*.toml"))


def save(scenario: Scenario, name: str, folder: Path) -> Path:
    """Keep a scenario for good; nothing is ever replaced.

    Raises:
        UserMistake: The name is none, or is taken.
    """
    if not _NAME.fullmatch(name):
        raise UserMistake("--name", f"{name!r} is no name", "Use small letters, digits and single hyphens.")
    path = folder / f"{name}.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(to_toml(scenario))
    except FileExistsError as error:
        raise UserMistake(str(path), "it is there already", "Choose another --name, or remove it.") from error
    except OSError as error:
        what = f"it cannot be written: {error.strerror}"
        raise UserMistake(str(path), what, "Name another --folder, one that you may write to.") from error
    return path
