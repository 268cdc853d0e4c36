"""A rule of persistence or a step of the protocol, as text and as a JSON value: what it says, what it is for, where."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from model.lesson.evidence import Evidence
from model.report.encoding import SCHEMA, counterexample_value
from model.report.figures import WIDTH, quantity, shortened, wrapped
from model.scenario.citations import Citation

MOST_PLACES = 8
_POINT = re.compile(r"\d+\. ")


def rule_page(rule: str, told: Iterable[str], evidence: Evidence, places: Sequence[Citation]) -> list[str]:
    """A rule or step: its document, what breaks without it, and where it is in the code."""
    lines = [
        *_document(told),
        "",
        "What it costs whoever forgets it" if rule.startswith("P") else "What breaks without it",
    ]
    return [*lines, "", *_evidence(evidence), "", "In the code", "", *_places(places)]


def _document(told: Iterable[str]) -> list[str]:
    """What a document says, in the width of a page: points hang, pictures are moved together."""
    lines: list[str] = []
    for block in _blocks(told):
        if block[0].startswith("```"):
            lines += _picture(block[1:])
        else:
            text = " ".join(line.lstrip("# ").strip() for line in block).replace("**", "")
            point = _POINT.match(text)
            lines += wrapped(text, hanging=len(point[0]) if point else 0) or [""]
    return lines


def _blocks(told: Iterable[str]) -> list[list[str]]:
    """The lines of a document in blocks: empty lines, paragraphs, points, pictures with their first fence."""
    blocks: list[list[str]] = [[]]
    is_picture = False
    for line in told:
        is_fence = line.startswith("```")
        if is_fence and is_picture:
            blocks.append([])
        elif is_picture:
            blocks[-1].append(line)
        elif is_fence or not line.strip() or _POINT.match(line):
            blocks += [[line], *([[]] if not line.strip() else [])]
        else:
            blocks[-1].append(line)
        is_picture ^= is_fence
    return [block for block in blocks if block]


def _picture(lines: Sequence[str]) -> list[str]:
    """A picture with its columns closer together; what is still too wide goes on in the next line."""
    width = max(map(len, lines), default=0)
    padded = [line.ljust(width) for line in lines]
    is_blank = [all(line[column] == " " for line in padded) for column in range(width)]
    kept = [column for column in range(width) if not all(is_blank[max(0, column - 2) : column + 1]) or column < 2]
    shown: list[str] = []
    for line in padded:
        narrow = f"  {''.join(line[column] for column in kept)}".rstrip()
        head, _, tail = narrow.rpartition("  ") if len(narrow) > WIDTH else (narrow, "", "")
        shown += [*([head.rstrip()] if head.strip() or not tail else []), *wrapped(tail, indent=8)]
    return shown


def _evidence(evidence: Evidence) -> list[str]:
    shown = evidence.shown
    lines = wrapped(shown.why, indent=2)
    if shown.defect:
        lines += ["", *wrapped(f"{shown.defect}, a store that is known to be bad: {evidence.story}", indent=2)]
    found = evidence.found
    if found is not None:
        where = f"{found.operation}, {found.case}, under {found.profile}"
        lines += ["", *wrapped(f"Run just now, judging {quantity(evidence.judged, 'crash state')}: {where}.", indent=2)]
        for paragraph in found.because or (found.explanation,):
            lines += ["", *wrapped(paragraph.partition(" It was called from ")[0], indent=4)]
    elif shown.defect or shown.target:
        lines += ["", *wrapped("Run just now: nothing was found. That is a mistake in the checker.", indent=2)]
    if evidence.others:
        others = f"More mistakes in this step: {', '.join(evidence.others)} (blackstart defects NAME tells each)."
        lines += ["", *wrapped(others, indent=2)]
    return lines


def _places(places: Sequence[Citation]) -> list[str]:
    lines: list[str] = []
    for place in places[:MOST_PLACES]:
        lines.append(shortened(f"  {place.file}:{place.line}  {place.name}".rstrip(), WIDTH))
        lines += wrapped(place.says, indent=6)
    if len(places) > MOST_PLACES:
        lines.append(f"  ... and {quantity(len(places) - MOST_PLACES, 'more place')}")
    return lines or ["  no code cites it"]


def rule_value(rule: str, told: Iterable[str], evidence: Evidence, places: Sequence[Citation]) -> dict[str, Any]:
    """The same as a JSON value."""
    found = evidence.found
    return {
        "schema": SCHEMA,
        "rule": rule,
        "text": list(told),
        "why": evidence.shown.why,
        "defect": evidence.shown.defect,
        "story": evidence.story,
        "counterexample": None if found is None else counterexample_value(found),
        "others": list(evidence.others),
        "code": [place._asdict() for place in places],
    }
