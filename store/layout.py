"""The names that a store uses, all of them in one folder."""

from store.errors import InvalidPath

MARKER = ".migrated"
ASIDE_PREFIX = ".unreadable-"
_LIVE_TEMPORARY = ".tmp-"
_HEX = "0123456789abcdef"
_TOKEN_LENGTH = 16


def is_token(text: str) -> bool:
    """Tell whether a text is one of our tokens: 16 lower-case hex digits."""
    return len(text) == _TOKEN_LENGTH and not text.strip(_HEX)


def live_temporary(token: str) -> str:
    """Return the name of a temporary in the live directory."""
    return _LIVE_TEMPORARY + token


def is_live_temporary(name: str) -> bool:
    """Tell whether a name in the live directory is one of our temporaries, by exactly this pattern."""
    return name.startswith(_LIVE_TEMPORARY) and is_token(name[len(_LIVE_TEMPORARY) :])


class Layout:
    """Where a store keeps what, given ``DIR/NAME.json``.

    Raises:
        InvalidPath: the path does not end in ``NAME.json``.
    """

    __slots__ = ("backup_prefix", "legacy", "live", "live_backup_prefix", "lock", "parent", "path", "staging")

    def __init__(self, path: str) -> None:
        parent, slash, name = path.rpartition("/")
        stem = name[: -len(".json")]
        if not name.endswith(".json") or not stem or "\0" in path:
            raise InvalidPath(f"{path!r}: a store path ends in NAME.json")
        self.path = path
        self.parent = parent or slash or "."
        self.legacy = name
        self.live = f"{stem}.d"
        self.staging = f"{stem}.d.migrating"
        self.lock = f"{stem}.d.lock"
        self.backup_prefix = f"{name}.bak."
        self.live_backup_prefix = f"{stem}.d.bak."

    def full(self, name: str) -> str:
        """Return the path of a name in the store's folder, for messages."""
        return f"/{name}" if self.parent == "/" else f"{self.parent}/{name}"

    def legacy_temporary(self, token: str) -> str:
        """Return the name of a temporary of the legacy file."""
        return f".{self.legacy}.{token}.tmp"

    def is_legacy_temporary(self, name: str) -> bool:
        """Tell whether a name in the folder is one of our temporaries, by exactly this pattern."""
        before = len(self.legacy) + 2
        return name.startswith(f".{self.legacy}.") and name.endswith(".tmp") and is_token(name[before : -len(".tmp")])

    def is_backup_name(self, name: str) -> bool:
        """Tell whether a name is one that a backup of the legacy file may have."""
        digits = name[len(self.backup_prefix) :]
        return name.startswith(self.backup_prefix) and digits.isascii() and digits.isdigit()
