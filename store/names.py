"""The file name of a key, and the key of a file name.

A key's UTF-8 bytes are written one after the other, each as itself or as ``%XX`` (upper-case hex).  A byte that
stands for itself is never ``%``, so the two kinds of token begin differently: no token is a prefix of another one, and
what was written can be read back in one way only.  Upper-case letters are escaped, hence two names never differ in case
alone.
"""

from functools import lru_cache
from hashlib import sha256

from store.keys import normalise, refusal

SUFFIX = ".json"
DIGEST_PREFIX = "%%"  # no key encodes to this: the byte "%" is written "%25"
LONGEST_NAME_BYTES = 255

_PERCENT = 0x25
_FORBIDDEN = tuple(b'%/\\:*?<>"|')  # a tuple: CrossHair would try a set's members one by one
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{device}{digit}" for device in ("com", "lpt") for digit in "0123456789"]
)


def is_escaped(byte: int, *, first: bool, last: bool) -> bool:
    """Decide whether a byte of a key is written as ``%XX``, given where it stands."""
    if byte < 0x20 or byte >= 0x7F:
        return True
    if 0x41 <= byte <= 0x5A:
        return True
    if byte in _FORBIDDEN:
        return True
    if byte == 0x2E:
        return first or last
    return byte == 0x20 and last


def hex_digit(value: int) -> int:
    """Return the ASCII code of one upper-case hex digit (0 to 15)."""
    return 0x30 + value if value < 10 else 0x41 + value - 10


def hex_value(code: int) -> int:
    """Return the value of one hex digit's ASCII code in either case, or -1."""
    if 0x30 <= code <= 0x39:
        return code - 0x30
    if 0x41 <= code <= 0x46:
        return code - 0x41 + 10
    if 0x61 <= code <= 0x66:
        return code - 0x61 + 10
    return -1


def token(byte: int, *, escaped: bool) -> tuple[int, ...]:
    """Return the ASCII codes that stand for one byte: itself, or percent and two digits."""
    if not escaped:
        return (byte,)
    return (_PERCENT, hex_digit(byte >> 4), hex_digit(byte & 15))


def untoken(codes: tuple[int, ...]) -> tuple[int, int]:
    """Read one token off the front of `codes`: (byte, how many codes it took)."""
    if codes[0] == _PERCENT and len(codes) >= 3:
        high, low = hex_value(codes[1]), hex_value(codes[2])
        if high >= 0 and low >= 0:
            return 16 * high + low, 3
    return codes[0], 1


def _tokens(*, first: bool, last: bool) -> tuple[str, ...]:
    return tuple(
        "".join(map(chr, token(byte, escaped=is_escaped(byte, first=first, last=last)))) for byte in range(256)
    )


_INSIDE = _tokens(first=False, last=False)
_FIRST = _tokens(first=True, last=False)
_LAST = _tokens(first=False, last=True)
_ONLY = _tokens(first=True, last=True)
_ALWAYS = tuple("".join(map(chr, token(byte, escaped=True))) for byte in range(256))


def encode(key: str) -> str:
    """Return the canonical encoding of a key, of whatever length, without suffix."""
    data = key.encode("utf-8", "surrogatepass")
    if len(data) < 2:
        return "".join([_ONLY[byte] for byte in data])
    parts = [_INSIDE[byte] for byte in data]
    parts[0] = _FIRST[data[0]]
    parts[-1] = _LAST[data[-1]]
    stem = "".join(parts)
    if stem.partition(".")[0].rstrip(" ") in _DEVICES:
        return _ALWAYS[data[0]] + stem[1:]
    return stem


def decode(stem: str) -> str | None:
    """Return what a file name without suffix spells, canonical or not; None when it is not text."""
    data = stem.encode("utf-8", "surrogateescape")
    decoded = bytearray()
    position = 0
    while position < len(data):
        byte, taken = untoken(tuple(data[position : position + 3]))
        decoded.append(byte)
        position += taken
    try:
        return decoded.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None


@lru_cache(maxsize=16384)
def file_name(key: str) -> str:
    """Return the name of a normalised key's file: its encoding, or a digest of the key when that would be too long."""
    name = encode(key) + SUFFIX
    if len(name) <= LONGEST_NAME_BYTES:
        return name
    return f"{DIGEST_PREFIX}{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}{SUFFIX}"


def is_digest_name(name: str) -> bool:
    """Tell whether a name is that of a key too long for a name: its file says which key."""
    return (
        len(name) == len(DIGEST_PREFIX) + 64 + len(SUFFIX)
        and name.startswith(DIGEST_PREFIX)
        and name.endswith(SUFFIX)
        and not name[2:66].strip("0123456789abcdef")
    )


@lru_cache(maxsize=16384)
def spelled_key(name: str) -> str | None:
    """Return the key that any ``.json`` name spells, however it was written; None when it spells none of ours."""
    if not name.endswith(SUFFIX) or name[0] == "." or name.startswith(DIGEST_PREFIX):
        return None
    decoded = decode(name[: -len(SUFFIX)])
    if decoded is None:
        return None
    key = normalise(decoded)
    return None if refusal(key) else key


@lru_cache(maxsize=16384)
def canonical_key(name: str) -> str | None:
    """Return the key whose file has exactly this name; None for digest names and for whatever is not canonical."""
    key = spelled_key(name)
    return key if key is not None and file_name(key) == name else None
