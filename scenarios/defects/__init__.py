"""Known-bad stores: the session store with one mistake each, by family."""

from scenarios.defects import migrations, processes, spellings, syncs, writes

DEFECTS = (*syncs.DEFECTS, *writes.DEFECTS, *migrations.DEFECTS, *processes.DEFECTS, *spellings.DEFECTS)
"""Every one of them, in the order of the table."""
