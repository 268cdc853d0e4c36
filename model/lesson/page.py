"""What a lesson shows, as lines of at most 80 columns: its words, its program, its calls."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from model.lesson.calls import CallLine
from model.lesson.lesson import Lesson, Scene
from model.lesson.program import Listing
from model.persistence.profiles import PROFILES
from model.report.figures import WIDTH, shortened, wrapped
from model.scenario.rules import what_it_does

INDENT = 2
_LEAST_DETAIL = 9
_HOW = "(Where you are asked, Enter alone takes what is suggested. ? helps, q leaves.)"


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
    title = wrapped(f"Lesson {lesson.number} of {total}: {lesson.title}", hanging=4, breaks=True)
    lines = [*title, "=" * max(map(len, title)), _HOW, *paragraphs(lesson.story)]
    if lesson.words:
        width = max(map(len, lesson.words))
        lines += ["", "Words"]
        for name, means in lesson.words.items():
            lines += wrapped(f"{name.ljust(width)}  {means}", indent=INDENT, hanging=INDENT + width + 2)
    return lines


def scene_opening(scene: Scene, listings: Sequence[Listing], number: int, total: int) -> list[str]:
    """What a scene is about, and the functions of its program."""
    head = [f"Part {number} of {total}"] if total > 1 else ["The run"]
    lines = ["", *head, "-" * len(head[0]), *paragraphs(scene.text)]
    for file, group in groupby(listings, key=lambda listing: listing.file):
        lines += ["", f"The program, {file}:"]
        for position, listing in enumerate(group):
            lines += [*([""] if position else []), *_source(listing)]
    return lines


def _source(listing: Listing) -> list[str]:
    """The lines of a function with their numbers."""
    digits = len(str(listing.first + len(listing.lines) - 1))
    return [
        " " * INDENT + shortened(f"{number:>{digits}}  {line}", WIDTH - INDENT)
        for number, line in enumerate(listing.lines, listing.first)
    ]


def calls_table(lines: Sequence[CallLine], *, place: str, ending: str = "") -> list[str]:
    """The calls, numbered; `ending` is a last line, with the number after them."""
    total = lines[-1].last if lines else 0
    digits = max(len(f"{line.first}-{line.last}" if line.last > line.first else str(line.first)) for line in lines)
    digits = max(digits, len("call"))
    width = max(len(place), *(len(line.place) for line in lines))
    shown = [f"{'call':>{digits}}  {place.ljust(width)}  what"]
    for line in lines:
        number = str(line.first) if line.first == line.last else f"{line.first}-{line.last}"
        text = _call(line, WIDTH - INDENT - digits - width - 4)
        shown.append(f"{number:>{digits}}  {line.place.ljust(width)}  {text}")
    if ending:
        shown.append(f"{total + 1:>{digits}}  {''.ljust(width)}  {ending}")
    return [" " * INDENT + shortened(line, WIDTH - INDENT).rstrip() for line in shown]


def _call(line: CallLine, width: int) -> str:
    """What is called, then as much of the detail as there is room for."""
    if not line.changes:
        rest = f": {'changes' if line.first == line.last else 'change'} nothing)"
        return f"({_clipped(line.text, width - 1 - len(rest))}{rest}"
    room = width - len(line.text) - 2
    if not line.detail or room < _LEAST_DETAIL:
        return shortened(line.text, width)
    return f"{line.text}  {_clipped(line.detail, room)}"


def _clipped(text: str, width: int) -> str:
    """A text in at most so many characters: its end gives way."""
    return text if len(text) <= width else text[: width - 1] + "…"


def steps_told(steps: Iterable[str], folder: str, name: str) -> list[str]:
    """What steps of the protocol do, in the protocol's words."""
    told: list[str] = []
    for step in steps:
        told += wrapped(what_it_does(step), indent=INDENT, hanging=INDENT + 4)
    return ["", f"The steps, as PROTOCOL.md tells them (DIR is {folder}, NAME is {name}):", *told] if told else []


def profile_told(name: str) -> list[str]:
    """A profile in a sentence."""
    return wrapped(f"Profile {name}: {PROFILES[name].summary}.", indent=INDENT, hanging=INDENT + 2)


def boxed(event: str) -> str:
    """An event that everything after depends on, as a line across the page."""
    return f" {shortened(event, WIDTH - 8)} ".center(WIDTH - INDENT, "~").rjust(WIDTH)


def again(total: int) -> str:
    """What can be done after an outcome, in a line."""
    parts = f", 1-{total}: that part" if total > 1 else ""
    return f"Enter: go on, a: again, p NAME: other profile{parts}"


def listed(lessons: Iterable[Lesson]) -> list[str]:
    """All lessons, one a line."""
    return [f"{lesson.number:>4}  {lesson.title}" for lesson in lessons]
