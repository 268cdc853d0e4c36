"""Where tests of real file systems stand: processes of their own, with root and what makes the file systems.

The one place of this project that may skip: where a machine cannot mount anything, these tests say so.  Where they must
run, as on the project's CI, the environment says `BLACKSTART_LIVE=required`, and they fail instead.
"""

import functools
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from model.live.file_systems import SETUPS, Setup
from model.live.requirements import missing
from model.live.workshop import attached_for

REQUIRED = ("BLACKSTART_LIVE", "required")
"""Variable of the environment, and its value, by which no test of real file systems is skipped."""

PATIENCE_S = 60.0
"""The kernel takes down the mounts of a killed process in its own time."""

EXT4, XFS, BTRFS = (next(setup for setup in SETUPS if setup.name == name) for name in ("ext4", "xfs", "btrfs"))


def needs_live() -> pytest.MarkDecorator:
    """Mark a test as one that mounts; its module imports the fixture `live` as well."""
    return pytest.mark.usefixtures("live")


def each_file_system() -> pytest.MarkDecorator:
    """Parametrize by `setup`: ext4, xfs, btrfs with default options."""
    return pytest.mark.parametrize("setup", [EXT4, XFS, BTRFS], ids=_name)


def each_setup() -> pytest.MarkDecorator:
    """Parametrize by `setup`: everything that a profile speaks for."""
    return pytest.mark.parametrize("setup", SETUPS, ids=_name)


def _name(setup: Setup) -> str:
    return setup.name.replace(" ", "-")


@functools.cache
def _lacking() -> str:
    lacking = missing(SETUPS)
    return "" if lacking is None else f"real file systems: {'. '.join(lacking)}"


@pytest.fixture
def live() -> Iterator[None]:
    """Real file systems, or a skip that says what they need; afterwards nothing of them is left."""
    give_up_on(_lacking())
    yield
    wait_until(lambda: not traces_of(os.getpid()), "something of a test stayed attached or mounted")


def give_up_on(lacking: str) -> None:
    """Skip a test for what is lacking, if anything is; where it must run, fail it."""
    variable, required = REQUIRED
    if lacking and os.environ.get(variable) == required:
        pytest.fail(f"{variable}={required}, but there are no {lacking}", pytrace=False)
    if lacking:
        pytest.skip(lacking)


def traces_of(owner: int) -> list[str]:
    """What the workshops of a process have left: attached loop devices, and mounts that everybody sees."""
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    return [*attached_for(owner), *(line for line in mounts if f"blackstart-{owner}/" in line)]


def wait_until(holds: Callable[[], bool], otherwise: str) -> None:
    """Look again and again; nothing tells a process when the kernel has taken something down."""
    give_up_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < give_up_s, otherwise
        os.sched_yield()
