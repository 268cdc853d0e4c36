"""`blackstart explain`: a counterexample in sentences, or a rule, step or property that it cites."""

from typing import TYPE_CHECKING

import click

from model.commands.replay import run

if TYPE_CHECKING:
    from model.properties import Property

SHOWN_BY = "scenarios.lessons.shown:SHOWN_BY"


@click.command(short_help="A counterexample, a rule, a step, a property.")
@click.argument("what", metavar="FILE|RULE|NUMBER")
@click.option("--target", metavar="MODULE:NAME", help="Explain on this target, whatever the file names.")
@click.option("--allow-target", is_flag=True, help="Import the target that the file names, which runs its code.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def explain(what: str, target: str | None, allow_target: bool, as_json: bool) -> int:
    """Explain a scenario in sentences, with rules and source lines; or a rule, a step, a property.

    Rules of persistence are P1 to P11; steps of the protocol are W, D, S, N and M1 to M8.  Of each you see what its
    document says, a store that does without it, convicted while you wait, and where the code carries it out.
    Properties are told by number or title: 7, or convergence.
    """
    from model.exit_codes import EXIT_OK, EXIT_UNKNOWN
    from model.report.encoding import to_json
    from model.report.figures import wrapped
    from model.report.property import property_named
    from model.report.replay import replays_value
    from model.scenario.library import scenario_files
    from model.scenario.reading import read_scenario
    from model.scenario.rules import RULE, first_sentence, is_rule

    if is_rule(what):
        _explain_rule(what.upper(), as_json=as_json)
        return EXIT_OK
    if (named := property_named(what)) is not None:
        _explain_property(named, as_json=as_json)
        return EXIT_OK
    if as_json:
        paths = scenario_files(what)
        replays = [run(read_scenario(path), target, allow_target=allow_target) for path in paths]
        click.echo(to_json(replays_value(replays)), nl=False)
        return EXIT_UNKNOWN if any(each.reason for each in replays) else EXIT_OK
    code = EXIT_OK
    for path in scenario_files(what):
        replayed = run(read_scenario(path), target, allow_target=allow_target)
        click.echo("\n".join(wrapped(replayed.scenario.title, hanging=4, breaks=True)))
        if replayed.found is None:
            reason = replayed.reason or "nothing is violated any more"
            click.echo("\n".join(wrapped(f"{replayed.verdict}: {reason}", indent=2, hanging=4)))
            code = EXIT_UNKNOWN if replayed.reason else code
            continue
        for paragraph in replayed.found.because:
            click.echo("\n" + "\n".join(wrapped(paragraph, indent=2)))
        cited = RULE.findall(" ".join(_cited(replayed.found.because)))
        for rule in dict.fromkeys(cited):
            click.echo("\n" + "\n".join(wrapped(first_sentence(rule), indent=2, hanging=6)))
    return code


def _explain_rule(rule: str, *, as_json: bool) -> None:
    from model.commands.defects import DEFECTS
    from model.commands.parameters import DEFAULT_TARGET
    from model.defects.campaign import load_defects
    from model.lesson.evidence import gather, load_shown
    from model.report.encoding import to_json
    from model.report.rule import rule_page, rule_value
    from model.scenario.citations import citations
    from model.scenario.rules import rule_text

    told = rule_text(rule)
    evidence = gather(rule, load_shown(SHOWN_BY)[rule], load_defects(DEFECTS), DEFAULT_TARGET)
    places = citations(rule)
    if as_json:
        click.echo(to_json(rule_value(rule, told, evidence, places)), nl=False)
    else:
        click.echo("\n".join(rule_page(rule, told, evidence, places)))


def _explain_property(named: "Property", *, as_json: bool) -> None:
    from model.commands.defects import DEFECTS
    from model.defects.campaign import load_defects
    from model.report.encoding import to_json
    from model.report.property import property_page, property_value

    broken_by = [defect.name for defect in load_defects(DEFECTS) if defect.property == named.number]
    if as_json:
        click.echo(to_json(property_value(named, broken_by)), nl=False)
    else:
        click.echo("\n".join(property_page(named, broken_by)))


def _cited(paragraphs: tuple[str, ...]) -> list[str]:
    """The places in which rules and steps are cited: in brackets, and after the word step."""
    import re

    found = [inside for paragraph in paragraphs[1:] for inside in re.findall(r"\((P\d+(?:, P\d+)*)\)", paragraph)]
    return found + [step for paragraph in paragraphs[1:] for step in re.findall(r"step (M[1-8]|[WDSN])\b", paragraph)]
