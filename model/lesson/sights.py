"""What there is to see at a cut and after it: both sides of the page cache, what is asked, what comes of it."""

import json
import re
from collections.abc import Sequence
from typing import Any

from model.comparison import Compared
from model.judge import judge
from model.lesson.beside import Beside, Pending, in_full
from model.lesson.page import INDENT
from model.obligations import Obligations
from model.observation import Marker
from model.properties import PROPERTIES
from model.report.comparison import LEGEND, comparison_table
from model.report.figures import WIDTH, shortened, wrapped
from model.scenario.answers import Asked
from model.scenario.explain import KILL, call_of, lost_effect, sentences
from model.scenario.retelling import Chapter, Told

_MOST_PENDING = 12
_MOST_VALUES = 4
_LONGEST_PATH = 32
_NOTHING_KILLED = "A kill loses nothing: what processes see is in the page cache, and that stays."
_MAY_KILLED = "A kill loses nothing, but it can come inside the last call, which may leave"
_DIGEST = re.compile(", sha256 [0-9a-f]{12}(?=:)")


def beside_table(beside: Beside, profile: str) -> list[str]:
    """The page cache beside the disk, and what is pending."""
    rows = beside.rows()
    width = min(_LONGEST_PATH, max([len(row.path) for row in rows], default=0))
    disk = max(len("surely on the disk"), *(len(row.on_disk) for row in rows)) if rows else 0
    seen = WIDTH - INDENT - width - disk - 4
    cells = [("", "processes see", "surely on the disk"), *rows]
    shown = [
        f"{'':{INDENT}}{shortened(path, width).ljust(width)}  {shortened(sees, seen).ljust(seen)}  {on_disk}".rstrip()
        for path, sees, on_disk in cells
    ]
    return [*shown, *_pending(beside, profile)]


def _pending(beside: Beside, profile: str) -> list[str]:
    pending = beside.pending()
    if not pending:
        nothing = f"Nothing is pending: under {profile} the disk can hold nothing else."
        return ["", *wrapped(_NOTHING_KILLED if profile == KILL else nothing, indent=INDENT)]
    lines = [
        "",
        f"  {_MAY_KILLED if profile == KILL else f'Pending; after the cut the disk may hold, under {profile},'}",
    ]
    for each in pending[:_MOST_PENDING]:
        lines += _may_be(each)
    if len(pending) > _MOST_PENDING:
        lines.append(f"{'':{INDENT + 2}}... and {len(pending) - _MOST_PENDING} more things")
    return lines


def _may_be(pending: Pending) -> list[str]:
    """One pending thing, on one line if it fits."""
    left_out = len(pending.may_be) - _MOST_VALUES
    values = [*pending.may_be[:_MOST_VALUES], *([f"... {left_out} more"] if left_out > 0 else [])]
    line = f"{'':{INDENT + 2}}{pending.about}: {', or '.join(values)}"
    if len(line) <= WIDTH:
        return [line]
    inner = INDENT + 4
    ways = [shortened(value, WIDTH - inner - 3) for value in values]
    return [
        shortened(f"{'':{INDENT + 2}}{pending.about}:", WIDTH),
        *(f"{'':{inner}}{'or ' if position else ''}{way}" for position, way in enumerate(ways)),
    ]


def question(chapter: Chapter, position: int) -> list[str]:
    """One thing that recovery looks at and that the cut has left open, and its answers with their numbers."""
    asked = chapter.asked[position]
    lines = wrapped(f"Recovery looks at the {asked.about}. What is on the disk?", indent=INDENT)
    for index, option in enumerate(asked.options):
        note = "as processes saw it" if index == asked.last else _lost(chapter, position, index)
        note = f"  <- {note}" if note else ""
        answer = in_full(option) if isinstance(option, bytes) else _which(asked, asked.answers[index])
        lines.append(f"{'':{INDENT + 2}}{index + 1}  {shortened(answer, WIDTH - INDENT - 5 - len(note))}{note}")
    return lines


