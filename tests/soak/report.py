"""A soak as text and as JSON values, and how far it is."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from model.report.figures import count, quantity, seconds, shortened, wrapped
from tests.soak.campaign import FEWEST_KILLS_A_MINUTE, Soak

LINE_EVERY_S = 10.0
BAR_EVERY_S = 0.5
LABEL = 14
KINDS = ("lost", "stale", "invented")


def progress(stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> Callable[[Soak], None]:
    """Tell on standard error how far it is: over and over on one line of a terminal, else a line now and then."""
    stream = stream or sys.stderr
    is_terminal = stream.isatty()
    began = told = clock()

    def watch(soak: Soak) -> None:
        nonlocal told
        now = clock()
        if now - told < (BAR_EVERY_S if is_terminal else LINE_EVERY_S):
            return
        told = now
        crew = soak.crew
        line = (
            f"{seconds(now - began)}: {quantity(soak.kills, 'kill')}, {quantity(crew.restarts, 'restart')}, "
            f"{quantity(crew.operations, 'operation')}, {quantity(crew.reads, 'read')}"
        )
        stream.write(f"\r{line:<78}" if is_terminal else f"{line}\n")
        stream.flush()

    return watch


def page(soak: Soak) -> list[str]:
    """Everything as text; last, the verdict."""
    crew = soak.crew
    operations = ", ".join(f"{kind} {count(number)}" for kind, number in sorted(soak.acknowledged.items()))
    outcomes = ", ".join(f"{name} {count(number)}" for name, number in sorted(soak.outcomes.items()))
    facts = [
        ("disk", f"{shortened(str(soak.folder), 50)} ({file_system(soak.folder)})"),
        ("processes", f"{quantity(crew.writers, 'writer')}, {quantity(crew.readers, 'reader')}"),
        ("time", f"{seconds(soak.seconds)}, {quantity(soak.rounds, 'round')}"),
        ("kills", f"{count(soak.kills)}: {count(crew.kills)} at any time, {count(crew.suicides)} before a call"),
        ("restarts", count(crew.restarts)),
        ("operations", f"{count(sum(soak.acknowledged.values()))} acknowledged: {operations or 'none'}"),
        ("in flight", f"{count(soak.in_flight)} operations when their process was killed"),
        ("layouts", outcomes or "neither migrated nor rolled back"),
        ("reads", f"{count(soak.reads)}, of {count(soak.entries_read)} entries"),
        ("lost", quantity(soak.count("lost"), "entry")),
        ("stale", quantity(soak.count("stale"), "read")),
        ("invented", quantity(soak.count("invented"), "entry")),
    ]
    others = {mistake.kind: soak.count(mistake.kind) for mistake in soak.mistakes if mistake.kind not in KINDS}
    facts += [(kind, str(number)) for kind, number in others.items()]
    lines = [line for label, text in facts for line in wrapped(label.ljust(LABEL) + text, hanging=LABEL)]
    for mistake in soak.mistakes[:10]:
        lines += ["", *wrapped(f"{mistake.kind}: {mistake.sentence}", hanging=2)]
    return [*lines, "", *wrapped(sentence(soak))]


def sentence(soak: Soak) -> str:
    """The verdict, its word first."""
    kills = quantity(soak.kills, "kill")
    if soak.verdict == "counterexample":
        return (
            f"counterexample: {quantity(len(soak.mistakes), 'mistake')} after {kills}. The store and what each "
            f"process recorded are kept in {soak.folder}."
        )
    if soak.was_interrupted:
        return f"unknown: interrupted after {kills}; nothing was wrong until then."
    if soak.verdict == "unknown":
        return (
            f"unknown: {kills} in {seconds(soak.seconds)}, and nothing follows from fewer than "
            f"{FEWEST_KILLS_A_MINUTE} a minute. Run it for longer, or on a machine that has less to do."
        )
    return f"ok: {kills} lost no entry, and nobody read what was no longer so."


def values(soak: Soak, seed: int) -> dict[str, Any]:
    """Everything as JSON values."""
    crew = soak.crew
    return {
        "schema": 1,
        "verdict": soak.verdict,
        "bounds": {
            "seed": seed,
            "writers": crew.writers,
            "readers": crew.readers,
            "seconds": round(soak.seconds, 3),
            "fewest_kills": soak.fewest_kills,
        },
        "file_system": file_system(soak.folder),
        "rows": [
            {
                "kills": soak.kills,
                "restarts": crew.restarts,
                "acknowledged": dict(soak.acknowledged),
                "in_flight": soak.in_flight,
                "outcomes": dict(soak.outcomes),
                "reads": soak.reads,
                "entries_read": soak.entries_read,
                **{kind: soak.count(kind) for kind in KINDS},
            }
        ],
        "mistakes": [mistake._asdict() for mistake in soak.mistakes],
    }


def file_system(folder: Path) -> str:
    """What kind of file system a folder is on, as far as the platform tells."""
    mounts = Path("/proc/self/mounts")
    path = os.path.realpath(folder)
    best, found = "", "unknown file system"
    for line in mounts.read_text().splitlines() if mounts.exists() else ():
        _, point, kind, *_ = line.split(" ")
        if len(point) >= len(best) and (path == point or path.startswith(point.rstrip("/") + "/")):
            best, found = point, kind
    return found
