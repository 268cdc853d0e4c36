"""A stage on the host: the process that plays a case on it is killed for real, and another one lives to go on.

A case arranges its files in this process.  When it arms the stage, a child is forked that plays the rest, as the one
who had opened the store, until it is killed or done; this process waits for its end, and then leaves the case as if it
had been killed itself, as on the simulated machine.  What the child promised on the way, it wrote down at once.
"""

import os
import pickle
import signal
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from model.explore.stage import Case, Promise, Stage
from model.live.stage import OnlySimulated
from model.simulation import Machine
from model.simulation.power import Killed
from tests.real_kills.host import HostMachine
from tests.real_kills.killers import Killer

SIDES = "sides"
"""What a case notes, once the stage is armed, for whoever goes on after the kill."""

HAND = "hand"
"""Where a case notes somebody whose memory whoever goes on has to ask; here it is lost with the process."""


class HostStage(Stage):
    """A stage on the host.

    Args:
        root: An empty folder that stands for `/`; the record goes beside it.
        killer: How the one who plays the case dies.

    Attributes:
        is_child: Whether this process plays on, and will be killed.
        was_killed: Whether it was killed, and did not come to the end.
    """

    def __init__(self, root: Path, killer: Killer) -> None:
        self.host = HostMachine(root)
        self.machine = cast(Machine, self.host)
        self.path = "/srv/sessions.json"
        self.wrap = None
        self.notes: dict[str, Any] = {}
        self.promises: list[Promise] = []
        self.is_child = False
        self.was_killed = False
        self._killer = killer
        self._record = root.with_name(f"{root.name}.record")

    def settle(self) -> None:
        """Nothing is lost with a process but what it has not done yet."""

    def arm(self) -> None:
        """Fork; what follows is the child's.

        Raises:
            Killed: In the parent, when the child has ended.
            AssertionError: In the parent, when the case failed.
            OnlySimulated: In the parent, when the case asks for more than the host can do.
        """
        if HAND in self.notes:
            raise OnlySimulated("the case asks somebody who was in the process that is killed")
        pid = os.fork()
        self.is_child = pid == 0
        if self.is_child:
            return
        status = self._killer.wait(pid)
        self.was_killed = os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        self._hear()
        if not self.was_killed and status:
            raise AssertionError(f"the process that played the case ended with status {status}")
        raise Killed

    def promise(self, obligations: Any) -> None:
        """Tell the parent what holds from now on; from the first promise on, the child may be killed."""
        self.promises.append(Promise(0, 0, obligations))
        if self.is_child:
            self._tell((obligations, self.notes.get(SIDES)))
            if len(self.promises) == 1:  # what the case has noted by now, the parent has too
                self._killer.prepare(self.host)

    def _tell(self, message: object) -> None:
        with self._record.open("ab") as record:
            record.write(pickle.dumps(message))

    def _hear(self) -> None:
        if not self._record.exists():
            return
        with self._record.open("rb") as record, suppress(EOFError, pickle.UnpicklingError):  # cut off by the kill
            while True:
                heard = pickle.load(record)
                if isinstance(heard, Exception):
                    raise heard
                obligations, sides = heard
                self.promise(obligations)
                if sides is not None:
                    self.notes[SIDES] = sides

    def play(self, case: Case) -> None:
        """Play a case: to the end in the child, up to its arming in this process."""
        try:
            case.play(self)
        except Killed:
            return
        except OnlySimulated as error:
            if not self.is_child:
                raise
            self._tell(error)
        except BaseException:
            if not self.is_child:
                raise
            self._tell(AssertionError(traceback.format_exc()))
        os._exit(0)
