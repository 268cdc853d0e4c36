"""Migrating every agent's store, as a gateway does when it starts.

Stores are found in two ways.  Every `STATE_DIR/agents/<id>/sessions` that is a real directory is looked at, with no
symbolic link followed on the way down from STATE_DIR, neither now nor while it is migrated.  A configured path is
expanded for every agent, configured or found; its folder is resolved once, and must stay the same.
"""

import errno
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from store.confinement import confined, resolved
from store.errors import InvalidPath, StoreError, StoreRefused
from store.kernel import O_DIRECTORY, O_NOFOLLOW, O_RDONLY, Kernel
from store.keys import WHITESPACE
from store.layout import Layout
from store.notices import OUTCOMES, Notify, Outcome, log_notice
from store.session_store import SessionStore

PLACEHOLDER = "{agentId}"
STORE_NAME = "sessions.json"
DEFAULT_AGENT = "main"

_AGENT_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.IGNORECASE | re.ASCII)
_NOT_IN_AGENT_ID = re.compile(r"[^a-z0-9_-]+", re.ASCII)
_LONGEST_AGENT_ID = 64
_OPEN_FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
_IS_NO_FOLDER = frozenset({errno.ENOTDIR, errno.ELOOP})


@dataclass(frozen=True)
class Inspected:
    """One store that the start-up looked at, and how that ended."""

    path: str
    outcome: Outcome