def _which(asked: Asked, answer: str) -> str:
    """An answer to what a name leads to, in fewer words where there is an old and a new file of that name."""
    file = f"there, the file of {asked.about.removeprefix('name ')}"
    if answer.startswith(f"{file} (older"):
        return "there, the old file"
    return "there, the new file" if answer == file else answer


def _lost(chapter: Chapter, position: int, index: int) -> str:
    """Which call is lost if the answer is this one."""
    asked = chapter.asked[position]._replace(given=index)
    lost = lost_effect(chapter, asked)
    call = None if lost is None else call_of(chapter.calls, lost)
    return "" if call is None else f"call {call + 1}, {chapter.calls[call].name}, is lost"


def outcome(told: Told, profiles: tuple[str, ...]) -> list[str]:
    """What recovery shows, whether that is allowed, why, and where it can happen."""
    lines = ["", "  Recovery shows", *_shown_table(told)]
    if told.observation.steps:
        lines += wrapped(f"It took these steps: {', '.join(told.observation.steps)}.", indent=INDENT)
    if not told.violations:
        lines += ["", *wrapped(f"ALLOWED. {_why_allowed(told)}", indent=INDENT)]
        return [*lines, "", *_where(profiles)]
    violation = told.violations[0]
    broken = PROPERTIES[violation.property]
    lines += ["", *wrapped(f"NOT ALLOWED. It breaks {broken.title}: {broken.sentence}", indent=INDENT)]
    for sentence in sentences(told, violation, profiles)[:-1]:
        # Who called is not told: the program stands above.
        plain = _DIGEST.sub("", sentence.partition(" It was called from ")[0])
        lines += ["", *wrapped(plain, indent=INDENT)]
    return [*lines, "", *_where(profiles)]


def _where(profiles: Sequence[str]) -> list[str]:
    """Under which profiles it can happen, each by its name."""
    *others, last = profiles
    names = f"{', '.join(others)} and {last}" if others else f"{last} only"
    return wrapped(f"It can happen under {names}.", indent=INDENT)


def _why_allowed(told: Told) -> str:
    because = str(getattr(told.obligations, "because", ""))
    if getattr(told.obligations, "operation", ""):
        return f"Because {because}, either side of it may be seen."
    return f"Because {because}, this is what has to be seen." if because else "This is what had been promised."


def _shown_table(told: Told) -> list[str]:
    seen = told.observation
    if seen.error is not None:
        return wrapped(f"an error: {': '.join(seen.error)}", indent=INDENT + 2)
    promises = _closest(told.obligations, seen).promises
    keys = list(dict.fromkeys((*promises, *seen.entries)))
    if not keys:
        return [" " * (INDENT + 2) + "no session"]
    width = max(map(len, keys))
    half = (WIDTH - INDENT - 2 - width - 4) // 2
    lines = [f"{''.ljust(width)}  {'shown'.ljust(half)}  allowed"]
    for key in keys:
        allowed = " or ".join(dict.fromkeys(map(_value, promises[key].allowed))) if key in promises else "nothing"
        shown = shortened(_value(seen.shows(key)), half).ljust(half)
        lines.append(f"{key.ljust(width)}  {shown}  {shortened(allowed, half)}")
    return [" " * (INDENT + 2) + line.rstrip() for line in lines]


def _closest(obligations: Any, seen: Any) -> Obligations:
    """Of obligations with alternatives, the one that is kept, or comes closest."""
    assert isinstance(obligations, Obligations)
    return min(obligations.alternatives, key=lambda each: 0 if each.fits_alone(seen) else len(judge(each, seen)) or 1)


def _value(value: Any) -> str:
    if isinstance(value, Marker):
        return value.value
    return json.dumps(value, ensure_ascii=False, default=str)


def every_cut(rows: Sequence[Compared], *, with_legend: bool) -> list[str]:
    """What every cut of a case comes to, profile by profile."""
    head = "Every cut, and everything that it can leave, profile by profile:"
    table = [f"    {line}" for line in comparison_table(rows, with_story=False)]
    return [f"  {head}", *table, *(wrapped(LEGEND, indent=4) if with_legend else []), ""]
