"""`python -m tests.bench.recover PATH`: recover one crash disk, in a process that exists for nothing else.

It imports the store and nothing of the checker, as the recovery of somebody else's program would.
"""

import json
import sys
from typing import Any

from store import SessionStore

Answer = list[Any]


def recover(path: str) -> Answer:
    """What a reader sees, and what recovery and then another one do and show."""
    seen: Answer = [SessionStore(path, writable=False, notify=ignore).load()]
    for _ in range(2):
        store = SessionStore(path, notify=ignore)
        seen.append([store.load(), list(store.recovered.steps)])
        store.close()
    return seen


def ignore(notice: object) -> None:
    """Warnings are no part of the answer."""


if __name__ == "__main__":
    print(json.dumps(recover(sys.argv[1]), sort_keys=True))
