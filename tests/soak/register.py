"""The judge of one key: whether some order of the operations explains all that was seen of it.

Each operation took effect at one instant between its call and its return.  One that did not return, because its process
was killed or the operation raised, took effect at one instant before that end, or never.  The judge walks through the
calls and returns in the order of the clock, and carries along every pair of a value that the key may have by now and of
the pending operations that have taken effect already; where an operation returns, those pairs are left in which it has.
When none is left, nothing explains what that operation saw.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple


class Blank(Enum):
    """What stands for no particular value."""

    ANY = "anything"
    SAME = "what was there"


ANY, SAME = Blank.ANY, Blank.SAME

Tag = str | None
"""A value, None for no entry."""


class Op(NamedTuple):
    """What one operation did to one key.

    Attributes:
        begin_ns: When it was called.
        end_ns: When it returned or raised, or when its process was dead.
        saw: The value that it found, `ANY` if it did not look.
        made: The value that it left, `SAME` if it only looked.
        has_returned: Whether it must have taken effect.
        process: Who ran it.
        call: What it ran.
    """

    begin_ns: int
    end_ns: int
    saw: Tag | Blank
    made: Tag | Blank
    has_returned: bool
    process: str
    call: str


class Mistake(NamedTuple):
    """Something that no order explains.

    Attributes:
        kind: `lost` for a change that is gone, or that was made of what was no longer there; `stale` for a value that
            was shown when it could not be there; `invented` for one that nobody has written.
        sentence: What was seen, and what could have been.
    """

    kind: str
    sentence: str


Pair = tuple[Tag, frozenset[int]]

LAST_LOOK = "the last look"
"""The call of whoever looks when all others have ended."""


def judge_key(
    key: str, ops: Sequence[Op], start: frozenset[Tag], written: frozenset[str]
) -> tuple[list[Mistake], frozenset[Tag]]:
    """Find what cannot be explained.

    Args:
        key: For the sentences.
        ops: Everything that was done to the key.
        start: The values that it may have had before.
        written: Every tag that anybody has ever set out to write.

    Returns:
        The mistakes, and the values that the key may have at the end.
    """
    walk = _Walk(key, ops, start, written)
    return walk.mistakes, walk.ends


class _Walk:
    def __init__(self, key: str, ops: Sequence[Op], start: frozenset[Tag], written: frozenset[str]) -> None:
        self.key = key
        self.ops = ops
        self.written = written
        self.pending: dict[int, Op] = {}
        self.pairs: set[Pair] = {(value, frozenset()) for value in start}
        self.mistakes: list[Mistake] = []
        begins = [(op.begin_ns, 0, number) for number, op in enumerate(ops)]
        ends = [(op.end_ns, 1, number) for number, op in enumerate(ops)]
        for _, is_end, number in sorted(begins + ends):  # at the same instant a call counts as before a return
            if is_end:
                self._end(number)
            else:
                self.pending[number] = ops[number]
                self.pairs = {self._looked(value, done) for value, done in self.pairs}
        self.ends = frozenset(value for value, _ in self.pairs)

    def _end(self, number: int) -> None:
        op = self.pending[number]
        after = self._taken_effect(number)
        if not op.has_returned:
            after |= {pair for pair in self.pairs if number not in pair[1]}
        if not after:
            self.mistakes.append(self._mistake(op))
            after = self._regardless(number)
        del self.pending[number]
        self.pairs = after

    def _taken_effect(self, number: int) -> set[Pair]:
        """The pairs in which this operation has taken effect, and others only where that was needed for it."""
        found: set[Pair] = set()
        ahead = list(self.pairs)
        met = set(ahead)
        while ahead:
            value, done = ahead.pop()
            if number in done:
                found.add((value, done - {number}))
                continue
            for other, op in self.pending.items():
                if other in done or (op.saw is not ANY and op.saw != value):
                    continue
                pair = self._looked(value if op.made is SAME else op.made, done | {other})  # type: ignore[arg-type]
                if pair not in met:
                    met.add(pair)
                    ahead.append(pair)
        return found

    def _looked(self, value: Tag, done: frozenset[int]) -> Pair:
        """Whoever only looks, and sees this value, may as well have done so by now: nothing depends on it."""
        looked = [
            number for number, op in self.pending.items() if number not in done and op.made is SAME and op.saw == value
        ]
        return value, done.union(looked) if looked else done

    def _regardless(self, number: int) -> set[Pair]:
        """The pairs to go on with after a mistake: what was changed is changed; who only looked is passed over."""
        op = self.pending[number]
        if op.call == LAST_LOOK:
            assert not isinstance(op.saw, Blank)
            return {(op.saw, frozenset())}
        if op.made is SAME:
            return {(value, done - {number}) for value, done in self.pairs}
        return {self._looked(op.made, done - {number}) for _, done in self.pairs}  # type: ignore[arg-type]

    def _mistake(self, op: Op) -> Mistake:
        possible = sorted({_named(value) for value, _ in self._reachable()})
        history = [other for other in self.ops if other.made is not SAME and other.begin_ns <= op.end_ns]
        last = max(
            (other for other in history if other.has_returned and other.end_ns < op.begin_ns),
            key=lambda other: other.end_ns,
            default=None,
        )
        because = "nobody had written it" if last is None else f"{last.process}'s {last.call} had returned before"
        where = f"{self.key[:40]!r}"
        sentence = (
            f"Because {because}, {where} had to be {' or '.join(possible)}. However {op.process}'s {op.call} found "
            f"{_named(op.saw)}."
        )
        if isinstance(op.saw, str) and op.saw not in self.written:
            return Mistake("invented", sentence)
        return Mistake("lost" if op.call == LAST_LOOK or op.made is not SAME else "stale", sentence)

    def _reachable(self) -> set[Pair]:
        """Every pair that can have come about by now."""
        met = set(self.pairs)
        ahead = list(met)
        while ahead:
            value, done = ahead.pop()
            for other, op in self.pending.items():
                if other not in done and op.made is not SAME and (op.saw is ANY or op.saw == value):
                    pair = (op.made, done | {other})
                    if pair not in met:
                        met.add(pair)  # type: ignore[arg-type]
                        ahead.append(pair)  # type: ignore[arg-type]
        return met


def _named(value: Tag | Blank) -> str:
    if isinstance(value, Blank):
        return value.value
    return "no entry" if value is None else value


def judge_all(
    histories: Mapping[str, Sequence[Op]], starts: Mapping[str, frozenset[Tag]], written: Iterable[str]
) -> tuple[list[Mistake], dict[str, frozenset[Tag]]]:
    """Judge every key by itself: a history is linearizable if and only if it is so key by key."""
    mistakes: list[Mistake] = []
    ends: dict[str, frozenset[Tag]] = {}
    known = frozenset(written)
    for key, ops in histories.items():
        found, ends[key] = judge_key(key, ops, starts.get(key, frozenset({None})), known)
        mistakes += found
    return mistakes, ends
