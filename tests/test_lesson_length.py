"""Lessons 1 to 3 take ten minutes: so many words to read and choices to make, and no more."""

import re

from tests.transcripts import taught

WORDS_A_MINUTE = 220
CHOICES_A_MINUTE = 6
FIRST = (1, 2, 3)
ROWS = 24


def choices(transcript: str) -> int:
    """How often something is asked."""
    return len(re.findall(r"(?m) > [^ \n]+$", transcript))


def test_the_first_three_lessons_are_read_and_answered_in_nine_minutes() -> None:
    """On the path of whoever takes every suggestion: 220 words a minute, 10 seconds a choice."""
    transcripts = [taught(number) for number in FIRST]
    words = sum(len(each.split()) for each in transcripts)
    asked = sum(map(choices, transcripts))
    minutes = words / WORDS_A_MINUTE + asked / CHOICES_A_MINUTE
    assert minutes <= 9.0, f"{words} words and {asked} choices: {minutes:.1f} minutes"


def test_each_of_them_asks_where_to_cut_and_whether_to_see_the_answer() -> None:
    assert [choices(taught(number)) for number in FIRST] == [2, 3, 5]


def test_what_is_shown_between_two_prompts_is_at_most_two_screens() -> None:
    for number in FIRST:
        for part in re.split(r"(?m)^.* > .*\n", taught(number)):
            assert len(part.splitlines()) <= 2 * ROWS
