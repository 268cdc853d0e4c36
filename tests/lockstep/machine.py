"""The lockstep machine: whatever anybody does, and wherever it is cut off, store and reference model agree.

Processes take turns at the boundaries of operations, beside old writers that rewrite the legacy file and operators
that remove and restore things.  An operation may be killed before any of its calls, or any of its calls may fail: then
either side of it may be seen, and what is seen is what goes on.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from hypothesis import currently_in_test_context, event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from model.acknowledgement import acknowledged, in_flight
from model.judge import judge, marks
from model.legacy_file import LegacyFile, normalised
from model.obligations import Obligations, same_json
from model.observation import UNREADABLE, Observation
from model.properties import step_mark
from model.reference import LEGACY, LIVE, NONE, Reference, Refused
from model.simulation import Killed, read_file
from model.simulation.faults import ERRORS, Fault
from scenarios.look import examine
from scenarios.play import INVALID_LEGACY, Actor, Step, ignore
from store import SessionStore
from store.errors import EntryUnreadable, InvalidKey, LegacyUnreadable, StoreError
from tests.lockstep import vocabulary
from tests.lockstep.grounds import Ground, MortalKernel
from tests.lockstep.recipes import WRITES, Delete, Migrate, Put, Recipe, RollBack, Save, recipes

members = st.integers(0, 1)
some_calls = st.integers(0, 60)
errors = st.sampled_from(sorted({error for allowed in ERRORS.values() for error in allowed}))


@dataclass
class Member:
    """A process with the store open, and what it has loaded last."""

    kernel: MortalKernel
    actor: Actor
    base: dict[str, Any] = field(default_factory=dict)
    saw_live: bool = False

    @property
    def store(self) -> SessionStore:
        return self.actor.store


@dataclass(frozen=True)
class Attempt:
    """An operation that was run: the reference on both sides of it, and whether it returned."""

    step: Step
    before: Reference
    after: Reference
    returned: bool = True
    was_missing: bool = False  # whether there was neither layout


class Lockstep(RuleBasedStateMachine):
    """One store, on some ground, and the reference model beside it."""

    make_ground: ClassVar[Callable[[], Ground]]
    reached: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.ground = type(self).make_ground()
        self.path = self.ground.path
        self.folder = self.path.rpartition("/")[0]
        self.live = f"{self.folder}/sessions.d"
        self.reference = Reference()
        self.foreign: dict[str, bytes] = {}
        self.is_loose = False  # whether somebody else has left something unsynced
        self.looks = 0
        self.members: list[Member] = []
        self.outsider = self.ground.start().as_kernel

    def teardown(self) -> None:
        self.ground.close()

    @initialize(content=st.none() | vocabulary.legacy_contents, is_migrated=st.booleans())
    def begin(self, content: bytes | None, is_migrated: bool) -> None:
        if content is not None:
            self.rewrite(content)
        self.members = [self.open() for _ in range(self.ground.processes)]
        if is_migrated:
            self.perform(0, Put("a", {}))
            self.perform(0, Migrate())

    def mark(self, text: str) -> None:
        self.reached[text] += 1
        if currently_in_test_context():
            event(text)

    def member(self, number: int) -> Member:
        return self.members[number % len(self.members)]

    # --- the store and the reference, side by side

    def open(self) -> Member:
        """A new process opens the store, which recovers."""
        kernel = self.ground.start()
        member = Member(kernel, Actor(kernel.as_kernel, self.path))
        self.note(member.store.recovered.steps)
        self.reference = self.reference.recover()
        self.is_loose = False
        member.base = self.shown()
        return member

    def note(self, steps: tuple[str, ...]) -> None:
        for step in steps:
            self.mark(step_mark(step))

    def shown(self) -> dict[str, Any]:
        return {} if self.is_unreadable(self.reference) else self.reference.readable()

    @staticmethod
    def is_unreadable(reference: Reference) -> bool:
        legacy = reference.legacy
        return reference.live is None and legacy is not None and not legacy.is_readable

    def attempt(self, member: Member, recipe: Recipe) -> Attempt:
        """Run an operation; the reference goes on to what follows from it, if it returned or was refused."""
        step, before = self.prepared(member, recipe)
        was_missing = self.reference.layout == NONE
        try:
            after: Reference | None = step.apply(before)
        except Refused:
            after = None
        expected = before.finish() if after is None else after
        try:
            result = step.run(member.actor)
            self.has_looked(member, recipe, before)
        except InvalidKey:
            assert after is None
            return Attempt(step, self.reference, self.reference)  # refused at the door
        except (LegacyUnreadable, EntryUnreadable) as error:
            self.has_looked(member, recipe, before)
            is_right = self.is_unreadable(before) if isinstance(error, LegacyUnreadable) else after is None
            assert is_right, f"{step.call} was refused"
            self.reference = self.reference if self.is_unreadable(before) else expected
            return Attempt(step, before, self.reference)
        except (StoreError, OSError):
            assert member.kernel.has_failed
            return Attempt(step, before, expected, returned=False, was_missing=was_missing)
        if getattr(result, "name", "") in ("failed", "refused"):
            assert member.kernel.has_failed
            return Attempt(step, before, expected, returned=False, was_missing=was_missing)
        assert after is not None, f"{step.call} was done, and should have been refused"
        self.reference = after
        self.check_result(recipe, step, before, result)
        if step.operation in ("migrate", "roll back", "recover"):
            self.is_loose = False
        return Attempt(step, before, after, was_missing=was_missing)

    @staticmethod
    def has_looked(member: Member, recipe: Recipe, before: Reference) -> None:
        """Whoever has written to a legacy file, or rolled back to one, knows that what was live is so no more."""
        has_written = isinstance(recipe, WRITES) and before.layout == LEGACY
        if has_written or (isinstance(recipe, RollBack) and before.layout == LIVE):
            member.saw_live = False

    def prepared(self, member: Member, recipe: Recipe) -> tuple[Step, Reference]:
        """The step, and the reference as this process takes it: for a writer, what was live stays live."""
        step, before = recipe.step(member.base), self.reference
        if isinstance(recipe, WRITES) and before.layout == NONE and member.saw_live:
            before = replace(before, live={})
        if step.save is not None:
            shown = before.finish().readable()
            is_stale = isinstance(recipe, Save) and not same_json(shown, member.base)
            removals = tuple(key for key in step.save.removals if key in shown)
            step = replace(step, save=None if is_stale else step.save._replace(removals=removals))
        return step, before

    def check_result(self, recipe: Recipe, step: Step, before: Reference, result: Any) -> None:
        was, now = before.finish().readable(), self.shown()
        if step.operation == "delete":
            assert result == (not now.keys() >= was.keys())
        elif isinstance(recipe, Save):
            assert set(result.written) == {key for key in now if key not in was or not same_json(now[key], was[key])}
            assert set(result.removed) == was.keys() - now.keys()
        elif step.operation in ("migrate", "roll back"):
            self.mark(f"{step.operation}: {result.name}")
        elif step.operation == "recover":
            self.note(result.steps)

    def fitting(self, recipe: Recipe) -> Recipe:
        """An operation like this one that has something to do, if there is one: only that can be cut off."""
        shown = sorted(self.shown())
        if isinstance(recipe, Delete) and shown and normalised(recipe.key) not in shown:
            return Delete(shown[0])
        if isinstance(recipe, Migrate | RollBack):
            return RollBack() if self.reference.layout == LIVE and not self.reference.is_unfinished else Migrate()
        return recipe

    # --- operations, whole and cut off

    @rule(number=members, recipe=recipes)
    def perform(self, number: int, recipe: Recipe) -> None:
        self.attempt(self.member(number), recipe)

    @rule(number=members)
    def look(self, number: int) -> None:
        """A caller loads what it will take as the base of its next save."""
        if not self.is_unreadable(self.reference):
            self.member(number).base = self.member(number).store.load()

    @rule(number=members)
    def restart(self, number: int) -> None:
        self.members[number % len(self.members)] = self.open()

    @rule(number=members, recipe=recipes, calls=some_calls)
    def kill(self, number: int, recipe: Recipe, calls: int) -> None:
        member, recipe = self.member(number), self.fitting(recipe)
        member.kernel.happen_in(calls, member.kernel.kill)
        step, before = self.prepared(member, recipe)
        try:
            self.attempt(member, recipe)
        except Killed:
            self.mark(f"killed in {step.operation}")
            is_missing = self.reference.layout == NONE
            self.go_on(Attempt(step, before, _after(step, before), returned=False, was_missing=is_missing))
            self.members[number % len(self.members)] = self.open()
        member.kernel.be_left_alone()

    @rule(number=members, recipe=recipes, calls=some_calls, error=errors, lasts=st.booleans())
    def fail(self, number: int, recipe: Recipe, calls: int, error: int, lasts: bool) -> None:
        self.strike(self.member(number), recipe, calls, Fault(error, lasts))

    def strike(self, member: Member, recipe: Recipe, calls: int, fault: Fault) -> None:
        """Let calls of an operation fail; once that is over, the same store works again."""
        kernel = member.kernel
        kernel.fail_in(calls, fault)
        attempt = self.attempt(member, self.fitting(recipe))
        kernel.mend()
        if kernel.has_failed:
            how = "returned" if attempt.returned else "raised"
            self.mark(f"fault: {attempt.step.operation} {how}")
            self.go_on(attempt, despite=str(fault))
        kernel.has_failed = False
        if not attempt.returned and self.reference.layout == LEGACY:
            # It may have failed before it saw the layout; whoever then removes nothing sees it for certain.
            with suppress(LegacyUnreadable):
                member.store.delete("nobody")
            member.saw_live = False

    def go_on(self, attempt: Attempt, *, despite: str = "") -> None:
        """Another process recovers, and what it sees must be allowed, and is so from now on."""
        obligations = self.promised(attempt, despite=despite)
        seen = self.examined()
        self.judge(obligations, seen)
        self.adopt(seen, attempt)

    def promised(self, attempt: Attempt, *, despite: str = "") -> Obligations:
        step, before, after = attempt.step, attempt.before, attempt.after
        may_fail = INVALID_LEGACY if self.is_unreadable(before) or self.is_unreadable(after) else ()
        if attempt.returned:
            because = f"{step.call} returned"
            return acknowledged(after, because, before=before, strangers=None, errors=may_fail, despite=despite)
        found = in_flight(before, after, step.operation, step.call, save=step.save, strangers=None, errors=may_fail)
        # A writer makes the directory anew that was taken away, before anything else: a layout of its own, for a while.
        return replace(found, layouts=None) if attempt.was_missing else found

    def examined(self) -> Observation:
        seen = examine(self.ground.start().as_kernel, self.path)
        self.is_loose = False
        return seen.with_second(examine(self.ground.start().as_kernel, self.path))

    def judge(self, obligations: Obligations, seen: Observation) -> None:
        violations = judge(obligations, seen)
        assert not violations, "\n".join(each.sentence for each in violations)
        for mark in marks(obligations, seen):
            self.mark(mark)

    def adopt(self, seen: Observation, attempt: Attempt) -> None:
        """What was seen, and was allowed, is the store from now on."""
        content = read_file(self.outsider, self.path)
        self.reference = Reference(
            live={**dict.fromkeys(seen.unreadable, UNREADABLE), **seen.entries} if seen.layout == LIVE else None,
            legacy=None if content is None else LegacyFile.of(content),
            backups=tuple(seen.backups.values()),
            unreadable=dict(seen.unreadable) if seen.layout == LIVE else {},
            kept=attempt.before.kept,
            past=attempt.after.past,
        )

    @rule()
    def inspect(self) -> None:
        """Everything on the disk is as it must be, not only what is shown."""
        nothing = Step("look", "everything", lambda actor: None, lambda reference: reference)
        self.go_on(Attempt(nothing, self.reference, self.reference))

    # --- what everybody sees

    @invariant()
    def all_show_the_same(self) -> None:
        reader = SessionStore(self.path, self.ground.start().as_kernel, writable=False, notify=ignore)
        for store in (*(member.store for member in self.members), reader):
            self.check_reading(store)
        if self.reference.layout == LIVE:
            for member in self.members:
                member.saw_live = True

    def check_reading(self, store: SessionStore) -> None:
        if self.is_unreadable(self.reference):
            try:
                store.load()
            except LegacyUnreadable:
                return
            raise AssertionError("an unreadable legacy file was read")
        expected = self.shown()
        assert store.load() == expected
        self.looks += 1
        key = vocabulary.WATCHED[self.looks % len(vocabulary.WATCHED)]
        if self.reference.value(key) is UNREADABLE:
            try:
                found = store.get(key)
            except EntryUnreadable:
                return
            raise AssertionError(f"bytes that are no entry were read as {found}")
        assert store.get(key) == expected.get(key)
        updated_at = expected[key].get("updatedAt", 0) if key in expected else None
        assert store.updated_at(key) == updated_at

    @invariant()
    def foreign_files_stay(self) -> None:
        for name, content in self.foreign.items():
            assert read_file(self.outsider, f"{self.folder}/{name}") == content

    def rewrite(self, content: bytes) -> None:
        """Replaced by what others do."""
        raise NotImplementedError


def _after(step: Step, before: Reference) -> Reference:
    try:
        return step.apply(before)
    except Refused:
        return before.finish()
