"""What has to be there before anything can be mounted, and what to do where it is not."""

import os
from collections.abc import Iterable, Sequence

from model.live.block_server import DEVICE
from model.live.crew import run_apart
from model.live.disk import Bench
from model.live.file_systems import FileSystem, Setup, mkfs_of
from model.live.loop import CONTROL
from model.target import UserMistake

_WHERE = "real file systems"


def missing(setups: Iterable[Setup]) -> tuple[str, str] | None:
    """What is missing to run on these set-ups, and the remedy; None if nothing is."""
    file_systems = list(dict.fromkeys(setup.file_system for setup in setups))
    lacking = [each for each in file_systems if mkfs_of(each) is None]
    remedies: list[str] = []
    what: list[str] = []
    if os.geteuid() != 0:
        what.append("root, to mount")
        remedies.append("run it as root")
    if lacking:
        what.append(", ".join(each.mkfs[0] for each in lacking))
        remedies.append(f"apt-get install --no-install-recommends {' '.join(each.package for each in lacking)}")
    for device, module in ((CONTROL, "loop"), (DEVICE, "fuse")):
        if not os.path.exists(device):
            what.append(device)
            remedies.append(f"modprobe {module}")
    if what:
        return f"missing: {'; '.join(what)}", f"To get there: {'; '.join(remedies)}."
    return _what_is_not_allowed(file_systems[0])


def _what_is_not_allowed(file_system: FileSystem) -> tuple[str, str] | None:
    """Try all of it once: a namespace, FUSE, a loop device, a mount."""

    def work(workshop: str) -> None:
        with Bench(workshop).recorded(Setup(file_system, "", "")):
            pass

    try:
        run_apart(work)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        remedy = "A container needs the capability SYS_ADMIN, and the host's loop devices and /dev/fuse."
        return f"mounting is not allowed here ({reason})", remedy
    return None


def require(setups: Sequence[Setup]) -> None:
    """Check that everything is there and that this kernel takes every set-up.

    Raises:
        UserMistake: something is not; it says what to install or to leave out.
    """
    lacking = missing(setups)
    if lacking is not None:
        raise UserMistake(_WHERE, *lacking)
    for setup in setups:
        refused = run_apart(lambda workshop, setup=setup: _refusal(Bench(workshop), setup))  # type: ignore[misc]
        if refused:
            remedy = "Leave it out with --fs or --mount-options."
            raise UserMistake(setup.name, f"this kernel does not mount it: {refused}", remedy)


def _refusal(bench: Bench, setup: Setup) -> str:
    try:
        with bench.live(setup):
            return ""
    except OSError as error:
        return str(error)
