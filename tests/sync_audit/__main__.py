"""Print a fresh table of redundant syncs: `python -m tests.sync_audit`.  It takes a few minutes."""

from tests.sync_audit.table import fresh_table

if __name__ == "__main__":
    for part in fresh_table():
        print(part, flush=True)
