"""What every test gets: no leaked descriptors, and Hypothesis as reproducible as the rest."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.stores import Installation

# Hypothesis loads its own profile where CI is set; ours builds on whichever that is.
settings.register_profile(
    "blackstart",
    settings.get_profile("ci"),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("blackstart")


_MEMORY = "/dev/shm"
_ROOM_BYTES = 1 << 30


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
