"""What a lesson shows, as lines of the terminal's width: its words, its program, its calls."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from model.lesson.calls import CallLine
from model.lesson.lesson import Lesson, Scene
from model.lesson.profiles import in_plain_words
from model.lesson.program import Listing
from model.lesson.width import width, wrapped
from model.report.figures import WIDTH, shortened
from model.scenario.rules import what_it_does

INDENT = 2
_LEAST_DETAIL = 9
_MOST_DETAIL = 28
_TOKENS = "(<1>, <2> ...: each stands for a token, or a time, in a name.)"
_IN_RECOVERY = {"N": "N: recovery itself: sweep what a cut has left, make durable what is going to be shown."}
"""The protocol tells this rule of operations that find nothing to do; recovery is what lessons show of it."""

_TOKEN = re.compile("<[0-9]+>")


def paragraphs(text: str, *, indent: int = 0) -> list[str]:
    """A text of paragraphs, wrapped, with an empty line before each; lines that are indented stay as they are."""
    lines: list[str] = []
    for paragraph in text.strip().split("\n\n"):
        lines.append("")
        if paragraph.startswith("  "):
            lines += [" " * indent + line for line in paragraph.splitlines()]
        else:
            lines += wrapped(" ".join(paragraph.split()), indent=indent)
    return lines


def opening(lesson: Lesson, total: int) -> list[str]:
    """Title, story, and the words that are new."""
    title = wrapped(f"Lesson {lesson.number} of {total}: {lesson.title}", hanging=4)
    lines = [*title, "=" * max(map(len, title)), *paragraphs(lesson.story)]
    if lesson.words:
        name_width = max(map(len, lesson.words)) if width() == WIDTH else 0
        lines.append("")
        for name, means in lesson.words.items():
            hanging = INDENT + (name_width + 2 if name_width else 2)
            lines += wrapped(f"{name.ljust(name_width)}  {means}", indent=INDENT, hanging=hanging)
    return lines


def scene_opening(scene: Scene, number: int, total: int) -> list[str]:
    """What a scene is about."""
    head = [f"Part {number} of {total}", "-" * len(f"Part {number} of {total}")] if total > 1 else []
    return ["", *head, *paragraphs(scene.text)[0 if head else 1 :]]


def sources(listings: Sequence[Listing], what: str) -> list[str]:
    """Functions, under the name of their file."""
    lines: list[str] = []
    for file, group in groupby(listings, key=lambda listing: listing.file):
        lines += ["", *wrapped(f"{what}, {file}:", hanging=4)]
        for position, listing in enumerate(group):
            lines += [*([""] if position else []), *_source(listing)]
    return lines


def _source(listing: Listing) -> list[str]:
    """The lines of a function with their numbers."""
    digits = len(str(listing.lines[-1][0]))
    room = width() - INDENT - digits - 2
    lines: list[str] = []
    for number, line in listing.lines:
        step = len(line) - len(line.lstrip()) + 4
        first, rest = line[:room], line[room:]
        lines.append(f"{'':{INDENT}}{number:>{digits}}  {first}".rstrip())
        while rest:
            lines.append(f"{'':{INDENT + digits + 2 + step}}{rest[: room - step]}")
            rest = rest[room - step :]
    return lines


def calls_table(lines: Sequence[CallLine], *, place: str, ending: str = "") -> list[str]:
    """The calls, numbered; `ending` is a last line, with the number after them."""
    total = lines[-1].last if lines else 0
    digits = max(len(f"{line.first}-{line.last}" if line.last > line.first else str(line.first)) for line in lines)
    digits = max(digits, len("call"))
    place_width = max(len(place), *(len(line.place) for line in lines))
    shown = [f"{'call':>{digits}}  {place.ljust(place_width)}  what"]
    for line in lines:
        number = str(line.first) if line.first == line.last else f"{line.first}-{line.last}"
        text = _call(line, width() - INDENT - digits - place_width - 4)
        shown.append(f"{number:>{digits}}  {line.place.ljust(place_width)}  {text}")
    if ending:
        shown.append(f"{total + 1:>{digits}}  {''.ljust(place_width)}  {ending}")
    return [" " * INDENT + shortened(line, width() - INDENT).rstrip() for line in shown]


def tokens_told(table: Iterable[str]) -> list[str]:
    """What the numbers in names stand for; nothing where there are none."""
    return wrapped(_TOKENS, indent=INDENT) if any(map(_TOKEN.search, table)) else []


def _call(line: CallLine, most: int) -> str:
    """What is called, then as much of the detail as there is room for."""
    if not line.changes:
        rest = f": {'changes' if line.first == line.last else 'change'} nothing)"
        return f"({_clipped(line.text, most - 1 - len(rest))}{rest}"
    least = min(len(line.detail), _LEAST_DETAIL)
    if not line.detail or most - len(line.text) - 2 < least:
        return shortened(line.text, most)
    return f"{line.text}  {_clipped(line.detail, min(_MOST_DETAIL, most - len(line.text) - 2))}"


def _clipped(text: str, most: int) -> str:
    """A text in at most so many characters: its end gives way."""
    return text if len(text) <= most else text[: most - 1] + "…"


def steps_told(steps: Iterable[str], folder: str, name: str) -> list[str]:
    """What steps of the protocol do, in the protocol's words."""
    told: list[str] = []
    for step in steps:
        told += wrapped(_IN_RECOVERY.get(step) or what_it_does(step), indent=INDENT, hanging=INDENT + 4)
    head = f"The steps, as PROTOCOL.md tells them (DIR is {folder}, NAME is {name}):"
    return ["", *wrapped(head), *told] if told else []


def profile_told(name: str) -> list[str]:
    """A profile in a sentence or two."""
    return wrapped(f"Profile {name}: {in_plain_words(name)}.", indent=INDENT, hanging=INDENT + 2)


def boxed(event: str) -> str:
    """An event that everything after depends on, as a line across the page."""
    return f" {shortened(event, width() - 8)} ".center(width() - INDENT, "~").rjust(width())


def again(total: int, go_on: str) -> str:
    """What can be done after an outcome, in a line."""
    parts = f", 1-{total}: that part" if total > 1 else ""
    return f"Enter: {go_on}, a: again, p NAME: other profile{parts}"


def listed(lessons: Iterable[Lesson]) -> list[str]:
    """All lessons, one a line."""
    return [f"{lesson.number:>4}  {lesson.title}" for lesson in lessons]
