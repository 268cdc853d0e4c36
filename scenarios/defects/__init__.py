"""Known-bad stores: the session store with one mistake each, by family."""

from scenarios.defects import earlier, migrations, processes, retries, spellings, syncs, writes

DEFECTS = (
    *syncs.DEFECTS,
    *writes.DEFECTS,
    *retries.DEFECTS,
    *earlier.DEFECTS,
    *migrations.DEFECTS,
    *processes.DEFECTS,
    *spellings.DEFECTS,
)
"""Every one of them, in the order of the table."""
