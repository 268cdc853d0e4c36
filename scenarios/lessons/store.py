"""What the later lessons play: the session store of this project, with two sessions and nothing that is special."""

from dataclasses import replace
from typing import Any

from model.legacy_file import LegacyFile
from model.reference import Reference
from model.simulation.files import write_file
from model.target import Target
from scenarios.arrangement import BACKUP, Arrangement, as_legacy, entry, file_name
from scenarios.look import examine, peek
from scenarios.play import Scene, another_process, case, ignore
from scenarios.session_cases import steps
from store import SessionStore
from store.kernel import Kernel

BOTH = as_legacy({"anna": entry("anna"), "ben": entry("ben")})
OLDER = as_legacy({"anna": entry("older", 1), "ben": entry("ben")})


def _old_writer(kernel: Kernel, path: str) -> None:
    write_file(kernel, path, OLDER)


def _by_hand(kernel: Kernel, path: str) -> None:
    """Someone removes the live directory, and makes the backup the file that counts."""
    live = path.removesuffix(".json") + ".d"
    for key in ("anna", "ben"):
        kernel.unlink(f"{live}/{file_name(key)}")
    kernel.rmdir(live)
    kernel.rename(f"{path.rpartition('/')[0]}/{BACKUP}", path)


def _rolled_back(reference: Reference) -> Reference:
    return replace(reference, live=None, legacy=LegacyFile.of(BOTH), backups=())


TWO = Scene(Arrangement(live={"anna": entry("anna"), "ben": entry("ben")}))

CASES = (
    case("replaces a session", TWO, steps.put("ben", entry("new", 2))),
    case("of one of two sessions", TWO, steps.delete("ben")),
    case("of two sessions", Scene(Arrangement(legacy=BOTH)), steps.migrate()),
    case(
        "beside a newer session",
        Scene(
            Arrangement(live={"anna": entry("newer", 7)}),
            late=_old_writer,
            meant=lambda reference: reference.rewrite_legacy(OLDER),
        ),
        steps.migrate("merge"),
    ),
    case(
        "after someone has rolled back by hand",
        Scene(
            Arrangement(live={"anna": entry("anna"), "ben": entry("ben")}, backups={BACKUP: BOTH}),
            late=_by_hand,
            meant=_rolled_back,
        ),
        steps.put("anna", entry("new", 9)),
    ),
    case(
        "killed, then a put of another session",
        TWO,
        steps.put("ben", entry("new", 2)),
        then=another_process(steps.put("anna", entry("new", 2))),
    ),
)


def _open(kernel: Kernel, path: str) -> SessionStore:
    return SessionStore(path, kernel=kernel, notify=ignore)


def _entries(store: SessionStore) -> dict[str, Any]:
    return store.load()


target = Target(
    name="sessions, two of them", open=_open, load=_entries, cases=lambda: CASES, examine=examine, peek=peek
)
