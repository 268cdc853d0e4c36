"""The lock file: who may do what at the same time.

All locks are byte ranges of ``NAME.d.lock``, held by the kernel for an open file description, so none goes stale:

* *store*: shared by writers of one key; exclusive for whatever touches more (save, migrate, recover, legacy writes);
* *turnstile*: passed by everyone on the way to *store*, and kept by a waiting exclusive taker, so that later sharers
  cannot starve it;
* *key*: exclusive, one of 2^62 ranges chosen by the key's digest;
* *gate*: exclusive around each change of a visible name, shared by whoever looks; *gate turnstile* as above.

Order: turnstile, store, key, gate turnstile, gate.  Nobody waits for anything, or syncs, while holding the gate; the
one exception is a save with removals, which holds it across the sync between its puts and its removals.
"""

from hashlib import sha256

from store.directory import close_descriptor
from store.errors import LockTimeout, ReadFailed, WriteFailed
from store.kernel import Kernel, LockMode

STORE = 0
TURNSTILE = 1
GATE = 2
GATE_TURNSTILE = 3
KEYS = 1 << 62
_EVERYTHING = (1 << 63) - 1

_RANGE_NAMES = {
    STORE: "the store",
    TURNSTILE: "the turnstile",
    GATE: "the gate",
    GATE_TURNSTILE: "the gate's turnstile",
}


def key_range(key: str) -> int:
    """Return the byte of the lock file that stands for a key: by the first 62 bits of its SHA-256."""
    return KEYS + (int.from_bytes(sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> 2)


class Locks:
    """The locks of one operation, on a descriptor of its own (which is what separates threads)."""

    __slots__ = ("_deadline_ns", "_fd", "_kernel", "_path", "_pid", "_timeout_s")

    def __init__(self, kernel: Kernel, fd: int, path: str, *, pid: int, deadline_ns: int, timeout_s: float) -> None:
        self._kernel = kernel
        self._fd = fd
        self._path = path
        self._pid = pid
        self._deadline_ns = deadline_ns
        self._timeout_s = timeout_s

    @property
    def fd(self) -> int:
        """The lock file's descriptor."""
        return self._fd

    def take_store(self, mode: LockMode) -> None:
        """Take the store range, through the turnstile."""
        self._take(TURNSTILE, mode)
        self._take(STORE, mode)
        self._release(TURNSTILE)

    def take_key(self, key: str) -> None:
        """Take a key's range exclusively."""
        self._take(key_range(key), "exclusive")

    def take_gate(self, mode: LockMode) -> None:
        """Take the gate, through its turnstile."""
        self._take(GATE_TURNSTILE, mode)
        self._take(GATE, mode)
        self._release(GATE_TURNSTILE)

    def release_gate(self) -> None:
        """Let others look, or change names."""
        self._release(GATE)

    def close(self) -> None:
        """Release everything and close the descriptor.

        The locks are released by name first: a child that was forked meanwhile has a copy of the descriptor, which
        would hold them on.  In such a child nothing is released, because the locks are the parent's.
        """
        try:
            if self._kernel.getpid() == self._pid:
                self._release(0, _EVERYTHING)
        finally:
            close_descriptor(self._kernel, self._fd, self._path)

    def _take(self, start: int, mode: LockMode) -> None:
        try:
            self._kernel.lock(self._fd, start, 1, mode, self._deadline_ns)
        except TimeoutError as error:
            wanted = f"{_RANGE_NAMES.get(start, 'the key')} (byte {start}, {mode})"
            raise LockTimeout(self._path, f"process {self._pid}", wanted, self._timeout_s) from error
        except OSError as error:
            raise ReadFailed(self._path, "lock", error) from error

    def _release(self, start: int, length: int = 1) -> None:
        try:
            self._kernel.lock(self._fd, start, length, "unlock", self._deadline_ns)
        except OSError as error:
            raise WriteFailed(self._path, "unlock", error) from error
