"""What a run of the lockstep machine must have reached, or it has shown nothing."""

from model.persistence.profiles import GATES
from model.properties import AFTER, BEFORE, side_mark, step_mark
from store.recovery import STEPS
from tests.lockstep.grounds import FakeGround, HostGround
from tests.lockstep.machine import Lockstep
from tests.lockstep.others import AmongOthers
from tests.lockstep.simulated import Simulated

OPERATIONS = ("put", "delete", "update", "save", "migrate", "roll back", "recover")
ALWAYS_MET = (
    "migrate: migrated",
    "migrate: skipped",
    "migrate: invalid",
    "roll back: rolled-back",
    "rolled back by hand",
    *(step_mark(step) for step in ("swept temporary", "swept staging", "adopted name", "moved aside")),
)
ON_THE_SIMULATED_MACHINE = (
    *ALWAYS_MET,
    "an old writer intrudes",
    *(f"{how} {operation}" for how in ("killed in", "cut in") for operation in OPERATIONS),
    *(f"fault: {operation} raised" for operation in ("put", "save", "migrate", "roll back")),
    *(f"cut under {profile}" for profile in GATES),
    *(step_mark(step) for step in STEPS if step != "M7 merged late writes"),  # left to the exhaustive cases
    *(side_mark(operation, side) for operation in OPERATIONS[:-1] for side in (BEFORE, AFTER)),
)


class OnTheHost(AmongOthers):
    make_ground = HostGround


class OnPyfakefs(AmongOthers):
    make_ground = FakeGround


WANTED: dict[type[Lockstep], tuple[str, ...]] = {
    Simulated: ON_THE_SIMULATED_MACHINE,
    OnTheHost: (*ALWAYS_MET, "killed in save"),
    OnPyfakefs: (),
}
"""The machine on each ground, and what it must have reached there."""

SHARES: dict[type[Lockstep], float] = {Simulated: 1.0, OnTheHost: 0.3, OnPyfakefs: 0.02}
"""What part of the examples is played on each ground: some grounds are slow."""
