"""Keys, names and paths that are taken for others, and what a start-up passes over."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from model.defects.defect import Defect, step
from model.persistence.profiles import GATES
from model.properties import (
    CONFINEMENT,
    DURABILITY,
    HONEST_ERRORS,
    INVISIBLE_MIGRATION,
    NO_INVENTION,
    ORIGINAL_SURVIVES,
)
from store.directory import Directory, open_directory
from store.kernel import O_NOFOLLOW, Kernel
from store.layout import Layout
from store.names import SUFFIX, encode, is_digest_name, spelled_key
from store.notices import Outcome
from store.operation import Operation

Real = Callable[..., Any]

PROPOSAL = "the proposed store"
REVIEW = "a review of the proposed store"

_ESCAPED = {"%": "%25", "/": "%2F", "\\": "%5C", ":": "%3A"}
_LONGEST = 255


def _never(_: Real, *_arguments: Any) -> bool:
    return False


def _refuse_only_empty(_: Real, key: str) -> str | None:
    return None if key else "the key is empty"


def _four_escapes(real: Real, key: str) -> str:
    name = "".join(_ESCAPED.get(character, character) for character in key) + SUFFIX
    return name if len(name.encode("utf-8", "surrogatepass")) <= _LONGEST and key.isascii() else real(key)


def _as_much_as_fits(_: Real, key: str) -> str:
    return encode(key)[: _LONGEST - len(SUFFIX)] + SUFFIX


def _any_spelling(_: Real, name: str) -> bool:
    return name.endswith(SUFFIX) and (spelled_key(name) is not None or is_digest_name(name))


def _nothing(_: Real, *_arguments: Any) -> None:
    """Nothing is done in its place."""


def _one_directory_for_all(real: Real, self: Layout, path: str) -> None:
    real(self, path)
    self.live, self.staging = "sessions.d", "sessions.d.migrating"


def _open_through_links(_: Real, kernel: Kernel, path: str, name: str | None = None, **named: Any) -> Directory | None:
    class Following:
        def __getattr__(self, call: str) -> Any:
            return getattr(kernel, call)

        def open(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
            return kernel.open(path, flags & ~O_NOFOLLOW, mode, dir_fd=dir_fd)

    following: Any = Following()
    found = open_directory(following, path, name, **named)
    if found is not None:
        found.kernel = kernel
    return found


def _unconfined(_: Real, kernel: Kernel, _root: str) -> Kernel:
    return kernel


def _kind_behind_a_link(_: Real, folder: str, kernel: Kernel) -> Iterator[Any]:
    from store import confinement, startup

    yield startup._Found(f"{folder}/{startup.STORE_NAME}", confinement.resolved(kernel, folder))


def _for_main_only(
    real: Real, state_dir: str, template: str | None, _agents: Iterable[str] | None, *others: Any
) -> Iterator[Any]:
    yield from real(state_dir, template, (), *others)


def _say_nothing(real: Real, op: Operation) -> Outcome:
    tell = op.context.notify
    op.context.notify = lambda _: None
    try:
        outcome: Outcome = real(op)
    finally:
        op.context.notify = tell
    return Outcome("skipped") if outcome.name == "invalid" else outcome


DEFECTS = (
    Defect(
        "unparseable-file-passed-over-in-silence",
        "A legacy file that cannot be parsed is no reason to say anything: the migration returns as if there were no "
        "file. Whoever starts the program sees an empty store, and no hint why.",
        REVIEW + ": silent return on a corrupted sessions.json",
        HONEST_ERRORS,
        (step("store.migration", "migrate", _say_nothing),),
        ("migrate",),
        GATES,
    ),
    Defect(
        "blocked-keys-let-in",
        "A key like __proto__ is taken from a legacy file and becomes an entry. A reader that keeps sessions in a "
        "plain JavaScript object is broken, or taken over, by it.",
        REVIEW + ": prototype pollution by file names",
        NO_INVENTION,
        (step("store.keys", "refusal", _refuse_only_empty),),
        ("migrate",),
        GATES,
    ),
    Defect(
        "dot-not-escaped",
        "File names escape the four characters that the first version thought of. A key that begins with a dot becomes "
        "a hidden file, which no listing considers an entry: it is acknowledged, and never seen again.",
        PROPOSAL + "'s encoding",
        DURABILITY,
        (step("store.names", "file_name", _four_escapes),),
        ("put",),
        GATES,
    ),
    Defect(
        "long-names-cut-off",
        "A key whose file name would be too long gets as much of it as fits. Two such keys that begin alike share one "
        "file: the second one put is the only one there, and under neither name.",
        PROPOSAL + ", whose names fail when they are too long, mended the easy way",
        DURABILITY,
        (step("store.names", "file_name", _as_much_as_fits),),
        ("put",),
        GATES,
        unlike="long keys come back cut off",
    ),
    Defect(
        "every-spelling-is-an-entry",
        "Any file name that decodes to a key counts as an entry's, so an older writer's file is not given its "
        "canonical name. But nobody who asks for the key looks under another: what the older writer has acknowledged "
        "is not there.",
        PROPOSAL + ", whose names may be spelled in several ways",
        DURABILITY,
        (step("store.live", "is_entry_name", _any_spelling),),
        ("recover",),
        GATES,
    ),
    Defect(
        "older-variant-wins",
        "Of two spellings of a key in the legacy file the first one wins, however old it is. The migration brings "
        "back what the session was like before somebody typed it otherwise.",
        PROPOSAL + "'s merging of case variants, without its comparison of times",
        INVISIBLE_MIGRATION,
        (step("store.legacy", "candidate_wins", _never),),
        ("migrate",),
        GATES,
    ),
    Defect(
        "one-directory-for-two-stores",
        "The live directory is called sessions.d whatever the store is called. Two stores in one folder move into the "
        "same directory, and each shows the other's sessions.",
        PROPOSAL + ", which ignores the store's name",
        NO_INVENTION,
        (step("store.layout:Layout", "__init__", _one_directory_for_all),),
        ("migrate",),
        GATES,
    ),
    Defect(
        "symbolic-link-followed",
        "The live directory may be a symbolic link. Whoever can make one in the store's folder has the sessions "
        "written wherever he likes.",
        REVIEW + ": symlinked session store directory",
        CONFINEMENT,
        (step("store.directory", "open_directory", _open_through_links),),
        ("put",),
        GATES,
    ),
    Defect(
        "start-up-follows-links",
        "At its start the program migrates every agent's store, also where an agent's folder is a symbolic link. A "
        "store that belongs to somebody else is rewritten.",
        REVIEW + ": start-up migration of symlinked paths",
        CONFINEMENT,
        (step("store.startup", "confined", _unconfined), step("store.startup", "_own_store", _kind_behind_a_link)),
        ("migrate_all",),
        GATES,
    ),
    Defect(
        "template-for-main-only",
        "A configured path with a place for the agent's name is filled in once, with main. The stores of all other "
        "agents stay as they are, and after the upgrade their programs look elsewhere.",
        REVIEW + ": templated paths are not migrated for every agent",
        ORIGINAL_SURVIVES,
        (step("store.startup", "_stores", _for_main_only),),
        ("migrate_all",),
        GATES,
    ),
)
