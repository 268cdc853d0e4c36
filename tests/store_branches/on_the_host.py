"""The real kernel: the lockstep machine on it, with either kind of lock, and every case without a cut."""

from pathlib import Path
from typing import Any, cast

from model.explore.stage import Case, Promise, Stage
from model.live.stage import OnlySimulated
from model.simulation import Machine
from scenarios.sessions import target
from store.host import HostKernel
from tests.lockstep.grounds import HostGround, MortalKernel
from tests.lockstep.others import AmongOthers
from tests.real_kills.host import HostMachine


class OnTheHost(AmongOthers):
    """The lockstep machine on the real kernel."""

    make_ground = HostGround


class WholeFileHost(HostKernel):
    """The host as it is where it has no locks of byte ranges; with all its syncs, and a clock before all files."""

    def __init__(self) -> None:
        super().__init__(open_file_locks=False)

    def realtime_ns(self) -> int:
        return 1


class WholeFileGround(HostGround):
    """The real kernel, where whoever holds any lock has the store to himself."""

    def start(self) -> MortalKernel:
        return MortalKernel(WholeFileHost())


class OnWholeFileLocks(AmongOthers):
    """The lockstep machine on that ground."""

    make_ground = WholeFileGround


class UncutStage(Stage):
    """A stage on the host, in this process, where nobody is killed.

    Args:
        root: An empty folder that stands for `/`.
    """

    def __init__(self, root: Path) -> None:
        self.machine = cast(Machine, HostMachine(root))
        self.path = "/srv/sessions.json"
        self.wrap = None
        self.notes: dict[str, Any] = {}
        self.promises: list[Promise] = []

    def settle(self) -> None:
        """Nothing is lost."""

    def arm(self) -> None:
        """Nobody is killed."""

    def promise(self, obligations: Any) -> None:
        """The last promise is what everybody is judged by in the end."""
        self.promises.append(Promise(0, 0, obligations))


def played_on_the_host(folder: Path, case: Case) -> str:
    """Play a case to its end on the host; what is wrong then, as a reader sees it and as one who recovers.

    A case that only a simulated machine can play is passed over.
    """
    stage = UncutStage(folder)
    try:
        case.play(stage)
    except OnlySimulated:
        return ""
    obligations = stage.promises[-1].obligations
    assert target.peek is not None
    seen = (target.peek(stage.kernel(), stage.path), target.examine(stage.kernel(), stage.path))
    wrong = [violation.sentence for each in seen for violation in target.judge(obligations, each)]
    return "\n".join(wrong)
