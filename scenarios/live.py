"""Whole lives of a store for real disks: what is played there, who recovers, and the stores that are known to be bad.

On a simulated computer every operation is taken apart by itself.  Here the store runs from one layout to the other and
back, with entries of more than a block, as users run it; and they recover as users do: somebody reads, somebody opens
the store for writing, and then somebody else does.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from model.defects.defect import Defect
from model.explore.stage import Case, Stage
from model.obligations import same_json
from model.observation import Observation
from model.target import Target
from scenarios import sessions
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.defects import DEFECTS
from scenarios.look import examine, peek
from scenarios.play import Scene, case
from scenarios.session_cases import steps
from store.kernel import Kernel

ENTRIES = 20
SIZES_BYTES = (10, 300, 700, 5_000, 17_000)
"""Entries within one sector, of some sectors, of some blocks."""

LONG_KEY = "agent:main:" + "k" * 260


def _entries(count: int) -> dict[str, Any]:
    keys = (LONG_KEY, *(f"agent:main:{number}" for number in range(1, count)))[:count]
    return {key: entry(key[:20], text="x" * SIZES_BYTES[number % 5]) for number, key in enumerate(keys)}


def live_cases(entries: int | None = None) -> Sequence[Case]:
    """From a legacy file to the live directory and back, with writes in both layouts.

    Args:
        entries: How many entries the legacy file has.
    """
    count = ENTRIES if entries is None else entries
    loaded = _entries(count)
    legacy = Scene(Arrangement(legacy=as_legacy(loaded), is_locked=False))
    first, last = next(iter(loaded)), list(loaded)[-1]
    new, newer = entry("new", 2, text="y" * 700), entry("newer", 3, text="z" * 5_000)
    after = {**{key: value for key, value in loaded.items() if key != last}, "new": new, first: newer}
    wanted = {key: value for key, value in after.items() if key != first} | {"moved": newer, "new": newer}
    return (
        case(
            f"{count} entries, puts, deletes, a roll-back",
            legacy,
            steps.migrate(),
            steps.put("new", new),
            steps.put(first, newer),
            steps.delete(last),
            steps.roll_back(),
        ),
        case(
            "a save in the live directory, after a roll-back and another migration",
            Scene(Arrangement(live=after)),
            steps.roll_back(),
            steps.put("late", new),
            steps.delete("late"),
            steps.migrate(),
            steps.save(wanted, after),
        ),
    )


def look(kernel: Kernel, path: str) -> Observation:
    """Read, then recover and look at everything, then recover once more; each as a fresh process.

    Where recovery changed what the reader had seen, that is told as an error, which no obligation allows.
    """
    read = peek(kernel, path)
    seen = examine(kernel, path)
    seen = seen.with_second(examine(kernel, path))
    if read.error != seen.error or not same_json(dict(read.entries), dict(seen.entries)):
        told = f"a reader saw {sorted(read.entries)}, recovery made {sorted(seen.entries)} of it"
        return seen._replace(error=("RecoveryShows", told))
    return seen


target = replace(sessions.target, name="sessions, whole lives", cases=live_cases, examine=look)

SMALL = {"a": entry("a"), "b": entry("b")}
NEW = entry("new", 2)

MIGRATED = case("migration", Scene(Arrangement(legacy=as_legacy(SMALL))), steps.migrate())
WRITTEN = case("put, put, delete", Scene(Arrangement(live=SMALL)), *map(steps.put, "cb", (NEW, NEW)), steps.delete("a"))

KNOWN_BAD: Mapping[str, Case] = {
    "no-fsync-of-the-file": WRITTEN,
    "no-fsync-of-the-directory": WRITTEN,
    "no-fsync-of-the-parent": MIGRATED,
}
"""Mistakes that real file systems do not forgive, and where each of them is made."""


class _Mistaken:
    """A store that makes a mistake while it is played, and recovers without it: what is shown is the disk's doing."""

    def __init__(self, defect: Defect, case: Case) -> None:
        self._defect = defect
        self._case = case
        self._made = ExitStack()
        self._is_played = False

    def cases(self, _entries: int | None = None) -> Sequence[Case]:
        """One short life, whatever the number of entries."""
        return (replace(self._case, play=self._play),)

    def _play(self, stage: Stage) -> None:
        self._is_played = True
        self._made.enter_context(self._defect.in_force())
        try:
            self._case.play(stage)
        finally:
            self._made.close()
            self._is_played = False

    def look(self, kernel: Kernel, path: str) -> Observation:
        """Look with the good store, also in the midst of a play."""
        self._made.close()
        try:
            return look(kernel, path)
        finally:
            if self._is_played:
                self._made.enter_context(self._defect.in_force())


def _bad(name: str, case: Case) -> Target:
    mistaken = _Mistaken(next(each for each in DEFECTS if each.name == name), case)
    return replace(target, name=name, cases=mistaken.cases, examine=mistaken.look)


BAD = tuple(_bad(name, case) for name, case in KNOWN_BAD.items())
"""Known-bad stores, as targets: each must break a promise on every file system."""
