"""The store and its reference model in lockstep, on the simulated kernel, the real one, and pyfakefs.

Hypothesis chooses who does what, and where that is cut off; `tests/lockstep` says what is there to choose from.  A run
that never reached a branch of recovery, or never saw an operation cut off on either side, fails: it has shown nothing.
"""

import pytest

from tests.lockstep.machine import Lockstep
from tests.lockstep.verdicts import explore
from tests.lockstep.wanted import SHARES, WANTED


@pytest.mark.parametrize("machine", WANTED, ids=lambda machine: machine.__name__)
def test_store_and_reference_stay_in_lockstep(machine: type[Lockstep]) -> None:
    explore(machine, WANTED[machine], share=SHARES[machine])
