"""Cases for a file that the user gave: its migration, or that it is refused unharmed."""

from collections.abc import Sequence

from model.explore.stage import Case
from model.legacy_file import LegacyFile
from scenarios.arrangement import Arrangement
from scenarios.play import Scene, case
from scenarios.session_cases import steps


def input_cases(content: bytes) -> Sequence[Case]:
    """The cases that verify the migration of these bytes."""
    legacy = LegacyFile.of(content)
    scene = Scene(Arrangement(legacy=content, is_locked=False))
    if not legacy.is_readable:
        return (case("of an invalid file, which is refused unharmed", scene, steps.migrate_invalid()),)
    entries = legacy.entries()
    if not entries:
        name = "of an empty store, which stays" if legacy.is_empty else "of a file without an entry, which stays"
        return (case(name, scene, steps.migrate()),)
    return (case(f"of {len(entries)} entries", scene, steps.migrate()),)
