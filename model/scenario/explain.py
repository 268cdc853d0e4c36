"""A counterexample in sentences: what was promised, what was lost and by which rule, which call is missing or late."""

from collections.abc import Iterator, Sequence
from typing import Any

from model.obligations import Violation
from model.persistence.profiles import PROFILES
from model.scenario.answers import Asked
from model.scenario.calls import Call, whence
from model.scenario.possible import in_words
from model.scenario.retelling import Chapter, Told
from model.simulation.disk import Variable
from model.simulation.effects import Effect, Rename, SetMode, SetName, Sync

KILL = "process-kill"


def sentences(told: Told, violation: Violation, profiles: tuple[str, ...]) -> tuple[str, ...]:
    """The story as paragraphs: why it is one, what was lost, what would have kept it, where it can happen."""
    return tuple(_sentences(told, violation, profiles))


def _sentences(told: Told, violation: Violation, profiles: tuple[str, ...]) -> Iterator[str]:
    yield violation.sentence
    kill = told.story.kill
    if kill is not None:
        inside = f"inside {kill.before}, after {kill.units} units (P9)" if kill.units else f"before {kill.before} (P9)"
        yield f"A process was killed {inside}; another one went on."
    for number, chapter in enumerate(told.chapters):
        whose = "the recovery from that" if number else "the run"
        losses = [asked for asked in chapter.asked if asked.is_loss]
        is_last = number == len(told.chapters) - 1
        yield f"{_where(chapter, whose, told.story.profile)} {_outcome(losses, is_last=is_last)}".rstrip()
        for asked in losses:
            yield _loss(chapter, asked, told.story.profile)
    yield f"It can happen under {in_words(profiles)}."


def _where(chapter: Chapter, whose: str, profile: str) -> str:
    event = "The process was killed" if profile == KILL else "The power went"
    if not chapter.made:
        return f"{event} before {whose} made its first call."
    call = chapter.calls[chapter.made - 1]
    return f"{event} in {whose} after call {chapter.made}, {call.label}{whence(call)}."


def _outcome(losses: Sequence[Asked], *, is_last: bool) -> str:
    if losses:
        return ""
    return "Nothing was lost" + (": it is what had been done by then that breaks the promise." if is_last else ".")


def _loss(chapter: Chapter, asked: Asked, profile: str) -> str:
    question = asked.question
    given = f"The {asked.about} was {asked.answers[asked.given]} afterwards"
    if question.kind == "event":
        return f"{given}."
    lost = lost_effect(chapter, asked)
    if lost is None:
        return f"{given}, as an earlier cut had left it ({rules_of(question, None, profile)})."
    call = call_of(chapter.calls, lost)
    effect = chapter.effects[lost]
    verb = "persisted only in part" if is_partial(asked) else "did not persist"
    comma = "" if call is None else ","
    reason = f"{given}: {_named(chapter.calls, call)}{comma} {verb}"
    return f"{reason} ({rules_of(question, effect, profile)}). {_remedy(chapter, question, lost, profile)}"


def is_partial(asked: Asked) -> bool:
    """Whether a loss is of some bytes only: there are others."""
    answer = asked.options[asked.given]
    return isinstance(answer, bytes) and bool(answer.strip(b"\0"))


def _touches(effect: Effect, question: Variable) -> bool:
    if question.kind == "name":
        slot = (question.ino, question.name)
        if isinstance(effect, SetName):
            return (effect.directory, effect.name) == slot
        if isinstance(effect, Rename):
            return slot in ((effect.directory, effect.name), (effect.target_directory, effect.target_name))
        return False
    if isinstance(effect, SetName | Rename | Sync):
        return False
    return effect.ino == question.ino and isinstance(effect, SetMode) == (question.kind == "mode")


def lost_effect(chapter: Chapter, asked: Asked) -> int | None:
    """The first change of a thing that is not seen: the one after which it was never again what it is now."""
    touching = [index for index, effect in enumerate(chapter.effects) if _touches(effect, asked.question)]
    seen = asked.options[asked.given]
    for index in reversed(touching):
        if asked.question.kind != "name" or not _leads_to(chapter.effects[index], asked.question, seen):
            continue
        after = [each for each in touching if each > index]
        return after[0] if after else None
    return touching[0] if touching and asked.question.kind == "name" else touching[-1] if touching else None


def _leads_to(effect: Effect, question: Variable, seen: Any) -> bool:
    ino = effect.ino if isinstance(effect, SetName | Rename) else 0
    if isinstance(effect, Rename) and (effect.target_directory, effect.target_name) != (question.ino, question.name):
        ino = 0
    return ino == seen if type(seen) is int else bool(ino) == bool(seen)


def call_of(calls: Sequence[Call], effect: int) -> int | None:
    """The position of the call that brought about an effect; None for what others had done before the run."""
    return max((index for index, call in enumerate(calls) if call.effects <= effect), default=None)


def _named(calls: Sequence[Call], position: int | None) -> str:
    if position is None:
        return "what others had done before"
    return f"call {position + 1}, {calls[position].label}{whence(calls[position])}"


def rules_of(question: Variable, effect: Effect | None, profile: str) -> str:
    """The rules of the profile that let it be lost."""
    if profile == KILL:
        return "P9"
    wanted = {"name": ["P3"], "content": ["P1", "P2"], "mode": ["P11"], "times": ["P11"]}.get(question.kind, [])
    if isinstance(effect, Rename):
        wanted = [*wanted, "P4"]
    wanted = [*wanted, "P5", "P7"]
    held = [rule for rule in wanted if rule in PROFILES[profile].rules]
    return ", ".join(held[:-1] if len(held) > 1 and held[-1] == "P7" else held) or "P7"


def _remedy(chapter: Chapter, question: Variable, lost: int, profile: str) -> str:
    """Which sync would have kept it, and where it is."""
    if profile == KILL:
        return "A kill can come inside a write; only a rename replaces a file in one step."
    what = chapter.places.plain(chapter.places.path(question.ino)) or "/"
    for index, effect in enumerate(chapter.later, len(chapter.effects)):
        if isinstance(effect, Sync) and effect.ino == question.ino:
            sync = _named(chapter.calls, call_of(chapter.calls, index))
            return f"The fsync of {what} that keeps it, {sync}, came too late."
    syncs = [effect for effect in chapter.effects[lost:] if isinstance(effect, Sync) and effect.ino == question.ino]
    if any(sync.has_failed for sync in syncs):
        return f"An fsync of {what} failed, and none after it makes up for that (P10)."
    if syncs:
        return f"An fsync of {what} did come, but keeps only what came before it."
    made = call_of(chapter.calls, lost)
    callers = () if made is None else chapter.calls[made].sites[1:4]
    via = f" It was called from {', '.join(map(str, callers))}." if callers else ""
    return f"An fsync of {what} would have kept it; no call of this run makes one.{via}"
