"""One operation: its descriptors, its locks, its live directory; and what the operations of one store share."""

from errno import ELOOP, EMLINK, ENOENT
from threading import get_ident
from typing import Literal

from store.ancestors import make_directories, sync_above
from store.cache import Cache, Clock, is_same_file, is_settled
from store.directory import Directory, open_directory
from store.errors import ReadFailed, StoreError, StoreRefused, StoreVanished, WriteFailed
from store.kernel import O_CREAT, O_NOFOLLOW, O_RDONLY, O_RDWR, Kernel, Status
from store.layout import Layout
from store.locks import Locks
from store.notices import Notice, Notify

Wanted = Literal["look", "key", "store"]

_MOST_LOCK_FILES = 100


def free_name(op: "Operation", prefix: str) -> str:
    """Return a name in the store's folder, of a prefix and the time in milliseconds, that nothing has yet."""
    milliseconds = op.now_ns() // 1_000_000
    while op.folder.status(f"{prefix}{milliseconds}") is not None:
        milliseconds += 1
    return f"{prefix}{milliseconds}"


class LiveVanished(Exception):
    """The live directory went away under the operation: resolve the layout again, once (ENOENT retry)."""


class Context:
    """What the operations of one store object share."""

    __slots__ = (
        "cache",
        "durable_live",
        "euid",
        "harmless_legacy",
        "kernel",
        "layout",
        "lock_fds",
        "lock_timeout_s",
        "notify",
        "pid",
        "saw_live",
        "saw_parent",
        "told",
        "writable",
    )

    def __init__(
        self, layout: Layout, kernel: Kernel, *, writable: bool, lock_timeout_s: float, notify: Notify
    ) -> None:
        self.layout = layout
        self.kernel = kernel
        self.writable = writable
        self.lock_timeout_s = lock_timeout_s
        self.notify = notify
        self.cache = Cache()
        self.pid = kernel.getpid()
        self.euid = kernel.geteuid()
        self.lock_fds: dict[int, int] = {}  # of the operations under way, with their threads
        self.durable_live: tuple[int, int] | None = None  # whose name this process has synced
        self.harmless_legacy: tuple[Status, int] | None = None  # judged not unmerged, and when
        self.saw_live = False
        self.saw_parent = False
        self.told: set[Notice] = set()

    def settle_into_process(self, pid: int) -> None:
        """Notice a fork: other threads' descriptors are the parent's, and would hold its locks on."""
        mine = get_ident()
        for fd, thread in list(self.lock_fds.items()):
            if thread != mine:
                self.kernel.close(fd)
                del self.lock_fds[fd]
        self.cache.clear()
        self.pid = pid
        self.euid = self.kernel.geteuid()


