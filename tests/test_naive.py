"""A naive store is convicted: whatever it forgets, the checker tells the story of."""

import doctest

import pytest

import model.reference
import model.target
import scenarios.naive
from model.explore.campaign import run_case
from model.persistence.profiles import GATES, PROFILES
from model.target import UserMistake, load_target
from scenarios.naive import target


@pytest.mark.parametrize("profile", GATES)
@pytest.mark.parametrize("case", target.cases(), ids=lambda case: case.name)
def test_every_operation_of_the_naive_store_is_convicted_under_every_gate(case: object, profile: str) -> None:
    result = run_case(target, case, PROFILES[profile])  # type: ignore[arg-type]
    assert result.verdict == "counterexample"
    (found,) = result.counterexamples
    assert found.explanation.startswith("Because ")
    assert "However " in found.explanation


def test_a_put_that_returned_is_lost_because_nothing_was_synced() -> None:
    result = run_case(target, target.cases()[0], PROFILES["posix"])
    (found,) = result.counterexamples
    assert (found.property, found.title) == (1, "durability")
    assert found.explanation == (
        "Because put('a', {'version': 1}) returned before the cut, recovery must show 'a' = {'version': 1}. "
        "However it shows nothing."
    )


@pytest.mark.parametrize("module", [model.target, model.reference, scenarios.naive])
def test_the_examples_in_the_docstrings_work(module: object) -> None:
    results = doctest.testmod(module)  # type: ignore[arg-type]
    assert results.attempted
    assert not results.failed


def test_a_target_is_loaded_by_its_name() -> None:
    assert load_target("scenarios.naive:target") is target


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("scenarios.naive", "a target is named module:name"),
        (":target", "a target is named module:name"),
        ("scenarios.nowhere:target", "there is no module scenarios.nowhere"),
        ("scenarios.naive:nothing", "scenarios.naive has no nothing. Targets in it: target"),
        ("scenarios.naive:NaiveStore", "it is no Target. Targets in it: target"),
    ],
)
def test_a_wrong_name_of_a_target_is_told_with_its_remedy(name: str, text: str) -> None:
    with pytest.raises(UserMistake) as caught:
        load_target(name)
    assert text in str(caught.value)
    assert caught.value.remedy
