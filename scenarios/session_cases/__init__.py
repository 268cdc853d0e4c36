"""The cases of the session store, by topic."""

from collections.abc import Sequence

from model.explore.stage import Case
from scenarios.session_cases.agents import agent_cases
from scenarios.session_cases.caching import caching_cases
from scenarios.session_cases.checking import checked_cases
from scenarios.session_cases.coming_between import meddled_cases
from scenarios.session_cases.commanding import commanded_cases
from scenarios.session_cases.confined import confined_cases
from scenarios.session_cases.every_failure import failure_cases
from scenarios.session_cases.faults import fault_cases
from scenarios.session_cases.first_puts import first_put_cases
from scenarios.session_cases.folder_gone import folder_cases
from scenarios.session_cases.given import input_cases
from scenarios.session_cases.hard_pressed import hard_pressed_cases
from scenarios.session_cases.interrupting import interrupted_cases
from scenarios.session_cases.intruding import intruding_cases
from scenarios.session_cases.json_oddities import odd_json_cases
from scenarios.session_cases.left_behind import left_behind_cases
from scenarios.session_cases.marked import marked_cases
from scenarios.session_cases.migrations import finish_cases, merge_cases, migrate_cases
from scenarios.session_cases.odd_files import odd_file_cases, odd_mark_cases
from scenarios.session_cases.odd_names import odd_name_cases
from scenarios.session_cases.overlapping import overlapping_cases
from scenarios.session_cases.recoveries import recover_cases, roll_back_cases
from scenarios.session_cases.refusals import refused_cases
from scenarios.session_cases.scaling import scaling_case
from scenarios.session_cases.sights import sighted_cases
from scenarios.session_cases.spellings import spelling_cases
from scenarios.session_cases.starting import starting_cases
from scenarios.session_cases.starting_in_trouble import troubled_cases
from scenarios.session_cases.telling import telling_cases
from scenarios.session_cases.turns import turn_cases
from scenarios.session_cases.vanishing import retry_cases
from scenarios.session_cases.vanishing_further import further_retry_cases
from scenarios.session_cases.visiting import visited_cases
from scenarios.session_cases.writes import delete_cases, put_cases, save_cases, update_cases

ROWS = (
    "put",
    "delete",
    "update",
    "save",
    "migrate",
    "merge",
    "finish",
    "roll back",
    "recover",
    "migrate_all",
    "retry",
    "faults",
    "load",
    "check",
)
"""The operations, in the order of the table."""

ENTRIES = 4
"""Entries of a migration when nobody asks for more."""


def session_cases(entries: int | None = None) -> Sequence[Case]:
    """Every case of the session store, in the order of the table.

    Args:
        entries: How many entries the migrations have.
    """
    count = ENTRIES if entries is None else entries
    cases = (
        *put_cases(),
        *delete_cases(),
        *update_cases(),
        *save_cases(),
        *migrate_cases(count),
        *merge_cases(),
        *finish_cases(),
        *marked_cases(),
        *roll_back_cases(),
        *recover_cases(),
        *agent_cases(),
        *retry_cases(),
        *further_retry_cases(),
        *fault_cases(),
        *intruding_cases(),
        *visited_cases(),
        *left_behind_cases(),
        *turn_cases(),
        *overlapping_cases(),
        *caching_cases(),
        *telling_cases(),
        *confined_cases(),
        *spelling_cases(),
        *folder_cases(),
        *refused_cases(),
        *odd_json_cases(),
        *odd_file_cases(),
        *odd_mark_cases(),
        *odd_name_cases(),
        *first_put_cases(),
        *meddled_cases(),
        *interrupted_cases(),
        *hard_pressed_cases(),
        *starting_cases(),
        *troubled_cases(),
        *sighted_cases(),
        *checked_cases(),
        *commanded_cases(),
        scaling_case(3),
    )
    return sorted(cases, key=lambda case: ROWS.index(case.operation))


__all__ = ["failure_cases", "input_cases", "scaling_case", "session_cases"]
