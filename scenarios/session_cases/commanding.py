"""The operators' command, `session-store`, with the power cut under it; while others use the store; and misused."""

from collections.abc import Sequence
from typing import Any

from model.acknowledgement import acknowledged, in_flight
from model.explore.stage import Case, Stage
from model.obligations import Obligations
from scenarios.look import AGENTS
from scenarios.play import INVALID_LEGACY, Actor, ignore
from scenarios.session_cases.answering import Question, unlike
from scenarios.session_cases.commands import COMMANDS, LEGACY, LIVE, MOVED, NO_ENTRY, NO_STORE, PATH, WHY
from scenarios.session_cases.shell import FAILED, USAGE, session_store
from scenarios.session_cases.starting import place, store_of
from store import SessionStore


def commanded_cases() -> Sequence[Case]:
    """All of them."""
    return (*(case for command in COMMANDS for case in command.cases()), _locked(), _everything(), _misused())


def _locked() -> Case:
    """Somebody else has the store to himself."""

    def run(actor: Actor) -> object:
        told: list[list[Any]] = []

        def meanwhile(_: object) -> None:
            told.append(session_store(actor.kernel, "recover", PATH, "--lock-timeout", "0").lines)

        SessionStore(PATH, actor.kernel, notify=ignore).update_many(meanwhile)
        code, error, remedy = told[0]
        return [code, "waited 0 s for the store" in error, remedy]

    remedy = "Remedy: try again later, or with a longer --lock-timeout; nothing was changed."
    call = "session-store recover --lock-timeout 0"
    return Question(
        "recover", "by session-store recover, while somebody has the store", call, run, [FAILED, True, remedy], LIVE
    ).case()


def _misused() -> Case:
    """A command that is none, and a path that is no store's."""
    question = Question(
        "check",
        "by session-store with wrong arguments",
        "session-store",
        lambda actor: [
            session_store(actor.kernel, "frobnicate", PATH).code,
            *session_store(actor.kernel, "check", "/srv/sessions.d").lines,
        ],
        [
            USAGE,
            FAILED,
            "Error: '/srv/sessions.d': a store path ends in NAME.json",
            "Remedy: give the path of the session store, such as .../sessions/sessions.json.",
        ],
        LIVE,
    )
    return question.case()


def _everything() -> Case:
    """All agents' stores at once, one of which is none, and a configured path."""
    stores = {"alpha": LEGACY, "beta": NO_STORE}
    warning = f"warning: {store_of('alpha')}: {NO_ENTRY}"
    wanted = [
        FAILED,
        f"{store_of('alpha')}: migrated: {MOVED}",
        f"{store_of('beta')}: invalid: {WHY}",
        "/srv/gamma.json: skipped: there is no store",
        "session stores: inspected=3 migrated=1 merged=0 finished=0 skipped=1 invalid=1 refused=0 failed=0; "
        f"issues: {store_of('beta')}: invalid: {WHY}",
        warning,
        f"warning: {store_of('beta')}: {WHY}; it stays as it is",
    ]
    call = ("migrate-all", "/srv", "--store", "/srv/gamma.json", "--agent", "gamma")

    def play(stage: Stage) -> None:
        stage.kernel().mkdir(f"/srv/{AGENTS}")
        for agent, arrangement in stores.items():
            place(stage.kernel(), agent, arrangement)
        stage.settle()
        stage.arm()
        flight = {
            agent: in_flight(
                each.reference(), each.reference().migrate(), "migrate_all", call[0], errors=INVALID_LEGACY
            )
            for agent, each in stores.items()
        }
        stage.promise(Obligations({}, operation="migrate_all", parts=flight))
        witnessed = tuple(unlike("migrate-all", session_store(stage.kernel(), *call).lines, wanted))
        because = "session-store migrate-all had come to its end"
        done = {
            agent: acknowledged(each.reference().migrate(), because, before=each.reference(), errors=INVALID_LEGACY)
            for agent, each in stores.items()
        }
        stage.promise(Obligations({}, parts=done, witnessed=witnessed))

    return Case("migrate_all", "by session-store migrate-all", play)
