"""Honest errors (10): what an operation says of itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from errno import EIO

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from model.obligations import Promise, Violation
from model.observation import ABSENT
from model.properties import HONEST_ERRORS
from model.simulation.faults import Fault, FaultyKernel, SyncFailure
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.play import INVALID_LEGACY, Actor, ignore
from scenarios.session_cases import steps
from store import SessionStore
from store.errors import StoreError
from store.notices import Notice

CUT_OFF = as_legacy({"a": entry("a")})[:-9]
LIVE_ENTRIES = {"a": entry("a"), "b": entry("b")}
NEW = entry("new", 9)
LOSSES: tuple[SyncFailure, ...] = ("lost", "reverted")


def telling_cases() -> Sequence[Case]:
    """Outcomes that must be told, short writes, and failed syncs."""
    return (_told(), _refused(), _short(), *_unsynced())


def _told() -> Case:
    """A legacy file that cannot be parsed is no reason to say nothing: its sessions are still in there."""

    def play(stage: Stage) -> None:
        arrangement = Arrangement(legacy=CUT_OFF)
        arrangement.place(stage.kernel(), stage.path)
        stage.settle()
        notices: list[Notice] = []
        outcome = SessionStore(stage.path, kernel=stage.kernel(), notify=notices.append).migrate()
        stage.arm()
        done = acknowledged(arrangement.reference(), "migrate() returned", errors=INVALID_LEGACY)
        stage.promise(replace(done, witnessed=tuple(_silence(outcome.name, notices, stage.path))))

    return Case("migrate", "says that a file cannot be parsed", play)


def _refused() -> Case:
    """In legacy mode, a put into a file that cannot be parsed is refused, and the file stays."""

    def play(stage: Stage) -> None:
        arrangement = Arrangement(legacy=CUT_OFF)
        arrangement.place(stage.kernel(), stage.path)
        stage.settle()
        store = SessionStore(stage.path, kernel=stage.kernel(), notify=ignore)
        stage.arm()
        because = "the legacy file cannot be parsed"
        done = acknowledged(arrangement.reference(), because, errors=INVALID_LEGACY)
        stage.promise(replace(done, promises={**done.promises, "b": Promise((ABSENT, NEW), because)}))
        _returns(lambda: store.put("b", NEW))

    return Case("put", "into a legacy file that cannot be parsed", play)


def _silence(outcome: str, notices: Sequence[Notice], path: str) -> Iterator[Violation]:
    if outcome != "invalid" or not any(notice.path == path for notice in notices):
        sentence = (
            "Because the legacy file cannot be parsed, migrate() must say 'invalid', and a warning must name the file. "
            f"However it said {outcome!r}, with {len(notices)} warnings."
        )
        yield Violation(HONEST_ERRORS, "migrate()", sentence, outcome, ("invalid",))


def _short() -> Case:
    """The kernel takes a few bytes of each write."""
    put = steps.put("b", NEW)

    def play(stage: Stage) -> None:
        arrangement = Arrangement(live=LIVE_ENTRIES)
        arrangement.place(stage.kernel(), stage.path)
        stage.settle()
        process = stage.machine.start()
        process.write_limit_bytes = 7
        actor = Actor(process.kernel, stage.path)
        assert actor.store is not None
        before = arrangement.reference()
        stage.arm()
        stage.promise(in_flight(before, put.apply(before), "put", put.call))
        put.run(actor)
        stage.promise(
            acknowledged(put.apply(before), "put('b') returned after short writes", before=before, despite="short")
        )

    return Case("put", "whose writes are short", play)


def _unsynced() -> Iterator[Case]:
    """The sync of a file fails, and what was pending of it is lost, although a second sync succeeds (P10)."""
    kernel, store = _faulty(Stage())
    before = len(kernel.calls)
    store.put("b", NEW)
    at = [name for name, _ in kernel.calls[before:]].index("fsync")
    yield from (_failed_sync(at, how) for how in LOSSES)


def _faulty(stage: Stage) -> tuple[FaultyKernel, SessionStore]:
    Arrangement(live=LIVE_ENTRIES).place(stage.kernel(), stage.path)
    stage.settle()
    kernel = FaultyKernel(stage.machine.start().kernel)
    return kernel, SessionStore(stage.path, kernel=kernel.as_kernel, notify=ignore)


def _failed_sync(at: int, how: SyncFailure) -> Case:
    put = steps.put("b", NEW)
    fault = Fault(EIO, sync=how)

    def play(stage: Stage) -> None:
        kernel, store = _faulty(stage)
        before = Arrangement(live=LIVE_ENTRIES).reference()
        after = put.apply(before)
        kernel.fail_in(at, fault)
        stage.arm()
        stage.promise(in_flight(before, after, "put", put.call))
        if _returns(lambda: store.put("b", NEW)):
            stage.promise(acknowledged(after, f"{put.call} returned", before=before, despite=str(fault)))
        elif _returns(lambda: store.put("b", NEW)):
            stage.promise(acknowledged(after, f"{put.call}, tried again, returned", before=before, despite=str(fault)))

    return Case("put", f"{put.call}, whose file's sync fails: {fault}", play)


def _returns(act: Callable[[], object]) -> bool:
    try:
        act()
    except (StoreError, OSError):
        return False
    return True