class Operation:
    """An operation under way; `close` gives back whatever it holds."""

    __slots__ = (
        "_deadline_ns",
        "_now_ns",
        "_start_ns",
        "context",
        "kernel",
        "layout",
        "live",
        "live_identity",
        "locks",
        "notices",
        "parent",
        "steps",
    )

    def __init__(self, context: Context) -> None:
        self.context = context
        self.kernel = kernel = context.kernel
        self.layout = context.layout
        self._start_ns = kernel.monotonic_ns()
        self._deadline_ns = self._start_ns + int(context.lock_timeout_s * 1e9)
        self._now_ns: int | None = None
        self.parent: Directory | None = None
        self.locks: Locks | None = None
        self.live: Directory | None = None
        self.live_identity = (0, 0)
        self.notices: list[Notice] = []
        self.steps: list[str] = []  # of recovery.STEPS

    def close(self) -> None:
        """Give back descriptors and locks."""
        try:
            self.close_live()
        finally:
            try:
                if self.locks is not None:
                    locks, self.locks = self.locks, None
                    self._drop(locks)
            finally:
                if self.parent is not None:
                    parent, self.parent = self.parent, None
                    parent.close()

    def close_live(self) -> None:
        """Close the live directory, to open it anew."""
        if self.live is not None:
            live, self.live = self.live, None
            live.close()

    def tell(self, kind: str, name: str, text: str) -> None:
        """Give a notice, once for each store object."""
        notice = Notice(kind, self.layout.full(name), text)
        self.notices.append(notice)
        if notice not in self.context.told:
            self.context.told.add(notice)
            self.context.notify(notice)

    def now_ns(self) -> int:
        """Return the wall clock as of the first call in this operation, which comes before the first look at a file."""
        if self._now_ns is None:
            self._now_ns = self.kernel.realtime_ns()
            self.context.cache.observe(Clock(self._now_ns, self._start_ns))
        return self._now_ns

    # --- opening and locking

    def begin(self, wanted: Wanted, key: str = "", *, make_parent: bool = False) -> bool:
        """Open the folder and take the locks; False when there is no folder, and none of ours ever was.

        Args:
            wanted: `look` takes the gate, `key` the store shared and a key, `store` the store exclusively.
            key: The key, for `key`.
            make_parent: Make the folder and what is missing above it.

        Raises:
            StoreVanished: the folder was there before, under this store object.
            StoreError: the store was opened for reading only, and this is no look.
        """
        layout, kernel = self.layout, self.kernel
        if wanted != "look" and not self.context.writable:
            raise StoreError(f"{layout.path}: opened for reading only")
        self.parent = open_directory(kernel, layout.parent)
        if self.parent is None and make_parent and not self.context.saw_parent:
            make_directories(kernel, layout.parent)
            self.parent = open_directory(kernel, layout.parent)
        if self.parent is None:
            if self.context.saw_parent or make_parent:
                raise StoreVanished(layout.parent, "the store's folder is gone")
            return False
        self.context.saw_parent = True
        for _ in range(_MOST_LOCK_FILES):
            locks = self._open_lock()
            if locks is None:
                return True
            try:
                self._take(locks, wanted, key)
                status = self.parent.status(layout.lock)
                if status is not None and self._is_lock(locks, status):
                    self.locks = locks
                    return True
            except BaseException:
                self._drop(locks)
                raise
            self._drop(locks)  # the name has another file by now: those locks keep nobody out
        raise StoreRefused(layout.full(layout.lock), "keeps being replaced")

    def is_gated(self) -> bool:
        """Tell whether the gate was taken; if not, whether one has come up meanwhile is for the caller to ask."""
        return self.locks is not None

    @property
    def folder(self) -> Directory:
        """The store's folder."""
        assert self.parent is not None
        return self.parent

    @property
    def directory(self) -> Directory:
        """The live directory, which must be there."""
        assert self.live is not None
        return self.live

    def _open_lock(self) -> Locks | None:
        kernel, name, fd = self.kernel, self.layout.lock, self.folder.fd
        path = self.layout.full(name)
        flags = (O_RDWR if self.context.writable else O_RDONLY) | O_NOFOLLOW
        try:
            try:
                lock_fd = kernel.open(name, flags, dir_fd=fd)
            except OSError as error:
                if error.errno != ENOENT:
                    raise
                if not self.context.writable:
                    return None
                # Nobody of ours has opened this store for writing, so nobody vouched for the directories above.
                sync_above(kernel, self.layout.parent)
                lock_fd = kernel.open(name, flags | O_CREAT, 0o600, dir_fd=fd)
        except OSError as error:
            if error.errno in (ELOOP, EMLINK):
                raise StoreRefused(path, "a symbolic link is not followed") from error
            if error.errno == ENOENT:
                raise StoreVanished(self.layout.parent, "the store's folder is gone") from error
            failure = WriteFailed if self.context.writable else ReadFailed
            raise failure(path, "open", error) from error
        self.context.lock_fds[lock_fd] = get_ident()
        return Locks(
            kernel,
            lock_fd,
            path,
            pid=self.context.pid,
            deadline_ns=self._deadline_ns,
            timeout_s=self.context.lock_timeout_s,
        )

    def _take(self, locks: Locks, wanted: Wanted, key: str) -> None:
        if wanted == "look":
            locks.take_gate("shared")
        elif wanted == "key":
            locks.take_store("shared")
            locks.take_key(key)
        else:
            locks.take_store("exclusive")

    def _is_lock(self, locks: Locks, status: Status) -> bool:
        try:
            own = self.kernel.fstat(locks.fd)
        except OSError as error:
            raise ReadFailed(self.layout.full(self.layout.lock), "stat", error) from error
        return own.ino == status.ino and own.dev == status.dev

    def _drop(self, locks: Locks) -> None:
        self.context.lock_fds.pop(locks.fd, None)
        locks.close()

    # --- the live directory

    def open_live(self) -> bool:
        """Open the live directory; False when there is none.

        Raises:
            StoreRefused: it is a symbolic link, or (when opened for writing) others could write into it.
        """
        layout, folder = self.layout, self.folder
        self.close_live()
        live = self.live = folder.subdirectory(layout.live)
        if live is None:
            self.context.durable_live = None  # should it come back, nobody has synced that
            return False
        self.context.saw_live = True
        if self.context.writable:
            status = live.own_status()
            if status.uid != self.context.euid:
                raise StoreRefused(live.path, f"owned by user {status.uid}, not by {self.context.euid}")
            if status.mode & 0o022:
                raise StoreRefused(live.path, f"others may write into it (mode {status.mode:04o})")
            self.live_identity = (status.dev, status.ino)
        return True

    def vouch_for_live(self) -> None:
        """Make sure, before acknowledging, that what was synced is what the name leads to, durably.

        Raises:
            LiveVanished: the name leads elsewhere by now.
        """
        if self.context.durable_live != self.live_identity:
            self.folder.settle()
        status = self.folder.status(self.layout.live)
        if status is None or (status.dev, status.ino) != self.live_identity:
            self.context.durable_live = None
            raise LiveVanished
        self.context.durable_live = self.live_identity

    # --- changes of visible names: each under the gate

    def publish(self, directory: Directory, source: str, target: str) -> None:
        """Rename, while nobody looks."""
        locks = self.held_locks
        locks.take_gate("exclusive")
        try:
            directory.rename(source, target)
        finally:
            locks.release_gate()

    def withdraw(self, directory: Directory, name: str) -> bool:
        """Unlink, while nobody looks; False when the name is not there."""
        locks = self.held_locks
        locks.take_gate("exclusive")
        try:
            return directory.unlink(name)
        finally:
            locks.release_gate()

    @property
    def held_locks(self) -> Locks:
        """The locks, which must be held."""
        assert self.locks is not None
        return self.locks

    # --- a legacy file beside the live directory, that holds nothing to merge

    def is_harmless_legacy(self, status: Status) -> bool:
        """Tell whether the legacy file is the one that was judged before to hold nothing to merge."""
        known = self.context.harmless_legacy
        if known is None or not is_same_file(known[0], status):
            return False
        return is_settled(status.mtime_ns, status.ctime_ns, known[1], self.now_ns())

    def remember_harmless_legacy(self, status: Status) -> None:
        """Remember that this legacy file, read in this operation, holds nothing to merge until it changes."""
        self.context.harmless_legacy = (status, self.now_ns())
