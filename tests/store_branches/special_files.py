"""Pipes and sockets where the store has files: only the host has them.

Opening one must not wait for whoever is at its other end; what it is, is told, and it stays.
"""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from scenarios.arrangement import Arrangement, entry
from scenarios.session_cases.answering import answer_of
from store import SessionStore
from store.host import HostKernel

A, NEW = entry("a"), entry("new", 2)


def _make_pipe(path: Path) -> None:
    os.mkfifo(path)


def _make_socket(path: Path) -> None:
    """A socket's path may be short only, so it is bound from within its folder."""
    with socket.socket(socket.AF_UNIX) as made:
        here = os.open(".", os.O_RDONLY)
        try:
            os.chdir(path.parent)
            made.bind(path.name)
        finally:
            os.fchdir(here)
            os.close(here)


KINDS: dict[str, Callable[[Path], None]] = {"pipe": _make_pipe, "socket": _make_socket}


def meet_special_files(folder: Path) -> str:
    """Let the store meet each of them, as an entry's file and as the legacy file; what it should not have said."""
    wrong = []
    for kind, make in KINDS.items():
        for name, meet in {"entry": _as_entry, "legacy": _as_legacy}.items():
            place = folder / f"{kind}-{name}"
            place.mkdir()
            came, wanted = meet(place, make)
            if came != wanted:
                wrong.append(f"a {kind} in place of the {name} file: {came}, not {wanted}")
    return "\n".join(wrong)


def _as_entry(folder: Path, make: Callable[[Path], None]) -> tuple[object, object]:
    path = str(folder / "sessions.json")
    Arrangement(live={"a": A}).place(HostKernel(), path)
    make(folder / "sessions.d" / "b.json")
    with SessionStore(path, notify=_ignore) as store:
        came = [
            store.load(),
            answer_of(lambda: store.get("b")),
            answer_of(lambda: store.update("b", lambda _: NEW)),
            [finding.kind for finding in store.check()],
            answer_of(lambda: store.put("b", NEW)),
            store.load(),
        ]
    aside = [name for name in os.listdir(folder / "sessions.d") if name.startswith(".unreadable-")]
    kinds = [stat.S_ISREG((folder / "sessions.d" / name).lstat().st_mode) for name in aside]
    wanted = [{"a": A}, "EntryUnreadable", "EntryUnreadable", ["unreadable entry"], None, {"a": A, "b": NEW}]
    return [*came, kinds], [*wanted, [False]]


def _as_legacy(folder: Path, make: Callable[[Path], None]) -> tuple[object, object]:
    path = str(folder / "sessions.json")
    make(folder / "sessions.json")
    with SessionStore(path, notify=_ignore) as store:
        came = [
            answer_of(store.load),
            answer_of(store.migrate),
            answer_of(lambda: store.put("b", NEW)),
            [finding.kind for finding in store.check()],
        ]
    return came, ["StoreRefused", "refused", "StoreRefused", ["legacy unreadable"]]


def _ignore(notice: object) -> None:
    """What it says besides is for others to judge."""
