"""What `session-store` must come to: each of its commands, on good stores and bad, for people and as JSON."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from model.explore.stage import Case
from model.reference import Reference
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.play import INVALID_LEGACY
from scenarios.session_cases.answering import Question
from scenarios.session_cases.shell import DONE, FAILED, FOUND_SOMETHING, Told, session_store

PATH = "/srv/sessions.json"
ODD = "line\nbreak"
A, B = entry("a", 1_700_000_000_000), {"sessionId": "b", "updatedAt": "soon"}
BOTH = {"a": A, ODD: B}

LIVE = Arrangement(live=BOTH)
LEGACY = Arrangement(legacy=as_legacy({**BOTH, "null": None}))
NO_STORE = Arrangement(legacy=b"[]")
LITTERED = Arrangement(live=BOTH, files={f"sessions.d/.tmp-{7:016x}": b"{"})


@dataclass(frozen=True)
class Command:
    """A command, and what it must come to.

    Attributes:
        operation: Row of the table.
        on: What it is run on, in words.
        arguments: Its arguments.
        arrangement: The files that are there.
        lines: The exit code, and the lines that it must print.
        value: The exit code, and what it must print with `--json`.
        apply: What it does to the reference.
        errors: What opening or loading may raise before it and after it.
    """

    operation: str
    on: str
    arguments: tuple[str, ...]
    arrangement: Arrangement
    lines: Sequence[Any]
    value: Sequence[Any]
    apply: Callable[[Reference], Reference] = lambda reference: reference
    errors: tuple[str, ...] = ()

    def cases(self) -> Iterator[Case]:
        """One that prints lines, one that prints JSON."""
        yield self._question("", self.arguments, lambda told: told.lines, self.lines).case()
        yield self._question(", as JSON", (*self.arguments, "--json"), lambda told: told.value, self.value).case()

    def _question(
        self, how: str, arguments: tuple[str, ...], tell: Callable[[Told], object], answer: Sequence[Any]
    ) -> Question:
        return Question(
            self.operation,
            f"by session-store {self.arguments[0]}, {self.on}{how}",
            f"session-store {' '.join(arguments)}",
            lambda actor: tell(session_store(actor.kernel, *arguments)),
            list(answer),
            self.arrangement,
            self.apply,
            is_opened=False,
            errors=self.errors,
        )


def _outcome(name: str, detail: str, *notices: str) -> dict[str, Any]:
    return {"schema": 1, "path": PATH, "outcome": name, "detail": detail, "notices": list(notices)}


MOVED = "2 entries; the legacy file is now sessions.json.bak.*"
BACK = "2 entries; the live directory is now sessions.d.bak.*"
NO_ENTRY = "'null' is a JSON null, not an object"
WHY = "line 1 column 1: expected an object"
LEFT_OVER = {
    "kind": "temporary",
    "name": f"sessions.d/.tmp-{7:016x}",
    "detail": "left over, or of a write that is under way",
}
REFUSED = [
    f"Error: {PATH}: not a readable session store: {WHY}",
    "Remedy: mend the file, or put it aside by hand and restore it from a backup.",
]
ROWS = [{"key": key, "sessionId": each["sessionId"], "updatedAt": each["updatedAt"]} for key, each in BOTH.items()]

COMMANDS = (
    Command(
        "migrate",
        "on a legacy store",
        ("migrate", PATH),
        LEGACY,
        [DONE, f"{PATH}: migrated: {MOVED}", f"warning: {PATH}: {NO_ENTRY}"],
        [DONE, _outcome("migrated", MOVED, NO_ENTRY)],
        Reference.migrate,
    ),
    Command(
        "migrate",
        "on a file that is none",
        ("migrate", PATH),
        NO_STORE,
        [FAILED, f"{PATH}: invalid: {WHY}", f"warning: {PATH}: {WHY}; it stays as it is"],
        [FAILED, _outcome("invalid", WHY, f"{WHY}; it stays as it is")],
        errors=INVALID_LEGACY,
    ),
    Command(
        "load",
        "on a live store",
        ("list", PATH),
        LIVE,
        [DONE, f"2023-11-14T22:13:20Z {'a':36} a", f"{'-':20} {'b':36} {json.dumps(ODD)}"],
        [DONE, {"schema": 1, "entries": ROWS}],
    ),
    Command(
        "load", "on a file that is none", ("list", PATH), NO_STORE, [FAILED, *REFUSED], [FAILED], errors=INVALID_LEGACY
    ),
    Command(
        "load",
        "of a key",
        ("get", PATH, "A"),
        LIVE,
        [DONE, *json.dumps(A, indent=2).splitlines()],
        [DONE, {"schema": 1, "key": "A", "entry": A}],
    ),
    Command(
        "load",
        "of a key that is not there",
        ("get", PATH, "c"),
        LIVE,
        [FAILED, f"Error: {PATH}: there is no session 'c' (see: session-store list)"],
        [FAILED],
    ),
    Command(
        "check",
        "on a live store",
        ("check", PATH),
        LIVE,
        [DONE, "nothing to report"],
        [DONE, {"schema": 1, "findings": []}],
    ),
    Command(
        "check",
        "beside a left-over temporary",
        ("check", PATH),
        LITTERED,
        [FOUND_SOMETHING, ": ".join(LEFT_OVER.values())],
        [FOUND_SOMETHING, {"schema": 1, "findings": [LEFT_OVER]}],
    ),
    Command(
        "roll back",
        "on a live store",
        ("roll-back", PATH),
        LIVE,
        [DONE, f"{PATH}: rolled-back: {BACK}"],
        [DONE, _outcome("rolled-back", BACK)],
        Reference.roll_back,
    ),
    Command(
        "recover",
        "on a live store",
        ("recover", PATH),
        LIVE,
        [DONE, "nothing to recover"],
        [DONE, {"schema": 1, "path": PATH, "steps": []}],
    ),
    Command(
        "recover",
        "beside a left-over temporary",
        ("recover", PATH),
        LITTERED,
        [DONE, "swept temporary"],
        [DONE, {"schema": 1, "path": PATH, "steps": ["swept temporary"]}],
    ),
)
