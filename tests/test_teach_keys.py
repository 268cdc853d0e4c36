"""On a terminal, `blackstart teach` acts on single keys; where there are none, on lines."""

from collections.abc import Sequence

import pytest

from model.lesson.conversation import Offer
from model.lesson.keys import MORE, Keys
from tests.terminals import terminal

DOWN, UP, RIGHT, LEFT = "\x1b[B", "\x1b[A", "\x1b[C", "\x1b[D"
CUT = "Cut after which call, 0 to 7? (Enter: 4)"
CALLS = [Offer(str(number), f"call {number}") for number in range(13)]
WAYS = [Offer("Enter"), Offer("a"), Offer("1"), Offer("2"), Offer("p ext4"), Offer("p xfs")]


def answer(keys: Sequence[str], offers: Sequence[Offer], suggested: str) -> str | None:
    """What these keys come to; all of them are used."""
    ahead = list(keys)
    found = Keys(lambda: ahead.pop(0) if ahead else None, lambda text: None).line("Which?", offers, suggested)
    assert ahead == []
    return found


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (["\r"], "4"),
        (["\n"], "4"),
        ([DOWN, "\r"], "5"),
        ([RIGHT, RIGHT, LEFT, "\r"], "5"),
        ([UP] * 9 + ["\r"], "0"),
        ([DOWN] * 20 + ["\r"], "12"),
        (["7"], "7"),
        (["1", "\r"], "1"),
        (["1", "2"], "12"),
        (["1", "7"], "7"),
        (["1", "\x7f", "\r"], "4"),
        (["x", "\x1b[5~", "\r"], "4"),
        (["p", "\r"], "4"),
        (["s"], "s"),
        (["q"], "q"),
        (["?"], "?"),
        (["\x04"], None),
        ([], None),
    ],
)
def test_keys_move_what_is_suggested_and_take_it(keys: list[str], found: str | None) -> None:
    assert answer(keys, CALLS, "4") == found


@pytest.mark.parametrize(
    ("keys", "found"),
    [(["\r"], "Enter"), (["a"], "a"), (["2"], "2"), (["p", "\r"], "p ext4"), (["p", "p", "\r"], "p xfs")],
)
def test_after_an_outcome_single_keys_do_what_lines_do(keys: list[str], found: str) -> None:
    assert answer(keys, WAYS, "Enter") == found


def test_the_third_p_is_the_first_profile_again() -> None:
    assert answer(["p", "p", "p", "\r"], WAYS, "Enter") == "p ext4"


def test_a_lesson_is_played_with_keys_and_screen_by_screen() -> None:
    with terminal(["teach", "1"]) as screen:
        first = screen.until(MORE)
        assert len(first.splitlines()) < 24
        screen.press(" ")
        screen.until(CUT)
        screen.until("> 4  after open /srv/sessions.json")
        screen.press(DOWN)
        screen.until("> 5  after write /srv/sessions.json")
        screen.press("\r")
        assert "the process is killed after call 5" in screen.until(MORE)
        screen.press(" ")
        screen.until("> Enter  the answer")
        screen.press("p")
        screen.until("> p sequential")
        screen.press("\r")
        screen.until(CUT)
        screen.press("4")
        assert "power cut after call 4" in screen.until("> 2  empty")
        screen.press("\r")
        screen.until("> Enter  the answer")
        screen.press("s")
        assert screen.end() == 0
        assert "Next: blackstart teach 2" in screen.shown


def test_keys_that_are_pressed_early_are_not_lost() -> None:
    with terminal(["teach", "1"], rows=200) as screen:
        screen.until("Lesson 1 of 12")
        screen.press("5\r")
        assert screen.end() == 0
        assert "the process is killed after call 5" in screen.shown


def test_an_interrupt_leaves_and_the_terminal_is_as_it_was() -> None:
    with terminal(["teach", "1"], rows=200) as screen:
        screen.until("> 4")
        screen.press("\x03")
        assert screen.end() == 3
        assert "\nleft\n" in screen.shown


@pytest.mark.parametrize(("arguments", "term"), [(["--lines"], "xterm"), ([], "dumb")])
def test_without_keys_lines_are_read(arguments: list[str], term: str) -> None:
    with terminal(["teach", "1", *arguments], rows=200, term=term) as screen:
        screen.until(f"{CUT} > ")
        screen.press("5\n")
        assert "the process is killed after call 5" in screen.until("p NAME: other profile > ")
        screen.press("\n")
        assert screen.end() == 0
        assert "\x1b" not in screen.shown


@pytest.mark.parametrize("number", [3, 6, 8, 11])
def test_every_line_fits_a_narrow_terminal(number: int) -> None:
    with terminal(["teach", str(number), "--lines"], rows=2000, columns=40) as screen:
        for _ in range(20):
            screen.press("\n")
        assert screen.end() == 0
        assert "Answer" in screen.shown
        assert [line for line in screen.shown.splitlines() if len(line) > 40] == []
