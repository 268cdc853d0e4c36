"""Confinement (11): every call of an operation is watched, also where somebody has laid a symbolic link in its way."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from model.confinement import ConfinedKernel, judge_trespasses
from model.explore.stage import Case, Stage
from model.judge import stable
from model.obligations import Violation
from model.properties import CONFINEMENT
from model.simulation.files import read_file, write_file
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.look import examine
from scenarios.play import ignore
from scenarios.session_cases.migrations import legacy_bytes
from store import SessionStore
from store.errors import StoreError
from store.kernel import O_DIRECTORY, O_RDONLY, Kernel
from store.startup import migrate_all

FOLDER = "/srv"
ELSEWHERE = "/srv/elsewhere"
NEW = entry("new", 2)

LIVE = Arrangement(live={"a": entry("a"), "b": b"torn"})
LEGACY = Arrangement(legacy=legacy_bytes(2))


def confined_cases() -> Sequence[Case]:
    """Operations that are watched, and symbolic links that must not be followed."""
    return (
        _watched("put", "of a new key", LIVE, lambda store: store.put("c", NEW)),
        _watched("put", "onto an unreadable entry", LIVE, lambda store: store.put("b", NEW)),
        _watched("put", "in legacy mode", LEGACY, lambda store: store.put("c", NEW)),
        _watched("save", "of a put and a removal", LIVE, lambda store: store.apply({"c": NEW}, ("a",))),
        _watched("migrate", "of 2 entries", LEGACY, lambda store: store.migrate()),
        _watched("roll back", "of a live store", LIVE, lambda store: store.roll_back()),
        _linked_directory(),
        _linked_agent(),
    )


def _watched(operation: str, name: str, arrangement: Arrangement, run: Callable[[SessionStore], Any]) -> Case:
    def play(stage: Stage) -> None:
        arrangement.place(stage.kernel(), stage.path)
        stage.settle()
        kernel = ConfinedKernel(stage.kernel(), FOLDER)
        run(SessionStore(stage.path, kernel=_as_kernel(kernel), notify=ignore))
        _judged(stage, judge_trespasses(kernel.trespasses))

    return Case(operation, f"watched, {name}", play)


def _as_kernel(kernel: Any) -> Kernel:
    found: Kernel = kernel
    return found


def _linked_directory() -> Case:
    """Somebody has made the live directory a symbolic link to a directory of his own."""

    def play(stage: Stage) -> None:
        kernel = stage.kernel()
        kernel.mkdir(ELSEWHERE, 0o700)
        stage.machine.symlink(ELSEWHERE, f"{FOLDER}/sessions.d")
        with suppress(StoreError):
            SessionStore(stage.path, kernel=stage.kernel(), notify=ignore).put("a", NEW)
        found = _listing(kernel, ELSEWHERE)
        kernel.unlink(f"{FOLDER}/sessions.d")
        _judged(stage, [_outside(f"{ELSEWHERE}/{name}", "made") for name in found])

    return Case("put", "into a live directory that is a symbolic link", play)


def _linked_agent() -> Case:
    """Somebody has made an agent's folder a symbolic link to a folder with a store that is none of the gateway's."""
    content = as_legacy({"a": entry("a")})

    def play(stage: Stage) -> None:
        kernel = stage.kernel()
        for folder in (ELSEWHERE, "/srv/state", "/srv/state/agents", "/srv/state/agents/alpha"):
            kernel.mkdir(folder, 0o700)
        write_file(kernel, f"{ELSEWHERE}/sessions.json", content)
        stage.machine.symlink(ELSEWHERE, "/srv/state/agents/alpha/sessions")
        migrate_all("/srv/state", kernel=stage.kernel(), notify=ignore)
        is_touched = read_file(kernel, f"{ELSEWHERE}/sessions.json") != content
        kernel.unlink("/srv/state/agents/alpha/sessions")
        for folder in ("/srv/state/agents/alpha", "/srv/state/agents", "/srv/state"):
            kernel.rmdir(folder)
        _judged(stage, [_outside(f"{ELSEWHERE}/sessions.json", "migrated")] if is_touched else [])

    return Case("migrate_all", "of an agent whose folder is a symbolic link", play)


def _outside(path: str, done: str) -> Violation:
    sentence = f"Because no symbolic link is followed, {path} must be left alone. However it was {done}."
    return Violation(CONFINEMENT, path, sentence, done, ("left alone",))


def _judged(stage: Stage, violations: Iterable[Violation]) -> None:
    """What was seen is judged; what lies on the disk, by other cases."""
    seen = examine(stage.kernel(), stage.path)
    stage.settle()
    stage.arm()
    stage.promise(replace(stable(seen), witnessed=tuple(violations)))


def _listing(kernel: Kernel, path: str) -> list[str]:
    fd = kernel.open(path, O_RDONLY | O_DIRECTORY)
    try:
        return kernel.listdir(fd)
    finally:
        kernel.close(fd)
