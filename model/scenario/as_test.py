"""A scenario as a test for pytest: it fails as long as the story can happen, and passes when the store is mended."""

import re

from model.report.figures import wrapped
from model.scenario.file import Scenario, to_toml

_TEMPLATE = '''"""A crash scenario as a test; made by blackstart."""

from model.scenario.reading import parse_scenario
from model.scenario.replay import replay
{more}
SCENARIO = {toml}


def test_{name}() -> None:
    {told}
    replayed = replay(parse_scenario(SCENARIO.encode(), "the scenario of this test"){target})
    {claim}, replayed.found
'''


def as_test(scenario: Scenario) -> str:
    """The source of a test module with one test.

    A target that did not come with blackstart is imported by the test, which whoever keeps it has read.
    """
    module, _, attribute = scenario.target.partition(":")
    return _TEMPLATE.format(
        more=f"from {module} import {attribute}\n",
        toml=_literal(to_toml(scenario)),
        name=_identifier(scenario.title),
        told=_docstring(scenario),
        target=f", {attribute}",
        # A known-bad store stays bad: it has to be convicted as it was.
        claim="assert replayed.is_as_recorded" if scenario.defect else 'assert replayed.verdict != "counterexample"',
    )


def _identifier(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:80].strip("_") or "scenario"


def _literal(text: str) -> str:
    if "'''" in text:
        return repr(text)
    return f"r'''{text}'''"


def _docstring(scenario: Scenario) -> str:
    lines: list[str] = []
    for paragraph in scenario.told or (scenario.title,):
        lines += [*wrapped(paragraph, width=100), ""]
    body = "\n    ".join(lines[:-1]).replace("\\", "\\\\").replace('"""', "'''").rstrip('"')
    return f'"""{body}\n    """'.replace("\n    \n", "\n\n")
