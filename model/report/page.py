"""The whole page that a run prints: table, first counterexamples, summary, and the verdict as its last sentence."""

from collections.abc import Sequence

from model.explore.result import Counterexample
from model.report.counterexample import counterexample_text
from model.report.figures import quantity, wrapped
from model.report.table import summary, table
from model.verdict import Campaign

_COUNTEREXAMPLES_SHOWN = 3


def page(campaign: Campaign, run_folder: str) -> list[str]:
    """Everything worth reading about a campaign; the rest stays in the run folder."""
    found = campaign.counterexamples
    lines = [*table(campaign.rows), ""]
    shown = telling(found)[:_COUNTEREXAMPLES_SHOWN]
    for number in shown:
        lines += [*counterexample_text(found[number - 1], number=number), ""]
    if len(found) > len(shown):
        more = quantity(len(found) - len(shown), "more counterexample")
        lines += [*wrapped(f"{more}, each with its whole trace, in {run_folder}/counterexamples/"), ""]
    return lines + summary(campaign, run_folder)


def telling(found: Sequence[Counterexample]) -> list[int]:
    """Numbers of the counterexamples worth reading first: the first one of each property and operation."""
    first: dict[tuple[int, str], int] = {}
    for number, one in enumerate(found, 1):
        first.setdefault((one.property, one.operation), number)
    return list(first.values())
