"""What every test gets: no leaked descriptors, and Hypothesis as reproducible as the rest."""

import os
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import resource_tracker
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from tests.stores import Installation

# All of them build on Hypothesis's own profile for CI: no deadline, no database, what reproduces a failure is printed.
# `ci` is what runs unless `--hypothesis-profile` says otherwise; it repeats itself, whatever `--hypothesis-seed` says.
_BASE = settings.get_profile("ci")
_SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]
settings.register_profile("ci", _BASE, suppress_health_check=_SLOW, max_examples=250, stateful_step_count=30)
settings.register_profile(
    "dev",
    _BASE,
    derandomize=False,
    database=DirectoryBasedExampleDatabase(".hypothesis/examples"),
    suppress_health_check=_SLOW,
    max_examples=50,
    stateful_step_count=20,
)
settings.register_profile("crosshair", _BASE, backend="crosshair", suppress_health_check=_SLOW, max_examples=25)
settings.load_profile("ci")


_MEMORY = "/dev/shm"
_ROOM_BYTES = 1 << 30


# multiprocessing keeps one pipe open for the life of the process: have it opened before any test counts descriptors.
resource_tracker.ensure_running()


def pytest_configure() -> None:
    """Put temporary folders into memory where there is room: the tests make and remove thousands of files."""
    with suppress(OSError):
        room = os.statvfs(_MEMORY)
        if room.f_bavail * room.f_frsize >= _ROOM_BYTES and os.access(_MEMORY, os.W_OK):
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", _MEMORY)


def _open_descriptors() -> dict[int, str]:
    """This process's descriptors and what they lead to; none where the platform does not tell."""
    found: dict[int, str] = {}
    listing = Path("/proc/self/fd")
    for name in os.listdir(listing) if listing.is_dir() else ():
        try:
            found[int(name)] = os.readlink(listing / name)
        except FileNotFoundError:
            continue  # the descriptor of the listing itself
    return found


@pytest.fixture(autouse=True)
def _no_leaked_descriptors() -> Iterator[None]:
    """A store that forgets to close a descriptor fails the test that shows it."""
    before = _open_descriptors()
    yield
    leaked = {fd: path for fd, path in _open_descriptors().items() if before.get(fd) != path}
    assert not leaked, f"left open: {leaked}"


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An empty folder for a store."""
    return Installation(tmp_path)
