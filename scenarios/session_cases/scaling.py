"""The workload by which speed is measured: it grows with its number of entries, and nothing else does."""

from model.explore.stage import Case
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.play import Scene, case
from scenarios.session_cases import steps


def scaling_case(entries: int) -> Case:
    """A migration of so many small entries, two puts and a delete."""
    legacy = {f"key{number}": entry(f"s{number}", number + 1) for number in range(entries)}
    return case(
        f"of {entries} small entries, two puts and a delete",
        Scene(Arrangement(legacy=as_legacy(legacy))),
        steps.migrate(),
        steps.put("fresh", entry("fresh", 50)),
        steps.put("key0", entry("new", 60)),
        steps.delete("key0"),
    )
