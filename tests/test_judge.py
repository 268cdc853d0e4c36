"""The judge convicts: one planted violation for each property, by that property and by no other."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import checks
from model.acknowledgement import acknowledged, in_flight
from model.confinement import ConfinedKernel, judge_trespasses
from model.history import Turn, Wait, judge_turns, judge_waits
from model.judge import judge, marks, sides, stable
from model.legacy_file import LegacyFile
from model.obligations import Obligations, Promise, Save, same_json
from model.observation import ABSENT, READING, UNREADABLE, Observation, digest_of
from model.properties import PROPERTIES
from model.reference import Reference

OLD = {"sessionId": "old", "updatedAt": 1, "note": "x"}
NEW = {"sessionId": "new", "updatedAt": 2, "note": "x"}
OTHER = {"sessionId": "other", "updatedAt": 3}
LEGACY = b'{"a": {"sessionId": "old", "updatedAt": 1, "note": "x"}, "b": {"sessionId": "other", "updatedAt": 3}}'
DIGEST = digest_of(LEGACY)

STORE = Reference(live={"a": OLD, "b": OTHER})
PUT = in_flight(STORE, STORE.put("a", NEW), "put", "put('a')")
PUT_RETURNED = acknowledged(STORE.put("a", NEW), "put('a') returned before the cut", before=STORE)
DELETED = acknowledged(STORE.delete("a"), "delete('a') returned before the cut", before=STORE)
UNMIGRATED = Reference(legacy=LegacyFile.of(LEGACY))
MIGRATION = in_flight(UNMIGRATED, UNMIGRATED.migrate(), "migrate", "migrate()")
MIGRATED = acknowledged(UNMIGRATED.migrate(), "migrate() returned before the cut", before=UNMIGRATED)
SAVE = in_flight(
    Reference(live={"a": OLD}),
    Reference(live={"a": OLD}).apply({"b": NEW}, ["a"]),
    "save",
    "save()",
    save=Save((("b", NEW),), ("a",)),
)


def live(entries: Mapping[str, object], **rest: object) -> Observation:
    return Observation(entries, layout="live", **rest)  # type: ignore[arg-type]


def witnessed(obligations: Obligations, *violations: object) -> Obligations:
    return replace(obligations, witnessed=tuple(violations))  # type: ignore[arg-type]


def trespass() -> Obligations:
    class Kernel:
        def unlink(self, path: str) -> None:
            pass

    kernel = ConfinedKernel(Kernel(), "/srv")
    kernel.unlink("/etc/passwd")
    return witnessed(PUT, *judge_trespasses(kernel.trespasses))


def stale_read() -> Obligations:
    def put(reference: Reference) -> tuple[Reference, object]:
        return reference.put("a", NEW), None

    def get(reference: Reference) -> tuple[Reference, object]:
        return reference, reference.value("a")

    turns = [Turn("one", "put('a')", put, None), Turn("two", "get('a')", get, OLD)]
    return witnessed(PUT_RETURNED, *judge_turns(STORE, turns))


def needless_wait() -> Obligations:
    return witnessed(PUT, *judge_waits([Wait("a", "b", "fsync"), Wait("a", "a", "fsync"), Wait("a", "b", "rename")]))


BOTH = {"a": OLD, "b": OTHER}

PLANTED: dict[str, tuple[int, Obligations, Observation]] = {
    "an acknowledged put is gone": (1, PUT_RETURNED, live({"b": OTHER})),
    "an acknowledged put is undone": (1, PUT_RETURNED, live(BOTH)),
    "an acknowledged entry is unreadable": (1, PUT_RETURNED, live({"b": OTHER}, unreadable={"a": "d"})),
    "a reader is refused": (1, PUT_RETURNED, Observation({}, looked=READING, error=("StoreRefused", "no"))),
    "a put in flight leaves neither value": (2, PUT, live({"b": OTHER})),
    "a put in flight leaves a mixture": (2, PUT, live({"a": {**OLD, "updatedAt": 2}, "b": OTHER})),
    "a put in flight leaves torn bytes": (2, PUT, live({"b": OTHER}, unreadable={"a": "d"})),
    "a deleted entry is back": (3, DELETED, live(BOTH)),
    "a value is shown that nobody wrote": (4, PUT, live({"a": {"sessionId": "who?"}, "b": OTHER})),
    "a key is shown that nobody wrote": (4, PUT, live({**BOTH, "c": OLD})),
    "an unreadable file stands for a key that nobody wrote": (4, PUT, live(BOTH, unreadable={"c": "d"})),
    "a migration drops an entry": (5, MIGRATION, live({"a": OLD}, backups={"sessions.json.bak.1": DIGEST})),
    "a migration has no backup": (6, MIGRATION, live(BOTH)),
    "a finished migration has two backups": (6, MIGRATED, live(BOTH, backups={"x": DIGEST, "y": DIGEST})),
    "an unmigrated legacy file has other bytes": (
        6,
        MIGRATION,
        Observation(BOTH, layout="legacy", legacy="other bytes"),
    ),
    "unreadable bytes are gone": (6, replace(PUT, kept=("d1",)), live(BOTH, set_aside={"x": "d2"})),
    "recovery raises": (7, PUT, Observation({}, layout="live", error=("WriteFailed", "no"))),
    "a second recovery changes something": (7, PUT, live(BOTH, second_changed=True)),
    "a temporary is left": (8, PUT, live(BOTH, litter=(".tmp-00",))),
    "a value that was read changes": (9, stable(live(BOTH)), live({**BOTH, "a": NEW})),
    "a key appears after others were read": (9, stable(live({})), live({"a": NEW})),
    "the layout that was seen changes": (9, stable(live(BOTH)), Observation(BOTH, layout="legacy")),
    "an operation returns despite an error and loses": (10, replace(PUT_RETURNED, despite="EIO"), live(BOTH)),
    "a file is readable by others": (11, PUT, live(BOTH, readable_by_others=("a.json",))),
    "a stranger's file is gone": (11, replace(PUT, strangers=("notes.txt",)), live(BOTH)),
    "a call leaves the folder": (11, trespass(), live(BOTH)),
    "another process reads a stale value": (12, stale_read(), live({"a": NEW, "b": OTHER})),
    "a writer waits for another key's fsync": (13, needless_wait(), live(BOTH)),
    "the layout is the old one after the migration returned": (
        14,
        replace(MIGRATED, legacy=None, backups=None),
        Observation(BOTH, layout="legacy", legacy=DIGEST),
    ),
    "a removal is seen before its put": (15, SAVE, live({})),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_violation_is_convicted_by_its_property_and_by_no_other(name: str) -> None:
    number, obligations, seen = PLANTED[name]
    violations = judge(obligations, seen)
    assert [each.property for each in violations] == [number], violations
    assert violations[0].sentence.startswith("Because ")
    assert "However" in violations[0].sentence


def test_every_property_has_a_planted_violation_and_a_check() -> None:
    assert {number for number, _, _ in PLANTED.values()} == set(PROPERTIES) == set(checks.CHECKS)


@pytest.mark.parametrize("name", PLANTED)
def test_no_planted_violation_is_seen_when_its_check_is_disabled(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    number, obligations, seen = PLANTED[name]
    left = {each: check for each, check in checks.CHECKS.items() if each != number}
    monkeypatch.setattr(checks, "CHECKS", left)
    assert judge(obligations, seen) == ()


@pytest.mark.parametrize(
    ("obligations", "seen"),
    [
        (PUT, live(BOTH)),
        (PUT, live({"a": NEW, "b": OTHER})),
        (PUT, Observation(BOTH, looked=READING)),
        (PUT_RETURNED, live({"a": NEW, "b": OTHER})),
        (DELETED, live({"b": OTHER})),
        (MIGRATION, Observation(BOTH, layout="legacy", legacy=DIGEST)),
        (MIGRATION, live(BOTH, backups={"sessions.json.bak.1": DIGEST})),
        (SAVE, live({"a": OLD})),
        (SAVE, live({"a": OLD, "b": NEW})),
        (SAVE, live({"b": NEW})),
        (replace(PUT, kept=("d1",)), live(BOTH, set_aside={"x": "d1"})),
        (replace(PUT, errors=frozenset({"LegacyUnreadable"})), live({}, error=("LegacyUnreadable", "no"))),
    ],
)
def test_what_was_promised_is_acquitted(obligations: Obligations, seen: Observation) -> None:
    assert judge(obligations, seen) == ()
    assert judge(stable(seen), seen) == ()


def test_an_explanation_says_what_was_promised_and_what_is_shown() -> None:
    (violation,) = judge(DELETED, live(BOTH))
    assert violation.sentence == (
        "Because delete('a') returned before the cut, recovery must show 'a' = nothing. "
        "However it shows {'sessionId': 'old', 'updatedAt': 1, 'note': 'x'}."
    )
    assert (violation.key, violation.shown, violation.promised) == ("a", OLD, ("nothing",))


@pytest.mark.parametrize(
    ("obligations", "seen", "side"),
    [
        (PUT, live(BOTH), {"before"}),
        (PUT, live({"a": NEW, "b": OTHER}), {"after"}),
        (SAVE, live({"a": OLD, "b": NEW}), {"between"}),
        (MIGRATION, Observation(BOTH, layout="legacy", legacy=DIGEST), {"before"}),
        (MIGRATION, live(BOTH, backups={"sessions.json.bak.1": DIGEST}), {"after"}),
        (PUT_RETURNED, live({"a": NEW, "b": OTHER}), set()),
    ],
)
def test_the_side_of_an_operation_in_flight_is_told(obligations: Obligations, seen: Observation, side: object) -> None:
    assert sides(obligations, seen) == side


def test_marks_name_the_side_and_the_steps_of_recovery() -> None:
    assert list(marks(PUT, live(BOTH, steps=("swept temporary",)))) == ["put: before", "recovery: swept temporary"]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ({"a": 1, "b": [1, {}]}, {"b": [1, {}], "a": 1}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": [0]}, {"a": [False]}, False),
        ({"a": None}, {}, False),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, False),
        ([float("nan")], [float("nan")], True),
        (ABSENT, UNREADABLE, False),
        (ABSENT, {}, False),
    ],
)
def test_json_values_are_the_same_whatever_the_order_of_keys_and_never_by_coincidence(
    left: object, right: object, same: bool
) -> None:
    assert same_json(left, right) is same
    assert same_json(right, left) is same


VALUES = st.sampled_from([ABSENT, OLD, NEW, OTHER])
PROMISES = st.dictionaries(
    st.sampled_from("abc"),
    st.lists(VALUES, min_size=1, max_size=2, unique_by=id).map(lambda each: Promise((*each,), "it was")),
)
OBLIGATIONS = st.builds(
    Obligations,
    PROMISES,
    layouts=st.sampled_from([None, ("live",), ("live", "legacy")]),
    legacy=st.sampled_from([None, (None,), ("d1",), (None, "d1")]),
    backups=st.sampled_from([None, (), ("d1",), ("d1", "d2")]),
    kept=st.sampled_from([(), ("d1",)]),
    save=st.sampled_from([None, Save((("b", NEW),), ("a",))]),
    errors=st.sampled_from([frozenset(), frozenset({"LegacyUnreadable"})]),
    otherwise=st.none() | st.builds(Obligations, PROMISES),
)
OBSERVATIONS = st.fixed_dictionaries(
    {
        "entries": st.dictionaries(st.sampled_from("abc"), st.sampled_from([OLD, NEW, OTHER])),
        "layout": st.sampled_from([None, "live", "legacy"]),
        "unreadable": st.sampled_from([{}, {"d": "d1"}]),
        "legacy": st.sampled_from([None, "d1"]),
        "backups": st.sampled_from([{}, {"x": "d1"}, {"x": "d1", "y": "d2"}, {"x": "d1", "y": "d1"}]),
        "litter": st.sampled_from([(), ("t",)]),
        "error": st.sampled_from([None, ("LegacyUnreadable", ""), ("WriteFailed", "")]),
    }
).map(lambda named: Observation(**named))  # type: ignore[arg-type]


@given(OBLIGATIONS, OBSERVATIONS)
def test_what_does_not_fit_is_explained_and_what_fits_is_not(obligations: Obligations, seen: Observation) -> None:
    for each in obligations.alternatives:
        assert each.fits_alone(seen) is (checks.explain(each, seen) == ())


@given(OBLIGATIONS, OBLIGATIONS, OBSERVATIONS)
def test_obligations_that_imply_others_admit_no_more(one: Obligations, two: Obligations, seen: Observation) -> None:
    if one.implies(two) and one.fits(seen):
        assert two.fits(seen)


@given(OBLIGATIONS)
def test_obligations_are_compared_by_content(obligations: Obligations) -> None:
    again = replace(obligations, promises=dict(reversed([*obligations.promises.items()])))
    assert again == obligations
    assert hash(again) == hash(obligations)
    assert obligations.implies(again)


RELAXED: list[Callable[[Obligations], Obligations]] = [
    lambda each: replace(each, layouts=None),
    lambda each: replace(each, backups=None),
    lambda each: replace(each, errors=each.errors | {"Other"}),
    lambda each: replace(each, promises={**each.promises, "a": Promise((OLD, NEW, OTHER), "whatever")}),
]


@pytest.mark.parametrize("relax", RELAXED)
def test_obligations_imply_looser_ones_and_not_the_other_way_round(
    relax: Callable[[Obligations], Obligations],
) -> None:
    strict = Obligations({"a": Promise((OLD,), "it was")}, layouts=("live",), backups=("d1",))
    assert strict.implies(relax(strict))
    assert not relax(strict).implies(strict)


def test_a_wrong_sight_of_another_agents_store_is_a_violation() -> None:
    held = Obligations({}, parts={"alpha": Obligations({"a": Promise(({"version": 1},), "it was acknowledged")})})
    assert judge(held, Observation({}, parts={"alpha": Observation({"a": {"version": 1}})})) == ()
    assert judge(held, Observation({}, parts={"alpha": Observation({})})) != ()
    assert judge(held, Observation({}, parts={"alpha": Observation({"a": {"version": 2}})})) != ()
