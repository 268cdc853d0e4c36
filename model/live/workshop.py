"""A place to mount things in that cleans up after itself, whatever becomes of the process that uses it.

Inside a private mount namespace a tmpfs of our own covers a folder; images, device nodes and mount points are all in
it.  Nobody else ever sees it.  When the last process of the namespace is gone, killed or not, the kernel unmounts
everything, gives the memory back and frees the loop devices.  There is no file to be left behind anywhere.
"""

import os
import sys
from pathlib import Path

from model.live.system_calls import MS_PRIVATE, MS_REC, mount, unshare_mounts

NAME = "blackstart"
"""What our mounts and loop devices are called, in /proc/mounts and by losetup."""

_COVERED = ("/mnt", "/media", "/srv", "/opt")


def open_workshop(owner: int) -> str:
    """Leave the mount namespace of everybody else, and return the path of an empty private folder.

    For a process that does nothing else: there is no way back.

    Args:
        owner: Process that all of this is done for; what is attached bears its number.

    Raises:
        OSError: without the right to mount (root has it).
    """
    unshare_mounts()
    mount("none", "/", "", flags=MS_PRIVATE | MS_REC)
    covered = _folder_to_cover()
    mount(NAME, covered, "tmpfs", options="mode=700")
    folder = f"{covered}/{_name(owner)}"
    os.mkdir(folder)
    return folder


def attached_for(owner: int) -> list[str]:
    """The files behind loop devices that workshops of this owner still have attached."""
    found: list[str] = []
    for backing in Path("/sys/block").glob("loop*/loop/backing_file"):
        try:
            path = backing.read_text().strip()
        except OSError:
            continue  # it was detached meanwhile
        if _name(owner) in path.split("/"):
            found.append(path)
    return found


def _name(owner: int) -> str:
    return f"{NAME}-{owner}"


def _folder_to_cover() -> str:
    """A folder that we have no use for: covered, it is out of sight for this process."""
    used = [os.getcwd(), sys.prefix, sys.base_prefix, *map(os.path.abspath, sys.path)]
    for folder in _COVERED:
        if os.path.isdir(folder) and not any(f"{each}/".startswith(f"{folder}/") for each in used):
            return folder
    raise FileNotFoundError(f"none of {', '.join(_COVERED)} is there to be covered by a private file system")
