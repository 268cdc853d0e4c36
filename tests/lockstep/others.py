"""What others do to a store: old writers, operators, older versions, and whoever leaves files about."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from model.legacy_file import LegacyFile
from model.obligations import Obligations, Promise
from model.observation import ABSENT, UNREADABLE, Marker, Value, digest_of
from model.reference import LEGACY, LIVE, Reference
from model.simulation import read_file, write_file
from scenarios.arrangement import entry_bytes, file_name
from store.kernel import O_DIRECTORY, O_RDONLY
from tests.lockstep import vocabulary
from tests.lockstep.machine import Attempt, Lockstep, members
from tests.lockstep.recipes import Migrate, Recover

short_keys = st.sampled_from(["a", "b", "a/", "c"])


tidyings = st.sampled_from(["removes", "moves away", "removes the legacy file", "rolls back"])


class AmongOthers(Lockstep):
    """The lockstep machine with everybody else at work too."""

    # --- old writers

    def rewrite(self, content: bytes, *, in_place: bool = True, syncs: bool = True) -> None:
        if in_place:
            write_file(self.outsider, self.path, content)
        else:
            write_file(self.outsider, f"{self.path}.4711.tmp", content)
            self.outsider.rename(f"{self.path}.4711.tmp", self.path)
        self.reference = self.reference.rewrite_legacy(content)
        if syncs:
            self.sync(self.path, self.folder)
        else:
            self.is_loose = True

    def sync(self, *paths: str) -> None:
        for path in paths:
            fd = self.outsider.open(path, O_RDONLY)
            self.outsider.fsync(fd)
            self.outsider.close(fd)

    @rule(content=vocabulary.legacy_contents, in_place=st.booleans(), syncs=st.booleans())
    def old_writer(self, content: bytes, in_place: bool, syncs: bool) -> None:
        self.rewrite(content, in_place=in_place, syncs=syncs)

    @precondition(lambda self: self.reference.layout == LEGACY and self.reference.legacy.entries())
    @rule(
        number=members,
        recipe=st.sampled_from([Migrate(), Recover()]),
        calls=st.sampled_from([1, 0, 2, 3, 5, 8]),
        name=st.sampled_from(["rename", "open", "stat", "fsync"]),
        content=vocabulary.legacy_contents,
        in_place=st.booleans(),
    )
    def old_writer_intrudes(
        self, number: int, recipe: Migrate | Recover, calls: int, name: str, content: bytes, in_place: bool
    ) -> None:
        """In the middle of a migration or recovery: in flight for every key."""
        member, before = self.member(number), self.reference
        came: list[bool] = []

        def intrude() -> None:
            came.append(True)
            self.rewrite(content, in_place=in_place)

        member.kernel.happen_in(calls, intrude, before=name)
        step = recipe.step(member.base)
        step.run(member.actor)
        member.kernel.be_left_alone()
        self.mark("an old writer intrudes" if came else "an old writer comes too late")
        late = LegacyFile.of(content)
        seen = self.examined()
        if came:
            self.judge(_overlapping(before, late), seen)
        else:
            self.judge(self.promised(Attempt(step, before, step.apply(before))), seen)
        after = before.rewrite_legacy(content) if came else step.apply(before)
        self.adopt(seen, Attempt(step, before, after))

    # --- operators

    @rule(
        does=st.sampled_from(["removes", "moves away", "removes the legacy file", "rolls back"]),
        which=st.integers(0, 3),
    )
    def operator(self, does: str, which: int) -> None:
        """Somebody tidies up by hand, with the store open."""
        if does == "rolls back":
            self.roll_back_by_hand(which)
        elif does == "removes the legacy file":
            if self.is_there(self.path):
                self.outsider.unlink(self.path)
            gone = replace(self.reference, legacy=None)
            self.reference = replace(gone, past=_past_of(self.reference, gone))
        else:
            if does == "removes":
                self.remove_directory(self.live)
            elif self.is_there(self.live):
                target = next(name for number in range(99) if not self.is_there(name := f"{self.live}.old{number}"))
                self.outsider.rename(self.live, target)
            self.reference = self.reference.vanish()
        self.sync(self.folder)

    def roll_back_by_hand(self, number: int) -> None:
        """The live directory deleted, a backup renamed to be the legacy file."""
        backups = [name for name in self.names(self.folder) if name.startswith("sessions.json.bak.")]
        if not backups:
            return
        name = backups[number % len(backups)]
        content = read_file(self.outsider, f"{self.folder}/{name}")
        assert content is not None
        self.remove_directory(self.live)
        self.outsider.rename(f"{self.folder}/{name}", self.path)
        backups.remove(name)
        left = [digest_of(read_file(self.outsider, f"{self.folder}/{each}") or b"") for each in backups]
        self.reference = replace(self.reference.vanish().rewrite_legacy(content), backups=tuple(left))
        self.mark("rolled back by hand")

    # --- bad and foreign files

    @precondition(lambda self: self.reference.layout == LIVE)
    @rule(key=short_keys, content=vocabulary.corrupt_bytes)
    def an_entry_goes_bad(self, key: str, content: bytes) -> None:
        path = f"{self.live}/{file_name(key)}"
        write_file(self.outsider, path, content)
        self.sync(path, self.live)
        store, digest = self.reference, digest_of(content)
        assert store.live is not None
        self.reference = replace(
            store,
            live={**store.live, key: UNREADABLE},
            unreadable={**store.unreadable, key: digest},
            kept=store.kept - {store.unreadable.get(key, "")} | {digest},
        )

    @rule(name=vocabulary.foreign_names, content=st.sampled_from([b"", b"{}"]), is_ours=st.booleans())
    def files_are_left_about(self, name: str, content: bytes, is_ours: bool) -> None:
        """Foreign ones, which stay; or ours, of a process that has died: temporaries, and staging."""
        is_live = self.reference.layout == LIVE
        if is_ours:
            write_file(self.outsider, f"{self.folder}/.sessions.json.{7:016x}.tmp", content)
            if not self.is_there(f"{self.live}.migrating"):
                self.outsider.mkdir(f"{self.live}.migrating", 0o700)
                write_file(self.outsider, f"{self.live}.migrating/z.json", content)
            if is_live:
                write_file(self.outsider, f"{self.live}/.tmp-{7:016x}", content)
            return
        self.foreign[name] = content
        for folder in (self.folder, *([self.live] if is_live else [])):
            write_file(self.outsider, f"{folder}/{name}", content)
            self.sync(f"{folder}/{name}", folder)

    @precondition(lambda self: self.reference.layout == LIVE)
    @rule(number=members, key=short_keys, entry=vocabulary.entries)
    def an_older_version_names_a_file(self, number: int, key: str, entry: dict[str, Any]) -> None:
        """Its name is no canonical one: the next recovery adopts it if the key is free, and moves it aside if not."""
        content = entry_bytes(key, entry)
        name = "".join(f"%{byte:02x}" for byte in key.encode())
        write_file(self.outsider, f"{self.live}/{name}.json", content)
        store = self.reference
        assert store.live is not None
        if key in store.live:
            self.reference = replace(store, kept=store.kept | {digest_of(content)})
        else:
            self.reference = replace(store, live={**store.live, key: entry})
        self.members[number % len(self.members)] = self.open()

    @invariant()
    def the_layout_is_the_same(self) -> None:
        assert self.is_there(self.live) == (self.reference.layout == LIVE)

    # --- what they need

    def is_there(self, path: str) -> bool:
        try:
            self.outsider.stat(path)
        except FileNotFoundError:
            return False
        return True

    def names(self, path: str) -> list[str]:
        fd = self.outsider.open(path, O_RDONLY | O_DIRECTORY)
        try:
            return sorted(self.outsider.listdir(fd))
        finally:
            self.outsider.close(fd)

    def remove_directory(self, path: str) -> None:
        if self.is_there(path):
            for name in self.names(path):
                self.outsider.unlink(f"{path}/{name}")
            self.outsider.rmdir(path)


def _past_of(before: Reference, after: Reference) -> dict[str, tuple[Value, ...]]:
    shown, past = after.readable(), dict(before.past)
    for key, value in before.readable().items():
        if key not in shown:
            past[key] = (*past.get(key, ()), value)
    return past


def _overlapping(before: Reference, late: LegacyFile) -> Obligations:
    """Live entries stay; of every other key either what was shown, or what the old writer has."""
    shown, added = before.shown(), late.entries()
    promises = {}
    for key in {**shown, **added, **before.past}:
        value, new = shown.get(key, ABSENT), added.get(key, ABSENT)
        live = (before.live or {}).get(key, ABSENT)
        allowed: tuple[Value, ...] = (value, new) if isinstance(live, Marker) else (live,)
        if UNREADABLE in allowed:
            allowed = (*allowed, ABSENT)
        promises[key] = Promise(allowed, "an old writer rewrote the file meanwhile")
    errors = frozenset() if late.is_readable else frozenset({"LegacyUnreadable"})
    if before.live is None and before.legacy is not None and not before.legacy.is_readable:
        errors = frozenset({"LegacyUnreadable"})
    return Obligations(
        promises, because="an old writer rewrote the file meanwhile", kept=tuple(before.kept), errors=errors
    )
