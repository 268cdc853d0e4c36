"""File names: every key has one, no two keys have the same, and the key can be read from it."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.keys import normalise, refusal
from store.names import (
    canonical_key,
    decode,
    encode,
    file_name,
    is_digest_name,
    is_escaped,
    spelled_key,
    token,
    untoken,
)

any_text = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("agent:main:main", "agent%3Amain%3Amain.json"),
        ("agent:main:100%done", "agent%3Amain%3A100%25done.json"),
        ("a/b\\c", "a%2Fb%5Cc.json"),
        ("agent:main:direct:+15551234567", "agent%3Amain%3Adirect%3A+15551234567.json"),
        ("é", "%C3%A9.json"),
        ("\ud800", "%ED%A0%80.json"),
        ('*?<>"|', "%2A%3F%3C%3E%22%7C.json"),
        ("\0\x1f\x7f", "%00%1F%7F.json"),
        (".hidden", "%2Ehidden.json"),
        ("ends.", "ends%2E.json"),
        ("a b", "a b.json"),
        ("con", "%63on.json"),
        ("nul.txt", "%6Eul.txt.json"),
        ("com1", "%63om1.json"),
        ("console", "console.json"),
    ],
)
def test_the_name_of_a_key(key: str, name: str) -> None:
    assert file_name(key) == name
    assert canonical_key(name) == key


def test_a_byte_can_be_read_back_from_its_token() -> None:
    for byte, first, last in product(range(256), (False, True), (False, True)):
        codes = token(byte, escaped=is_escaped(byte, first=first, last=last))
        assert untoken(codes) == (byte, len(codes))
        assert all(0x20 <= code < 0x7F and not 0x41 <= codes[0] <= 0x5A for code in codes)


def test_no_token_is_a_prefix_of_another_one() -> None:
    tokens = {token(byte, escaped=escaped) for byte in range(256) for escaped in spellings(byte)}
    for one, other in product(tokens, tokens):
        assert one == other or one != other[: len(one)]


def spellings(byte: int) -> Iterator[bool]:
    """Every byte may be escaped (a letter where it begins a device name); some may stand for themselves."""
    yield True
    if not is_escaped(byte, first=False, last=False):
        yield False


@given(any_text)
def test_every_key_can_be_read_from_its_encoding(key: str) -> None:
    assert decode(encode(key)) == key.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass")


@given(any_text)
def test_a_name_is_short_plain_and_survives_a_disk_that_ignores_case(key: str) -> None:
    key = normalise(key)
    name = file_name(key)
    assert len(name) <= 255
    assert name.isascii()
    assert not set(name) & set('/\\:*?<>"|')
    assert name == ".json" or name[0] != "."  # the empty key is refused before
    if not refusal(key) and not is_digest_name(name):
        assert canonical_key(name) == key
        assert spelled_key(name.lower()) == key


@given(any_text, any_text)
def test_two_keys_never_share_a_name_not_even_without_regard_to_case(one: str, other: str) -> None:
    assert (file_name(one).lower() == file_name(other).lower()) == (one == other)


def test_a_long_key_is_named_by_its_digest() -> None:
    assert len(file_name("n" * 250)) == 255
    name = file_name("n" * 251)
    assert is_digest_name(name)
    assert canonical_key(name) is None
    assert spelled_key(name) is None
    assert decode(name[:-5]) != "n" * 251


@pytest.mark.parametrize("name", ["%3a.json", "a:b.json", "%41.json", "Agent.json", "é.json", "con.json", "%61.json"])
def test_a_name_that_is_spelled_otherwise_has_a_key_and_is_not_canonical(name: str) -> None:
    assert spelled_key(name)
    assert canonical_key(name) is None


@pytest.mark.parametrize(
    "name", [".json", ".tmp.json", "a.txt", "%%x.json", "\udcff.json", "%FF.json", "__proto__.json"]
)
def test_names_that_spell_no_key(name: str) -> None:
    assert spelled_key(name) is None
    assert canonical_key(name) is None
