"""The soak: its judge on made-up histories, and real processes on a good store and on bad ones."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import permutations
from multiprocessing import active_children
from pathlib import Path
from random import Random
from typing import Any

import pytest

from scenarios.defects import DEFECTS
from store import SessionStore
from store.host import HostKernel
from tests.soak.campaign import Soak, soak
from tests.soak.crew import Crew
from tests.soak.record import ANYTHING, Recorder, Told
from tests.soak.register import ANY, LAST_LOOK, SAME, Blank, Op, Tag, judge_key
from tests.soak.report import page
from tests.soak.values import entry_of, tag_of
from tests.soak.worker import Post

ONE, TWO = "one", "two"


def put(begin: int, end: int, tag: str | None, *, returned: bool = True, saw: Tag | Blank = ANY) -> Op:
    return Op(begin, end, saw, tag, returned, f"writer of {tag}", "put()")


def look(begin: int, end: int, tag: str | None, call: str = "load()") -> Op:
    return Op(begin, end, tag, SAME, True, "reader", call)


def kinds(*ops: Op, start: Tag = None) -> list[str]:
    mistakes, _ = judge_key("a", ops, frozenset({start}), frozenset({ONE, TWO}))
    return [mistake.kind for mistake in mistakes]


@pytest.mark.parametrize(
    "ops",
    [
        (put(0, 1, ONE), look(2, 3, ONE)),
        (put(0, 3, ONE), look(1, 2, ONE)),
        (put(0, 3, ONE), look(1, 2, None)),
        (put(0, 9, ONE), look(1, 2, None), look(3, 4, ONE), look(5, 6, ONE)),
        (put(0, 5, ONE), put(0, 5, TWO), look(6, 7, ONE), look(8, 9, ONE)),
        (put(0, 5, ONE, returned=False), look(6, 7, None)),
        (put(0, 5, ONE, returned=False), look(6, 7, ONE), look(8, 9, ONE)),
        (put(0, 1, ONE), put(2, 3, None), look(4, 5, None)),
        (put(0, 1, ONE), put(2, 3, TWO, saw=ONE), look(4, 5, TWO)),
        (put(0, 5, ONE), put(0, 5, TWO, saw=ONE, returned=False), look(6, 7, TWO, LAST_LOOK)),
    ],
)
def test_a_history_that_some_order_explains_is_accepted(ops: Sequence[Op]) -> None:
    assert kinds(*ops) == []


@pytest.mark.parametrize(
    ("wrong", "ops"),
    [
        pytest.param("lost", (put(0, 1, ONE), look(2, 3, None, LAST_LOOK)), id="an acknowledged put is gone"),
        pytest.param(
            "lost", (put(0, 1, ONE), put(2, 3, TWO), look(4, 5, ONE, LAST_LOOK)), id="the one before it is back"
        ),
        pytest.param(
            "lost", (put(0, 1, ONE), put(2, 3, None), look(4, 5, ONE, LAST_LOOK)), id="a deleted entry is back"
        ),
        pytest.param("stale", (put(0, 1, ONE), put(2, 3, TWO), look(4, 5, ONE)), id="a reader shows the one before"),
        pytest.param(
            "stale", (put(0, 9, ONE), look(1, 2, ONE), look(3, 4, None)), id="a reader goes back behind another"
        ),
        pytest.param(
            "stale",
            (put(0, 5, ONE, returned=False), look(6, 7, None), look(8, 9, ONE)),
            id="what a dead process had not done by its death is done later",
        ),
        pytest.param("stale", (put(4, 5, ONE), look(0, 3, ONE)), id="a reader sees what is not written yet"),
        pytest.param(
            "lost",
            (put(0, 5, ONE, saw=None), put(0, 5, TWO, saw=None)),
            id="two updates have both seen that there is nothing",
        ),
        pytest.param("invented", (put(0, 1, ONE), look(2, 3, "three")), id="nobody has ever written it"),
    ],
)
def test_a_history_that_no_order_explains_is_convicted(wrong: str, ops: Sequence[Op]) -> None:
    assert kinds(*ops) == [wrong]


def explained(ops: Sequence[Op]) -> bool:
    """The same question, answered by trying every order of every choice of those that did not return."""
    sure = [op for op in ops if op.has_returned]
    unsure = [op for op in ops if not op.has_returned]
    for chosen in range(1 << len(unsure)):
        taken = sure + [op for number, op in enumerate(unsure) if chosen >> number & 1]
        if any(_runs(order) for order in permutations(taken)):
            return True
    return False


def _runs(order: Sequence[Op]) -> bool:
    value: Tag = None
    for place, op in enumerate(order):
        if any(later.end_ns < op.begin_ns for later in order[place:]) or op.saw not in (ANY, value):
            return False
        value = value if isinstance(op.made, Blank) else op.made
    return True


def test_the_judge_agrees_with_a_search_of_every_order() -> None:
    random = Random(4)
    answers = set()
    for _ in range(3_000):
        ops = []
        for number in range(random.randint(1, 5)):
            begin = random.randint(0, 8)
            kind, tag = random.choice(["put", "look", "update"]), random.choice([None, ONE, TWO, f"own {number}"])
            saw = ANY if kind == "put" else random.choice([None, ONE, TWO])
            made = SAME if kind == "look" else tag
            returned = kind == "look" or random.random() < 0.6
            ops.append(Op(begin, begin + random.randint(0, 6), saw, made, returned, "", ""))
        mistakes, _ = judge_key("a", ops, frozenset({None}), frozenset())
        answers.add(not mistakes)
        assert (not mistakes) == explained(ops), ops
    assert answers == {True, False}


def test_a_record_tells_what_returned_what_did_not_and_what_was_seen(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "record")
    recorder.acknowledge(recorder.intend("put(one)", {"a": (ANYTHING, ONE)}))
    kept = recorder.intend("save()", {"a": (ONE, TWO), "b": (None, "three")})
    recorder.acknowledge(kept, ["b"])
    recorder.read("get()", 5, {"a": ONE})
    recorder.find(recorder.intend("update(two)", {}), {"a": ONE}, {"a": (ONE, TWO)})
    recorder.close()
    with (tmp_path / "record").open("ab") as file:
        file.write(b'{"n": 4, "call": "put(')
    told = Told()
    told.hear("writer1", tmp_path / "record", died_ns=1 << 62)
    shown = [(op.saw, op.made, op.has_returned) for op in told.histories["a"]]
    assert sorted(shown, key=str) == sorted([(ANY, ONE, True), (ONE, SAME, True), (ONE, TWO, False)], key=str), (
        "a save leaves alone what others have changed"
    )
    assert [(op.saw, op.made) for op in told.histories["b"]] == [(None, "three")]
    assert told.acknowledged == {"put": 1, "save": 1}
    assert told.in_flight == 1
    assert told.histories["a"][-1].end_ns == 1 << 62


def test_an_entry_that_is_not_whole_is_nobodys() -> None:
    whole = entry_of("writer1.1-3")
    assert tag_of(whole) == "writer1.1-3"
    assert str(tag_of({**whole, "text": "cut"})).startswith("garbled")


def killed(soak: Soak, most: int) -> bool:
    return soak.kills >= most


def test_a_short_soak_of_the_store_loses_nothing(tmp_path: Path) -> None:
    found = soak(tmp_path, is_over=lambda soak: killed(soak, 30), seed=1, round_s=1.0)
    assert not found.mistakes, found.mistakes
    assert found.verdict == "ok"
    assert found.crew.restarts > 20
    assert found.acknowledged["put"] > 0
    assert found.reads > 0
    assert found.outcomes["migrated"] > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "roll-back-moves-the-directory-first",  # which takes a kill to show
        "cache-believed-for-45-seconds",
        "update-reads-before-it-locks",
        "directory-kept-open",
    ],
)
def test_a_short_soak_of_a_bad_store_convicts_it(name: str, tmp_path: Path) -> None:
    defect = next(each for each in DEFECTS if each.name == name)
    with defect.in_force():
        found = soak(tmp_path, is_over=lambda soak: killed(soak, 500), seed=1, round_s=1.0)
    assert found.verdict == "counterexample"
    assert {mistake.kind for mistake in found.mistakes} & {"lost", "stale", "invented"}, found.mistakes
    assert all("Because" in each.sentence for each in found.mistakes if each.kind in ("lost", "stale", "invented"))


def made_up(entry: Any) -> Any:
    """An entry where there is none."""
    return entry_of("nobody") if entry is None else entry


def cut_short(entry: Any) -> Any:
    """What a store might show that reads a file while it is written over."""
    return entry and {**entry, "text": entry["text"][:-1]}


@pytest.mark.parametrize("invent", [made_up, cut_short])
def test_a_short_soak_of_a_store_that_shows_what_nobody_has_written_convicts_it(
    invent: Callable[[Any], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = SessionStore.get
    monkeypatch.setattr(SessionStore, "get", lambda store, key: invent(get(store, key)))
    found = soak(tmp_path, is_over=lambda soak: killed(soak, 500), seed=1, round_s=1.0)
    assert found.verdict == "counterexample"
    assert {mistake.kind for mistake in found.mistakes} == {"invented"}, found.mistakes
    assert all("Because" in each.sentence for each in found.mistakes)


def test_a_soak_in_which_nobody_is_killed_says_nothing_of_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Crew, "_kill_somebody", lambda _: None)
    monkeypatch.setattr(Post, "kernel", lambda _: HostKernel())
    found = soak(tmp_path, is_over=lambda soak: soak.crew.operations > 50, seed=1, round_s=1.0)
    assert not found.mistakes, found.mistakes
    assert found.acknowledged["put"] > 0
    assert (found.kills, found.verdict) == (0, "unknown")
    assert "unknown: 0 kills in" in " ".join(page(found))


@pytest.mark.parametrize(("kills", "verdict"), [(0, "unknown"), (999, "unknown"), (1_000, "ok")])
def test_fewer_than_two_hundred_kills_a_minute_are_too_few(kills: int, verdict: str, tmp_path: Path) -> None:
    crew = Crew(tmp_path / "sessions.json", tmp_path, Random(1), 1, 1, kills=kills)
    assert Soak(tmp_path, crew, seconds=300.0).verdict == verdict


def test_an_interrupted_soak_reports_what_it_has_seen_and_leaves_no_process_behind(tmp_path: Path) -> None:
    def interrupt(soak: Soak) -> None:
        if killed(soak, 10):
            raise KeyboardInterrupt

    found = soak(tmp_path, is_over=lambda _: False, watch=interrupt)
    assert found.was_interrupted
    assert found.verdict == "unknown", found.mistakes
    assert found.acknowledged["put"] > 0
    assert not active_children()
    assert page(found)[-1].startswith("unknown: interrupted after")


def test_the_command_prints_a_verdict_and_leaves_nothing_behind(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "tests.soak", "--minutes", "0.05", "--folder", str(tmp_path))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].startswith("ok: ")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert not list(tmp_path.iterdir())
