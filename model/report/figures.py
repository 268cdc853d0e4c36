"""Numbers and lines of text as people read them: counts that may have thousands of digits, times, wrapped lines."""

import math
import textwrap

WIDTH = 80
_EXACT_BELOW = 1_000_000


def count(number: int) -> str:
    """A count in at most 9 characters: exact with separators below a million, else two digits and the power of ten."""
    if number < _EXACT_BELOW:
        return f"{number:,}"
    # math.log10 takes an int of any size; the float conversion that a format does would not.
    exponent, fraction = divmod(math.log10(number), 1)
    mantissa = round(10**fraction, 1)
    if mantissa >= 10:
        mantissa, exponent = 1.0, exponent + 1
    return f"{mantissa}e{int(exponent)}"


def seconds(duration_s: float) -> str:
    """A duration: `0.4 s`, `12 s`, `2 min 41 s`."""
    if duration_s < 9.95:
        return f"{duration_s:.1f} s"
    if duration_s < 99.5:
        return f"{duration_s:.0f} s"
    minutes, rest = divmod(round(duration_s), 60)
    return f"{minutes} min {rest:02} s"


def quantity(number: int, noun: str) -> str:
    """`1 case`, `2 cases`, `3 recoveries`."""
    if number == 1:
        return f"1 {noun}"
    plural = noun[:-1] + "ies" if noun.endswith("y") and noun[-2] not in "aeou" else noun + "s"
    return f"{count(number)} {plural}"


def visible(text: str) -> str:
    """`text` without control characters, but for the white space of lines; each is shown as its number."""
    return "".join(each if each.isprintable() or each in "\t\n\r" else f"\\u{ord(each):04x}" for each in text)


def wrapped(
    text: str, *, indent: int = 0, hanging: int | None = None, width: int = WIDTH, breaks: bool = False
) -> list[str]:
    """`text` in lines of at most `width`, the first indented by `indent`, the others by `hanging`.

    Words stay whole, unless `breaks` says that one which is too long for a line is broken.

    Whoever wrote the text has no say over the terminal: what is not printable is shown as an escape.
    """
    return textwrap.wrap(
        visible(text),
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
        break_long_words=breaks,
        break_on_hyphens=False,
    )


def shortened(text: str, width: int) -> str:
    """`text` in at most `width` characters: its middle gives way."""
    if len(text) <= width:
        return text
    head = (width - 1) * 2 // 3
    return text[:head] + "…" + text[len(text) - (width - 1 - head) :]
