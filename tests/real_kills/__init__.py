"""SIGKILL of a real process on the host's kernel, held against the simulated kill and judged by the same judge."""
