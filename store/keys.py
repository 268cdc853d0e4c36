"""Session keys: one spelling for each, decided once, at the door."""

from store.errors import InvalidKey

# What ECMAScript's String.prototype.trim removes: WhiteSpace and LineTerminator.  Python's own strip() would also take
# U+001C to U+001F and U+0085, and would leave U+FEFF.
WHITESPACE = (
    "\t\n\x0b\x0c\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)

# Property names that break a JavaScript reader which keeps sessions in a plain object.
BLOCKED = frozenset(
    (
        "__proto__",
        "prototype",
        "constructor",
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
    )
)
_BLOCKED_LOWER = frozenset(key.lower() for key in BLOCKED)


def normalise(key: str) -> str:
    """Return the one spelling under which a key is stored: trimmed as JavaScript trims, and lower-cased.

    Two halves of a surrogate pair that arrive as two characters are joined, as they would be in UTF-16.
    """
    if not key.isascii():
        key = key.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return key.strip(WHITESPACE).lower()


def refusal(key: str) -> str | None:
    """Say why a normalised key cannot be stored, or None when it can."""
    if not key:
        return "the key is empty"
    if key in _BLOCKED_LOWER:
        return f"{key!r} would break JavaScript readers"
    return None


def accept(key: str) -> str:
    """Return the normalised key.

    Raises:
        InvalidKey: the key is no string, is empty, or would break JavaScript readers.
    """
    if not isinstance(key, str):
        raise InvalidKey(f"a key is a string, not {type(key).__name__}")
    normalised = normalise(key)
    if (reason := refusal(normalised)) is not None:
        raise InvalidKey(reason)
    return normalised
