"""A campaign as a command runs it: with progress on standard error, and a report whoever ends it early."""

import os
import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.scope import Scope
    from model.verdict import Campaign, Task
    from model.verify import Selection
    from model.workers import Run


def watched(
    scope: "Scope",
    tasks: "Sequence[Task]",
    selection: "Selection",
    run: "Run",
    *,
    jobs: int | None,
    budget_s: float | None,
    no_times: bool,
) -> "Campaign":
    """Run tasks that have no sometimes-property to reach.

    Args:
        scope: Which cases.
        tasks: What to run.
        selection: What the user asked for by name.
        run: Runs one task.
        jobs: Worker processes; one per core by default.
        budget_s: Wall-clock seconds for all of it.
        no_times: Leave out how long it took.
    """
    from model.report.progress import progress
    from model.verdict import without_times
    from model.verify import run_campaign

    # A polite request to end counts as Ctrl-C: what was found so far is reported.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with progress(len(tasks)) as report:
        campaign = run_campaign(
            scope,
            tasks,
            selection=selection,
            sometimes=(),
            jobs=jobs or os.cpu_count() or 1,
            budget_s=budget_s,
            report=report,
            run=run,
        )
    return without_times(campaign) if no_times else campaign
