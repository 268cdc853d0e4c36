"""The host and the simulated computer answer every system call alike."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.simulation import Machine
from store.host import HostKernel
from tests.kernel_conformance import CHECKS, Check, Place


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Place]:
    umask = os.umask(0o022)
    yield Place(HostKernel(), str(tmp_path), os.symlink, lambda mask: (os.umask(mask), None)[1])
    os.umask(umask)


@pytest.fixture
def simulation() -> Place:
    machine = Machine()
    process = machine.start(umask=0o022)
    return Place(process.kernel, "/srv", machine.symlink, lambda mask: setattr(process, "umask", mask))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_host_conforms(host: Place, check: Check) -> None:
    check(host)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_simulated_computer_conforms(simulation: Place, check: Check) -> None:
    check(simulation)
