"""Keys: one spelling each, as a JavaScript program would make it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import InvalidKey
from store.keys import BLOCKED, WHITESPACE, accept, normalise, refusal

# Where Python's own strip() would go another way than JavaScript's trim().
STRIPPED_BY_PYTHON_ONLY = "\x1c\x1d\x1e\x1f\x85"
STRIPPED_BY_JAVASCRIPT_ONLY = "\ufeff"

# Letters that got their lower case in Unicode 16: a JavaScript engine lower-cases them when it knows that version,
# Python when it does.  With different versions on both sides a key with such a letter has two spellings.
LOWER_CASE_SINCE_UNICODE_16 = {"\u1c89": "\u1c8a", "\ua7cb": "\u0264", "\ua7cc": "\ua7cd", "\ua7da": "\ua7db"}


def test_a_key_is_trimmed_and_lower_cased() -> None:
    assert normalise(" \ufeffAgent:Main:WebChat:DM:MiXeD-User\n") == "agent:main:webchat:dm:mixed-user"


def test_exactly_what_javascript_trims_is_trimmed() -> None:
    separators = {chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Zs"}
    assert set(WHITESPACE) == separators | set("\t\n\v\f\r\u2028\u2029\ufeff")


def test_where_trimming_differs_from_python() -> None:
    by_python = {chr(code) for code in range(0x110000) if not chr(code).strip()}
    assert by_python - set(WHITESPACE) == set(STRIPPED_BY_PYTHON_ONLY)
    assert set(WHITESPACE) - by_python == set(STRIPPED_BY_JAVASCRIPT_ONLY)


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("İ", "i\u0307"),  # two characters, as in JavaScript
        ("ΑΣ", "ας"),  # a sigma that ends a word
        ("ΑΣΑ", "ασα"),
        ("ẞ", "ß"),
        ("K", "k"),  # the Kelvin sign
    ],
)
def test_lower_case_is_unicodes_as_in_javascript(written: str, spelled: str) -> None:
    assert normalise(written) == spelled


@pytest.mark.parametrize("letter", LOWER_CASE_SINCE_UNICODE_16)
def test_where_lower_case_may_differ_from_javascript(letter: str) -> None:
    assert normalise(letter) in (letter, LOWER_CASE_SINCE_UNICODE_16[letter])


def test_halves_of_a_surrogate_pair_are_joined_and_lone_ones_kept() -> None:
    assert normalise("\ud83d\ude00") == "\U0001f600"
    assert normalise("a\ud800b") == "a\ud800b"


@given(st.text())
def test_normalising_twice_is_normalising_once(key: str) -> None:
    assert normalise(normalise(key)) == normalise(key)


@pytest.mark.parametrize("key", ["", " ", "\ufeff", *sorted(BLOCKED), " __PROTO__ "])
def test_keys_that_break_readers_are_refused(key: str) -> None:
    assert refusal(normalise(key))
    with pytest.raises(InvalidKey):
        accept(key)


def test_a_key_is_a_string() -> None:
    with pytest.raises(InvalidKey, match="not int"):
        accept(1)  # type: ignore[arg-type]
