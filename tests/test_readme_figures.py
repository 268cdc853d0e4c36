"""What the README counts is what there is: whoever adds a case, a defect or a law, renews the figures."""

import re
from pathlib import Path

from model.scope import Scope, cases_of
from model.verify import plan
from scenarios.defects import DEFECTS
from scenarios.sessions import target
from tests.bench.cores import SELECTION, TARGET
from tests.symbolic.laws import LAWS

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def table(header: str) -> list[list[str]]:
    """The rows of the table with that header."""
    _, _, rest = README.partition(f"{header}\n")
    lines = rest.splitlines()[1:]
    end = next(number for number, line in enumerate(lines) if not line.startswith("|"))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[:end]]


def test_the_shown_campaign_has_all_cases() -> None:
    assert re.findall(r"(?m)^bounds +([\d,]+) cases", README) == [f"{len(target.cases()):,}"]


def test_the_kill_table_has_every_known_bad_store() -> None:
    rows = table("| defect | caught by | states | seconds | ops | losses | shows under |")
    assert [row[0].strip("`") for row in rows] == [defect.name for defect in DEFECTS]


def test_the_table_of_laws_has_every_law_with_all_its_defects() -> None:
    rows = table("| law | functions in | verdict | seconds | planted defects | convicted |")
    assert [(row[0], row[2], row[5]) for row in rows] == [
        (law.statement, "confirmed", f"{len(law.defects)} of {len(law.defects)}") for law in LAWS
    ]


def test_the_campaign_on_one_core_and_two_has_as_many_tasks() -> None:
    tasks = plan(cases_of(target, Scope(TARGET)), SELECTION)
    assert [row[0] for row in table("|  | one core | two cores | ratio | aim |")] == [f"{len(tasks)} tasks"]
