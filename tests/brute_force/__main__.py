"""The complete comparison, which takes an hour: `python -m tests.brute_force`.

Every trace of up to 4 calls from an empty start and of up to 3 from a full one, in every profile, with every recovery.
"""

import sys

from tests.brute_force.agreement import every, outcomes_agree, raw_counts_agree
from tests.brute_force.crash_states import PROFILES
from tests.brute_force.recoveries import RECOVERIES


def main() -> None:
    for name, longest in (("empty", 4), ("full", 3)):
        for length in range(longest + 1):
            traces = list(every(name, length))
            for number, trace in enumerate(traces, 1):
                raw_counts_agree(name, trace, everywhere=False, profiles=PROFILES)
                for profile in PROFILES:
                    for recovery in RECOVERIES:
                        outcomes_agree(name, trace, profile, recovery, everywhere=False)
                if not number % 100:
                    print(f"\r{name}, {length} calls: {number} of {len(traces)}", end="", file=sys.stderr, flush=True)
            print(f"\r{name}, {length} calls: all {len(traces)} traces agree")


if __name__ == "__main__":
    main()
