"""What the lessons play: each program as a target, with the few cases that its lesson tells of."""

from collections.abc import Callable, Mapping
from typing import Any

from model.default_cases import past_after, promised
from model.explore.stage import Case, Stage
from model.judge import stable
from model.observation import Observation
from model.simulation.files import write_file
from model.target import Target
from scenarios.lessons import programs
from scenarios.lessons.programs import Session, as_bytes
from store.kernel import Kernel

Open = Callable[[Kernel, str], Any]

HI: Session = {"said": "hi"}
BYE: Session = {"said": "bye"}
OLD: Session = {"said": "old " * 150}
NEW: Session = {"said": "new " * 150}
"""Two sessions of the same length, longer than one unit of the disk."""

BEFORE: Mapping[str, Session] = {"anna": HI, "ben": HI, "cleo": HI}


def put(make: Open, before: Mapping[str, Session], name: str, session: Session, what: str) -> Case:
    """A case: some sessions are there, durably; then one is saved."""
    call = f"put({name!r})"

    def play(stage: Stage) -> None:
        store = make(stage.kernel(), stage.path)
        for each, old in before.items():
            store.put(each, old)
        make(stage.kernel(), stage.path)
        stage.settle()
        store = make(stage.kernel(), stage.path)
        after = {**before, name: session}
        past = past_after({}, before, after)
        stage.arm()
        stage.promise(promised(before, after, past, f"{call} had not returned", in_flight="put"))
        store.put(name, session)
        stage.promise(promised(before, after, past, f"{call} returned before the cut"))

    return Case("put", what, play)


def put_killed(make: Open, before: Mapping[str, Session], name: str, session: Session, what: str) -> Case:
    """The same; and if the process is killed, another one opens the store and shows what is there."""

    def then(stage: Stage) -> None:
        shown = make(stage.kernel(), stage.path).load()
        stage.promise(stable(Observation(shown)))

    return Case("put", what, put(make, before, name, session, what).play, then)


def rolled_back_by_hand(make: Open, before: Mapping[str, Session], name: str, session: Session, what: str) -> Case:
    """A case: the folder of an open store is taken away by hand, and all sessions are in one file again; then a put."""

    def play(stage: Stage) -> None:
        store, kernel = make(stage.kernel(), stage.path), stage.kernel()
        write_file(kernel, stage.path, as_bytes(before))
        stage.settle()
        after = {**before, name: session}
        past = past_after({}, before, after)
        stage.arm()
        stage.promise(promised(before, after, past, f"put({name!r}) had not returned", in_flight="put"))
        store.put(name, session)
        stage.promise(promised(before, after, past, f"put({name!r}) returned before the cut"))

    return Case("put", what, play)


def _target(name: str, make: Open, *cases: Case) -> Target:
    return Target(name=name, open=make, cases=lambda: cases)


def _replaces(make: Open) -> Case:
    return put(make, BEFORE, "ben", BYE, "replaces a session")


def _adds(make: Open) -> Case:
    return put(make, BEFORE, "dora", BYE, "adds a session")


one_file = _target("one file", programs.OneFile, _replaces(programs.OneFile))
in_place = _target(
    "in place", programs.InPlace, put(programs.InPlace, {"ben": OLD}, "ben", NEW, "replaces a long session")
)
aside = _target("aside", programs.Aside, _replaces(programs.Aside))
names_synced = _target(
    "names synced", programs.NamesSynced, _replaces(programs.NamesSynced), _adds(programs.NamesSynced)
)
bytes_synced = _target("bytes synced", programs.BytesSynced, _replaces(programs.BytesSynced))
careful = _target(
    "careful",
    programs.Careful,
    _replaces(programs.Careful),
    _adds(programs.Careful),
    put_killed(programs.Careful, {"ben": HI}, "ben", BYE, "killed, then opened by another process"),
)
new_folder = _target("new folder", programs.NewFolder, put(programs.NewFolder, {}, "anna", HI, "saves the first one"))
new_folder_synced = _target(
    "new folder, synced", programs.NewFolderSynced, put(programs.NewFolderSynced, {}, "anna", HI, "saves the first one")
)
promised_first = _target(
    "promised", programs.Promised, put(programs.Promised, {"ben": HI}, "ben", BYE, "replaces a session")
)
promised_last = _target(
    "promised, removed last",
    programs.PromisedLast,
    put(programs.PromisedLast, {"ben": HI}, "ben", BYE, "replaces a session"),
)
retrying = _target(
    "retrying", programs.Retrying, rolled_back_by_hand(programs.Retrying, BEFORE, "ben", BYE, "after a roll-back")
)
vouching = _target(
    "vouching",
    programs.Vouching,
    _replaces(programs.Vouching),
    _adds(programs.Vouching),
    put_killed(programs.Vouching, {"ben": HI}, "ben", BYE, "killed, then opened by another process"),
)
