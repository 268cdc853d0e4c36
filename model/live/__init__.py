"""Real file systems, real power cuts: what the persistence profiles say, held against what Linux does.

Needs root, loop devices, the mkfs tools and, for block logs, FUSE.  Everything happens in processes with mount
namespaces of their own, so nothing can stay mounted or attached.

| modules | what |
| --- | --- |
| `system_calls`, `loop`, `image`, `fuse`, `checkpoint`, `forced_commit` | what Python's library does not have |
| `workshop`, `crew` | a private place to mount in, and the processes that work there |
| `file_systems`, `requirements` | what is put to the test, and what that needs |
| `disk`, `kernel` | a mounted file system that can be cut, and what is called on it |
| `block_server`, `block_log`, `block_states`, `replay` | every block written, every disk that a cut may leave of that |
| `alone`, `crowd`, `replayed`, `sighting` | small programs, and whether their profile admits what is seen of them |
| `stage`, `mirror`, `cases`, `stores` | whole stores, call by call, beside a simulated machine |
| `failed_sync` | fsyncs that fail |
| `plan`, `tasks`, `campaign` | one run of all this, and its verdict |
"""
