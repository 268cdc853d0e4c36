"""How many crash states are judged per second: `python -m tests.bench`."""
