"""Keys and paths that are easily confused: hard keys, blocked keys, two stores in one folder, a template of paths."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from model.acknowledgement import acknowledged
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Violation, same_json
from model.properties import INVISIBLE_MIGRATION, NO_INVENTION
from model.reference import Reference
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.look import AGENTS
from scenarios.play import Scene, case, ignore
from scenarios.session_cases import steps
from store import SessionStore
from store.startup import migrate_all

HARD_KEYS = (".hidden", "con", "a/../b", "100%25", "a:b", "trailing.", "ä\u202e")
ENTRIES = {"a": entry("a"), "b": entry("b")}


def spelling_cases() -> Sequence[Case]:
    """Each hard key put, and again; two stores side by side; a configured path for three agents."""
    scene = Scene(Arrangement(live={"a": entry("a")}, strangers=None))
    return (
        *(case(f"of the key {key!r}", scene, steps.put(key, entry("new")), steps.delete("a")) for key in HARD_KEYS),
        _two_stores(),
        _template(),
    )


def _two_stores() -> Case:
    """Two stores in one folder, named differently, know nothing of one another."""

    def play(stage: Stage) -> None:
        Arrangement(legacy=as_legacy(ENTRIES)).place(stage.kernel(), stage.path)
        neighbour = stage.path.replace("sessions.json", "other.json")
        Arrangement(legacy=as_legacy({"theirs": entry("theirs")})).place(stage.kernel(), neighbour)
        stage.settle()
        for path in (stage.path, neighbour):
            SessionStore(path, kernel=stage.kernel(), notify=ignore).migrate()
        mine = Arrangement(legacy=as_legacy(ENTRIES)).reference().migrate()
        shown = SessionStore(neighbour, kernel=stage.kernel(), writable=False, notify=ignore).load()
        witnessed = tuple(_confused(shown))
        stage.arm()
        done = acknowledged(mine, "migrate() returned", strangers=None)
        stage.promise(replace(done, witnessed=witnessed))

    return Case("migrate", "of two stores in one folder", play)


def _confused(shown: dict[str, Any]) -> Iterator[Violation]:
    for key, value in shown.items():
        if not same_json(value, entry("theirs")):
            sentence = f"Because nobody ever wrote {key!r} to other.json, it must not show it. However it does."
            yield Violation(NO_INVENTION, key, sentence, value, ())


def _template() -> Case:
    """A configured path is expanded for every agent."""
    agents = ("main", "alpha", "beta")

    def play(stage: Stage) -> None:
        folder = stage.path.rpartition("/")[0]
        kernel = stage.kernel()
        kernel.mkdir(f"{folder}/{AGENTS}")
        before: dict[str, Reference] = {}
        for agent in agents:
            kernel.mkdir(f"{folder}/{AGENTS}/{agent}")
            kernel.mkdir(f"{folder}/{AGENTS}/{agent}/sessions")
            arrangement = Arrangement(legacy=as_legacy(ENTRIES), is_locked=False)
            arrangement.place(kernel, f"{folder}/{AGENTS}/{agent}/sessions/sessions.json")
            before[agent] = arrangement.reference()
        stage.settle()
        template = f"{folder}/{AGENTS}/{{agentId}}/sessions/sessions.json"
        migrate_all(f"{folder}/state", template, agents, kernel=stage.kernel(), notify=ignore)
        stage.arm()
        because = "migrate_all() returned before the cut"
        done = {
            agent: acknowledged(each.migrate(), because, before=each, kind=INVISIBLE_MIGRATION)
            for agent, each in before.items()
        }
        stage.promise(Obligations({}, parts=done))

    return Case("migrate_all", "of a configured path, for three agents", play)
