"""What there is to see at a cut: both sides of the page cache, what is pending, and what is asked."""

from collections.abc import Sequence

from model.lesson.beside import Beside, Row
from model.lesson.page import INDENT
from model.lesson.questions import Question
from model.lesson.shortening import told_apart
from model.lesson.width import width, wrapped
from model.report.figures import shortened

_MOST_PENDING = 12
_LONGEST_PATH = 32
_NARROW = 64
_NOTHING_KILLED = "A kill loses nothing: the page cache stays."
_MAY_KILLED = "A kill loses nothing, but it may have come inside the last call, a write. In doubt:"


def beside_table(beside: Beside, profile: str) -> list[str]:
    """The page cache beside the disk, and what is pending."""
    rows = beside.rows()
    quiet = [row for row in rows if not row.is_touched and row.on_disk == "the same"]
    shown = [row for row in rows if row not in quiet] if len(quiet) < len(rows) else rows
    lines = _table(shown, "left after the kill" if beside.is_kill else "surely on the disk")
    if shown is not rows and quiet:
        names = ", ".join(row.path.rpartition("/")[2] for row in quiet)
        where = "" if beside.is_kill else ", and on the disk"
        lines += wrapped(f"(untouched{where}: {names})", indent=INDENT, hanging=INDENT + 2)
    return [*lines, *_pending(beside, profile)]


def _table(rows: Sequence[Row], head: str) -> list[str]:
    if not rows:
        return [f"{'':{INDENT}}(the folder is empty)"]
    if width() < _NARROW:
        return [line for row in rows for line in _in_three_lines(row, head)]
    path = min(_LONGEST_PATH, max(len(row.path) for row in rows))
    disk = max(len(head), *(len(row.on_disk) for row in rows))
    seen = width() - INDENT - path - disk - 4
    cells = [("", "processes see", head), *((row.path, row.seen, row.on_disk) for row in rows)]
    return [
        f"{'':{INDENT}}{shortened(name, path).ljust(path)}  {shortened(sees, seen).ljust(seen)}  {on_disk}".rstrip()
        for name, sees, on_disk in cells
    ]


def _in_three_lines(row: Row, head: str) -> list[str]:
    sides = (f"processes see: {row.seen}", f"{head.partition(' ')[0]}: {row.on_disk}")
    lines = [shortened(row.path, width() - INDENT), *(f"  {shortened(each, width() - INDENT - 4)}" for each in sides)]
    return [" " * INDENT + line for line in lines]


def _pending(beside: Beside, profile: str) -> list[str]:
    pending = beside.pending()
    if not pending:
        nothing = f"Nothing is pending: under {profile} the disk can hold nothing else."
        return ["", *wrapped(_NOTHING_KILLED if beside.is_kill else nothing, indent=INDENT)]
    begin = _MAY_KILLED if beside.is_kill else f"Pending, under {profile}:"
    shown = pending[:_MOST_PENDING]
    more = [f"{len(pending) - len(shown)} more things"] if len(pending) > len(shown) else []
    things = "; ".join([*shown, *more])
    return ["", *wrapped(f"{begin} {things}.", indent=INDENT, hanging=INDENT + 2)]


def question_lines(question: Question) -> list[str]:
    """One thing that recovery looks at and that the cut has left open, and its answers with their numbers."""
    lines = wrapped(f"Recovery looks at the {question.about}. On the disk:", indent=INDENT)
    texts = [option.text for option in question.options]
    notes = [f"  <- {option.note}" if option.note else "" for option in question.options]
    digits = len(str(len(texts)))
    room = width() - INDENT - 4 - digits
    is_beside = all(room - len(note) >= min(len(text), 24) for text, note in zip(texts, notes, strict=True))
    shown = told_apart(texts, room - (max(map(len, notes)) if is_beside else 0))
    for number, (text, note) in enumerate(zip(shown, notes, strict=True), 1):
        lines.append(f"{'':{INDENT + 2}}{number:>{digits}}  {text}{note if is_beside else ''}")
        if note and not is_beside:
            lines += wrapped(note.strip(), indent=INDENT + 6, hanging=INDENT + 9)
    return lines
