"""Laws of the encoding of one byte, from which those of whole names follow.

A name is the tokens of a key's bytes, one after the other.  Because a token is read back whatever follows it, reading
them one by one gives the bytes back; because that holds in either case, two names never differ in case alone.
"""

from store import names
from store.names import hex_digit, hex_value, is_escaped, token, untoken
from tests.symbolic.law import Defect, Law

PERCENT, DOT, SPACE = 0x25, 0x2E, 0x20
FORBIDDEN_SOMEWHERE = tuple(b'/\\:*?<>"|')


def a_digit_is_read_back(value: int) -> bool:
    """A hexadecimal digit is read back from its code.

    pre: 0 <= value < 16
    post: _
    """
    return names.hex_value(names.hex_digit(value)) == value


def a_byte_is_read_back(byte: int, first: bool, last: bool, forced: bool, following: int, second: int) -> bool:
    """A byte is read back from its token, wherever it stands, escaped of need or not, and whatever follows.

    pre: 0 <= byte < 256 and 0 <= following < 256 and 0 <= second < 256
    post: _
    """
    codes = names.token(byte, escaped=forced or names.is_escaped(byte, first=first, last=last))
    return names.untoken((*codes, following, second)[:3]) == (byte, len(codes))


def case_does_not_matter(byte: int, first: bool, last: bool, folded: bool) -> bool:
    """A byte is read back from its token in lower case, too.

    pre: 0 <= byte < 256
    post: _
    """
    codes = names.token(byte, escaped=names.is_escaped(byte, first=first, last=last))
    if folded:
        codes = tuple([code + 32 if 0x41 <= code <= 0x5A else code for code in codes])
    return names.untoken(codes) == (byte, len(codes))


def no_token_begins_another(
    one: int, one_first: bool, one_last: bool, other: int, other_first: bool, other_last: bool, forced: bool
) -> bool:
    """No token is the beginning of another one, be it another byte's or the same byte's.

    pre: 0 <= one < 256 and 0 <= other < 256
    post: _
    """
    shorter = names.token(one, escaped=names.is_escaped(one, first=one_first, last=one_last))
    longer = names.token(other, escaped=forced or names.is_escaped(other, first=other_first, last=other_last))
    return longer[: len(shorter)] != shorter or (one == other and len(longer) == len(shorter))


def nothing_forbidden_is_written(byte: int, first: bool, last: bool) -> bool:
    """A token is made of printable ASCII, none of it forbidden on any platform.

    pre: 0 <= byte < 256
    post: _
    """
    for code in names.token(byte, escaped=names.is_escaped(byte, first=first, last=last)):
        if code < 0x20 or code > 0x7E or code in FORBIDDEN_SOMEWHERE:
            return False
    return True


def a_name_is_not_hidden_nor_trimmed(byte: int, first: bool, last: bool) -> bool:
    """No name begins with a dot; none ends with a dot or a space, which some platforms drop.

    pre: 0 <= byte < 256
    post: _
    """
    codes = names.token(byte, escaped=names.is_escaped(byte, first=first, last=last))
    if first and codes[0] == DOT:
        return False
    return not (last and (codes[-1] == DOT or codes[-1] == SPACE))


def no_name_looks_like_a_digest(byte: int, last: bool, forced: bool, following: int) -> bool:
    """No name begins with two per cent signs, which mark the digest of a long key.

    pre: 0 <= byte < 256 and 0 <= following < 256
    post: _
    """
    codes = names.token(byte, escaped=forced or names.is_escaped(byte, first=True, last=last))
    return (*codes, following)[:2] != (PERCENT, PERCENT)


def a_token_is_short(byte: int, first: bool, last: bool) -> bool:
    """A token takes one to three characters, so that a key of 83 bytes always fits into a name.

    pre: 0 <= byte < 256
    post: _
    """
    codes = names.token(byte, escaped=names.is_escaped(byte, first=first, last=last))
    return 1 <= len(codes) <= 3


def _percent_is_itself(byte: int, *, first: bool, last: bool) -> bool:
    return byte != PERCENT and is_escaped(byte, first=first, last=last)


def _capitals_are_themselves(byte: int, *, first: bool, last: bool) -> bool:
    return not 0x41 <= byte <= 0x5A and is_escaped(byte, first=first, last=last)


def _colon_is_itself(byte: int, *, first: bool, last: bool) -> bool:
    return byte != 0x3A and is_escaped(byte, first=first, last=last)


