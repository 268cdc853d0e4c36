"""A scenario as a test for pytest: it fails as long as the store breaks its promise, and passes when it is mended.

A story that cannot be told any more does not make it pass: the whole case is judged then.
"""

import re

from model.report.figures import wrapped
from model.scenario.file import Scenario, to_toml

_TEMPLATE = '''"""A crash scenario as a test; made by blackstart."""

{imports}

SCENARIO = {toml}


def test_{name}() -> None:
    {told}
    {claim}
'''
_PARSED = 'parse_scenario(SCENARIO.encode(), "the scenario of this test")'
_CONVICTED = f"""replayed = replay({_PARSED}, {{target}})
    assert replayed.is_as_recorded, replayed.reason or replayed.found"""
_UPHELD = f"""wrong = what_speaks_against({_PARSED}, {{target}})
    assert not wrong, wrong"""


def as_test(scenario: Scenario) -> str:
    """The source of a test module with one test.

    A target that did not come with blackstart is imported by the test, which whoever keeps it has read.
    """
    module, _, attribute = scenario.target.partition(":")
    # A known-bad store stays bad: it has to be convicted as it was.
    claim = _CONVICTED if scenario.defect else _UPHELD
    judge = "model.scenario.replay import replay" if scenario.defect else "model.upheld import what_speaks_against"
    imports = [
        "from model.scenario.reading import parse_scenario",
        f"from {judge}",
        f"from {module} import {attribute}",
    ]
    return _TEMPLATE.format(
        imports="\n".join(imports),
        toml=_literal(to_toml(scenario)),
        name=_identifier(scenario.title),
        told=_docstring(scenario),
        claim=claim.format(target=attribute),
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
