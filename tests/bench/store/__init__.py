"""How fast the store is on a real disk, beside others that promise as much: `python -m tests.bench.store`."""
