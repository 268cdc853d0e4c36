"""Known-bad stores: the session store with one mistake each, by family."""

from scenarios.defects import migrations, syncs

DEFECTS = (*syncs.DEFECTS, *migrations.DEFECTS)
