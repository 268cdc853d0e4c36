"""What is too long is shortened so that different texts stay different."""

from hypothesis import given
from hypothesis import strategies as st

from model.lesson.shortening import told_apart


def test_the_middle_gives_way() -> None:
    assert told_apart(["short", "a long one that ends"], 10) == ["short", "a long\u2026nds"]


def test_texts_that_differ_only_in_the_middle_are_told_from_there() -> None:
    old, new = (f"the beginning {word} the end of it" for word in ("old", "new"))
    assert told_apart([old, new], 20) == ["\u2026ginning old the en\u2026", "\u2026ginning new the en\u2026"]


def test_the_same_text_is_shortened_the_same_way() -> None:
    one, two = told_apart(["x" * 50, "x" * 50], 20)
    assert one == two


@given(st.lists(st.text("ab", min_size=40, max_size=60), max_size=5), st.integers(12, 30))
def test_every_text_fits(texts: list[str], width: int) -> None:
    assert all(len(each) <= width for each in told_apart(texts, width))


@given(st.text("ab", min_size=30, max_size=60), st.text("ab", min_size=30, max_size=60))
def test_two_different_texts_stay_different(one: str, two: str) -> None:
    assert (one == two) == (len(set(told_apart([one, two], 20))) == 1)
