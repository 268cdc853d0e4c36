"""Cases of the start-up that migrates the stores of all agents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from model.obligations import Obligations
from model.properties import INVISIBLE_MIGRATION
from model.reference import Reference
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.look import AGENTS
from scenarios.play import INVALID_LEGACY, Actor, ignore
from scenarios.session_cases import steps
from scenarios.session_cases.migrations import HALF_WAY, anything_of, rewrite_unsynced
from store.startup import migrate_all


@dataclass(frozen=True)
class Agent:
    """The store of one agent, and what an old writer has written to it without any sync."""

    arrangement: Arrangement
    unsynced: bytes | None = None


SYNCED = Agent(Arrangement(legacy=as_legacy({"a": entry("a"), "b": entry("b")}), is_locked=False))
UNSYNCED = Agent(
    Arrangement(legacy=as_legacy({"a": entry("old")}), is_locked=False),
    as_legacy({"a": entry("new", 2)}),
)
SMALL = Agent(Arrangement(legacy=as_legacy({"c": entry("c")}), is_locked=False))
INVALID = Agent(Arrangement(legacy=b'{"a": {', is_locked=False))
HALF_DONE = Agent(HALF_WAY["before the backup"])


def agent_cases() -> Sequence[Case]:
    """Three agents at once, and the first write of an agent whose folders are still to be made."""
    return (
        _first_put(folders_are_there=False),
        _first_put(folders_are_there=True),
        _case("of three agents, synced and unsynced", {"alpha": SYNCED, "beta": UNSYNCED, "gamma": SMALL}),
        _case("of an invalid, a half-migrated and a good one", {"alpha": INVALID, "beta": HALF_DONE, "gamma": SMALL}),
    )


def _case(name: str, agents: Mapping[str, Agent]) -> Case:
    def play(stage: Stage) -> None:
        state = stage.path.rpartition("/")[0]
        _arrange(stage, state, agents)
        stage.arm()
        flight = {agent: _promised(each, has_returned=False) for agent, each in agents.items()}
        stage.promise(Obligations({}, operation="migrate_all", parts=flight))
        migrate_all(state, kernel=stage.kernel(), notify=ignore)
        done = {agent: _promised(each, has_returned=True) for agent, each in agents.items()}
        stage.promise(Obligations({}, parts=done))

    return Case("migrate_all", name, play)


def _first_put(*, folders_are_there: bool) -> Case:
    """A put into a store that never was makes the folders on the way, and syncs each of them, whoever made it."""
    step = steps.put("a", entry("a"))

    def play(stage: Stage) -> None:
        state = stage.path.rpartition("/")[0]
        stage.kernel().mkdir(f"{state}/{AGENTS}")
        stage.settle()
        if folders_are_there:
            for folder in (f"{AGENTS}/alpha", f"{AGENTS}/alpha/sessions"):
                stage.kernel().mkdir(f"{state}/{folder}")
        actor = Actor(stage.kernel(), _path(state, "alpha"))
        before, after = Reference(), step.apply(Reference())
        stage.arm()
        flight = in_flight(before, after, "put", step.call)
        stage.promise(Obligations({}, operation="put", parts={"alpha": flight}))
        step.run(actor)
        done = acknowledged(after, f"{step.call} returned before the cut", before=before)
        stage.promise(Obligations({}, parts={"alpha": done}))

    made = "somebody has made and not synced" if folders_are_there else "are still to be made"
    return Case("put", f"the first, into folders that {made}", play)


def _arrange(stage: Stage, state: str, agents: Mapping[str, Agent]) -> None:
    kernel = stage.kernel()
    kernel.mkdir(f"{state}/{AGENTS}")
    for agent, each in agents.items():
        kernel.mkdir(f"{state}/{AGENTS}/{agent}")
        kernel.mkdir(f"{state}/{AGENTS}/{agent}/sessions")
        each.arrangement.place(kernel, _path(state, agent))
    stage.settle()
    writer = stage.kernel()
    for agent, each in agents.items():
        if each.unsynced is not None:
            rewrite_unsynced(writer, _path(state, agent), each.unsynced)


def _path(state: str, agent: str) -> str:
    return f"{state}/{AGENTS}/{agent}/sessions/sessions.json"


def _promised(agent: Agent, *, has_returned: bool) -> Obligations:
    old = agent.arrangement.reference()
    before = old if agent.unsynced is None else old.rewrite_legacy(agent.unsynced)
    legacy = before.legacy
    errors = INVALID_LEGACY if legacy is not None and not legacy.is_readable else ()
    if has_returned:
        because = "migrate_all() returned before the cut"
        return acknowledged(before.migrate(), because, before=before, kind=INVISIBLE_MIGRATION, errors=errors)
    flight = in_flight(before, before.migrate(), "migrate_all", "migrate_all()", errors=errors)
    return flight if agent.unsynced is None else anything_of(old, before, flight)
