"""Cases for a file that the user gave: its migration, or that it is refused unharmed."""

from collections.abc import Sequence

from model.explore.stage import Case
from model.legacy_file import LegacyFile
from scenarios.arrangement import Arrangement
from scenarios.play import Scene, case
from scenarios.session_cases import steps


def input_cases(content: bytes) -> Sequence[Case]:
    """The cases that verify the migration of these bytes; they are named after what becomes of the file."""
    legacy = LegacyFile.of(content)
    scene = Scene(Arrangement(legacy=content, is_locked=False))
    if not legacy.is_readable:
        return (
            case(
                "invalid: a file that cannot be parsed is refused, and stays unharmed", scene, steps.migrate_invalid()
            ),
        )
    entries = legacy.entries()
    if not entries:
        name = "skipped: an empty store stays" if legacy.is_empty else "invalid: a file without an entry stays"
        return (case(name, scene, steps.migrate()),)
    return (case(f"migrated: {len(entries)} entries", scene, steps.migrate()),)
