"""A migration of a big file is modest: it holds the file's text or what it will write, and no tree of either."""

import tracemalloc

from scenarios.sample import sample
from tests.stores import Installation


def test_a_migration_takes_less_than_three_times_the_memory_of_its_file(installation: Installation) -> None:
    """Counted, not sampled: every allocation of Python's from the opening to the end.

    A tree of the file takes three to four times its size, because a text with a single dash in it is wide as a whole.
    """
    data = sample(entries=40, seed=1)
    installation.arrange(data)
    with installation.opened() as store:
        tracemalloc.start()
        try:
            assert store.migrate().name == "migrated"
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert len(data) < peak_bytes < 3 * len(data)
