"""Persistence models: what a file system may keep of what was pending when the power went.

`crash_disk` turns what a machine did since it booted into the disk, largely undecided, that a power cut leaves under a
profile.  The rules P1 to P11 and the evidence for them stand in `model/PERSISTENCE.md`.
"""

from model.persistence.crash import CrashDisk, crash_disk
from model.persistence.frames import Frame
from model.persistence.profiles import GATES, PROFILES, Profile

__all__ = ["GATES", "PROFILES", "CrashDisk", "Frame", "Profile", "crash_disk"]
