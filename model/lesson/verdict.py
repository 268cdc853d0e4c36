"""What comes of a cut: what recovery shows, whether that is allowed, what was lost, and where it can happen."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from model.acknowledgement import LONG_BEFORE
from model.comparison import Compared
from model.judge import judge
from model.lesson.page import INDENT
from model.lesson.shortening import told_apart
from model.lesson.where import Where
from model.lesson.width import width, wrapped
from model.obligations import Obligations, Promise, Violation, same_json
from model.observation import Marker
from model.properties import PROPERTIES
from model.scenario.answers import Asked
from model.scenario.calls import Call
from model.scenario.explain import KILL, call_of, is_partial, lost_effect, rules_of
from model.scenario.retelling import Chapter, Told
from model.simulation.disk import Variable
from model.simulation.effects import Rename, Sync

LabelOf = Callable[[Call], str]

_LONGEST_VALUE = 48
_MOST_NAMED = 3
"""As many profiles are named, of those that come to the same, where they are all others."""

_DIGEST = re.compile("the bytes with digest ([0-9a-f]{12})")
_STEPS = {"M7 merged late writes": "M7 looked for late writes"}
"""Recovery names the step when it begins it; whether there was anything to merge is not part of the name."""


def outcome(told: Told, where: Where, label_of: LabelOf) -> list[str]:
    """What recovery shows, whether that is allowed, why, and where it can happen.

    Args:
        told: What came of the cut.
        where: Under which profiles.
        label_of: What a call of the run is called.
    """
    lines = ["", "  Recovery shows", *_shown_table(told)]
    if told.observation.steps:
        steps = ", ".join(_STEPS.get(step, step) for step in told.observation.steps)
        lines += _text(f"It took these steps: {steps}.")
    if not told.violations:
        return [*lines, "", *_text(f"ALLOWED. {_why_allowed(told)}"), "", *_text(_everywhere(where))]
    violation = told.violations[0]
    broken = f"It breaks {in_quotes(violation.property)}."
    lines += ["", *_text(f"NOT ALLOWED. {broken} {_why_not(told, violation)}"), ""]
    for sentence in _losses(told, label_of):
        lines += _text(sentence)
    return [*lines, "", *_text(_everywhere(where))]


def _text(text: str) -> list[str]:
    return wrapped(text, indent=INDENT)


def in_quotes(number: int) -> str:
    """A promise by its title, and what it says."""
    sentence = PROPERTIES[number].sentence.rstrip(".")
    return f'"{PROPERTIES[number].title}": {sentence[:1].lower()}{sentence[1:]}'


def _everywhere(where: Where) -> str:
    """Under which profiles it can happen, each by its name."""
    told = f"The disk can be left like this under {listed(where.exactly, where.among)}."
    if not where.otherwise:
        return told
    others = listed(where.otherwise, ())
    return f"{told} Other losses at this cut break the same promise under {others}."


def listed(names: Sequence[str], among: Sequence[str]) -> str:
    """Names as people say them: "posix only", "every profile", "ext4 and btrfs"."""
    if among and len(names) == len(among):
        return "every profile"
    *others, last = names
    if not others:
        return f"{last} only" if among else last
    return f"{', '.join(others)} and {last}"


def _why_allowed(told: Told) -> str:
    because = str(getattr(told.obligations, "because", ""))
    if getattr(told.obligations, "operation", ""):
        return f"Because {because}, either side of it may be seen."
    return f"Because {because}, this is what has to be seen." if because else "This is what had been promised."


def _why_not(told: Told, violation: Violation) -> str:
    promises = _closest(told.obligations, told.observation).promises
    if violation.key not in promises:
        return _without_digests(told, violation.sentence)
    because = promises[violation.key].because
    keys = [each.key for each in told.violations if each.key in promises and promises[each.key].because == because]
    return f"Because {because}, {listed(list(dict.fromkeys(keys)), ())} must show what is allowed."


def _without_digests(told: Told, sentence: str) -> str:
    """A sentence that speaks of the files which have such bytes, and not of digests."""
    known = {sha256(b"").hexdigest()[:12]: "no bytes (an empty file)"}
    for digest, path in _files(told):
        known.setdefault(digest, f"the bytes of {path}")
    plain = _DIGEST.sub(lambda found: known.get(found[1], found[0]), sentence)
    return told.chapters[0].places.plain(plain)


def _files(told: Told) -> Iterator[tuple[str, str]]:
    """Every content that a file had, with its path; as of when the run began first."""
    chapter = told.chapters[0]
    names = chapter.places.names()
    for ino, inode in chapter.disk.inodes.items():
        if inode.kind == "file":
            yield sha256(inode.content).hexdigest()[:12], names.get(ino, "a file")
    for ino in chapter.created:
        content = chapter.last.of(Variable("content", ino))
        if isinstance(content, bytes):
            yield sha256(content).hexdigest()[:12], names.get(ino, "a file")


def _losses(told: Told, label_of: LabelOf) -> list[str]:
    """What was lost, by which rules, and what would have kept it."""
    found: list[str] = []
    for number, chapter in enumerate(told.chapters):
        of_call = label_of if number == 0 else (lambda call: call.label)
        for asked in chapter.asked:
            if asked.is_loss and asked.question.kind != "event":
                found += _loss(chapter, asked, told.story.profile, of_call)
    return list(dict.fromkeys(found)) or ["Nothing was lost: what had been done by then breaks the promise."]


def _loss(chapter: Chapter, asked: Asked, profile: str, label_of: LabelOf) -> list[str]:
    lost = lost_effect(chapter, asked)
    position = None if lost is None else call_of(chapter.calls, lost)
    if lost is None or position is None:
        return [f"The {asked.about} is as an earlier cut has left it."]
    effect = chapter.effects[lost]
    call = f"call {position + 1}, {label_of(chapter.calls[position])}"
    rules = rules_of(asked.question, effect, profile)
    rules = f"rules {rules}" if "," in rules else f"rule {rules}"
    verb = "Lost in part" if is_partial(asked) else "Lost"
    return [f"{verb}: {call} ({rules}). {_remedy(chapter, asked.question, lost, profile)}"]


def _remedy(chapter: Chapter, question: Variable, lost: int, profile: str) -> str:
    """Which sync would have kept it, and where it is."""
    if profile == KILL:
        return "A kill can come inside a write; only a rename replaces a file in one step."
    is_name = question.kind == "name"
    what = chapter.places.plain(chapter.places.path(question.ino)) or "/" if is_name else "the file"
    effect = chapter.effects[lost]
    kept = "the rename" if isinstance(effect, Rename) else "the name" if is_name else "it"
    for index, later in enumerate(chapter.later, len(chapter.effects)):
        if isinstance(later, Sync) and later.ino == question.ino:
            call = call_of(chapter.calls, index)
            which = "" if call is None else f", call {call + 1},"
            return f"The fsync that keeps {kept}{which} came too late."
    if any(isinstance(each, Sync) and each.ino == question.ino for each in chapter.effects[lost:]):
        return f"An fsync of {what} did come, but keeps only what came before it."
    return f"An fsync of {what} would have kept {kept}; this run makes none."


def _shown_table(told: Told) -> list[str]:
    seen = told.observation
    if seen.error is not None:
        return wrapped(f"an error: {': '.join(seen.error)}", indent=INDENT + 2)
    promises = _closest(told.obligations, seen).promises
    keys = list(dict.fromkeys((*promises, *seen.entries)))
    if not keys:
        return [" " * (INDENT + 2) + "no session"]
    quiet = [key for key in keys if key in promises and _is_quiet(promises[key], seen.shows(key))]
    if len(quiet) == len(keys):
        quiet = []
    rows = {
        key: (
            _value(seen.shows(key)),
            list(dict.fromkeys(map(_value, promises[key].allowed))) if key in promises else ["nothing"],
        )
        for key in keys
        if key not in quiet
    }
    lines = [" " * (INDENT + 2) + line.rstrip() for line in _beside(rows, width() - INDENT - 2)]
    return [*lines, *(wrapped(f"({', '.join(quiet)}: as before)", indent=INDENT + 2) if quiet else [])]


def _is_quiet(promise: Promise, shown: Any) -> bool:
    """Whether a key has nothing to do with the operation, and is as it was."""
    return promise.because == LONG_BEFORE and len(promise.allowed) == 1 and same_json(shown, promise.allowed[0])


def _beside(rows: Mapping[str, tuple[str, Sequence[str]]], room: int) -> list[str]:
    """What is shown beside what is allowed; below one another where they are too long for that."""
    key = max(map(len, rows))
    shown = max(len("shown"), *(len(value) for value, _ in rows.values()))
    allowed = max(len(" or ".join(values)) for _, values in rows.values())
    if key + shown + allowed + 4 <= room:
        lines = [f"{''.ljust(key)}  {'shown'.ljust(shown)}  allowed"]
        lines += [
            f"{name.ljust(key)}  {value.ljust(shown)}  {' or '.join(values)}" for name, (value, values) in rows.items()
        ]
        return lines
    lines = []
    for name, (value, values) in rows.items():
        first, *others = told_apart([value, *values], min(room - key - 11, _LONGEST_VALUE))
        heads = ["allowed", *("or" for _ in others[1:])]
        lines.append(f"{name.ljust(key)}  {'shown'.ljust(7)}  {first}")
        if values == [value]:
            others = ["the same"]
        lines += [f"{''.ljust(key)}  {head.rjust(7)}  {each}" for head, each in zip(heads, others, strict=True)]
    return lines


def _closest(obligations: Any, seen: Any) -> Obligations:
    """Of obligations with alternatives, the one that is kept, or comes closest."""
    assert isinstance(obligations, Obligations)
    return min(obligations.alternatives, key=lambda each: 0 if each.fits_alone(seen) else len(judge(each, seen)) or 1)


def _value(value: Any) -> str:
    if isinstance(value, Marker):
        return value.value
    return json.dumps(value, ensure_ascii=False, default=str)


def every_cut(rows: Sequence[Compared], told: set[str], *, is_broken: bool) -> list[str]:
    """What every cut of a case comes to: which profiles break which promise, and which none.

    Args:
        rows: What came of each profile.
        told: Titles of the promises that were told before; those told here are added.
        is_broken: Whether a cut was told just now that breaks one.
    """
    by_outcome: dict[str, list[Compared]] = {}
    for row in rows:
        by_outcome.setdefault(row.outcome, []).append(row)
    lines = ["  All cuts, whatever they leave:"]
    for found, group in by_outcome.items():
        verdict = "ok" if found == "ok" else f"{found} is broken"
        is_rest = len(by_outcome) > 1 and found == [*by_outcome][-1] and len(group) > _MOST_NAMED
        names = "all others" if is_rest else listed([row.profile for row in group], [row.profile for row in rows])
        lines += wrapped(f"{verdict} under {names}", indent=INDENT + 2, hanging=INDENT + 4)
    for row in rows:
        if row.violated and row.outcome not in told:
            told.add(row.outcome)
            other = (
                " A search ends at the first broken promise that it meets: here by another cut." if is_broken else ""
            )
            note = f"{in_quotes(row.violated)}.{other}"
            lines += wrapped(f"({note})", indent=INDENT + 2, hanging=INDENT + 4)
    return [*lines, ""]