def _delete_is_itself(byte: int, *, first: bool, last: bool) -> bool:
    return byte != 0x7F and is_escaped(byte, first=first, last=last)


def _ends_do_not_matter(byte: int, *, first: bool, last: bool) -> bool:
    return is_escaped(byte, first=False, last=False)


def _spaces_are_themselves(byte: int, *, first: bool, last: bool) -> bool:
    return byte != SPACE and is_escaped(byte, first=first, last=last)


def _hex_without_letters(value: int) -> int:
    return 0x30 + value


def _hex_of_fifteen(value: int) -> int:
    return hex_digit(value % 15)


def _value_of_capitals(code: int) -> int:
    return -1 if code >= 0x61 else hex_value(code)


def _nibbles_swapped(byte: int, *, escaped: bool) -> tuple[int, ...]:
    return (PERCENT, hex_digit(byte & 15), hex_digit(byte >> 4)) if escaped else token(byte, escaped=False)


def _percent_doubled(byte: int, *, escaped: bool) -> tuple[int, ...]:
    return (PERCENT, PERCENT) if byte == PERCENT else token(byte, escaped=escaped)


def _four_digits(byte: int, *, escaped: bool) -> tuple[int, ...]:
    return (PERCENT, 0x30, 0x30, *token(byte, escaped=True)[1:]) if escaped else token(byte, escaped=False)


def _one_digit_where_one_is_enough(byte: int, *, escaped: bool) -> tuple[int, ...]:
    return (PERCENT, hex_digit(byte)) if escaped and byte < 16 else token(byte, escaped=escaped)


def _any_digits(codes: tuple[int, ...]) -> tuple[int, int]:
    return untoken(codes) if len(codes) < 3 or codes[0] != PERCENT else (16 * codes[1] + codes[2], 3)


ESCAPED, TOKEN, UNTOKEN = "store.names.is_escaped", "store.names.token", "store.names.untoken"
DIGIT, VALUE = "store.names.hex_digit", "store.names.hex_value"

PERCENT_IS_ITSELF = Defect("the per cent sign stands for itself", ESCAPED, _percent_is_itself)
CAPITALS_ARE_THEMSELVES = Defect("upper-case letters stand for themselves", ESCAPED, _capitals_are_themselves)
COLON_IS_ITSELF = Defect("the colon stands for itself", ESCAPED, _colon_is_itself)
ENDS_DO_NOT_MATTER = Defect("it does not matter where a byte stands", ESCAPED, _ends_do_not_matter)
ONE_DIGIT = Defect("one digit is written where one is enough", TOKEN, _one_digit_where_one_is_enough)

LAWS = (
    Law(
        a_digit_is_read_back,
        (DIGIT, VALUE),
        (
            Defect("the digit after 9 is written as a colon", DIGIT, _hex_without_letters),
            Defect("the last digit is written as the first", DIGIT, _hex_of_fifteen),
        ),
    ),
    Law(
        a_byte_is_read_back,
        (TOKEN, UNTOKEN, ESCAPED),
        (
            PERCENT_IS_ITSELF,
            Defect("the two digits are written the wrong way round", TOKEN, _nibbles_swapped),
            Defect("digits are taken for their codes", UNTOKEN, _any_digits),
        ),
    ),
    Law(
        case_does_not_matter,
        (TOKEN, UNTOKEN, ESCAPED),
        (
            CAPITALS_ARE_THEMSELVES,
            Defect("digits are read in upper case only", VALUE, _value_of_capitals),
        ),
    ),
    Law(
        no_token_begins_another,
        (TOKEN, ESCAPED),
        (
            PERCENT_IS_ITSELF,
            ONE_DIGIT,
        ),
    ),
    Law(
        nothing_forbidden_is_written,
        (TOKEN, ESCAPED),
        (
            COLON_IS_ITSELF,
            Defect("the delete character stands for itself", ESCAPED, _delete_is_itself),
        ),
    ),
    Law(
        a_name_is_not_hidden_nor_trimmed,
        (TOKEN, ESCAPED),
        (
            ENDS_DO_NOT_MATTER,
            Defect("a space always stands for itself", ESCAPED, _spaces_are_themselves),
        ),
    ),
    Law(
        no_name_looks_like_a_digest,
        (TOKEN, ESCAPED),
        (Defect("the per cent sign is doubled", TOKEN, _percent_doubled),),
    ),
    Law(
        a_token_is_short,
        (TOKEN, ESCAPED),
        (Defect("an escape has four digits", TOKEN, _four_digits),),
    ),
)
