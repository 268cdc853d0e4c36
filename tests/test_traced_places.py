"""A trace names open files by where they lie, also when a power cut has taken back where they were put last."""

from model.scenario.calls import trace
from model.scenario.places import Places
from model.simulation import Machine
from model.simulation.disk import ROOT, Disk, Inode
from model.simulation.effects import Rename, SetName
from store.kernel import O_RDONLY

STAGING, FILE = 2, 3


def labels(*remembered: Rename | SetName) -> list[str]:
    """What a trace calls an unlink in a folder and the fsync of that, with what was done before the power cut."""
    inodes = {
        ROOT: Inode("directory", 0o755, entries={"staging": STAGING}),
        STAGING: Inode("directory", 0o755, entries={"anna": FILE}),
        FILE: Inode("file", 0o600),
    }
    machine = Machine(Disk(inodes, next_ino=4))
    places = Places.of(machine.disk)
    places.follow(remembered)
    calls = trace(machine, places)
    kernel = machine.start().kernel
    fd = kernel.open("/staging", O_RDONLY)
    kernel.unlink("anna", dir_fd=fd)
    kernel.fsync(fd)
    return [call.label for call in calls]


def test_a_folder_whose_rename_was_lost_has_its_old_name() -> None:
    """A migration lost its commit; recovery swept staging, and the trace said that it swept the live directory."""
    assert labels(Rename(ROOT, "staging", ROOT, "live", STAGING)) == labels()
    assert labels() == ["open /staging", "unlink /staging/anna", "fsync /staging"]


def test_a_folder_that_is_gone_while_it_is_open_keeps_its_last_name() -> None:
    machine = Machine(Disk({ROOT: Inode("directory", 0o755)}, next_ino=2))
    calls = trace(machine)
    kernel = machine.start().kernel
    kernel.mkdir("/d")
    fd = kernel.open("/d", O_RDONLY)
    kernel.rmdir("/d")
    kernel.fsync(fd)
    assert calls[-1].label == "fsync /d"
