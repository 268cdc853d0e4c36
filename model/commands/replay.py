"""`blackstart replay`: a scenario, or the counterexamples of a run, once more."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from model.scenario.replay import Replay

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="A scenario or run again: the same bytes, the same verdict.")
@click.argument("file", metavar="FILE|RUN")
@click.option("--target", metavar="MODULE:NAME", help="Replay on this target, whatever the file names.")
@click.option("--allow-target", is_flag=True, help="Import the target that the file names, which runs its code.")
@click.option(
    "--input", "given", type=_FILE, help="The file that was verified, where it is too large for the scenario."
)
@click.option("--as-test", "as_pytest", is_flag=True, help="Print a pytest function instead of replaying.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def replay(
    file: str, target: str | None, allow_target: bool, given: Path | None, as_pytest: bool, as_json: bool
) -> int:
    """Replay a scenario file, every counterexample of a run folder, or a saved scenario by its name.

    What is replayed is found by its labels.  Where the store has changed so that it cannot happen any more, that is
    said, and the verdict is unknown.  A file of a stranger is safe to open: it holds no code, nothing is written, and
    a target that did not come with blackstart is imported only if you say so.
    """
    from model.scenario.library import scenario_files
    from model.scenario.reading import read_scenario
    from model.scenario.replay import with_input

    content = None if given is None else given.read_bytes()
    paths = scenario_files(file)
    scenarios = [with_input(read_scenario(path), content) for path in paths]
    if as_pytest:
        from model.scenario.as_test import as_test
        from model.scenario.replay import with_sentences

        if len(paths) > 1:
            told = f"This is the test of {paths[0]}, the first of {len(paths)} scenarios. To choose, name a file:"
            click.echo(f"{told}\nblackstart replay {paths[1]} --as-test", err=True)
        replayed = run(scenarios[0], target, allow_target=allow_target)
        click.echo(as_test(with_sentences(replayed.scenario, replayed)), nl=False)
        return 0
    results = [run(scenario, target, allow_target=allow_target) for scenario in scenarios]
    _print(results, as_json=as_json)
    return _exit_code(results)


def run(scenario: object, target: str | None, *, allow_target: bool) -> "Replay":
    """Replay one scenario on the target that the user or, if that is allowed, the file names."""
    from dataclasses import replace

    from model.scenario.file import Scenario
    from model.scenario.replay import check_target
    from model.scenario.replay import replay as replayed
    from model.target import load_target

    assert isinstance(scenario, Scenario)
    if target is not None:
        return replayed(replace(scenario, target=target), load_target(target))
    if not allow_target:
        check_target(scenario.target, scenario.place("target"))
    return replayed(scenario)


def _print(results: "list[Replay]", *, as_json: bool) -> None:
    from model.report.encoding import to_json
    from model.report.replay import replay_text, replays_value

    if as_json:
        click.echo(to_json(replays_value(results)), nl=False)
        return
    blocks = ["\n".join(replay_text(result, number=number)) for number, result in enumerate(results, 1)]
    click.echo("\n\n".join(blocks))


def _exit_code(results: "list[Replay]") -> int:
    from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK, EXIT_UNKNOWN

    verdicts = {result.verdict for result in results}
    if "counterexample" in verdicts:
        return EXIT_COUNTEREXAMPLE
    return EXIT_UNKNOWN if "unknown" in verdicts else EXIT_OK
