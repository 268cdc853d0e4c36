"""Coherence (12) of what is remembered: content is believed only where its file cannot have changed since."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from model.acknowledgement import acknowledged
from model.checks import as_json, in_words
from model.explore.stage import Case, Stage
from model.obligations import Violation, same_json
from model.properties import COHERENCE
from model.simulation.files import write_file
from scenarios.arrangement import Arrangement, Entry, as_legacy, entry, entry_bytes
from scenarios.play import Actor
from scenarios.session_cases import steps
from scenarios.session_cases.interposing import InterposingKernel, Moment, calls_of

PAUSE_NS = 3_100_000_000
OLD, NEW = entry("old", 1), entry("new", 2)
LIVE = Arrangement(live={"a": OLD})


def caching_cases() -> Sequence[Case]:
    """Files rewritten in place within one tick of the clock, and entries replaced in the middle of being read."""
    reads = [each for each in calls_of(_a_look) if each.name in ("open", "fstat", "read", "close", "stat")]
    return (_in_place("an entry"), _in_place("a legacy file without an entry"), *map(_replaced, reads))


def _read(actor: Actor) -> Any:
    return actor.store.load().get("a")


def _in_place(what: str) -> Case:
    """Old and new are of one size, in one file, with one time stamp."""

    def play(stage: Stage) -> None:
        arrangement = LIVE if what == "an entry" else Arrangement(live={})
        arrangement.place(stage.kernel(), stage.path)
        hand = stage.kernel()
        new = as_legacy({"a": NEW})
        if what != "an entry":
            write_file(hand, stage.path, b"{}".ljust(len(new)))
        stage.settle()
        actor = Actor(stage.kernel(), stage.path)
        _read(actor)
        if what == "an entry":
            write_file(hand, stage.path.replace(".json", ".d/a.json"), entry_bytes("a", NEW))
        else:
            write_file(hand, stage.path, new)
        _judged(stage, actor, f"{what} was rewritten by hand")

    return Case("load", f"{what} is rewritten in place, within one tick", play)


def _judged(stage: Stage, actor: Actor, because: str) -> None:
    stage.settle()
    witnessed = tuple(_stale(_read(actor), NEW, because))
    stage.arm()
    reference = Arrangement(live={"a": NEW}).reference()
    done = acknowledged(reference, because)
    stage.promise(replace(done, legacy=None, backups=None, witnessed=witnessed))


def _stale(shown: Any, wanted: Entry, because: str) -> Iterator[Violation]:
    if not same_json(shown, wanted):
        sentence = f"Because {because}, load() must show {in_words(wanted)}. However it shows {in_words(shown)}."
        yield Violation(COHERENCE, "a", sentence, as_json(shown), (as_json(wanted),))


def _a_look(stage: Stage, kernel: InterposingKernel) -> Callable[[], object]:
    LIVE.place(stage.kernel(), stage.path)
    stage.settle()
    stage.machine.monotonic_ns += PAUSE_NS
    actor = Actor(kernel.as_kernel, stage.path)
    assert actor.store is not None
    return lambda: actor.store.get("a")


def _replaced(moment: Moment) -> Case:
    """Somebody who knows nothing of locks replaces the file while it is read; the reader takes a while."""
    put = steps.put("a", NEW)

    def play(stage: Stage) -> None:
        def replace_file() -> None:
            path = stage.path.replace(".json", ".d/a.json")
            write_file(hand, f"{path}.tmp", entry_bytes("a", NEW))
            hand.rename(f"{path}.tmp", path)
            stage.machine.monotonic_ns += PAUSE_NS

        kernel, hand = InterposingKernel(stage.kernel(), replace_file), stage.kernel()
        look = _a_look(stage, kernel)
        kernel.happen_in(moment.at)
        look()
        stage.machine.monotonic_ns += PAUSE_NS
        shown = look()
        stage.settle()
        witnessed = tuple(_stale(shown, NEW, "it was replaced before"))
        stage.arm()
        done = acknowledged(put.apply(LIVE.reference()), "the file was replaced by hand")
        stage.promise(replace(done, witnessed=witnessed))

    return Case("load", f"an entry is replaced before {moment.label} of a look at it", play)
