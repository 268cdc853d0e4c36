"""Files of the wrong kind: directories and symbolic links where the store has files, and files for its directories.

A name that leads to no regular file holds no entries: it is told of, never followed and never destroyed.  What somebody
else owns, or may write, is left alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from model.legacy_file import LegacyFile
from model.obligations import Promise
from model.observation import ABSENT, UNREADABLE
from model.reference import Reference
from model.simulation.files import write_file
from scenarios.arrangement import Arrangement, as_legacy, entry, file_name
from scenarios.look import NO_FILES
from scenarios.play import Actor, Scene, case
from scenarios.session_cases import steps
from scenarios.session_cases.answering import DONE, Question, answer_of, unlike
from store.kernel import O_RDONLY, Kernel

A, B, NEW = entry("a"), entry("b"), entry("new", 2)
LIVE = Arrangement(live={"a": A, "b": B})
ELSEWHERE = "/srv/elsewhere"
ELSEWHERE_FILE = f"{ELSEWHERE}/file"

DIRECTORY, SYMLINK = NO_FILES.values()

Run = Callable[[Actor], object]


@dataclass(frozen=True)
class Asked:
    """An operation, what it comes to, and what it does to the reference."""

    operation: str
    call: str
    run: Run
    answer: Any
    apply: Callable[[Reference], Reference] = lambda reference: reference


LOAD = Asked("load", "load()", lambda actor: actor.store.load(), None)
PUT = Asked("put", "put('b')", lambda actor: actor.store.put("b", NEW), DONE, lambda ref: ref.put("b", NEW))
DELETE = Asked("delete", "delete('b')", lambda actor: actor.store.delete("b"), False, lambda ref: ref.delete("b"))
SAVE = Asked(
    "save", "apply()", lambda actor: len(actor.store.apply({"b": NEW}, ()).written), 1, lambda ref: ref.put("b", NEW)
)
MIGRATE = Asked("migrate", "migrate()", lambda actor: actor.store.migrate(), "refused")
ROLL_BACK = Asked("roll back", "roll_back()", lambda actor: actor.store.roll_back(), "refused")
RECOVER = Asked("recover", "recover()", lambda actor: actor.store.recover().steps, ())


def odd_file_cases() -> Sequence[Case]:
    """All of them."""
    questions = (*_entries(), *_legacy_files(), *_around(), *_others())
    return (*(each.case() for each in questions), _refused_and_written())


def place(kind: str, name: str) -> Callable[[Stage], None]:
    """Put something that is no file under a name of the store's folder."""

    def placed(stage: Stage) -> None:
        path = f"{stage.path.rpartition('/')[0]}/{name}"
        if kind == SYMLINK:
            stage.kernel().mkdir(ELSEWHERE, 0o700)
            write_file(stage.kernel(), ELSEWHERE_FILE, as_legacy({"theirs": A}))
            stage.machine.symlink(ELSEWHERE_FILE, path)
        else:
            stage.kernel().mkdir(path, 0o700)

    return placed


def _strangers(kind: str) -> tuple[str, ...]:
    return ("elsewhere",) if kind == SYMLINK else ()


# --- where an entry should be


def _entries() -> Iterator[Question]:
    name = f"sessions.d/{file_name('b')}"

    def spoilt(reference: Reference, kind: str) -> Reference:
        live = {**(reference.live or {}), "b": UNREADABLE}
        return replace(reference, live=live, unreadable={"b": kind}, kept=frozenset({kind}))

    for kind in (DIRECTORY, SYMLINK):
        for asked in (replace(LOAD, answer={"a": A}), PUT, SAVE, DELETE):
            yield Question(
                asked.operation,
                f"where an entry's file is {kind}",
                asked.call,
                asked.run,
                asked.answer,
                Arrangement(live={"a": A}),
                asked.apply,
                late=place(kind, name),
                meant=lambda reference, kind=kind: spoilt(reference, kind),  # type: ignore[misc]
                strangers=_strangers(kind),
            )


# --- where the legacy file should be


def _legacy_files() -> Iterator[Question]:
    alone = (
        replace(LOAD, answer="StoreRefused"),
        replace(PUT, answer="StoreRefused", apply=_unchanged),
        replace(SAVE, answer="StoreRefused", apply=_unchanged),
        MIGRATE,
        RECOVER,
    )
    beside = (replace(LOAD, answer={"a": A, "b": B}), PUT, MIGRATE, ROLL_BACK, RECOVER)
    for kind in (DIRECTORY, SYMLINK):
        for asked in alone:
            question = _question(asked, f"where the legacy file is {kind}", Arrangement(), asked.answer, asked.apply)
            yield replace(_with_legacy(question, kind), errors=("StoreRefused",))
        for asked in beside:
            name = f"where the legacy file is {kind}, beside a live directory"
            yield _with_legacy(_question(asked, name, LIVE, asked.answer, asked.apply), kind)


def _with_legacy(question: Question, kind: str) -> Question:
    return replace(
        question,
        late=place(kind, "sessions.json"),
        meant=lambda reference: replace(reference, legacy=LegacyFile(None, kind)),
        strangers=_strangers(kind),
    )


def _unchanged(reference: Reference) -> Reference:
    return reference


