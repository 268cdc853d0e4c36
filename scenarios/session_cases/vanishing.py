"""The ENOENT retry: somebody takes the live directory away before each call of a write.

Two ways of taking it away: moved aside by hand, or rolled back by hand (moved aside, and the backup put back as the
legacy file).  Neither hand syncs anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from model.acknowledgement import LONG_BEFORE
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise
from model.observation import ABSENT, Value
from model.reference import LEGACY, LIVE
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.look import look_at_disk
from scenarios.play import ignore
from scenarios.session_cases.interposing import InterposingKernel, calls_of
from scenarios.session_cases.left_behind import leave_temporary
from store import SessionStore
from store.kernel import Kernel

BACKUP = "sessions.json.bak.1"
LIVE_ENTRIES = {"a": entry("live", 5), "b": entry("b")}
LEGACY_ENTRIES = {"a": entry("older"), "c": entry("c")}
NEW = entry("new", 9)
OTHER = entry("other", 9)


def retry_cases() -> Sequence[Case]:
    """Every call of a put, with the directory moved aside, and with it rolled back by hand."""
    calls = list(calls_of(_a_put))
    opened = [at for at, name in calls if name == "open"][-1]
    renamed = [at for at, name in calls if name == "rename"][-1]
    return (
        *(_case(at, name, restores=restores) for restores in (False, True) for at, name in calls),
        _case(*calls[0], restores=True, littered=True),
        _case(renamed, "rename", restores=False, littered=True),
        *(_killed_case(at, restores=restores) for restores in (False, True) for at in (opened, renamed)),
    )


def _a_put(stage: Stage, kernel: InterposingKernel) -> Callable[[], object]:
    _arrange(stage, restores=False)
    store = SessionStore(stage.path, kernel=kernel.as_kernel, notify=ignore)
    return lambda: store.put("new", NEW)


def _arrange(stage: Stage, *, restores: bool) -> None:
    backups = {BACKUP: as_legacy(LEGACY_ENTRIES)} if restores else {}
    Arrangement(live=LIVE_ENTRIES, backups=backups).place(stage.kernel(), stage.path)
    stage.settle()


def _take_away(kernel: Kernel, path: str, *, restores: bool, littered: bool = False) -> None:
    """With `littered`, somebody has begun to write again, and left a temporary where the next one goes."""
    folder = path.rpartition("/")[0]
    kernel.rename(f"{folder}/sessions.d", f"{folder}/sessions.d.gone")
    if restores:
        kernel.rename(f"{folder}/{BACKUP}", path)
        if littered:
            leave_temporary(kernel, path, is_live=False)
    elif littered:
        kernel.mkdir(f"{folder}/sessions.d", 0o700)
        leave_temporary(kernel, path, is_live=True, position=2)


def _case(at: int, name: str, *, restores: bool, littered: bool = False) -> Case:
    def play(stage: Stage) -> None:
        if "bystander" not in stage.notes:
            _arrange(stage, restores=restores)
        hand = stage.kernel()

        def take_away() -> None:
            _take_away(hand, stage.path, restores=restores, littered=littered)

        kernel = InterposingKernel(stage.kernel(), take_away)
        store = SessionStore(stage.path, kernel=kernel.as_kernel, notify=ignore)
        kernel.happen_in(at)
        stage.arm()
        stage.promise(_in_flight(restores=restores))
        store.put("new", NEW)
        stage.promise(_returned(stage, kernel, restores=restores))

    way = "rolled back by hand" if restores else "moved aside"
    left = ", beside a left-over temporary" if littered else ""
    return Case("retry", f"{way} before call {at}, {name}{left}", play)


def _killed_case(at: int, *, restores: bool) -> Case:
    """The one whose directory vanished is killed; then a process that was there puts another key."""
    plain = _case(at, "", restores=restores)

    def play(stage: Stage) -> None:
        _arrange(stage, restores=restores)
        stage.notes["bystander"] = SessionStore(stage.path, kernel=stage.kernel(), notify=ignore)
        plain.play(stage)

    def then(stage: Stage) -> None:
        held: Obligations = replace(stage.promises[-1].obligations, layouts=None, operation="")
        loose = {**_in_flight(restores=restores).promises}
        stage.promise(replace(held, promises={**loose, "other": Promise((ABSENT, OTHER), "put('other') is in flight")}))
        stage.notes["bystander"].put("other", OTHER)
        done = Promise((OTHER,), "put('other') returned before the cut")
        stage.promise(replace(held, promises={**loose, "other": done}))

    way = "rolled back by hand" if restores else "moved aside"
    return Case("retry", f"{way} before call {at}; killed, then a put by a process that was there", play, then)


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


def _returned(stage: Stage, kernel: InterposingKernel, *, restores: bool) -> Obligations:
    """What was acknowledged: the entry is where the others are, or it was deleted with the directory it was put into.

    The second may only be if the entry got its name before the directory vanished.
    """
    because = "put('new') returned before the cut"
    assert kernel.at is not None
    has_renamed_before = "rename" in kernel.names[: kernel.at]
    is_live = look_at_disk(stage.kernel(), stage.path, {}).layout == LIVE
    if has_renamed_before and not is_live and not _legacy_has_it(stage):
        loose = _in_flight(restores=restores, operation="")
        return Obligations(loose.promises, because=because)
    others = LEGACY_ENTRIES if restores else {}
    shown = {key: Promise((value,), LONG_BEFORE) for key, value in others.items()}
    deleted = "it was deleted with its directory"
    gone = {key: Promise((ABSENT,), deleted, past=(value,)) for key, value in LIVE_ENTRIES.items() if key not in others}
    return Obligations(
        {**shown, **gone, "new": Promise((NEW,), because)}, because=because, layouts=(LEGACY if restores else LIVE,)
    )


def _legacy_has_it(stage: Stage) -> bool:
    store = SessionStore(stage.path, kernel=stage.kernel(), writable=False, notify=ignore)
    return store.get("new") is not None
