"""Running the lockstep machine: what it must have reached, or how small it makes what it finds."""

from collections import Counter
from collections.abc import Collection

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.lockstep.machine import Lockstep


def explore(machine: type[Lockstep], wanted: Collection[str], *, share: float = 1.0) -> None:
    """Run a machine, with its share of the profile's examples; it fails if it never reached something wanted."""
    machine.reached = Counter()
    examples = max(1, int(settings.default.max_examples * share)) if settings.default is not None else 1
    run_state_machine_as_test(machine, settings=settings(max_examples=examples))
    missing = sorted(set(wanted) - machine.reached.keys())
    assert not missing, f"never reached: {', '.join(missing)}"


def convict(machine: type[Lockstep], sentence: str) -> list[str]:
    """Run a machine on a store with a defect; the rules of the shortest run that shows it, looking aside."""
    machine.reached = Counter()
    chosen = settings(
        max_examples=300,
        stateful_step_count=8,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
    )
    with pytest.raises(AssertionError, match=sentence) as found:
        run_state_machine_as_test(machine, settings=chosen)
    steps = [note.strip() for note in getattr(found.value, "__notes__", [])]
    calls = [line for note in steps for line in note.splitlines() if line.startswith("state.")]
    looks = ("state.all_show", "state.foreign_files", "state.teardown", "state.take_choices", "state.begin")
    return [line for line in calls if not line.startswith(looks)]
