"""The gateway's start-up beside stores that are in trouble, and on a disk that is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from errno import EIO
from functools import partial
from typing import Any

from model.acknowledgement import in_flight
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Violation
from model.properties import CONFINEMENT, HONEST_ERRORS
from model.simulation.faults import Fault, FaultyKernel, errors_of
from model.simulation.files import read_file, write_file
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.play import ignore
from scenarios.session_cases.meddling import Before, MeddledKernel
from scenarios.session_cases.odd_files import set_mode
from scenarios.session_cases.starting import (
    ENTRIES,
    FOLDER,
    LEGACY,
    STATE,
    Outcomes,
    all_done,
    mistaken,
    outcomes_of,
    place,
    store_of,
)
from store import SessionStore
from store.kernel import Kernel
from store.startup import Summary, migrate_all

TALKATIVE = Arrangement(legacy=as_legacy({**ENTRIES, "null": None}), is_locked=False)


def troubled_cases() -> Sequence[Case]:
    """All of them."""
    return (_trouble(), _failing(), *_passed_over(), _swapped())


def _trouble() -> Case:
    """Stores that others may write, that somebody has locked, and one whose warning makes the listener raise."""
    stores = {
        "locked": Arrangement(legacy=as_legacy(ENTRIES)),
        "open": Arrangement(live=ENTRIES),
        "raising": TALKATIVE,
        "fine": LEGACY,
    }

    def play(stage: Stage) -> None:
        kernel = stage.kernel()
        kernel.mkdir(FOLDER)
        for agent, arrangement in stores.items():
            place(kernel, agent, arrangement)
        set_mode(stage, f"{FOLDER}/open/sessions/sessions.d", 0o770)
        stage.settle()
        summary: list[Summary] = []

        def start(old: Any) -> Any:
            summary.append(migrate_all(STATE, kernel=stage.kernel(), notify=_raise, lock_timeout_s=0.0))
            return old

        SessionStore(store_of("locked"), stage.kernel(), notify=ignore).update_many(start)
        wanted = {"locked": "failed", "open": "refused", "raising": "failed", "fine": "migrated"}
        witnessed = tuple(mistaken(summary[0], {store_of(agent): name for agent, name in wanted.items()}))
        set_mode(stage, f"{FOLDER}/open/sessions/sessions.d", 0o700)
        stage.settle()
        stage.arm()
        stage.promise(Obligations({}, parts=all_done(stores, ("fine",)), witnessed=witnessed))

    return Case("migrate_all", "of stores that are locked, open to others, and watched by one who raises", play)


def _raise(notice: object) -> None:
    raise ValueError(f"nobody expected {notice}")


def _failing() -> Case:
    """A call fails, once, while the stores are looked for; the next start-up makes up for it.

    Those of the migrations themselves have cases of their own.
    """

    def variants() -> Iterator[Case]:
        kernel = _set(Stage())
        migrate_all(STATE, kernel=kernel.as_kernel, notify=ignore)
        opens = next(at for at, (_, given) in enumerate(kernel.calls) if given[0] == "sessions.d.lock")
        for at, (name, arguments) in enumerate(kernel.calls[: opens + 1]):
            if EIO in errors_of(name, arguments):
                yield Case("migrate_all", f"and {name} fails, call {at}", partial(_play_failing, at=at))

    return Case("migrate_all", "and a call fails", partial(_play_failing, at=None), variants=variants)


def _set(stage: Stage) -> FaultyKernel:
    kernel = stage.kernel()
    kernel.mkdir(FOLDER)
    place(kernel, "alpha", SMALL)
    stage.settle()
    return FaultyKernel(stage.kernel())


SMALL = Arrangement(legacy=as_legacy({"a": entry("a")}), is_locked=False)


def _play_failing(stage: Stage, at: int | None) -> None:
    kernel = _set(stage)
    before = SMALL.reference()
    stage.arm()
    flight = in_flight(before, before.migrate(), "migrate_all", "migrate_all()")
    stage.promise(Obligations({}, operation="migrate_all", parts={"alpha": flight}))
    if at is not None:
        kernel.fail_in(at, Fault(EIO))
    first = outcomes_of(migrate_all(STATE, kernel=kernel.as_kernel, notify=ignore))
    kernel.mend()
    done = Obligations({}, parts=all_done({"alpha": SMALL}, ("alpha",)))
    if first == {store_of("alpha"): "migrated"}:
        stage.promise(done)
        return
    second = migrate_all(STATE, kernel=kernel.as_kernel, notify=ignore)
    sentence = f"Because the disk is well again, migrate_all() must succeed. However: {second.line()}"
    witnessed = (Violation(HONEST_ERRORS, "migrate_all()", sentence, second.line(), ()),) if second.trouble else ()
    stage.promise(replace(done, witnessed=witnessed))


def _passed_over() -> Iterator[Case]:
    """An agent's folder that is gone once it was listed, or cannot be looked at, is no reason to leave others alone."""

    def vanish(hand: Kernel) -> None:
        hand.rename(f"{FOLDER}/alpha", f"{STATE}/alpha")

    def fail(_: Kernel) -> None:
        raise OSError(EIO, "a bad sector")

    for name, meddle, wanted in (("is gone", vanish, {}), ("cannot be looked at", fail, {f"{FOLDER}/alpha": "failed"})):
        yield _one_passed_over(f"beside an agent whose folder {name} once it was listed", meddle, wanted)


def _one_passed_over(name: str, meddle: Callable[[Kernel], None], wanted: Outcomes) -> Case:
    def play(stage: Stage) -> None:
        hand = stage.kernel()
        hand.mkdir(FOLDER)
        for agent in ("alpha", "beta"):
            place(hand, agent, SMALL)
        kernel = MeddledKernel(stage.kernel(), Before("stat", "alpha"), lambda: meddle(hand))
        kernel.is_watched = True
        summary = migrate_all(STATE, kernel=kernel.as_kernel, notify=ignore)
        witnessed = tuple(mistaken(summary, {**wanted, store_of("beta"): "migrated"}))
        stage.settle()
        stage.arm()
        stage.promise(Obligations({}, parts=all_done({"beta": SMALL}, ("beta",)), witnessed=witnessed))

    return Case("migrate_all", name, play)


def _swapped() -> Case:
    """The link to a configured folder is made to lead elsewhere once the folder was looked at."""
    link, first, other = "/srv/link", "/srv/first", "/srv/other"

    def play(stage: Stage) -> None:
        hand = stage.kernel()
        for folder in (first, other):
            hand.mkdir(folder)
            write_file(hand, f"{folder}/sessions.json", as_legacy(ENTRIES))
        stage.machine.symlink(first, link)

        def swap() -> None:
            hand.unlink(link)
            stage.machine.symlink(other, link)

        kernel = MeddledKernel(stage.kernel(), Before("open", link, after=1), swap)
        kernel.is_watched = True
        path = f"{link}/sessions.json"
        summary = migrate_all("/srv/state", path, kernel=kernel.as_kernel, notify=ignore)
        witnessed = [*mistaken(summary, {path: "refused"})]
        for folder in (first, other):
            if read_file(hand, f"{folder}/sessions.json") != as_legacy(ENTRIES):
                sentence = (
                    f"Because the link led elsewhere, the store in {folder} must be left alone. However it was not."
                )
                witnessed.append(Violation(CONFINEMENT, folder, sentence, "moved", ("left alone",)))
        hand.mkdir(FOLDER)
        stage.settle()
        stage.arm()
        stage.promise(Obligations({}, witnessed=tuple(witnessed)))

    return Case("migrate_all", "of a configured folder whose link is swapped", play)
