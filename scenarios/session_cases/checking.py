"""Checking: `check()` says what is wrong on disk, all of it and nothing else, and changes nothing.

After a kill, in the middle of any operation, it is held against what somebody sees who looks at the disk for himself.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from model.checks import in_words
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Violation
from model.properties import CONFINEMENT, HONEST_ERRORS
from model.reference import LIVE
from scenarios.arrangement import Arrangement, as_legacy, entry, file_name
from scenarios.look import look_at_disk
from scenarios.play import Scene, Step, ignore, perform
from scenarios.session_cases import steps
from store import SessionStore
from store.kernel import O_CREAT, Kernel

A, B, C, NEW = entry("a"), entry("b"), entry("c"), entry("new", 2)
TOKEN = f"{7:016x}"
TORN = b'{"sessionId": "torn'
BOTH = {"a": A, "b": B}
LEGACY = as_legacy(BOTH)

CHANGES = ("write", "fsync", "rename", "link", "unlink", "mkdir", "rmdir", "fchmod")

Found = tuple[str, str]
"""Kind and name of a finding."""


def checked_cases() -> Sequence[Case]:
    """After kills of all that writes."""
    return tuple(_after_kills())


class Looker:
    """A kernel for somebody who must not change anything: what he tries to change is noted, and not done.

    It stands for any `store.kernel.Kernel`.
    """

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self.changes: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name in CHANGES:
            return lambda *arguments, **_: self.changes.append(f"{name} {arguments}")
        return getattr(self._kernel, name)

    def open(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
        """Open a file that is there."""
        if flags & O_CREAT:
            self.changes.append(f"open {path} to make it")
        fd: int = self._kernel.open(path, flags & ~O_CREAT, mode, dir_fd=dir_fd)
        return fd


def check(kernel: Kernel, path: str, wanted: Callable[[], set[Found]]) -> Iterator[Violation]:
    """Check a store as a reader; what is wrong with that."""
    looker = Looker(kernel)
    store = SessionStore(path, cast(Kernel, looker), writable=False, notify=ignore)
    findings = store.check()
    found = {(each.kind, each.name) for each in findings}
    for change in looker.changes:
        sentence = f"Because check() changes nothing, it must make no such call. However it made {change}."
        yield Violation(CONFINEMENT, "check()", sentence, change, ())
    expected = wanted()
    for kind, name in sorted(found ^ expected):
        must = "must" if (kind, name) in expected else "must not"
        sentence = (
            f"Because of what lies there, check() {must} find {kind!r} in {name}. However it found "
            f"{in_words(sorted(found))}."
        )
        yield Violation(HONEST_ERRORS, name, sentence, sorted(found), tuple(sorted(expected)))


def _after_kills() -> Iterator[Case]:
    """Somebody checks the store that an operation has left behind, wherever it was killed."""
    live, legacy = Arrangement(live={"a": A, "b": TORN}), Arrangement(legacy=LEGACY)
    for name, arrangement, step in (
        ("a put", live, steps.put("b", NEW)),
        ("a save", live, steps.apply({"b": NEW}, ("a",))),
        ("a put in legacy mode", legacy, steps.put("b", NEW)),
        ("a migration", legacy, steps.migrate()),
        ("a roll-back", live, steps.roll_back()),
    ):
        yield _after_kill(f"after {name} was killed", Scene(arrangement), step)


def _after_kill(name: str, scene: Scene, step: Step) -> Case:
    def play(stage: Stage) -> None:
        actor, reference = scene.set(stage)
        stage.arm()
        perform(stage, actor, reference, (step,), ())

    def then(stage: Stage) -> None:
        held: Obligations = stage.promises[-1].obligations
        witnessed = tuple(check(stage.kernel(), stage.path, lambda: _lying_there(stage)))
        stage.promise(replace(held, witnessed=witnessed))

    return Case("check", name, play, then)


def _lying_there(stage: Stage) -> set[Found]:
    """What somebody finds who looks for himself, and knows what the names mean."""
    shown = SessionStore(stage.path, stage.kernel(), writable=False, notify=ignore).load()
    disk = look_at_disk(stage.kernel(), stage.path, shown)
    found = {("set aside", name) for name in disk.set_aside if name.startswith("sessions.d/")}
    found |= {("unreadable entry", f"sessions.d/{file_name(key)}") for key in disk.unreadable}
    kinds = {"sessions.d/.migrated": "unfinished migration", "sessions.d.migrating": "staging"}
    found |= {(kinds.get(name, "temporary"), name) for name in disk.litter}
    is_marked = "sessions.d/.migrated" in disk.litter
    if disk.layout == LIVE and disk.legacy is not None and not is_marked:
        found.add(("unmerged legacy", "sessions.json"))
    return found
