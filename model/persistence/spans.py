"""How far the writing of each file had come, frame by frame, and what that leaves of its content."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from model.persistence.blocks import BlockContent, MicroOperationContent
from model.persistence.contents import Change, FileContent, Span
from model.persistence.frames import Frame
from model.persistence.history import History, NameChange
from model.persistence.profiles import DataOrder, Profile

_KINDS: Final[Mapping[DataOrder, type[FileContent]]] = {
    "blocks": BlockContent,
    "micro-operations": MicroOperationContent,
}
_PUBLISHED_FIRST: Final = frozenset({"before-name", "before-replacing"})


def crash_contents(
    history: History, profile: Profile, frames: Sequence[Frame], moments: Sequence[int], lifted: Sequence[int]
) -> list[FileContent]:
    """The open content of every file that was written to."""
    found: list[FileContent] = []
    for ino, changes in history.writes.items():
        spans: dict[Span, int] = {}
        known: dict[Hashable, Span] = {}
        for bit, frame in enumerate(frames):
            decisive = _decisive(profile, frame)
            span = known.get(decisive)
            if span is None:
                span = known[decisive] = _span(history, profile, ino, changes, frame, moments)
            spans[span] = spans.get(span, 0) | 1 << bit
        base = _base_contents(history, ino, lifted, (1 << len(frames)) - 1)
        kind = _KINDS.get(profile.contents, FileContent)
        found.append(kind(ino, base, changes, spans, completed=profile.contents == "completed"))
    return found


def _decisive(profile: Profile, frame: Frame) -> Hashable:
    """What of a frame decides how far the writing of a file had come."""
    if profile.contents == "program":
        return (frame.effects, frame.units)
    return (frame.moment, frame.changes) if profile.contents in _PUBLISHED_FIRST else frame.moment


def _base_contents(history: History, ino: int, lifted: Sequence[int], everything: int) -> list[tuple[bytes, int]]:
    for part in history.base.open_parts.get(ino, ()):
        if part.variable.kind == "content":
            found: list[tuple[bytes, int]] = []
            for values, mask in history.base.components[part.component].alternatives:
                value = values[part.position]
                assert isinstance(value, bytes)
                frames = sum(lift for base, lift in enumerate(lifted) if mask >> base & 1)
                found.append((value, frames))
            return found
    return [(history.inode(ino).content, everything)]


def _span(
    history: History, profile: Profile, ino: int, changes: Sequence[Change], frame: Frame, moments: Sequence[int]
) -> Span:
    if profile.contents == "program":
        count = sum(1 for effect, _ in changes if effect < frame.effects)
        cut_short = frame.units and count < len(changes) and changes[count][0] == frame.effects
        return Span(count, count, frame.units if cut_short else 0)
    end = moments[frame.moment]
    count = sum(1 for effect, _ in changes if effect < end)
    known = min(end, history.failed.get(ino, end))  # P10
    barrier = profile.contents == "blocks"  # an fsync of anything
    durable = max((sync for sync, synced in history.syncs if (synced == ino or barrier) and sync < known), default=-1)
    floor = sum(1 for effect, _ in changes if effect < durable)
    if profile.contents in _PUBLISHED_FIRST:
        named = -1
        for change in history.changes[: frame.changes]:
            if change.effect < known and _waits_for_data(history, profile, change, ino):
                named = change.effect
        allocated = sum(1 for effect, _ in changes if effect < named)
        return Span(floor, count, allocated=allocated if allocated > floor else 0)
    return Span(floor, floor if profile.contents == "synced" else count)


def _waits_for_data(history: History, profile: Profile, change: NameChange, ino: int) -> bool:
    """Whether a name change is there only after the new blocks that were written to a file before it."""
    for slot, version in change.slots:
        if history.versions[slot][version - 1][1] == ino:
            return profile.contents == "before-name" or history.is_replacement(slot, version)
    return False
