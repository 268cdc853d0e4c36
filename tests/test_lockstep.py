"""The store and its reference model in lockstep, on the simulated kernel, the real one, and pyfakefs.

Hypothesis chooses who does what, and where that is cut off; `tests/lockstep` says what is there to choose from.  A run
that never reached a branch of recovery, or never saw an operation cut off on either side, fails: it has shown nothing.
"""

from model.persistence.profiles import GATES
from model.properties import AFTER, BEFORE, side_mark, step_mark
from store.recovery import STEPS
from tests.lockstep.grounds import FakeGround, HostGround
from tests.lockstep.others import AmongOthers
from tests.lockstep.simulated import Simulated
from tests.lockstep.verdicts import explore

OPERATIONS = ("put", "delete", "update", "save", "migrate", "roll back", "recover")
ALWAYS_MET = (
    "migrate: migrated",
    "migrate: skipped",
    "migrate: invalid",
    "roll back: rolled-back",
    "rolled back by hand",
    *(step_mark(step) for step in ("swept temporary", "swept staging", "adopted name", "moved aside")),
)


class OnTheHost(AmongOthers):
    make_ground = HostGround


class OnPyfakefs(AmongOthers):
    make_ground = FakeGround


def test_on_the_simulated_machine() -> None:
    wanted = (
        *ALWAYS_MET,
        "an old writer intrudes",
        *(f"{how} {operation}" for how in ("killed in", "cut in") for operation in OPERATIONS),
        *(f"fault: {operation} raised" for operation in ("put", "save", "migrate", "roll back")),
        *(f"cut under {profile}" for profile in GATES),
        *(step_mark(step) for step in STEPS if step != "M7 merged late writes"),  # left to the exhaustive cases
        *(side_mark(operation, side) for operation in OPERATIONS[:-1] for side in (BEFORE, AFTER)),
    )
    explore(Simulated, wanted)


def test_on_the_real_kernel() -> None:
    explore(OnTheHost, (*ALWAYS_MET, "killed in save"), share=0.3)


def test_on_pyfakefs() -> None:
    explore(OnPyfakefs, (), share=0.02)
