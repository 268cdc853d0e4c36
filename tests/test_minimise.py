"""Counterexamples are made small: few operations, few losses, an early cut; and it is said where they can happen."""

from dataclasses import replace

import pytest

from model.explore.campaign import run_case
from model.explore.result import Counterexample
from model.explore.stage import Case, Stage
from model.persistence.profiles import GATES, PROFILES
from model.scenario.minimise import Minimiser
from model.scenario.possible import in_words, possible_profiles
from model.scenario.retelling import Teller, Told
from model.scenario.story import CannotReplay, Choice, Story
from model.target import Target
from scenarios import naive
from tests import leaky_stores

LEAKY = (naive.target, leaky_stores.forgetful, leaky_stores.late, leaky_stores.twice, leaky_stores.journalled)
COPY = "/srv/sessions.json.copy"


def convicted(target: Target, case: Case, profile: str = "posix") -> Counterexample | None:
    found = run_case(target, case, PROFILES[profile]).counterexamples
    return found[0] if found else None


def story_of(found: Counterexample | None) -> Story:
    assert found is not None
    assert found.story is not None
    return found.story


def case_of(target: Target, store: str = "an empty store") -> Case:
    return next(case for case in target.cases() if case.name.startswith(f"into {store}"))


def tell(target: Target, case: Case, story: Story) -> Told:
    return Teller(target, case, Stage).tell(story)


def violated(target: Target, case: Case, story: Story) -> set[int]:
    """The properties that a story violates; none if it cannot be."""
    try:
        return {violation.property for violation in tell(target, case, story).violations}
    except CannotReplay:
        return set()


@pytest.mark.parametrize("target", LEAKY, ids=lambda target: target.name)
@pytest.mark.parametrize("profile", GATES)
def test_whatever_is_found_can_be_told_again_by_its_labels(target: Target, profile: str) -> None:
    for case in target.cases():
        found = convicted(target, case, profile)
        if found is not None:
            assert found.property in violated(target, case, story_of(found))


@pytest.mark.parametrize("target", LEAKY, ids=lambda target: target.name)
def test_every_loss_matters(target: Target) -> None:
    for case in target.cases():
        found = convicted(target, case)
        if found is None:
            continue
        story = story_of(found)
        for number, cut in enumerate(story.cuts):
            for choice in cut.choices:
                fewer = replace(cut, choices=tuple(each for each in cut.choices if each != choice))
                shorter = replace(story, cuts=(*story.cuts[:number], fewer, *story.cuts[number + 1 :]))
                assert found.property not in violated(target, case, shorter)


def test_one_loss_is_enough_where_one_fsync_is_missing() -> None:
    story = story_of(convicted(leaky_stores.forgetful, case_of(leaky_stores.forgetful)))
    assert [choice for cut in story.cuts for choice in cut.choices] == [Choice("name /srv/sessions.json", "absent")]


def test_two_losses_are_kept_where_it_takes_two() -> None:
    story = story_of(convicted(leaky_stores.twice, case_of(leaky_stores.twice)))
    assert {choice.about for choice in story.cuts[0].choices} == {"name /srv/sessions.json", f"name {COPY}"}


def test_losses_that_do_not_matter_are_taken_back() -> None:
    case = case_of(leaky_stores.curious)
    small = story_of(convicted(leaky_stores.curious, case))
    (cut,) = small.cuts
    assert len(cut.choices) == 1
    spare = Choice("name /srv/sessions.json.note", "absent")
    teller = Teller(leaky_stores.curious, case, Stage)
    told = teller.tell(replace(small, cuts=(replace(cut, choices=(spare, *cut.choices)),)))
    assert Minimiser(teller, 1).minimise(told).story == small
    assert Minimiser(teller, 1, most_told=0).minimise(told) is told


def test_a_cut_of_recovery_stays_where_it_takes_one() -> None:
    story = story_of(convicted(leaky_stores.journalled, case_of(leaky_stores.journalled)))
    assert [cut.after for cut in story.cuts] == ["fsync /srv", "unlink /srv/sessions.json.journal"]
    assert story.losses == 1


def test_the_first_of_several_operations_is_enough_if_it_shows_it() -> None:
    target = leaky_stores.forgetful
    first = case_of(target)

    def twice(stage: Stage) -> None:
        first.play(stage)
        stage.promise(replace(stage.promises[-1].obligations, because="time went by"))

    case = Case("put", "twice", twice)
    story = story_of(convicted(target, case))
    assert story.cuts[0].promised == "put('a', {'version': 1}) returned before the cut"


@pytest.mark.parametrize("target", LEAKY, ids=lambda target: target.name)
def test_the_profiles_are_those_that_convict(target: Target) -> None:
    for case in target.cases():
        found = convicted(target, case)
        if found is not None:
            convicting = [gate for gate in GATES if convicted(target, case, gate) is not None]
            assert set(found.profiles) <= set(convicting)


def test_a_name_that_comes_before_its_data_needs_no_order_of_names() -> None:
    found = convicted(leaky_stores.late, case_of(leaky_stores.late, "a small store"))
    assert found is not None
    assert found.profiles == ("posix", "ext4", "xfs", "btrfs")


def test_nothing_is_possible_that_is_not_convicted() -> None:
    target = leaky_stores.forgetful
    case = case_of(target)
    teller = Teller(target, case, Stage)
    told = teller.tell(story_of(convicted(target, case)))
    assert possible_profiles(teller, told, 9) == ("posix",)


def test_profiles_are_told_in_words() -> None:
    assert in_words(("posix",)) == "posix only"
    assert in_words(("ext4", "btrfs")) == "ext4 and btrfs"
    assert in_words(("posix", "ext4", "xfs")) == "posix, ext4 and xfs"
    assert in_words(GATES) == "every gate"


def test_promises_in_the_same_words_are_told_apart() -> None:
    first = case_of(leaky_stores.forgetful)

    def play(stage: Stage) -> None:
        first.play(stage)
        before, after = (promise.obligations for promise in stage.promises)
        stage.promises.clear()
        stage.promise(replace(before, because="it was called"))
        stage.promise(replace(after, because="it was called"))

    case = Case("put", "in the same words", play)
    found = convicted(leaky_stores.forgetful, case)
    assert story_of(found).cuts[0].promised == "it was called (2)"
    assert found is not None
    assert found.property in violated(leaky_stores.forgetful, case, story_of(found))
