"""The ENOENT retry: somebody takes the live directory away before each call of a write.

Two ways of taking it away: moved aside by hand, or rolled back by hand (moved aside, and the backup put back as the
legacy file).  Neither hand syncs anything.
"""

from collections.abc import Sequence
from typing import Any, cast

from model.acknowledgement import LONG_BEFORE
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise
from model.observation import ABSENT, Value
from model.reference import LEGACY, LIVE, NONE
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.look import look_at_disk
from scenarios.play import ignore
from store import SessionStore
from store.kernel import Kernel

BACKUP = "sessions.json.bak.1"
LIVE_ENTRIES = {"a": entry("live", 5), "b": entry("b")}
LEGACY_ENTRIES = {"a": entry("older"), "c": entry("c")}
NEW = entry("new", 9)


class VanishingKernel:
    """A kernel under whose feet the live directory vanishes before its call number `at`."""

    def __init__(self, kernel: Kernel, other: Kernel, folder: str, *, at: int | None, restores: bool) -> None:
        self._kernel = kernel
        self._other = other
        self._folder = folder
        self._at = at
        self._restores = restores
        self.calls = 0
        self.has_vanished = False
        self.has_renamed_before = False

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._kernel, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            self._count(name)
            return call(*arguments, **named)

        return counted

    def _count(self, name: str) -> None:
        if self.calls == self._at:
            self._vanish()
        elif name == "rename" and not self.has_vanished:
            self.has_renamed_before = True
        self.calls += 1

    def _vanish(self) -> None:
        self.has_vanished = True
        self._other.rename(f"{self._folder}/sessions.d", f"{self._folder}/sessions.d.gone")
        if self._restores:
            self._other.rename(f"{self._folder}/{BACKUP}", f"{self._folder}/sessions.json")


def retry_cases() -> Sequence[Case]:
    """Every call of a put, with the directory moved aside, and with it rolled back by hand."""
    calls = _calls_of_a_put()
    return tuple(_case(at, restores=restores) for restores in (False, True) for at in range(calls))


def _calls_of_a_put() -> int:
    stage = Stage()
    kernel = _arrange(stage, None, restores=False)
    store = SessionStore(stage.path, kernel=cast(Kernel, kernel), notify=ignore)
    before = kernel.calls
    store.put("new", NEW)
    return kernel.calls - before


def _arrange(stage: Stage, at: int | None, *, restores: bool) -> VanishingKernel:
    backups = {BACKUP: as_legacy(LEGACY_ENTRIES)} if restores else {}
    Arrangement(live=LIVE_ENTRIES, backups=backups).place(stage.kernel(), stage.path)
    stage.settle()
    folder = stage.path.rpartition("/")[0]
    return VanishingKernel(stage.kernel(), stage.kernel(), folder, at=at, restores=restores)


def _case(at: int, *, restores: bool) -> Case:
    def play(stage: Stage) -> None:
        kernel = _arrange(stage, None, restores=restores)
        store = SessionStore(stage.path, kernel=cast(Kernel, kernel), notify=ignore)
        kernel._at = kernel.calls + at
        stage.arm()
        stage.promise(_in_flight(restores=restores))
        store.put("new", NEW)
        stage.promise(_returned(stage, kernel, restores=restores))

    way = "rolled back by hand" if restores else "moved aside"
    return Case("retry", f"{way} before call {at}", play)


def _in_flight(*, restores: bool, operation: str = "retry") -> Obligations:
    """Each key as the directory has it, as the legacy file has it, or not there; the new one written or not."""
    promises = {
        "a": _either(LIVE_ENTRIES["a"], *((LEGACY_ENTRIES["a"],) if restores else ()), ABSENT),
        "b": _either(LIVE_ENTRIES["b"], ABSENT),
        "new": Promise((ABSENT, NEW), "put('new') had not returned"),
    }
    if restores:
        promises["c"] = _either(ABSENT, LEGACY_ENTRIES["c"])
    return Obligations(promises, because="the directory was taken away by hand", operation=operation)


def _either(*values: Value) -> Promise:
    return Promise(values, "the directory was taken away by hand, and nothing synced")


def _returned(stage: Stage, kernel: VanishingKernel, *, restores: bool) -> Obligations:
    """What was acknowledged: the entry is where the others are, or it was deleted with the directory it was put into.

    The second may only be if the entry got its name before the directory vanished.
    """
    because = "put('new') returned before the cut"
    is_live = look_at_disk(stage.kernel(), stage.path, {}).layout == LIVE
    if not kernel.has_vanished:
        kept = {key: Promise((value,), LONG_BEFORE) for key, value in LIVE_ENTRIES.items()}
        return Obligations({**kept, "new": Promise((NEW,), because)}, because=because, layouts=(LIVE,))
    if kernel.has_renamed_before and not is_live and not _legacy_has_it(stage):
        loose = _in_flight(restores=restores, operation="")
        return Obligations(loose.promises, because=because, layouts=None)
    others = LEGACY_ENTRIES if restores else {}
    shown = {key: Promise((value,), LONG_BEFORE) for key, value in others.items()}
    gone = {key: Promise((ABSENT,), "it was deleted with its directory") for key in LIVE_ENTRIES if key not in others}
    layouts = (LEGACY,) if restores else (LIVE, NONE)[:1]
    return Obligations({**shown, **gone, "new": Promise((NEW,), because)}, because=because, layouts=layouts)


def _legacy_has_it(stage: Stage) -> bool:
    store = SessionStore(stage.path, kernel=stage.kernel(), writable=False, notify=ignore)
    return store.get("new") is not None
