"""What a campaign's results look like to a person: at 80 columns, without colour, the worst told last and plainly."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.report.counterexample import counterexample_text, trace_lines
from model.report.encoding import campaign_value, counterexample_value, exact, to_json
from model.report.figures import WIDTH, count, quantity, seconds, shortened
from model.report.page import page, telling
from model.report.table import summary, table, verdict_sentence
from model.verdict import Campaign, Input, Unfinished
from tests.campaign_fakes import campaign, counterexample, result, task

LONG = "x" * 300


def wide() -> Campaign:
    """A campaign whose every cell is as wide as it can be."""
    of = task(1, operation="directory vanishes while saving", profile="ext4-nodelalloc")
    found = counterexample(
        of, explanation="word " * 100, trace=(LONG,) * 90, cut=70, lost=(LONG,), shown={LONG: LONG}, tree_after=(LONG,)
    )
    huge = result(
        of,
        crash_points=999_999,
        raw_states=2**400,
        recoveries=999_999,
        nested_recoveries=0,
        verdict="counterexample",
        seconds=98_765.4,
        counterexamples=(found,),
    )
    return campaign(huge, result(task(2), bounded=True), sometimes=frozenset({"recovery: M5 merged"}))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (1_234, "1,234"),
        (999_999, "999,999"),
        (1_000_000, "1.0e6"),
        (1_949_999, "1.9e6"),
        (9_960_000, "1.0e7"),
        (3**5_000, "4.0e2385"),
        (2**60_000, "6.3e18061"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_count_stays_short_however_large(number: int, text: str) -> None:
    assert count(number) == text


@given(st.integers(10**6, 10**300))
def test_a_shortened_count_is_within_five_percent(number: int) -> None:
    assert abs(float(count(number)) - number) <= number * 0.05


@pytest.mark.parametrize(
    ("duration_s", "text"), [(0, "0.0 s"), (9.94, "9.9 s"), (12.4, "12 s"), (99.6, "1 min 40 s"), (161, "2 min 41 s")]
)
def test_a_duration_has_no_more_digits_than_it_is_good_for(duration_s: float, text: str) -> None:
    assert seconds(duration_s) == text


def test_plurals_are_english() -> None:
    assert [quantity(number, "recovery") for number in (0, 1, 2)] == ["0 recoveries", "1 recovery", "2 recoveries"]


@given(st.text(), st.integers(3, 40))
def test_a_shortened_text_fits_and_keeps_both_ends(text: str, width: int) -> None:
    short = shortened(text, width)
    assert len(short) <= width
    assert short[:1] == text[:1]
    assert short[-1:] == text[-1:]


def test_the_table_sums_up_the_cases_of_an_operation() -> None:
    first, second = task(0), task(1)
    other = task(2, operation="delete")
    lines = table(campaign(result(first), result(second, raw_states=5_000_000), result(other)).rows)
    assert lines[:6] == [
        "                     crash     raw",
        "operation  profile  points  states  recoveries  time  verdict",
        "-------------------------------------------------------------",
        "put        posix        20   5.0e6         200   0.5  ok",
        "delete     posix        10   1,000         100   0.2  ok",
        "-------------------------------------------------------------",
    ]


def test_an_operation_is_named_once() -> None:
    lines = table(campaign(result(task(0)), result(task(0, profile="xfs"))).rows)
    assert [line[:11].strip() for line in lines[3:5]] == ["put", ""]


def test_nothing_is_wider_than_the_page() -> None:
    whole = wide()
    lines = table(whole.rows) + summary(whole, f".blackstart/runs/{LONG[:40]}")
    lines += counterexample_text(whole.counterexamples[0], number=1)
    assert [line for line in lines if len(line) > WIDTH] == []


def test_nothing_ends_in_blanks() -> None:
    whole = wide()
    lines = table(whole.rows) + summary(whole, None) + counterexample_text(whole.counterexamples[0], number=1)
    assert [line for line in lines if line != line.rstrip()] == []


def test_sampled_rows_say_so() -> None:
    whole = campaign(result(task(0), bounded=True), seed=7)
    assert table(whole.rows)[3].endswith("ok *")
    assert "rows with * (put), seed 7: wide unsynced data; all else" in " ".join(summary(whole, None))


def test_shares_of_a_sample_are_told_once_each() -> None:
    shares = (f"40 of {2**600} crash states drawn",)
    whole = campaign(result(task(0), bounded=True, shares=shares), result(task(1), bounded=True, shares=shares))
    assert " ".join(summary(whole, None)).count(": 40 of 4.1e180 crash states drawn;") == 1


@pytest.mark.parametrize(
    ("whole", "verdict", "exit_code"),
    [
        (campaign(result(task(0))), "ok", 0),
        (campaign(result(task(0), verdict="counterexample"), result(task(1), verdict="unknown")), "counterexample", 1),
        (campaign(result(task(0)), sometimes=frozenset({"a step"})), "unreached", 1),
        (campaign(result(task(0), sometimes={"a step": 2}), sometimes=frozenset({"a step"})), "ok", 0),
        (campaign(result(task(0)), sometimes=None), "ok", 0),
        (campaign(result(task(0), verdict="unknown")), "unknown", 3),
        (campaign(result(task(0)), unfinished=(Unfinished(task(1), "budget"),)), "unknown", 3),
        (
            campaign(unfinished=(Unfinished(task(1), "interrupted"),), sometimes=frozenset({"a step"})),
            "unknown",
            3,
        ),
        (campaign(result(task(0)), unfinished=(Unfinished(task(1), "internal error", "Traceback"),)), "unknown", 4),
    ],
)
def test_the_verdict_is_the_worst_that_is_known(whole: Campaign, verdict: str, exit_code: int) -> None:
    assert (whole.verdict, whole.exit_code) == (verdict, exit_code)
    assert verdict_sentence(whole).startswith(f"{verdict}: ")
    assert summary(whole, None)[-1] != ""


@pytest.mark.parametrize(("afterwards", "told"), [("ab", "untouched"), ("cd", "CHANGED"), (None, "CHANGED")])
def test_a_file_that_was_given_is_vouched_for(afterwards: str | None, told: str) -> None:
    given = Input("s.json", 1_234, "ab", afterwards, "migrate of an invalid file")
    whole = replace(campaign(result(task(0)), sometimes=None), input=given)
    text = " ".join(" ".join(summary(whole, None)).split())
    assert f"input s.json: 1,234 bytes, sha256 ab..., {told}" in text
    assert "outcome migrate of an invalid file" in text
    assert campaign_value(whole)["input"]["untouched"] is (told == "untouched")


def test_a_sometimes_property_that_was_never_reached_is_named() -> None:
    whole = campaign(result(task(0), sometimes={"a": 1}), sometimes=frozenset({"a", "b"}))
    assert "1 of 2 reached; NEVER REACHED: b" in " ".join(summary(whole, None))


def test_a_selection_says_that_it_does_not_ask_for_sometimes_properties() -> None:
    assert "only a part" in " ".join(summary(campaign(result(task(0)), sometimes=None), None))


def test_what_was_cut_short_is_named_with_its_reason() -> None:
    whole = campaign(result(task(0)), unfinished=(Unfinished(task(1, operation="save"), "worker died"),))
    assert "worker died    1 task without a result: save" in summary(whole, None)


def test_rows_stand_in_the_order_of_the_plan_whatever_was_finished() -> None:
    missing = Unfinished(task(0, operation="first"), "budget")
    whole = campaign(result(task(1, operation="second")), unfinished=(missing,), operations=("first", "second"))
    assert [(row.operation, row.verdict) for row in whole.rows] == [("first", "unknown"), ("second", "ok")]


def test_a_counterexample_tells_its_story() -> None:
    text = "\n".join(counterexample_text(counterexample(task(0)), number=1))
    assert text == STORY


STORY = """\
counterexample 1: durability (property 1)
  operation  put: case 0
  profile    posix

  Because put(b) returned before the cut, recovery must show b. However, it
  shows nothing for b.

  system calls
    1  open(sessions.d/.tmp-00, create)
    2  write(3, 20 bytes)
    3  rename(.tmp-00, b.json)
    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ power cut ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    4  close(3)

  what the cut left
    name sessions.d/b.json: absent

  promised
    b  {"sessionId": "b", "updatedAt": 2}

  recovery shows
    b  absent

  files as the run left them
    sessions.d/

  files after recovery
    sessions.d/"""


def test_only_the_calls_near_the_cut_are_shown_unless_all_are_wanted() -> None:
    calls = [f"call {number}" for number in range(1, 101)]
    near = trace_lines(calls, 50, whole=False)
    assert near[0] == "     ... 26 earlier calls"
    assert near[-1] == "     ... 44 later calls not reached"
    assert len(near) == 1 + 24 + 1 + 6 + 1
    assert len(trace_lines(calls, 50, whole=True)) == 101


def test_choices_are_kept_with_the_whole_trace() -> None:
    text = "\n".join(counterexample_text(counterexample(task(0)), number=1, whole_trace=True))
    assert "  choices\n    cut                     before call 4\n" in text


def test_alternatives_are_told_as_such() -> None:
    promised = {"a": [{"updatedAt": 1}, "nothing"], "b": []}
    text = "\n".join(counterexample_text(counterexample(task(0), promised=promised), number=1))
    assert '  promised\n    a  {"updatedAt": 1} or nothing\n\n' in text


def test_the_end_of_a_run_inside_a_trace_is_drawn_and_not_numbered() -> None:
    lines = trace_lines(["open", "-- power cut; recovery: --", "listdir"], 3, whole=True)
    assert lines[0] == "1  open"
    assert "~ power cut; recovery ~" in lines[1]
    assert lines[2] == "3  listdir"


def test_the_first_counterexample_of_each_property_is_told() -> None:
    found = [counterexample(task(0)), counterexample(task(1)), counterexample(task(2), property=2)]
    found.append(counterexample(task(3, operation="delete")))
    assert telling(found) == [1, 3, 4]


def test_a_page_tells_three_stories_and_where_the_others_are() -> None:
    found = tuple(counterexample(task(0), property=number) for number in range(1, 6))
    text = "\n".join(page(campaign(result(task(0), verdict="counterexample", counterexamples=found)), "the folder"))
    assert [f"counterexample {number}:" in text for number in range(1, 6)] == [True, True, True, False, False]
    assert "2 more counterexamples, each with its whole trace, in the folder/counterexamples/" in " ".join(text.split())
    assert text.splitlines()[-1].startswith("counterexample: 1 of 1 row convicted")


def test_a_cut_after_the_last_call_is_drawn_last() -> None:
    assert " power cut " in trace_lines(["open", "close"], 2, whole=False)[-1]


def test_a_kill_is_not_called_a_power_cut() -> None:
    text = "\n".join(counterexample_text(counterexample(task(0, profile="process-kill")), number=1))
    assert " process killed " in text
    assert " power cut " not in text


def test_a_counterexample_in_which_nothing_was_lost_says_so() -> None:
    assert "everything that was done before it" in "\n".join(
        counterexample_text(counterexample(task(0), lost=()), number=1)
    )


@pytest.mark.parametrize("number", [0, 10**300, 2**13_000])
def test_counts_in_json_are_exact(number: int) -> None:
    assert exact(number) == number


def test_a_count_too_long_for_json_readers_is_an_exact_string() -> None:
    assert int(str(exact(2**60_000)), 16) == 2**60_000


def test_a_campaign_as_json_has_the_promised_shape() -> None:
    value = campaign_value(wide())
    assert {"schema", "verdict", "bounds", "rows"} <= value.keys()
    assert value["rows"][0]["raw_states"] == 2**400
    assert value["bounds"]["nested"] == "fixpoint"
    assert value["cases"][1]["operation"] == "put"
    assert value["sometimes"]["missing"] == ["recovery: M5 merged"]
    assert "counterexamples" not in value["cases"][0]


def test_nested_cuts_to_no_depth_are_not_a_fixpoint() -> None:
    assert campaign_value(campaign(result(task(0)), nested=0))["bounds"]["nested"] == 0


@pytest.mark.parametrize("value", ["\udc80", b"\x00", {1, 2}, ("a",), {"nested": frozenset("a")}])
def test_any_value_of_a_store_can_be_written_as_json(value: Any) -> None:
    to_json(counterexample_value(counterexample(task(0), shown={"key\ud800": value}))).encode()