@dataclass(frozen=True)
class Summary:
    """Every store that the start-up looked at, in the order in which it did."""

    stores: tuple[Inspected, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many stores ended with each outcome; every outcome is named."""
        found = Counter(store.outcome.name for store in self.stores)
        return {name: found[name] for name in OUTCOMES}

    @property
    def trouble(self) -> tuple[Inspected, ...]:
        """The stores that somebody should look at."""
        return tuple(store for store in self.stores if store.outcome.name in ("invalid", "refused", "failed"))

    def line(self) -> str:
        """All of it in one line."""
        counts = " ".join(f"{name}={count}" for name, count in self.counts.items())
        issues = "; ".join(f"{store.path}: {store.outcome.name}: {store.outcome.detail}" for store in self.trouble)
        return f"session stores: inspected={len(self.stores)} {counts}" + (f"; issues: {issues}" if issues else "")


@dataclass(frozen=True)
class _Found:
    """A store to migrate: where, and the kernel that may reach it."""

    path: str
    kernel: Kernel


def normalise_agent_id(agent: str | None) -> str:
    """Return the one spelling of an agent's id: 1 to 64 of ``a-z 0-9 _ -``; what leaves nothing is ``main``."""
    trimmed = (agent or "").strip(WHITESPACE)
    if _AGENT_ID.fullmatch(trimmed):
        return trimmed.lower()
    cleaned = _NOT_IN_AGENT_ID.sub("-", trimmed.lower()).strip("-")
    return cleaned[:_LONGEST_AGENT_ID] or DEFAULT_AGENT


def expand_template(template: str, agent: str, home: str | None) -> str:
    """Return the path that a configured template names for an agent.

    Raises:
        StoreRefused: the path is not absolute, or begins with ``~`` and there is no home.
    """
    path = template.replace(PLACEHOLDER, agent)
    if path == "~" or path.startswith("~/"):
        if home is None:
            raise StoreRefused(path, "begins with ~, and no home directory is known")
        path = home + path[1:]
    if not path.startswith("/"):
        raise StoreRefused(path, "a configured path must be absolute")
    return path


def migrate_all(
    state_dir: str,
    store_template: str | None = None,
    agents: Iterable[str] | None = None,
    *,
    kernel: Kernel,
    notify: Notify = log_notice,
    home: str | None = None,
    lock_timeout_s: float = 10.0,
) -> Summary:
    """Migrate every store of an installation; a store that fails never stops the others.

    Args:
        state_dir: The folder that holds `agents/<id>/sessions`.  It may be reached through symbolic links.
        store_template: A configured path of the store, in which `{agentId}` stands for each agent's id.
        agents: Configured agents; those found on disk are added.  `main` when there are none at all.
        kernel: The system calls.
        notify: Is given every warning.
        home: What `~` stands for in the template.
        lock_timeout_s: How long to wait for a store that another process has locked.
    """
    done: list[Inspected] = []
    seen: set[tuple[int, int, str]] = set()
    for found in _stores(state_dir, store_template, agents, kernel, home):
        if isinstance(found, Inspected):
            done.append(found)
        elif isinstance(place := _place(found), Outcome):
            done.append(Inspected(found.path, place))
        elif place not in seen:
            seen.add(place)
            done.append(Inspected(found.path, _migrate(found, notify, lock_timeout_s)))
    return Summary(tuple(done))


def _stores(
    state_dir: str, template: str | None, agents: Iterable[str] | None, kernel: Kernel, home: str | None
) -> Iterator[_Found | Inspected]:
    known = {normalise_agent_id(agent): None for agent in agents or ()}
    within = confined(kernel, state_dir)
    for name in _agent_folders(state_dir, within):
        if isinstance(name, Inspected):
            yield name
            continue
        agent = normalise_agent_id(name)
        if agent != DEFAULT_AGENT or name == DEFAULT_AGENT:
            known[agent] = None
        yield from _own_store(posixpath.join(state_dir, "agents", name, "sessions"), within)
    if template is None:
        return
    for agent in known or {DEFAULT_AGENT: None}:
        try:
            path = expand_template(template, agent, home)
            yield _Found(path, resolved(kernel, posixpath.dirname(path)))
        except StoreRefused as error:
            yield Inspected(error.path, Outcome("refused", error.reason))
        if PLACEHOLDER not in template:
            return


def _agent_folders(state_dir: str, kernel: Kernel) -> Iterator[str | Inspected]:
    """Names in STATE_DIR/agents that are real directories, sorted; symbolic links are reported."""
    agents_dir = posixpath.join(state_dir, "agents")
    try:
        names = _names(agents_dir, kernel)
    except FileNotFoundError:
        return
    except OSError as error:
        yield Inspected(agents_dir, _outcome_of(error))
        return
    for name in names:
        path = posixpath.join(agents_dir, name)
        try:
            kind = kernel.stat(path).kind
        except FileNotFoundError:
            continue  # gone meanwhile
        except OSError as error:
            yield Inspected(path, _outcome_of(error))
            continue
        if kind == "directory":
            yield name
        elif kind == "symlink":
            yield Inspected(path, Outcome("refused", "a symbolic link"))


def _names(folder: str, kernel: Kernel) -> list[str]:
    fd = kernel.open(folder, _OPEN_FOLDER)
    try:
        return sorted(kernel.listdir(fd))
    finally:
        kernel.close(fd)


def _own_store(folder: str, kernel: Kernel) -> Iterator[_Found | Inspected]:
    try:
        kind = kernel.stat(folder).kind
    except FileNotFoundError:
        return
    except OSError as error:
        yield Inspected(folder, _outcome_of(error))
        return
    if kind == "symlink":
        yield Inspected(folder, Outcome("refused", "a symbolic link"))
    elif kind == "directory":
        yield _Found(posixpath.join(folder, STORE_NAME), kernel)


def _place(found: _Found) -> tuple[int, int, str] | Outcome:
    """What tells a store from every other, its folder's identity and its name; or why there is nothing to migrate."""
    try:
        return _identity(Layout(found.path), found.kernel) or Outcome("skipped", "there is no store")
    except InvalidPath as error:
        return Outcome("failed", str(error))
    except FileNotFoundError:
        return Outcome("skipped", "there is no such folder")
    except OSError as error:
        return _outcome_of(error)


def _identity(layout: Layout, kernel: Kernel) -> tuple[int, int, str] | None:
    """Identity of a store's folder, and its name; None where there is no store.

    Opening a store for writing makes its lock file: not where there never was one.
    """
    fd = kernel.open(layout.parent, O_RDONLY | O_DIRECTORY)
    try:
        if not any(_is_there(kernel, name, fd) for name in (layout.legacy, layout.live, layout.staging)):
            return None
        status = kernel.fstat(fd)
        return status.dev, status.ino, layout.legacy
    finally:
        kernel.close(fd)


def _is_there(kernel: Kernel, name: str, folder: int) -> bool:
    try:
        kernel.stat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def _migrate(found: _Found, notify: Notify, lock_timeout_s: float) -> Outcome:
    try:
        store = SessionStore(found.path, kernel=found.kernel, lock_timeout_s=lock_timeout_s, notify=notify)
        try:
            return store.migrate()
        finally:
            store.close()
    except StoreRefused as error:
        return Outcome("refused", error.reason)
    except StoreError as error:
        return Outcome("failed", str(error))
    except Exception as error:  # a bug in one store's migration is no reason to leave the others alone
        return Outcome("failed", f"{type(error).__name__}: {error}")


def _outcome_of(error: OSError) -> Outcome:
    if error.errno in _IS_NO_FOLDER:
        return Outcome("refused", "a symbolic link, or no folder")
    return Outcome("failed", error.strerror or str(error))
