"""The whole page that a run prints: table, first counterexamples, summary, and the verdict as its last sentence."""

from collections.abc import Sequence

from model.explore.result import Counterexample
from model.report.counterexample import counterexample_text
from model.report.figures import quantity, wrapped
from model.report.table import summary, table
from model.verdict import Campaign, Unlike

_COUNTEREXAMPLES_SHOWN = 3


def page(campaign: Campaign, run_folder: str | None) -> list[str]:
    """Everything worth reading about a campaign; the rest stays in the run folder."""
    found = campaign.counterexamples
    lines = [*table(campaign.rows), ""]
    shown = telling(found)[:_COUNTEREXAMPLES_SHOWN]
    for number in shown:
        lines += [*counterexample_text(found[number - 1], number=number), ""]
    if len(found) > len(shown):
        more = quantity(len(found) - len(shown), "more counterexample")
        lines += [
            *wrapped(f"{more}, each with its whole trace, in {run_folder or 'the run folder'}/counterexamples/"),
            "",
        ]
    for unlike in _one_of_each(campaign.unlike or ()):
        name = f"{unlike.task.operation}: {unlike.task.case}, {unlike.task.profile}"
        lines += [*wrapped(f"not the same twice: {name}"), *_indented(unlike.text), ""]
    return lines + summary(campaign, run_folder)


def _one_of_each(unlike: Sequence[Unlike]) -> list[Unlike]:
    """One for each operation."""
    first: dict[str, Unlike] = {}
    for each in unlike:
        first.setdefault(each.task.operation, each)
    return list(first.values())[:_COUNTEREXAMPLES_SHOWN]


def _indented(text: str) -> list[str]:
    return [part for line in text.splitlines() for part in wrapped(line.strip(), indent=2 + line.startswith(" ") * 2)]


def telling(found: Sequence[Counterexample]) -> list[int]:
    """Numbers of the counterexamples worth reading first: the first one of each property and operation."""
    first: dict[tuple[int, str], int] = {}
    for number, one in enumerate(found, 1):
        first.setdefault((one.property, one.operation), number)
    return list(first.values())
