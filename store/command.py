"""`session-store`: the store, for operators."""

import json
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from store.errors import (
    EntryUnreadable,
    InvalidEntry,
    InvalidKey,
    InvalidPath,
    LegacyUnreadable,
    LockTimeout,
    ReadFailed,
    StoreError,
    StoreRefused,
    StoreVanished,
    WriteFailed,
)
from store.host import HostKernel
from store.kernel import Kernel
from store.notices import Notice, Outcome
from store.session_store import SessionStore
from store.startup import migrate_all

SCHEMA = 1
FOUND_SOMETHING, USAGE, FAILED = 1, 2, 4
DONE = frozenset({"migrated", "merged", "finished", "skipped", "rolled-back"})

REMEDIES: dict[type[StoreError], str] = {
    InvalidPath: "give the path of the session store, such as .../sessions/sessions.json",
    InvalidKey: "use another key",
    InvalidEntry: "mend the entry",
    EntryUnreadable: "see what is left of it in that file; writing the key anew moves the old bytes aside first",
    LegacyUnreadable: "mend the file, or put it aside by hand and restore it from a backup",
    StoreRefused: "let it be a real directory (or file) of your own that nobody else may write, or run as its owner",
    StoreVanished: "see who removed the directory, then try again",
    LockTimeout: "try again later, or with a longer --lock-timeout; nothing was changed",
    ReadFailed: "see the cause: permissions, or a failing disk",
    WriteFailed: "see the cause (space, permissions, a failing disk); then run `session-store recover` and try again",
}

EPILOG = """Exit codes: 0 done, 1 check found something, 2 wrong usage, 4 refused or failed.

PATH is the store's JSON file, such as ~/.openclaw/agents/main/sessions/sessions.json, whether or not it was migrated:
then the entries live in sessions.d beside it."""


class _Failure(click.ClickException):
    exit_code = FAILED


def _kernel() -> Kernel:
    """The host's, unless whoever called `main` has handed in another one as `obj`."""
    given: Kernel | None = click.get_current_context().obj
    return HostKernel() if given is None else given


def _resolved(context: click.Context, _parameter: click.Parameter, path: str) -> str:
    """What the operator means, once: symbolic links may lead to the store's folder, and none is followed from there."""
    if context.obj is not None:
        return path  # what leads where on the host says nothing about another kernel
    folder, name = posixpath.split(path)
    return posixpath.join(posixpath.realpath(folder), name)


path_argument = click.argument("path", type=click.Path(), callback=_resolved)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
timeout_option = click.option(
    "--lock-timeout",
    "lock_timeout_s",
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait for locks so long.",
)


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="blackstart")
def main() -> None:
    """Look after a session store: one JSON file per session, and the migration from one big sessions.json."""


@main.command()
@path_argument
@timeout_option
@json_option
def migrate(path: str, lock_timeout_s: float, as_json: bool) -> None:
    """Move sessions.json into a directory.

    Every session gets a file of its own.  The old file becomes a backup beside the directory.
    May be interrupted at any time, and run again.
    """
    with _opened(path, lock_timeout_s) as store:
        _finish(path, store.migrate(), as_json=as_json)


@main.command("migrate-all")
@click.argument("state_dir", type=click.Path(), callback=_resolved)
@click.option("--store", "template", help="A configured store path; {agentId} stands for each agent's id.")
@click.option("--agent", "agents", multiple=True, help="A configured agent's id (may be given more than once).")
@click.option("--home", envvar="HOME", hidden=True)
@timeout_option
@json_option
def migrate_everything(
    state_dir: str,
    template: str | None,
    agents: tuple[str, ...],
    home: str | None,
    lock_timeout_s: float,
    as_json: bool,
) -> None:
    """Migrate the stores of all agents.

    Looks at every STATE_DIR/agents/ID/sessions, as the gateway does when it starts, and at a configured path for every
    agent.  A store that fails does not stop the others.
    """
    summary = migrate_all(
        state_dir, template, agents, kernel=_kernel(), notify=_warn, home=home, lock_timeout_s=lock_timeout_s
    )
    stores = [{"path": store.path, **_told(store.outcome)} for store in summary.stores]
    text = [f"{store.path}: {_sentence(store.outcome)}" for store in summary.stores]
    _print({"stores": stores, "counts": summary.counts}, [*text, summary.line()], as_json=as_json)
    _leave(FAILED if summary.trouble else 0)


