"""A soak: rounds of work and kills on one store, each judged when all have ended; then the next goes on from there."""

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal

from store import SessionStore
from store.host import HostKernel
from tests.children import in_child
from tests.soak.crew import Crew
from tests.soak.record import Told
from tests.soak.register import LAST_LOOK, SAME, Mistake, Op, Tag, judge_all
from tests.soak.values import KEYS, entry_of, tags_of

Verdict = Literal["ok", "counterexample", "unknown"]

ROUND_S = 15.0
BAD_OUTCOMES = ("invalid", "refused", "failed")
MOST_TOLD = 20

FEWEST_KILLS_A_MINUTE = 200
"""A soak is about kills: with fewer, nothing follows from its finding nothing.  There are 700 and more."""


@dataclass
class Soak:
    """What came of it by now.

    Attributes:
        folder: Where the store and the records are.
        crew: Who works there, and how many were killed.
        rounds: How many rounds were judged.
        acknowledged: How many operations of each kind returned.
        in_flight: How many were killed, or raised.
        reads: How many reads were judged.
        entries_read: How many entries they looked at.
        outcomes: How often migrations and roll-backs ended in each way.
        mistakes: What cannot be explained.
        was_interrupted: Whether somebody ended it early.
        seconds: How long it took.
    """

    folder: Path
    crew: Crew
    rounds: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    reads: int = 0
    entries_read: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    mistakes: list[Mistake] = field(default_factory=list)
    was_interrupted: bool = False
    seconds: float = 0.0

    @property
    def kills(self) -> int:
        """Everybody who was killed, by others or by himself."""
        return self.crew.kills + self.crew.suicides

    @property
    def fewest_kills(self) -> int:
        """How many kills there have to be in the time that it took; one at least."""
        return max(1, round(FEWEST_KILLS_A_MINUTE * self.seconds / 60))

    @property
    def verdict(self) -> Verdict:
        """What to say of it."""
        if self.mistakes:
            return "counterexample"
        return "unknown" if self.was_interrupted or self.kills < self.fewest_kills else "ok"

    def count(self, kind: str) -> int:
        """How many mistakes of a kind there are."""
        return sum(mistake.kind == kind for mistake in self.mistakes)


Watch = Callable[[Soak], None]


def soak(
    folder: Path,
    *,
    is_over: Callable[[Soak], bool],
    seed: int = 0,
    writers: int = 4,
    readers: int = 2,
    round_s: float = ROUND_S,
    watch: Watch = lambda _: None,
) -> Soak:
    """Work and kill until it is over, or something is found.

    Args:
        folder: An empty folder on the disk that is to be used.
        is_over: When to end.
        seed: For who does what and who dies when; how fast they are is not for us to say.
        writers: How many processes write.
        readers: How many only read.
        round_s: How long a round may last, in seconds.
        watch: Is told again and again how far it is.
    """
    (folder / "records").mkdir()
    crew = Crew(folder / "sessions.json", folder / "records", Random(seed), writers, readers)
    campaign = _Campaign(Soak(folder, crew))
    began_s = time.monotonic()
    try:
        while not is_over(campaign.soak) and not campaign.soak.mistakes:
            campaign.round(is_over, round_s, watch)
    except KeyboardInterrupt:
        campaign.soak.was_interrupted = True
        campaign.judge()
    campaign.soak.seconds = time.monotonic() - began_s
    return campaign.soak


class _Campaign:
    def __init__(self, soak: Soak) -> None:
        self.soak = soak
        first = {key: f"first-{number}" for number, key in enumerate(KEYS[:-2])}
        self.soak.crew.path.write_text(json.dumps({key: entry_of(tag) for key, tag in first.items()}))
        self.starts: dict[str, frozenset[Tag]] = {key: frozenset({first.get(key)}) for key in KEYS}
        self.written = set(first.values())

    def round(self, is_over: Callable[[Soak], bool], round_s: float, watch: Watch) -> None:
        """Work, and kill; then look, judge and tidy up."""
        until_s = time.monotonic() + round_s
        self.soak.crew.round(
            lambda _: is_over(self.soak) or time.monotonic() >= until_s,
            lambda _: watch(self.soak),
        )
        self.judge(self.last_look())
        if not self.soak.mistakes:
            self.tidy_up()

    def last_look(self) -> dict[str, Op]:
        """What a fresh process sees once nobody else is left."""
        begin_ns = time.monotonic_ns()
        saw, steps, findings = in_child(self._look)
        end_ns = time.monotonic_ns()
        self._wrong("litter", [*findings, *(f"a second recovery: {step}" for step in steps)])
        return {key: Op(begin_ns, end_ns, tag, SAME, True, "a fresh process", LAST_LOOK) for key, tag in saw.items()}

    def _look(self) -> tuple[dict[str, Tag], tuple[str, ...], list[str]]:
        path = str(self.soak.crew.path)
        with SessionStore(path, kernel=HostKernel()) as store:
            saw = tags_of(store.load())
            findings = [str(finding) for finding in store.check()]
        with SessionStore(path, kernel=HostKernel()) as store:
            return saw, store.recovered.steps, findings

    def judge(self, looks: dict[str, Op] | None = None) -> None:
        """Judge what was recorded in this round."""
        soak, told = self.soak, Told()
        for process, record, died_ns in soak.crew.ended:
            told.hear(process, record, died_ns)
        for key, look in (looks or {}).items():
            told.histories.setdefault(key, []).append(look)
        self.written |= told.written
        mistakes, self.starts = judge_all(told.histories, self.starts, self.written)
        soak.mistakes += mistakes[:MOST_TOLD]
        self._wrong("error", [*told.errors, *soak.crew.failed, *soak.crew.hung])
        self._wrong("warning", told.warnings)
        self._wrong("outcome", [f"{name}: {told.outcomes[name]}" for name in BAD_OUTCOMES if name in told.outcomes])
        soak.rounds += 1
        soak.acknowledged.update(told.acknowledged)
        soak.outcomes.update(told.outcomes)
        soak.in_flight += told.in_flight
        soak.reads += told.reads
        soak.entries_read += told.entries_read

    def _wrong(self, kind: str, sentences: list[str]) -> None:
        self.soak.mistakes += [Mistake(kind, sentence) for sentence in sentences[:MOST_TOLD]]

    def tidy_up(self) -> None:
        """Take away the records that were judged, and what migrations and roll-backs have set aside."""
        for _, record, _ in self.soak.crew.ended:
            record.unlink()
        for backup in self.soak.folder.glob("sessions.json.bak.*"):
            backup.unlink()
        for aside in self.soak.folder.glob("sessions.d.bak.*"):
            shutil.rmtree(aside)
