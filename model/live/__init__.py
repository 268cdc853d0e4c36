"""Real file systems, real power cuts: what the persistence profiles say, held against what Linux does.

Needs root, loop devices, the mkfs tools and, for block logs, FUSE.  Everything happens in processes with mount
namespaces of their own (`model.live.crew`), so nothing can stay mounted or attached.
"""
