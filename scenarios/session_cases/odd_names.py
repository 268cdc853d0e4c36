"""Names in the live directory that are not ours: an older writer's, which recovery adopts, and those that are no key's.

An older writer's file is no entry before; recovery gives it its one name where that is free, and moves its bytes aside
where it is taken or where they are no entry.  Whatever else lies there is told of and stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from model.acknowledgement import acknowledged
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise
from model.observation import ABSENT, UNREADABLE, digest_of
from model.reference import Reference
from model.simulation.files import write_file
from scenarios.arrangement import Arrangement, Entry, as_legacy, entry
from scenarios.look import NO_FILES
from scenarios.play import Actor, Scene, ignore
from scenarios.session_cases.answering import DONE, Question
from scenarios.session_cases.left_behind import leave_temporary
from store import SessionStore
from store.kernel import Kernel

A, B, C, NEW = entry("a"), entry("b"), entry("c"), entry("new", 2)
OLDER = entry("older")
WIDE_KEY = "é" * 80
"""Its name as an older writer spells it is short enough; ours is not, so that its file is named by a digest."""


def odd_name_cases() -> Sequence[Case]:
    """All of them."""
    return (
        *_adopted(),
        *(each.case() for each in (*_left_alone(), _aside_name_taken(), _beneath())),
    )


def _adopted() -> Iterator[Case]:
    wide = WIDE_KEY.upper()
    yield _adoption("several names", {"%61gain": NEW, "percent%": C})
    yield _adoption("several names, unsynced", {"Upper": OLDER, "%zz": C}, is_synced=False)
    yield _adoption("one of two spellings of a name", {"Uppe%72": NEW}, {"Upper": OLDER})
    yield _adoption("a name that is too long for us", {wide: OLDER})
    yield _adoption("a name that is too long for us, beside a left-over temporary", {wide: OLDER}, is_littered=True)
    yield _adoption("a name that is too long for us, of a file that is no entry", {}, {wide: None})
    yield _adoption("a name that is too long for us, and taken", {}, {wide: OLDER}, taken={WIDE_KEY: B})


TORN = b'{"sessionId": "torn'


def _adoption(
    name: str,
    found: Mapping[str, Entry],
    aside: Mapping[str, Entry | None] | None = None,
    *,
    taken: Mapping[str, Entry] | None = None,
    is_synced: bool = True,
    is_littered: bool = False,
) -> Case:
    """Recovery beside an older writer's files.

    Args:
        name: What is adopted.
        found: What is adopted, by the names without `.json`.
        aside: What is moved aside, by these names; None for bytes that are no entry.
        taken: Entries under our own names.
        is_synced: Whether the older writer has synced them.
        is_littered: Whether somebody has left a temporary where the next one goes.
    """
    there = {"a": A, **(taken or {})}
    moved = {key: TORN if value is None else as_legacy(value) for key, value in (aside or {}).items()}
    files = {**{older: as_legacy(value) for older, value in found.items()}, **moved}

    def play(stage: Stage) -> None:
        actor, reference = Scene(Arrangement(live=there), is_opened=False).set(stage)
        _place(stage.kernel(), stage.path, files)
        if is_littered:
            leave_temporary(stage.kernel(), stage.path, is_live=True)
        if is_synced:
            stage.settle()
        for older, value in found.items():
            reference = reference.put(_key_of(older), value)
        reference = replace(reference, kept=frozenset(map(digest_of, moved.values())))
        done = acknowledged(reference, "opening for writing returned before the cut")
        waiting = replace(done, unread=tuple(map(_key_of, found)))
        stage.arm()
        stage.promise(waiting if is_synced else _unsynced(waiting))
        assert actor.store is not None
        stage.promise(done)

    return Case("recover", f"adopts {name}", play)


def _unsynced(waiting: Obligations) -> Obligations:
    """Nobody has synced what is to be adopted: it may be lost, in part or as a whole."""
    because = "opening for writing had not returned"
    lost = {key: Promise((ABSENT, UNREADABLE, *waiting.promises[key].allowed), because) for key in waiting.unread}
    return replace(waiting, promises={**waiting.promises, **lost}, kept=())


def _key_of(older: str) -> str:
    return older.replace("%61", "a").replace("%72", "r").lower()


def _place(kernel: Kernel, path: str, files: Mapping[str, bytes]) -> None:
    for older, content in files.items():
        write_file(kernel, f"{path.removesuffix('.json')}.d/{older}.json", content)


def _left_alone() -> Iterator[Question]:
    directory = next(iter(NO_FILES.values()))
    for what, name, content in (
        ("a directory of an older name", "Upper.json", None),
        ("a name that is no text", "%ff.json", b"{}"),
        ("a name of a key that is refused", "__proto__.json", b"{}"),
    ):
        key = "upper" if content is None else name
        digest = directory if content is None else digest_of(content)

        def late(stage: Stage, name: str = name, content: bytes | None = content) -> None:
            path = f"{stage.path.removesuffix('.json')}.d/{name}"
            if content is None:
                stage.kernel().mkdir(path, 0o700)
            else:
                write_file(stage.kernel(), path, content)

        def meant(reference: Reference, key: str = key, digest: str = digest) -> Reference:
            return replace(
                reference, live={"a": A, key: UNREADABLE}, unreadable={key: digest}, kept=frozenset({digest})
            )

        yield Question(
            "recover",
            f"leaves {what} alone",
            "recover()",
            lambda actor: actor.store.recover().steps,
            (),
            Arrangement(live={"a": A}),
            late=late,
            meant=meant,
        )


def _aside_name_taken() -> Question:
    """The name that an unreadable file would be kept under, which is made of its number, is another file's."""
    other = b"of an older disk"

    def late(stage: Stage) -> None:
        kernel, live = stage.kernel(), f"{stage.path.removesuffix('.json')}.d"
        number = kernel.stat(f"{live}/b.json").ino
        write_file(kernel, f"{live}/.unreadable-{number:016x}-b.json", other)

    return Question(
        "put",
        "onto an unreadable entry, beside one that was moved aside under the same number",
        "put('b')",
        lambda actor: actor.store.put("b", NEW),
        DONE,
        Arrangement(live={"a": A, "b": TORN}),
        lambda reference: reference.put("b", NEW),
        late=late,
        meant=lambda reference: replace(reference, kept=reference.kept | {digest_of(other)}),
    )


def _beneath() -> Question:
    """A reader is given what lies beneath the live directory, which a writer has not merged yet."""

    def read(actor: Actor) -> object:
        reader = SessionStore(actor.path, actor.kernel, writable=False, notify=ignore)
        return [reader.get(key) for key in "abcd"]

    return Question(
        "load",
        "one by one, by a reader beside an unmerged legacy file",
        "get('c')",
        read,
        [A, B, C, None],
        Arrangement(live={"a": A, "b": B}, legacy=as_legacy({"b": NEW, "c": C})),
        is_opened=False,
    )
