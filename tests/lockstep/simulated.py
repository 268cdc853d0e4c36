"""The lockstep machine on the simulated computer, which can also lose power, and whose clock can be set."""

from dataclasses import replace
from errno import EIO

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from model.explore.hypothesis_source import Drawn
from model.explore.reduction import reduce_disk
from model.persistence.crash import crash_disk
from model.persistence.profiles import GATES, PROFILES, Profile
from model.simulation import Machine
from model.simulation.faults import Fault, SyncFailure
from scenarios.play import ignore
from store import SessionStore
from tests.lockstep.grounds import SimulatedGround
from tests.lockstep.machine import members, some_calls
from tests.lockstep.others import AmongOthers
from tests.lockstep.recipes import Delete, Migrate, Put, Recipe, Update, recipes

HOUR_NS = 3_600_000_000_000

fresh: st.SearchStrategy[dict[str, int]] = st.builds(dict, updatedAt=st.integers(10, 99))
few = (
    st.builds(Put, st.just("b"), fresh)
    | st.just(Migrate())
    | st.just(Delete("a"))
    | st.builds(Update, st.just("a"), fresh)
)


class Simulated(AmongOthers):
    """Everything, and power cuts inside any operation and inside the recoveries after it."""

    make_ground = SimulatedGround
    ground: SimulatedGround

    @initialize(data=st.data())
    def take_choices(self, data: st.DataObject) -> None:
        self.choose = Drawn(data)

    @precondition(lambda self: not self.is_loose)
    @rule(number=members, recipe=recipes, profile=st.sampled_from(GATES))
    def cut(self, number: int, recipe: Recipe, profile: str) -> None:
        recipe = self.fitting(recipe)
        start, before = len(self.ground.machine.effects), self.reference
        attempt = self.attempt(self.member(number), recipe)
        issued = len(self.ground.machine.effects) - start
        missing = self.choose.number(issued, "effects that were not made")
        self.power_cut(PROFILES[profile], missing)
        for _ in range(self.choose.number(2, "cuts inside recovery")):
            SessionStore(self.path, self.ground.start().as_kernel, notify=ignore)
            self.power_cut(
                PROFILES[profile], self.choose.number(len(self.ground.machine.effects), "effects of it not made")
            )
        if missing:
            is_before = missing == issued
            attempt = replace(attempt, before=before if is_before else attempt.before, returned=False)
        self.mark(f"cut in {attempt.step.operation}")
        self.mark(f"cut under {profile}")
        self.go_on(attempt)
        self.members = [self.open() for _ in self.members]

    @precondition(lambda self: not self.is_loose)
    @rule(recipe=few, profile=st.sampled_from(GATES))
    def cut_in_one_of_few_calls(self, recipe: Recipe, profile: str) -> None:
        self.cut(0, recipe, profile)

    def power_cut(self, profile: Profile, missing: int) -> None:
        """Cut the power; the next machine boots from what is left, as far as anybody looks."""
        machine, world = self.ground.machine, self.ground.machine.world
        reduced = reduce_disk(machine.disk, [0] * machine.disk.frame_count, world.remaining, world.frames)
        end = len(machine.effects) - missing
        crash = crash_disk(
            reduced.disk,
            machine.created,
            machine.effects[:end],
            machine.times,
            [end],
            profile,
            machine.next_ino,
            start=end,
        )
        self.ground.machine = Machine(crash.disk, self.choose, boot=1)
        self.outsider = self.ground.start().as_kernel

    @precondition(lambda self: not self.is_loose)
    @rule(number=members, recipe=recipes, calls=some_calls, how=st.sampled_from(["lost", "reverted"]))
    def fail_a_sync(self, number: int, recipe: Recipe, calls: int, how: SyncFailure) -> None:
        """A failed fsync does to a file what it does on ext4, xfs or btrfs."""
        self.strike(self.member(number), recipe, calls, Fault(EIO, sync=how))

    @rule(hours=st.integers(-3, 3))
    def set_the_clock(self, hours: int) -> None:
        self.ground.machine.step_clock(hours * HOUR_NS)
