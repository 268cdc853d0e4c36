"""The kill table fits the page, whatever is in it."""

from dataclasses import replace

import pytest

from model.defects.campaign import Row
from model.defects.conviction import Conviction
from model.defects.defect import COST, Defect
from model.persistence.profiles import GATES
from model.properties import PROPERTIES
from model.report.figures import WIDTH
from model.report.kills import kill_table, story

NAME = "original-deleted-before-its-copy-is-durable"
DEFECT = Defect(NAME, f"A story with {'x' * 90} in it.", f"https://example.org/{'y' * 90}", 1, (), ("finish",))
LARGEST = Conviction(
    NAME,
    "convicted",
    property=1,
    states=9_999_999,
    seconds=1234.56,
    operation="finish",
    case="before the backup",
    operations=12,
    losses=12,
    profiles=GATES[:4],
    explanation=f"Because {'z' * 200} returned.",
)


def row(**changes: object) -> Row:
    return Row(DEFECT, replace(LARGEST, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [*PROPERTIES, COST])
@pytest.mark.parametrize("undecided", [(), ("ext4-nodelalloc", "xfs")])
@pytest.mark.parametrize("verdict", ["convicted", "otherwise", "survived"])
def test_every_line_fits_80_columns(number: int, undecided: tuple[str, ...], verdict: str) -> None:
    one = row(property=number, undecided=undecided, verdict=verdict)
    small = Row(replace(DEFECT, name="small"), replace(LARGEST, states=1, seconds=0.1, profiles=("posix",)))
    for rows in ([one], [one, small]):
        lines = [*story(one), *kill_table(rows)]
        assert [line for line in lines if len(line) > WIDTH or line != line.rstrip()] == []


def test_where_a_line_does_not_hold_it_all_nothing_is_left_out() -> None:
    lines = kill_table([row()])
    top = lines.index(NAME)
    assert lines[0] == "defect"
    assert lines[1].split() == ["caught", "by", "states", "seconds", "ops", "losses", "shows", "under"]
    block = lines[top + 1 : lines.index(lines[2], 3)]
    assert block[0].split()[:8] == ["durability", "(1),", "NOT", "AS", "1.0e7", "1234.56", "12", "12"]
    under = lines[1].index("shows under")
    assert " ".join(line[under:] for line in block).split(", ") == list(GATES[:4])


def test_where_a_line_holds_it_each_defect_has_one() -> None:
    short = Row(replace(DEFECT, name="short"), replace(LARGEST, profiles=GATES, states=10, seconds=0.5))
    lines = kill_table([short])
    assert lines[0].split() == ["defect", "caught", "by", "states", "seconds", "ops", "losses", "shows", "under"]
    assert lines[2].split() == ["short", "durability", "(1)", "10", "0.50", "12", "12", "all", "gates"]
