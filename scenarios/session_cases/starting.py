"""The gateway's start-up among whatever else lies about: one store that cannot be migrated never stops the others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from model.acknowledgement import acknowledged, in_flight
from model.checks import in_words
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Violation
from model.properties import HONEST_ERRORS
from model.simulation.files import write_file
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.look import AGENTS
from scenarios.play import ignore
from store.kernel import Kernel
from store.startup import Summary, migrate_all

STATE = "/srv"
FOLDER = f"{STATE}/{AGENTS}"
ENTRIES = {"a": entry("a"), "b": entry("b")}
LEGACY = Arrangement(legacy=as_legacy(ENTRIES), is_locked=False)

Outcomes = Mapping[str, str]
"""By path, how the migration of a store ended."""


def starting_cases() -> Sequence[Case]:
    """All of them."""
    return (_around(), *_templates(), _no_agents())


def store_of(agent: str) -> str:
    """Where an agent's store is."""
    return f"{FOLDER}/{agent}/sessions/sessions.json"


def place(kernel: Kernel, agent: str, arrangement: Arrangement) -> None:
    """Make an agent's folders and files."""
    kernel.mkdir(f"{FOLDER}/{agent}")
    kernel.mkdir(f"{FOLDER}/{agent}/sessions")
    arrangement.place(kernel, store_of(agent))


def outcomes_of(summary: Summary) -> dict[str, str]:
    """What the summary says of each store."""
    return {each.path: each.outcome.name for each in summary.stores}


def mistaken(summary: Summary, wanted: Outcomes) -> Iterator[Violation]:
    """That the summary says something else than it must; or that its one line leaves something out."""
    found = outcomes_of(summary)
    for path in {**wanted, **found}:
        if found.get(path) != wanted.get(path):
            sentence = (
                f"Because of what lies there, migrate_all() must say of {path}: {wanted.get(path, 'nothing')}. "
                f"However it says: {found.get(path, 'nothing')}."
            )
            yield Violation(HONEST_ERRORS, path, sentence, found.get(path), (wanted.get(path),))
    line, counts = summary.line(), summary.counts
    counted = {name: list(found.values()).count(name) for name in counts}
    missing = [each.path for each in summary.trouble if each.path not in line]
    if counts != counted or missing or not all(f"{name}={count}" in line for name, count in counts.items()):
        sentence = f"Because one line sums it all up, it must have {in_words(counted)}. However it says: {line}"
        yield Violation(HONEST_ERRORS, "migrate_all()", sentence, line, (counted,))


def all_done(arrangements: Mapping[str, Arrangement], moved: Sequence[str]) -> dict[str, Obligations]:
    """Some of the agents' stores are migrated, the others as they were."""
    because = "migrate_all() returned before the cut"
    found = {}
    for agent, each in arrangements.items():
        before = each.reference()
        found[agent] = acknowledged(before.migrate() if agent in moved else before, because, before=before)
    return found


# --- what else lies about


def _around() -> Case:
    """Folders of agents with odd names, without a store, and names that are no folders; links are cut afterwards."""
    stores = dict.fromkeys(("main", "Agent One!", "--", "alpha"), LEGACY)
    links = (f"{FOLDER}/link", f"{FOLDER}/linked/sessions")

    def play(stage: Stage) -> None:
        kernel = stage.kernel()
        kernel.mkdir(FOLDER)
        for agent, arrangement in stores.items():
            place(kernel, agent, arrangement)
        for folder in ("new", "linked", "flat", "empty", "empty/sessions"):
            kernel.mkdir(f"{FOLDER}/{folder}")
        write_file(kernel, f"{FOLDER}/notes.txt", b"x")
        write_file(kernel, f"{FOLDER}/flat/sessions", b"x")
        for link in links:
            stage.machine.symlink(f"{FOLDER}/alpha", link)
        summary = migrate_all(STATE, kernel=stage.kernel(), notify=ignore)
        wanted = {store_of(agent): "migrated" for agent in stores} | dict.fromkeys(links, "refused")
        witnessed = mistaken(summary, wanted | {store_of("empty"): "skipped"})
        for link in links:
            kernel.unlink(link)
        stage.settle()
        stage.arm()
        stage.promise(Obligations({}, parts=all_done(stores, tuple(stores)), witnessed=tuple(witnessed)))

    return Case("migrate_all", "among odd names, links, and folders without a store", play)


def _no_agents() -> Case:
    """The folder of all agents is a link, which is not followed: nobody's store is touched."""

    def play(stage: Stage) -> None:
        kernel = stage.kernel()
        kernel.mkdir(f"{STATE}/elsewhere")
        stage.machine.symlink(f"{STATE}/elsewhere", FOLDER)
        missing = migrate_all(f"{STATE}/nowhere", kernel=stage.kernel(), notify=ignore)
        linked = migrate_all(STATE, kernel=stage.kernel(), notify=ignore)
        witnessed = (*mistaken(missing, {}), *mistaken(linked, {FOLDER: "refused"}))
        kernel.unlink(FOLDER)
        kernel.mkdir(FOLDER)
        stage.settle()
        stage.arm()
        stage.promise(Obligations({}, witnessed=witnessed))

    return Case("migrate_all", "where there is no folder of agents, or only a link to one", play)


# --- configured paths


@dataclass(frozen=True)
class Configured:
    """A configured path, and what becomes of it.

    Attributes:
        name: In words.
        template: The path.
        wanted: What is said of it; the agents' own stores are migrated whatever it is.
        agents: Configured agents.
        home: The home directory.
    """

    name: str
    template: str
    wanted: Outcomes
    agents: tuple[str, ...] = ()
    home: str | None = None


CONFIGURED = (
    Configured("of a home that is not known", "~/sessions.json", {"~/sessions.json": "refused"}),
    Configured("below a home", "~/{agentId}.json", {"/srv/home/alpha.json": "skipped"}, home="/srv/home"),
    Configured("that is not absolute", "{agentId}.json", {"alpha.json": "refused", "beta.json": "refused"}, ("Beta",)),
    Configured("that is no store's", "/srv/{agentId}.txt", {"/srv/alpha.txt": "failed"}),
    Configured("that is one for all", "/srv/all.json", {"/srv/all.json": "skipped"}, ("beta", "gamma")),
    Configured("that is the agents' own", f"{FOLDER}/{{agentId}}/sessions/sessions.json", {}),
)


def _templates() -> Iterator[Case]:
    for configured in CONFIGURED:
        yield _template(configured)


def _template(configured: Configured) -> Case:
    def play(stage: Stage) -> None:
        kernel = stage.kernel()
        kernel.mkdir(FOLDER)
        place(kernel, "alpha", LEGACY)
        stage.settle()
        stage.arm()
        before = LEGACY.reference()
        flight = {"alpha": in_flight(before, before.migrate(), "migrate_all", "migrate_all()")}
        stage.promise(Obligations({}, operation="migrate_all", parts=flight))
        summary = migrate_all(
            STATE, configured.template, configured.agents, kernel=stage.kernel(), notify=ignore, home=configured.home
        )
        witnessed = tuple(mistaken(summary, {store_of("alpha"): "migrated", **configured.wanted}))
        stage.promise(Obligations({}, parts=all_done({"alpha": LEGACY}, ("alpha",)), witnessed=witnessed))

    return Case("migrate_all", f"with a configured path {configured.name}", play)
