"""Files as they may lie about, and what `check()` must find in them: all of it and nothing else, written out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from model.explore.stage import Case, Stage
from model.judge import stable
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.look import examine
from scenarios.session_cases.checking import Found, check
from scenarios.session_cases.meddling import Before, MeddledKernel
from scenarios.session_cases.odd_files import OtherUser, open_to_others, place, set_mode
from store.kernel import Kernel

A, B, C = entry("a"), entry("b"), entry("c")
TOKEN = f"{7:016x}"
TORN = b'{"sessionId": "torn'
BOTH = {"a": A, "b": B}
LEGACY = as_legacy(BOTH)

Wrap = Callable[[Kernel, Kernel], Kernel]
"""Makes the kernel of the one who checks, given the hand of somebody else."""


def sighted_cases() -> tuple[Case, ...]:
    """All of them."""
    return tuple(each.case() for each in SIGHTS)


@dataclass(frozen=True)
class Sight:
    """Files, and what check must find in them.

    Attributes:
        name: In words.
        arrangement: The files.
        found: What must be found.
        late: What is done to the files besides.
        wrap: Makes the kernel of the one who checks.
        afterwards: Undoes what no store would be opened with.
    """

    name: str
    arrangement: Arrangement
    found: frozenset[Found]
    late: Callable[[Stage], None] | None = None
    wrap: Wrap = lambda kernel, _: kernel
    afterwards: Callable[[Stage], None] | None = None

    def case(self) -> Case:
        """The sight as a case."""
        return Case("check", self.name, self._play)

    def _play(self, stage: Stage) -> None:
        self.arrangement.place(stage.kernel(), stage.path)
        if self.late is not None:
            self.late(stage)
        kernel = self.wrap(stage.kernel(), stage.kernel())
        witnessed = tuple(check(kernel, stage.path, lambda: set(self.found)))
        if self.afterwards is not None:
            self.afterwards(stage)
        seen = examine(stage.kernel(), stage.path)
        stage.settle()
        stage.arm()
        stage.promise(replace(stable(seen), witnessed=witnessed))


def _removing(call: str, name: str) -> Wrap:
    """Somebody removes a file right before a call about it."""

    def wrap(kernel: Kernel, hand: Kernel) -> Kernel:
        meddled = MeddledKernel(kernel, Before(call, name), lambda: hand.unlink(f"/srv/sessions.d/{name}"))
        meddled.is_watched = True
        return meddled.as_kernel

    return wrap


_LITTER: Mapping[str, bytes] = {
    f".sessions.json.{TOKEN}.tmp": b"{",
    "sessions.d.migrating/": b"",
    f"sessions.d/.tmp-{TOKEN}": b"{",
    "sessions.d/.unreadable-00-b": TORN,
    "sessions.d/Upper.json": b"{}",
    "sessions.d/%ff.json": b"{}",
    "sessions.d/notes.txt": b"x",
    "sessions.d/.migrated": b"{",
    "neighbour.json": b"x",
}
_LITTERED = frozenset(
    {
        ("temporary", f".sessions.json.{TOKEN}.tmp"),
        ("staging", "sessions.d.migrating"),
        ("temporary", f"sessions.d/.tmp-{TOKEN}"),
        ("set aside", "sessions.d/.unreadable-00-b"),
        ("name", "sessions.d/Upper.json"),
        ("name", "sessions.d/%ff.json"),
        ("foreign", "sessions.d/notes.txt"),
        ("unfinished migration", "sessions.d/.migrated"),
        ("unreadable entry", "sessions.d/b.json"),
        ("not an entry", "sessions.json"),
        ("unmerged legacy", "sessions.json"),
    }
)
_CLEAN = Arrangement(live=BOTH)
_MARKED = frozenset({("unfinished migration", "sessions.d/.migrated")})

SIGHTS = (
    Sight("of nothing", Arrangement(is_locked=False), frozenset()),
    Sight("of a live store", _CLEAN, frozenset()),
    Sight("of a legacy store", Arrangement(legacy=LEGACY), frozenset()),
    Sight(
        "of all that may lie about",
        Arrangement(live={"a": A, "b": TORN}, legacy=as_legacy({"c": C, "null": None}), files=_LITTER),
        _LITTERED,
    ),
    Sight("of a migration to be finished", Arrangement(live=BOTH, legacy=LEGACY, held=LEGACY), _MARKED),
    Sight(
        "of a migration that an old writer overtook",
        Arrangement(live={"a": A}, legacy=LEGACY, held=as_legacy({"a": A})),
        _MARKED | {("unmerged legacy", "sessions.json")},
    ),
    Sight("beside an empty legacy file", Arrangement(live=BOTH, legacy=b"{}"), frozenset()),
    Sight(
        "of a legacy file that is cut off",
        Arrangement(live=BOTH, legacy=LEGACY[:-9]),
        frozenset({("legacy unreadable", "sessions.json")}),
    ),
    Sight(
        "where the legacy file is a directory",
        _CLEAN,
        frozenset({("legacy unreadable", "sessions.json")}),
        place("a directory", "sessions.json"),
    ),
    Sight(
        "of what another user owns",
        _CLEAN,
        frozenset(("owner", name) for name in ("sessions.d", "sessions.d/a.json", "sessions.d/b.json")),
        wrap=lambda kernel, _: cast(Kernel, OtherUser(kernel)),
    ),
    Sight(
        "of an entry that others may read",
        _CLEAN,
        frozenset({("mode", "sessions.d/a.json")}),
        lambda stage: set_mode(stage, "/srv/sessions.d/a.json", 0o644),
    ),
    Sight(
        "of a directory that others may write",
        _CLEAN,
        frozenset({("mode", "sessions.d")}),
        open_to_others,
        afterwards=lambda stage: set_mode(stage, "/srv/sessions.d", 0o700),
    ),
    Sight("of an entry that is removed meanwhile", _CLEAN, frozenset(), wrap=_removing("open", "b.json")),
    Sight("of an entry that is removed once it was read", _CLEAN, frozenset(), wrap=_removing("stat", "b.json")),
    Sight(
        "of a foreign file that is removed meanwhile",
        Arrangement(live=BOTH, files={"sessions.d/notes.txt": b"x"}),
        frozenset({("foreign", "sessions.d/notes.txt")}),
        wrap=_removing("stat", "notes.txt"),
    ),
)
