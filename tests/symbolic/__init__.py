"""Laws of the store's pure functions, proved by CrossHair over all paths: `python -m tests.symbolic`."""
