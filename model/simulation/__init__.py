"""The simulated computer: a machine with a disk, a page cache, a clock, processes, and a plug.

`Machine` runs processes; each `Process` has its own kernel, which is a `store.kernel.Kernel`.  What the machine did
to its disk is its list of `effects`, from which `model.persistence` tells what a power cut may leave: a `Disk`, on
which another machine boots.
"""

from model.simulation.disk import ABSENT, Component, Disk, Inode, Variable
from model.simulation.effects import Effect
from model.simulation.files import make_directory, read_file, write_file
from model.simulation.machine import Machine, Process
from model.simulation.power import Killed
from model.simulation.world import World

__all__ = [
    "ABSENT",
    "Component",
    "Disk",
    "Effect",
    "Inode",
    "Killed",
    "Machine",
    "Process",
    "Variable",
    "World",
    "make_directory",
    "read_file",
    "write_file",
]
