"""The proof of the laws: what counts as one, and that its laws are about what the store really calls."""

import inspect
import json
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import product
from types import FrameType
from typing import Any

import pytest
from crosshair.core_and_libs import AnalysisMessage, MessageType

from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_INTERNAL_ERROR, EXIT_OK, EXIT_UNKNOWN, EXIT_USAGE
from model.report.figures import WIDTH
from store import names
from store.host import HostKernel
from tests.stores import Installation, entry
from tests.symbolic.__main__ import main
from tests.symbolic.encoding import a_digit_is_read_back
from tests.symbolic.law import Defect, Law
from tests.symbolic.laws import LAWS
from tests.symbolic.proof import RETRY_TIMEOUT_S, TIMEOUT_S, Answer, Ask, ProverFailed, Verdict, ask_crosshair
from tests.symbolic.prover import arguments, breaks, judged

SMALLEST = LAWS[0]
ABOUT = sorted({place for law in LAWS for place in law.about})
HOUR_NS = 3600 * 1_000_000_000


def answers(*verdicts: Verdict | type[BaseException]) -> tuple[Ask, list[tuple[int | None, float]]]:
    """Someone to ask who says the verdicts, one after the other; and what was asked."""
    asked: list[tuple[int | None, float]] = []

    def ask(law: Law, defect: int | None, timeout_s: float) -> Answer:
        asked.append((defect, timeout_s))
        said = verdicts[len(asked) - 1]
        if isinstance(said, str):
            return Answer(said, "so it is", {"value": 3} if said == "refuted" else {}, 1.0)
        raise said

    return ask, asked


def function(place: str) -> Any:
    module, _, name = place.rpartition(".")
    return getattr(import_module(module), name)


def samples(contract: Callable[..., bool]) -> Iterator[dict[str, Any]]:
    """Arguments of the right types, whether they meet the preconditions or not."""
    parameters = inspect.signature(contract).parameters.values()
    values = [(False, True) if parameter.annotation is bool else (0, 77) for parameter in parameters]
    for given in product(*values):
        yield dict(zip([parameter.name for parameter in parameters], given, strict=True))


def preconditions(law: Law) -> list[str]:
    return re.findall(r"(?m)^ *pre: (.*)$", law.contract.__doc__ or "")


@pytest.mark.parametrize(
    ("verdicts", "code", "says"),
    [
        (["confirmed", "refuted", "refuted"], EXIT_OK, "ok: 1 law confirmed over all paths, 2 defects"),
        (["refuted"], EXIT_COUNTEREXAMPLE, "REFUTED by value=3"),
        (["confirmed", "refuted", "confirmed"], EXIT_COUNTEREXAMPLE, "NOT REFUTED, confirmed"),
        (["unknown", "unknown"], EXIT_UNKNOWN, "UNKNOWN in 2.0 s"),
        (["confirmed", "unknown", "unknown", "refuted"], EXIT_UNKNOWN, "NOT REFUTED, unknown"),
        (["unknown", "confirmed", "unknown", "refuted", "refuted"], EXIT_OK, "ok: 1 law"),
        (["confirmed", "refuted", KeyboardInterrupt], EXIT_UNKNOWN, "unknown: 0 of 1 law proved"),
    ],
)
def test_only_a_law_that_is_confirmed_and_broken_by_every_defect_is_proved(
    verdicts: list[Verdict | type[BaseException]], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ask, asked = answers(*verdicts)
    assert main([], ask, [SMALLEST]) == code
    output = capsys.readouterr().out
    assert says in output
    assert max(map(len, output.splitlines())) <= WIDTH
    assert len(asked) == len(verdicts)


def test_what_is_unknown_is_asked_once_more_with_more_time_and_never_left_out() -> None:
    ask, asked = answers("unknown", "unknown")
    assert main([], ask, [SMALLEST]) == EXIT_UNKNOWN
    assert asked == [(None, TIMEOUT_S), (None, RETRY_TIMEOUT_S)] == [(None, 20.0), (None, 60.0)]


def test_nothing_is_proved_where_there_is_no_law_or_no_defect() -> None:
    assert main([], answers()[0], []) == EXIT_UNKNOWN
    without = Law(a_digit_is_read_back, SMALLEST.about, ())
    assert main([], answers("confirmed")[0], [without]) == EXIT_UNKNOWN


def test_a_prover_that_fails_is_an_internal_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], answers(ProverFailed)[0], [SMALLEST]) == EXIT_INTERNAL_ERROR
    assert "ProverFailed" in capsys.readouterr().err


def test_what_is_printed_as_json_and_as_markdown_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json"], answers("confirmed", "refuted", "confirmed")[0], [SMALLEST]) == EXIT_COUNTEREXAMPLE
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["verdict"], told["bounds"]["laws"]) == (1, "counterexample", 1)
    assert [defect["verdict"] for defect in told["rows"][0]["defects"]] == ["refuted", "confirmed"]
    main(["--markdown"], answers("confirmed", "refuted", "confirmed")[0], [SMALLEST])
    assert "| 1 of 2 |" in capsys.readouterr().out


def test_a_law_that_is_not_known_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["no such law"])
    assert stopped.value.code == EXIT_USAGE
    assert SMALLEST.name in capsys.readouterr().err


