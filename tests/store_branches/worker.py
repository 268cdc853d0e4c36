"""One process that plays its share of the campaigns with the store's lines and branches recorded.

It is a program of its own, and nothing of the store is imported before recording begins: lines that run at import, such
as definitions, count as well.  It tells of each unit on standard output, a JSON object a line; whatever else is printed
goes to standard error.
"""

import json
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, TextIO

from coverage import Coverage

LONGEST_TROUBLE = 500
STORE = Path(__file__).parent.parent.parent / "store"


def work(data_file: str, share: int, shares: int) -> int:
    """Play every unit whose number is `share` modulo `shares`; the exit code.

    Args:
        data_file: Where what was reached is kept.
        share: Which units.
        shares: How many processes there are.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parent, sys.stdout = sys.stdout, sys.stderr
    recording = Coverage(data_file=data_file, branch=True, source=[str(STORE)], config_file=False)
    recording.start()
    try:
        _play(parent, share, shares)
    except KeyboardInterrupt:
        return 3
    finally:
        recording.stop()
        recording.save()
    return 0


def _play(parent: TextIO, share: int, shares: int) -> None:
    from tests.store_branches.campaigns import units

    mine = units()[share::shares]
    _tell(parent, units=len(mine))
    for unit in mine:
        try:
            trouble = unit.play()
        except Exception as error:
            traceback.print_exc()
            trouble = f"{type(error).__name__}: {error}"[:LONGEST_TROUBLE]
        _tell(parent, campaign=unit.campaign, unit=unit.name, trouble=trouble)


def _tell(parent: TextIO, **fields: Any) -> None:
    print(json.dumps(fields), file=parent, flush=True)


if __name__ == "__main__":
    sys.exit(work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