@main.command("list")
@path_argument
@timeout_option
@json_option
def list_entries(path: str, lock_timeout_s: float, as_json: bool) -> None:
    """List the sessions.

    Shows when each was last updated, its session id and its key.  Changes nothing.
    """
    with _opened(path, lock_timeout_s, writable=False) as store:
        entries = store.load()
    rows = [
        {"key": key, "sessionId": entry.get("sessionId"), "updatedAt": entry.get("updatedAt")}
        for key, entry in sorted(entries.items())
    ]
    text = [f"{_time(row['updatedAt'])} {_shown(row['sessionId'] or '-'):36} {_shown(row['key'])}" for row in rows]
    _print({"entries": rows}, text, as_json=as_json)


@main.command()
@path_argument
@click.argument("key")
@timeout_option
@json_option
def get(path: str, key: str, lock_timeout_s: float, as_json: bool) -> None:
    """Print one session's entry.

    As JSON, exactly as it is stored.  KEY may be spelled in any case.  Changes nothing.
    """
    with _opened(path, lock_timeout_s, writable=False) as store:
        entry = store.get(key)
    if entry is None:
        raise _Failure(f"{path}: there is no session {key!r} (see: session-store list)")
    _print({"key": key, "entry": entry}, [json.dumps(entry, indent=2)], as_json=as_json)


@main.command()
@path_argument
@timeout_option
@json_option
def check(path: str, lock_timeout_s: float, as_json: bool) -> None:
    """Say what is wrong on disk.

    Left-overs, unreadable entries, files that are not ours, owners and modes.  Changes nothing; ends with 1 when there
    is anything to say.
    """
    with _opened(path, lock_timeout_s, writable=False) as store:
        findings = store.check()
    rows = [{"kind": finding.kind, "name": finding.name, "detail": finding.detail} for finding in findings]
    text = [f"{row['kind']}: {_shown(row['name'])}: {row['detail']}" for row in rows] or ["nothing to report"]
    _print({"findings": rows}, text, as_json=as_json)
    _leave(FOUND_SOMETHING if findings else 0)


@main.command("roll-back")
@path_argument
@timeout_option
@json_option
def roll_back(path: str, lock_timeout_s: float, as_json: bool) -> None:
    """Go back to one sessions.json.

    It holds the entries as they are now; the directory is set aside under another name.
    """
    with _opened(path, lock_timeout_s) as store:
        _finish(path, store.roll_back(), as_json=as_json)


@main.command()
@path_argument
@timeout_option
@json_option
def recover(path: str, lock_timeout_s: float, as_json: bool) -> None:
    """Finish what a crash interrupted.

    Sweeps what it left behind, too.  Every writer does so when it opens the store; this does it now.
    """
    with _opened(path, lock_timeout_s) as store:
        steps = list(store.recovered.steps)
    _print({"path": path, "steps": steps}, steps or ["nothing to recover"], as_json=as_json)


@contextmanager
def _opened(path: str, lock_timeout_s: float, *, writable: bool = True) -> Iterator[SessionStore]:
    try:
        store = SessionStore(path, kernel=_kernel(), writable=writable, lock_timeout_s=lock_timeout_s, notify=_warn)
        try:
            yield store
        finally:
            store.close()
    except StoreError as error:
        remedy = next((text for kind, text in REMEDIES.items() if isinstance(error, kind)), "see the message above")
        where = "" if path in str(error) else f"{path}: "
        raise _Failure(f"{where}{error}\nRemedy: {remedy}.") from error


def _warn(notice: Notice) -> None:
    click.echo(f"warning: {notice.path}: {notice.text}", err=True)


def _told(outcome: Outcome) -> dict[str, Any]:
    return {"outcome": outcome.name, "detail": outcome.detail, "notices": [notice.text for notice in outcome.notices]}


def _sentence(outcome: Outcome) -> str:
    return f"{outcome.name}: {outcome.detail}" if outcome.detail else outcome.name


def _finish(path: str, outcome: Outcome, *, as_json: bool) -> None:
    _print({"path": path, **_told(outcome)}, [f"{path}: {_sentence(outcome)}"], as_json=as_json)
    _leave(0 if outcome.name in DONE else FAILED)


def _print(value: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    click.echo(json.dumps({"schema": SCHEMA, **value}) if as_json else "\n".join(lines))


def _leave(code: int) -> None:
    if code:
        click.get_current_context().exit(code)


def _shown(text: object) -> str:
    """A text as it is if a terminal can show it in one line, else quoted with escapes."""
    return text if isinstance(text, str) and text.isprintable() else json.dumps(text)


def _time(updated_at_ms: object) -> str:
    if not isinstance(updated_at_ms, int | float) or not 0 < updated_at_ms < 253_402_300_800_000:
        return f"{'-':20}"
    return datetime.fromtimestamp(updated_at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