def message(state: MessageType, text: str = "") -> AnalysisMessage:
    return AnalysisMessage(state, text, "laws.py", 1, 1, "")


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ([MessageType.CONFIRMED], "confirmed"),
        ([MessageType.CONFIRMED, MessageType.CONFIRMED], "confirmed"),
        ([MessageType.CANNOT_CONFIRM], "unknown"),
        ([MessageType.CONFIRMED, MessageType.CANNOT_CONFIRM], "unknown"),
        ([MessageType.PRE_UNSAT], "unknown"),
        ([MessageType.POST_FAIL], "refuted"),
        ([MessageType.CANNOT_CONFIRM, MessageType.EXEC_ERR], "refuted"),
        ([MessageType.POST_ERR], "refuted"),
    ],
)
def test_confirmed_is_only_what_crosshair_confirms_without_reserve(states: list[MessageType], verdict: str) -> None:
    text = "false when calling a_digit_is_read_back(value = 12) (which returns False)"
    assert judged(a_digit_is_read_back, [message(state, text) for state in states])["verdict"] == verdict


@pytest.mark.parametrize("states", [[], [MessageType.SYNTAX_ERR], [MessageType.CONFIRMED, MessageType.IMPORT_ERR]])
def test_a_law_that_cannot_be_read_is_an_error(states: list[MessageType]) -> None:
    with pytest.raises(ValueError, match="a_digit_is_read_back"):
        judged(a_digit_is_read_back, [message(state) for state in states])


@pytest.mark.parametrize("call", ["a_digit_is_read_back(12)", "a_digit_is_read_back(value = 12)"])
def test_a_counterexample_is_read_from_crosshairs_words_and_played_again(call: str) -> None:
    found = arguments(a_digit_is_read_back, f"IndexError: no such digit when calling {call} (which returns False)")
    assert found == {"value": 12}
    assert not breaks(a_digit_is_read_back, found)
    with SMALLEST.defects[0].planted():
        assert breaks(a_digit_is_read_back, found)
    assert not breaks(a_digit_is_read_back, found)
    assert breaks(lambda value: value[0] == value, found)


def test_what_crosshair_says_without_a_call_is_an_error() -> None:
    with pytest.raises(ValueError, match="no call"):
        arguments(a_digit_is_read_back, "something else")


def test_a_prover_that_does_not_stop_or_is_ended_knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask_crosshair(SMALLEST, None, 0.01).verdict == "unknown"
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], -9, "", ""))
    assert "signal 9" in ask_crosshair(SMALLEST, None, 20.0).reason
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, "", "Traceback"))
    with pytest.raises(ProverFailed, match="Traceback"):
        ask_crosshair(SMALLEST, None, 20.0)


def test_crosshair_confirms_the_smallest_law_and_refutes_it_with_its_defects(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([SMALLEST.name]) == EXIT_OK
    printed = capsys.readouterr()
    assert "refuted by value=15" in printed.out
    assert f"3 of {1 + len(SMALLEST.defects)}: " in printed.err


def test_laws_are_told_apart_and_stated_in_a_sentence() -> None:
    assert len({law.name for law in LAWS}) == len(LAWS)
    assert [law.name for law in LAWS if not law.statement.endswith(".")] == []
    assert [law.name for law in LAWS if "post: _" not in (law.contract.__doc__ or "")] == []


@pytest.mark.parametrize("law", LAWS, ids=lambda law: str(law.name))
def test_a_law_has_defects_and_reaches_every_function_that_it_is_about(law: Law) -> None:
    class Reached(Exception):
        """The function was called."""

    def reached(*_: Any, **__: Any) -> None:
        raise Reached

    def reaches(arguments: dict[str, Any]) -> bool:
        try:
            for precondition in preconditions(law):
                eval(precondition, law.contract.__globals__, arguments)
            law.contract(**arguments)
        except Reached:
            return True
        return False

    assert law.defects
    for place in {*law.about, *(defect.place for defect in law.defects)}:
        with Defect("", place, reached).planted():
            assert any(map(reaches, samples(law.contract))), place


def test_a_mistake_is_planted_in_every_function_that_a_law_is_about() -> None:
    assert {defect.place for law in LAWS for defect in law.defects} >= set(ABOUT)


def test_the_laws_are_about_functions_that_the_store_calls(installation: Installation) -> None:
    """The tables of tokens are made when `store.names` is imported: so that is done anew."""
    called: set[tuple[str, str]] = set()

    def listen(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called.add((frame.f_code.co_filename, frame.f_code.co_qualname))

    kernel = HostKernel()
    ahead_ns = kernel.realtime_ns() - kernel.monotonic_ns() + HOUR_NS
    kernel.realtime_ns = lambda: kernel.monotonic_ns() + ahead_ns  # type: ignore[method-assign]
    installation.arrange({"A": entry(0), "a": entry(1), "b:c": entry(2)})
    sys.setprofile(listen)
    try:
        runpy.run_path(str(names.__file__))
        with installation.opened() as store:
            store.migrate()
            base = store.load()
            store.save({**base, "a": entry(3)}, base=base)
        names.spelled_key.cache_clear()
        with installation.opened(kernel=kernel) as store:
            assert store.load() == store.load() == {**base, "a": entry(3)}
    finally:
        sys.setprofile(None)
    missing = []
    for place in ABOUT:
        found = inspect.unwrap(function(place))
        filename, name = inspect.getfile(found), found.__qualname__
        if not any(file == filename and (of == name or of.startswith(f"{name}.")) for file, of in called):
            missing.append(place)
    assert missing == []
