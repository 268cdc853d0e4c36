"""Looking at a session store as a fresh process: what it shows, and what lies on the disk.

Looking is done for every crash state, twice and more, so it takes few calls: names are told apart by their pattern,
and only files whose bytes are promised to somebody are read.
"""

from collections.abc import Iterator
from errno import EISDIR, ELOOP
from typing import Any

from model.observation import ABSENT, READING, Observation, digest_of
from model.reference import LEGACY, LIVE, NONE
from model.simulation.files import read_file
from scenarios.arrangement import file_name
from store import SessionStore
from store.kernel import O_DIRECTORY, O_NOFOLLOW, O_RDONLY, Kernel
from store.names import spelled_key

AGENTS = "agents"
"""A folder of this name beside the store holds the stores of agents; those are looked at instead."""


def examine(kernel: Kernel, path: str) -> Observation:
    """Open for writing, which recovers; load; look at everything on the disk."""
    folder, _, _ = path.rpartition("/")
    if _is_there(kernel, f"{folder}/{AGENTS}"):
        return Observation({}, parts={name: _examine(kernel, each) for name, each in agent_stores(kernel, folder)})
    return _examine(kernel, path)


def peek(kernel: Kernel, path: str) -> Observation:
    """Open for reading and load: nothing is changed, and nothing else looked at."""
    folder, _, _ = path.rpartition("/")
    if _is_there(kernel, f"{folder}/{AGENTS}"):
        parts = {name: _peek(kernel, each) for name, each in agent_stores(kernel, folder)}
        return Observation({}, looked=READING, parts=parts)
    return _peek(kernel, path)


def agent_stores(kernel: Kernel, folder: str) -> Iterator[tuple[str, str]]:
    """The agents in a state folder, each with the path of its store."""
    for name in sorted(_listing(kernel, f"{folder}/{AGENTS}")):
        yield name, f"{folder}/{AGENTS}/{name}/sessions/sessions.json"


def _examine(kernel: Kernel, path: str) -> Observation:
    notices: list[Any] = []
    entries: dict[str, Any] = {}
    steps: tuple[str, ...] = ()
    error: tuple[str, str] | None = None
    try:
        store = SessionStore(path, kernel=kernel, notify=notices.append)
        steps = store.recovered.steps
        entries = store.load()
    except Exception as raised:  # whatever it is, the judge must hear of it
        error = (type(raised).__name__, str(raised))
    disk = look_at_disk(kernel, path, entries)
    return disk._replace(entries=entries, steps=steps, notices=tuple(notices), error=error)


def _peek(kernel: Kernel, path: str) -> Observation:
    notices: list[Any] = []
    try:
        entries = SessionStore(path, kernel=kernel, writable=False, notify=notices.append).load()
    except Exception as raised:  # whatever it is, the judge must hear of it
        return Observation({}, looked=READING, error=(type(raised).__name__, str(raised)))
    return Observation(entries, looked=READING, notices=tuple(notices))


def look_at_disk(kernel: Kernel, path: str, entries: dict[str, Any]) -> Observation:
    """What lies on the disk of a store that shows `entries`, its own entries aside."""
    folder, _, legacy_name = path.rpartition("/")
    live_name = legacy_name.removesuffix(".json") + ".d"
    layout, legacy = NONE, None
    backups: dict[str, str] = {}
    aside: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    litter: list[str] = []
    strangers: list[str] = []
    for name in sorted(_listing(kernel, folder)):
        if name == legacy_name:
            legacy = _digest(kernel, f"{folder}/{name}")
        elif name.startswith(f"{legacy_name}.bak."):
            backups[name] = _digest(kernel, f"{folder}/{name}")
        elif name == live_name:
            layout = LIVE
        elif name == f"{live_name}.migrating":
            (litter if _is_all_ours(kernel, f"{folder}/{name}") else strangers).append(name)
        elif name.startswith(f".{legacy_name}.") and name.endswith(".tmp"):
            litter.append(name)
        elif name.startswith(f"{live_name}.bak."):
            _look_aside(kernel, folder, name, aside)
        elif name != f"{live_name}.lock":
            strangers.append(name)
    if layout == LIVE:
        _look_inside(kernel, folder, live_name, entries, unreadable, aside, litter, strangers)
    elif legacy is not None:
        layout = LEGACY
    return Observation(
        {},
        layout=layout,
        unreadable=unreadable,
        legacy=legacy,
        backups=backups,
        set_aside=aside,
        litter=tuple(litter),
        strangers=tuple(strangers),
    )


def _look_inside(
    kernel: Kernel,
    folder: str,
    live_name: str,
    entries: dict[str, Any],
    unreadable: dict[str, str],
    aside: dict[str, str],
    litter: list[str],
    strangers: list[str],
) -> None:
    """Sort the names in the live directory; entry files are read only where one of them is not shown."""
    entry_names = []
    for name in sorted(_listing(kernel, f"{folder}/{live_name}")):
        path = f"{folder}/{live_name}/{name}"
        if name.startswith(".unreadable-"):
            aside[f"{live_name}/{name}"] = _digest(kernel, path)
        elif name.startswith(".tmp-") or name == ".migrated":
            litter.append(f"{live_name}/{name}")
        elif name.endswith(".json") and not name.startswith("."):
            entry_names.append(name)
        else:
            strangers.append(f"{live_name}/{name}")
    if len(entry_names) == len(entries):
        return
    shown = set(map(file_name, entries))
    for name in entry_names:
        path = f"{live_name}/{name}"
        if name.startswith("%%"):  # only its content could say whose it is
            if name not in shown:
                aside[path] = _digest(kernel, f"{folder}/{path}")
        elif entries.get(key := spelled_key(name) or name, ABSENT) is ABSENT:
            unreadable[key] = _digest(kernel, f"{folder}/{path}")


def _is_all_ours(kernel: Kernel, path: str) -> bool:
    """Whether this is staging, and holds nothing that somebody else has put there."""
    names = _listing(kernel, path)
    is_directory = kernel.stat(path).kind == "directory"
    return is_directory and all(name.startswith((".tmp-", ".migrated")) or name.endswith(".json") for name in names)


def _look_aside(kernel: Kernel, folder: str, name: str, aside: dict[str, str]) -> None:
    """A live directory that a roll-back set aside keeps what could not be read."""
    for each in sorted(_listing(kernel, f"{folder}/{name}")):
        aside[f"{name}/{each}"] = _digest(kernel, f"{folder}/{name}/{each}")


NO_FILES = {EISDIR: "a directory", ELOOP: "a symbolic link"}
"""What stands for the digest of a name that leads to no regular file, by the error of reading it."""


def _digest(kernel: Kernel, path: str) -> str:
    try:
        content = read_file(kernel, path)
    except OSError as error:
        if error.errno not in NO_FILES:
            raise
        return NO_FILES[error.errno]
    return "gone" if content is None else digest_of(content)


def _listing(kernel: Kernel, path: str) -> list[str]:
    try:
        fd = kernel.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return []
    try:
        return kernel.listdir(fd)
    finally:
        kernel.close(fd)


def _is_there(kernel: Kernel, path: str) -> bool:
    try:
        kernel.stat(path)
    except FileNotFoundError:
        return False
    return True