def _refused_and_written() -> Case:
    """A migration that is refused has made sure of the live directory all the same; a put may rest on that.

    An older program has made it and synced nothing, beside a legacy file that is a directory.
    """
    put = steps.put("c", NEW)

    def play(stage: Stage) -> None:
        actor, _ = Scene(Arrangement()).set(stage)
        place(DIRECTORY, "sessions.json")(stage)
        stage.settle()
        kernel, live = stage.kernel(), f"{stage.path.removesuffix('.json')}.d"
        kernel.mkdir(live, 0o700)
        write_file(kernel, f"{live}/{file_name('a')}", as_legacy(A))
        before = Reference(live={"a": A}, legacy=LegacyFile(None, DIRECTORY))
        after = put.apply(before)
        stage.arm()
        because = "nobody has synced it yet"
        loose = {"a": Promise((UNREADABLE, ABSENT, A), because)}
        flight = in_flight(before, after, put.operation, put.call, errors=("StoreRefused",))
        stage.promise(replace(flight, promises={**flight.promises, **loose}, layouts=None))
        witnessed = tuple(unlike("migrate()", answer_of(lambda: actor.store.migrate()), "refused"))
        put.run(actor)
        done = acknowledged(after, f"{put.call} returned before the cut", before=before)
        stage.promise(replace(done, promises={**done.promises, **loose}, witnessed=witnessed))

    return Case("put", "in a live directory that nobody has synced, after a migration that was refused", play)


# --- where the store's other names are taken


def lay(path: str, content: bytes = b"x") -> Callable[[Stage], None]:
    """Put a file under a name below the store's folder, and make the folder that it is in if need be."""

    def laid(stage: Stage) -> None:
        folder, kernel = stage.path.rpartition("/")[0], stage.kernel()
        above = path.rpartition("/")[0]
        if above:
            kernel.mkdir(f"{folder}/{above}", 0o700)
        write_file(kernel, f"{folder}/{path}", content)

    return laid


def _around() -> Iterator[Question]:
    legacy = Arrangement(legacy=as_legacy({"a": A, "b": B}))
    yield replace(
        _question(PUT, "where the live directory is a file", Arrangement(), "StoreRefused", _unchanged),
        late=lay("sessions.d"),
        meant=lambda reference: replace(reference, live={}),
        errors=("StoreRefused",),
    )
    for asked in (MIGRATE, RECOVER):
        for name, late in {"is a file": lay(STAGING), "holds a foreign file": lay(f"{STAGING}/notes.txt")}.items():
            question = _question(asked, f"where staging {name}", legacy, asked.answer, _unchanged)
            yield replace(question, late=late, strangers=(STAGING,))
    yield replace(
        _question(RECOVER, "where the lock file is a symbolic link", Arrangement(is_locked=False), "StoreRefused"),
        run=lambda actor: actor.store.recovered,
        is_opened=False,
        late=place(SYMLINK, "sessions.d.lock"),
        errors=("StoreRefused",),
        strangers=_strangers(SYMLINK),
    )


STAGING = "sessions.d.migrating"


def _question(
    asked: Asked, name: str, arrangement: Arrangement, answer: Any, apply: Callable[[Reference], Reference] = _unchanged
) -> Question:
    return Question(asked.operation, name, asked.call, asked.run, answer, arrangement, apply)


# --- what is somebody else's


def _others() -> Iterator[Question]:
    for asked in (PUT, replace(MIGRATE, answer="StoreRefused"), replace(ROLL_BACK, answer="StoreRefused")):
        yield replace(
            _question(asked, "in a live directory of another user", LIVE, "StoreRefused"),
            run=lambda actor, run=asked.run: run(_Stranger(actor.kernel, actor.path)),  # type: ignore[misc]
        )
    for asked in (replace(PUT, answer="StoreRefused"), MIGRATE, ROLL_BACK):
        yield replace(
            _question(asked, "in a live directory that others may write", LIVE, asked.answer),
            late=open_to_others,
            errors=("StoreRefused",),
        )


class _Stranger(Actor):
    """A process of another user."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        super().__init__(cast(Kernel, OtherUser(kernel)), path)


class OtherUser:
    """A kernel that says that another user asks.

    It stands for any `store.kernel.Kernel`.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernel, name)

    def geteuid(self) -> int:
        """Nobody who owns anything here."""
        return self._kernel.geteuid() + 1


def open_to_others(stage: Stage) -> None:
    """Let others write into the live directory."""
    set_mode(stage, f"{stage.path.removesuffix('.json')}.d", 0o770)


def set_mode(stage: Stage, path: str, mode: int) -> None:
    """Set the permission bits of a file or folder, as somebody who has nothing to do with the store."""
    kernel = stage.machine.start().kernel
    fd = kernel.open(path, O_RDONLY)
    kernel.fchmod(fd, mode)
    kernel.close(fd)


# --- marks that are none

MARKS: Mapping[str, bytes] = {
    "that names no backup": b'{"sha256": "00"}',
    "that leads elsewhere": b'{"sha256": "00", "backup": "../sessions.json.bak.1"}',
}


def odd_mark_cases() -> Sequence[Case]:
    """Marks of a migration that cannot be believed are kept, and not followed."""
    marked = {
        name: Arrangement(live={"a": A}, files={"sessions.d/.migrated": content}, kept=(content,))
        for name, content in MARKS.items()
    }
    return tuple(
        case(f"of a mark {name}", Scene(found, is_opened=False), steps.open_store()) for name, found in marked.items()
    )
