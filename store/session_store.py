"""The store as its users see it."""

from collections.abc import Callable, Iterable, Mapping
from threading import get_ident
from typing import TypeVar

from store.differences import Change
from store.entries import Entry, encode_file, updated_at
from store.errors import Reentered, StoreError, StoreRefused, StoreVanished
from store.inspection import Finding, inspect
from store.kernel import Kernel
from store.keys import accept
from store.layout import Layout
from store.migration import Progress, migrate, outcome_of
from store.notices import Notify, Outcome, RecoveryReport, SaveReport, log_notice
from store.one_key import OneKey, calling, change_one
from store.operation import Context, LiveVanished, Operation
from store.recovery import recover
from store.rollback import roll_back
from store.saving import carry_out, differences, differences_within, keyed
from store.view import view_all, view_one
from store.whole import with_whole_store

Result = TypeVar("Result")


class SessionStore:
    """Session entries by key, each in a file of its own.

    Opening for writing recovers first: see `recovered`.  Opening for reading never writes anything.  May be used from
    several threads and processes at once; a value that is returned is the caller's own.  A value read while its writer
    has not returned yet may still vanish in a power cut.

    Args:
        path: Where the legacy store is or was, ``DIR/NAME.json``; the entries live in ``DIR/NAME.d``.  A relative one
            is taken from the current directory by each operation: whoever changes that gives an absolute one.
        kernel: The way to the outside world; the host's when not given.
        writable: Whether the store may be changed by this object.
        lock_timeout_s: How long an operation waits for others, in seconds.
        notify: Is given each warning, once; by default they are logged.

    Raises:
        InvalidPath: the path does not end in ``NAME.json``.
        StoreRefused: a part of the store is not safe to use.
        StoreVanished: the live directory was taken away while it was recovered.
        LockTimeout, ReadFailed, WriteFailed: recovery could not be done.
    """

    def __init__(
        self,
        path: str,
        kernel: Kernel | None = None,
        *,
        writable: bool = True,
        lock_timeout_s: float = 10.0,
        notify: Notify = log_notice,
    ) -> None:
        if kernel is None:
            from store.host import HostKernel  # not needed where a kernel is handed in

            kernel = HostKernel()
        self._context = Context(Layout(path), kernel, writable=writable, lock_timeout_s=lock_timeout_s, notify=notify)
        self._busy: set[int] = set()
        self._is_open = True
        self._recovered_progress: Progress = "nothing"
        self.recovered = self.recover() if writable else RecoveryReport()

    @property
    def path(self) -> str:
        """The store's path, as given."""
        return self._context.layout.path

    # --- reading

    def load(self) -> dict[str, Entry]:
        """Return every entry by its normalised key.

        An entry file that cannot be read as an entry is left out with a warning.

        Raises:
            LegacyUnreadable: legacy layout, and the file cannot be parsed.
        """
        return self._look(view_all, {})

    def get(self, key: str) -> Entry | None:
        """Return one entry, None when there is none.

        Raises:
            EntryUnreadable: its file cannot be read as an entry.
        """
        accepted = accept(key)
        return self._look(lambda op: view_one(op, accepted), None)

    def updated_at(self, key: str) -> int | None:
        """Return when an entry was last updated (epoch ms; 0 where it does not say), None when there is no entry."""
        entry = self.get(key)
        return None if entry is None else updated_at(entry)

    # --- writing one key

    def put(self, key: str, entry: Entry) -> None:
        """Write an entry; it is durable when this returns."""
        accepted = accept(key)
        encode_file(accepted, entry)
        self._run(lambda: change_one(self._context, OneKey(accepted, lambda _: entry)))

    def update(self, key: str, function: Callable[[Entry | None], Entry | None]) -> Entry | None:
        """Read an entry, let `function` make the next one, write it; return what is there then.

        Nobody else writes the key meanwhile.  None from `function` changes nothing.  If the live directory vanishes
        meanwhile, `function` is asked once more, with what is there then.

        Raises:
            EntryUnreadable: the key's file cannot be read as an entry.
            Reentered: `function` called this store.
        """
        accepted = accept(key)
        change = OneKey(accepted, calling(self._context, function), needs_entry=True)
        return self._run(lambda: change_one(self._context, change))

    def delete(self, key: str) -> bool:
        """Remove an entry; False when there was none.  The removal is durable when this returns."""
        accepted = accept(key)
        return self._run(lambda: change_one(self._context, OneKey(accepted, None))) is not None

    # --- writing many keys

    def save(self, mapping: Mapping[str, Entry], *, base: Mapping[str, Entry]) -> SaveReport:
        """Make the store hold `mapping`, as far as its caller knows the store.

        Differences are taken against `base`, the mapping that the caller had loaded.  A key that others added or
        changed since is kept and reported.  Whoever sees one of the removals sees all of the puts.
        """
        wanted, loaded = keyed(mapping), keyed(base)
        return self._change_many(lambda op: differences(op, wanted, loaded))

    def update_many(self, function: Callable[[dict[str, Entry]], dict[str, Entry] | None]) -> SaveReport:
        """Load everything, let `function` make the next mapping, save it; nobody else writes meanwhile.

        None from `function` changes nothing.
        """
        calling_many = calling(self._context, function)

        def change(op: Operation) -> Change:
            loaded = view_all(op)
            known = frozenset(loaded)
            mapping = calling_many(loaded)
            return Change() if mapping is None else differences_within(op, keyed(mapping), known)

        return self._change_many(change)

    def apply(self, changed: Mapping[str, Entry], removed: Iterable[str] = ()) -> SaveReport:
        """Write some keys and remove others, without comparing anything."""
        puts = keyed(changed)
        removals = tuple(dict.fromkeys(map(accept, removed)))
        if both := puts.keys() & set(removals):
            raise StoreError(f"to be changed and removed at once: {sorted(both)}")
        return self._change_many(lambda _: Change(puts, removals))

    # --- the layout

    def migrate(self) -> Outcome:
        """Move the legacy file's entries into the live directory (or finish doing so); the file becomes a backup."""

        def run(op: Operation) -> Outcome:
            try:
                outcome = migrate(op)
                op.folder.settle()
                if op.live is not None:
                    op.context.durable_live = op.live_identity
            except StoreRefused as error:
                return Outcome("refused", str(error))
            earlier, self._recovered_progress = self._recovered_progress, "nothing"
            if outcome.name == "skipped" and earlier in ("merged", "finished"):
                return outcome_of(earlier, op)  # opening the store has done it
            return outcome

        return self._change_layout(run)

    def roll_back(self) -> Outcome:
        """Return to the legacy layout; the live directory is set aside."""

        def run(op: Operation) -> Outcome:
            try:
                outcome = roll_back(op)
            except StoreRefused as error:
                return Outcome("refused", str(error))
            earlier, self._recovered_progress = self._recovered_progress, "nothing"
            if outcome.name == "skipped" and earlier == "rolled-back":
                return outcome_of(earlier, op)  # opening the store has done it
            return outcome

        return self._change_layout(run)

    def recover(self) -> RecoveryReport:
        """Finish what was begun, sweep litter, and vouch for what is there."""
        report = RecoveryReport()

        def run(op: Operation) -> RecoveryReport:
            if (progress := recover(op)) != "nothing":
                self._recovered_progress = progress
            return RecoveryReport(tuple(op.steps), tuple(op.notices))

        return self._exclusively(run, report)

    def check(self) -> tuple[Finding, ...]:
        """Say what is wrong on disk; changes nothing."""
        return self._look(inspect, ())

    def close(self) -> None:
        """Forget what is cached; the store cannot be used any more."""
        self._is_open = False
        self._context.cache.clear()

    def __enter__(self) -> "SessionStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- how an operation is run

    def _run(self, function: Callable[[], Result]) -> Result:
        """Run one operation of this thread."""
        thread = get_ident()
        if thread in self._busy:
            raise Reentered(f"{self.path}: called from within a function given to the same store")
        if not self._is_open:
            raise StoreError(f"{self.path}: the store is closed")
        pid = self._context.kernel.getpid()
        if pid != self._context.pid:
            self._busy.clear()
            self._context.settle_into_process(pid)
        self._busy.add(thread)
        try:
            return function()
        finally:
            self._busy.discard(thread)

    def _look(self, view: Callable[[Operation], Result], nothing: Result) -> Result:
        """Look at the store, in one atomic look."""

        def run() -> Result:
            while True:
                op = Operation(self._context)
                try:
                    if not op.begin("look"):
                        return nothing
                    result = view(op)
                    # Without a lock file nobody of ours writes, if there is still none afterwards.
                    if op.is_gated() or op.folder.status(op.layout.lock) is None:
                        return result
                finally:
                    op.close()

        return self._run(run)

    def _exclusively(self, change: Callable[[Operation], Result], nothing: Result) -> Result:
        """Run with the whole store to ourselves."""

        def run() -> Result:
            op = Operation(self._context)
            try:
                return change(op) if op.begin("store") else nothing
            except LiveVanished as error:
                layout = self._context.layout
                raise StoreVanished(layout.full(layout.live), "the live directory was taken away") from error
            finally:
                op.close()

        return self._run(run)

    def _change_layout(self, change: Callable[[Operation], Outcome]) -> Outcome:
        def run(op: Operation) -> Outcome:
            outcome = change(op)
            return Outcome(outcome.name, outcome.detail, tuple(op.notices))

        return self._exclusively(run, Outcome("skipped", "there is no such folder"))

    def _change_many(self, decide: Callable[[Operation], Change]) -> SaveReport:
        def run() -> SaveReport:
            return with_whole_store(self._context, lambda op: carry_out(op, decide(op)), make_parent=True)

        return self._run(run)
