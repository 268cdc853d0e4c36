"""Cases in which system calls fail: at every call of every operation, once and from then on.

An operation that raised is in flight for ever; one that returned all the same must not have lost anything.  Once it is
over, the same process tries again, which must succeed, and must be believed then.

The store treats most errors alike, so one of a kind stands for all: EIO; those that fail what makes something and let
what removes it succeed (ENOSPC, EROFS, EMFILE, all from then on); a short count; and those that the store asks for.
That every other error which a manual page allows leads to the same effects is for a test to show.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from errno import EACCES, EIO, EMFILE, EMLINK, ENOSPC, EOPNOTSUPP, EPERM, EROFS, errorcode
from typing import Any

from model.acknowledgement import acknowledged, in_flight
from model.checks import as_json
from model.explore.failed_calls import NOTE, Failure
from model.explore.stage import Case, Stage
from model.obligations import Obligations, Promise, Violation, same_json
from model.observation import ABSENT
from model.properties import HONEST_ERRORS
from model.reference import LIVE, Reference
from model.simulation.faults import SHORT, Fault, FaultyKernel, errors_of
from model.simulation.files import write_file
from scenarios.arrangement import Arrangement, as_legacy, entry
from scenarios.play import Actor, Step
from scenarios.session_cases import steps
from scenarios.session_cases.interposing import Moment, moments_of
from store.errors import StoreError

A, B, NEW = entry("a"), entry("b"), entry("new", 2)
LATE = {"b": entry("late", 3), "c": entry("c")}
LIVE_AB = Arrangement(live={"a": A, "b": B})
LEGACY_AB = Arrangement(legacy=as_legacy({"a": A, "b": B}))
TEMPORARY = f".tmp-{7:016x}"

ASKED_FOR: Mapping[str, tuple[int, ...]] = {
    "open": (EACCES, EPERM),
    "unlink": (EPERM,),
    "link": (EPERM, EOPNOTSUPP, EMLINK),
}
"""Errors that the store asks for by name, those of a call all alike: it takes another way then."""


@dataclass(frozen=True)
class Trial:
    """An operation that is to meet failing calls.

    Attributes:
        name: Which variant of the operation.
        arrangement: The files that are there.
        step: The operation.
        is_opened: Whether the store is open before anything fails.
        returns: What it must return, for one that reads.
    """

    name: str
    arrangement: Arrangement
    step: Step
    is_opened: bool = True
    returns: Callable[[Reference], Any] | None = None

    def set(self, stage: Stage) -> tuple[FaultyKernel, Actor, Reference]:
        """Arrange everything; the kernel whose calls will fail, the process, and the reference."""
        self.arrangement.place(stage.kernel(), stage.path)
        stage.settle()
        kernel = FaultyKernel(stage.kernel())
        actor = Actor(kernel.as_kernel, stage.path)
        reference = self.arrangement.reference()
        if self.is_opened:
            assert actor.store is not None
            reference = reference.recover()
            stage.settle()
        return kernel, actor, reference

    def calls(self) -> Sequence[tuple[str, tuple[Any, ...]]]:
        """The calls that the operation makes when nothing fails."""
        kernel, actor, _ = self.set(Stage())
        before = len(kernel.calls)
        self.step.run(actor)
        return kernel.calls[before:]


def _read(call: str, run: Callable[[Actor], Any]) -> Step:
    return Step("load", call, run, lambda reference: reference)


TRIALS = (
    Trial("live", LIVE_AB, steps.put("b", NEW)),
    Trial("live", LIVE_AB, steps.delete("b")),
    Trial("live, of nothing", LIVE_AB, steps.delete("c")),
    Trial("live", LIVE_AB, steps.update("b", lambda old: {**old, "updatedAt": 2})),
    Trial("live, that changes nothing", LIVE_AB, steps.update("b", lambda _: None)),
    Trial("live", LIVE_AB, steps.apply({"b": NEW, "c": A}, ("a",))),
    Trial("onto an unreadable entry", Arrangement(live={"a": A, "b": b'{"torn'}), steps.put("b", NEW)),
    Trial("legacy", LEGACY_AB, steps.put("b", NEW)),
    Trial("the first, in an empty folder", Arrangement(is_locked=False), steps.put("a", NEW), is_opened=False),
    Trial("legacy", LEGACY_AB, steps.migrate()),
    Trial("live", LIVE_AB, steps.roll_back()),
    Trial(
        "beside an unmerged legacy file",
        Arrangement(live={"a": A, "b": B}, legacy=as_legacy(LATE)),
        steps.open_store(),
        is_opened=False,
    ),
    Trial(
        "of a migration that was cut short",
        Arrangement(live={"a": A, "b": B}, legacy=LEGACY_AB.legacy, held=LEGACY_AB.legacy),
        steps.open_store(),
        is_opened=False,
    ),
    Trial(
        "beside debris",
        Arrangement(
            live={"a": A},
            files={
                "sessions.d.migrating/": b"",
                "sessions.d.migrating/a.json": b"{}",
                f"sessions.d/{TEMPORARY}": b"{",
            },
        ),
        steps.open_store(),
        is_opened=False,
    ),
    Trial("live", LIVE_AB, _read("load()", lambda actor: actor.store.load()), returns=Reference.readable),
    Trial("legacy", LEGACY_AB, _read("load()", lambda actor: actor.store.load()), returns=Reference.readable),
    Trial("live", LIVE_AB, _read("get('b')", lambda actor: actor.store.get("b")), returns=lambda ref: ref.value("b")),
)


def fault_cases() -> Sequence[Case]:
    """One case for each trial; its variants are the calls and the ways in which they fail."""
    return (*map(_case, TRIALS), _lost_legacy_file())


def _case(trial: Trial) -> Case:
    def variants() -> Iterator[Case]:
        calls = trial.calls()
        for moment in moments_of(*zip(*calls, strict=True)):
            for fault in telling_faults(*calls[moment.at]):
                yield failing_case(trial, moment, fault)

    return Case("faults", trial_name(trial), _play(trial), variants=variants)


def trial_name(trial: Trial) -> str:
    """The operation, and what it finds."""
    return f"{trial.step.call}, {trial.name}"


def failing_case(trial: Trial, moment: Moment, fault: Fault | None) -> Case:
    """The operation of a trial, with one call that fails, or none."""
    if fault is None:
        return Case("faults", trial_name(trial), _play(trial))
    return Case("faults", f"{trial_name(trial)}: {fault} at {moment.label}", _play(trial, moment, fault))


def telling_faults(name: str, arguments: tuple[Any, ...]) -> Iterator[Fault]:
    """The ways in which a call may fail that the store could treat differently."""
    allowed = errors_of(name, arguments)
    if not allowed:
        return
    yield Fault(EIO)
    yield from (Fault(error, lasts=True) for error in (EIO, SHORT, ENOSPC, EROFS, EMFILE) if error in allowed)
    if SHORT in allowed:
        yield Fault(SHORT)
    yield from map(Fault, ASKED_FOR.get(name, ())[:1])
    if name == "fsync":
        yield Fault(EIO, sync="lost")
        yield Fault(EIO, sync="reverted")


def _play(trial: Trial, moment: Moment | None = None, fault: Fault | None = None) -> Callable[[Stage], None]:
    text = "" if moment is None else f"{fault} at {moment.label}"

    def play(stage: Stage) -> None:
        kernel, actor, before = trial.set(stage)
        if moment is not None and fault is not None:
            kernel.fail_in(moment.at, fault)
        step = trial.step
        after = step.apply(before)
        stage.arm()
        stage.promise(in_flight(before, after, step.operation, step.call, save=step.save))
        error, returned = attempt(actor, step)
        kernel.mend()
        if moment is not None and fault is not None and kernel.has_failed:
            name = "a short count" if fault.error == SHORT else errorcode[fault.error]
            stage.notes[NOTE] = Failure(moment.label, name, error is not None)
        if error is None:
            done = acknowledged(after, f"{step.call} returned despite {text}", before=before, despite=text)
        else:
            error, returned = attempt(actor, step)
            done = acknowledged(after, f"{step.call}, tried again after {text}, returned", before=before)
        stage.promise(replace(done, witnessed=tuple(_lies(trial, text, before, error, returned))))

    return play


def attempt(actor: Actor, step: Step) -> tuple[str | None, Any]:
    """Run a step: why it did not succeed, if it did not, and what it returned."""
    try:
        returned = step.run(actor)
    except (StoreError, OSError) as error:
        return f"{type(error).__name__}: {error}", None
    if getattr(returned, "name", "") in ("failed", "refused"):
        return f"{returned.name}: {returned.detail}", returned
    return None, returned


def _lies(trial: Trial, text: str, before: Reference, error: str | None, returned: Any) -> Iterator[Violation]:
    call = trial.step.call
    if error is not None:
        sentence = f"Because {text} is over, {call} must succeed. However it came to {error}."
        yield Violation(HONEST_ERRORS, call, sentence, error, ("success",))
    elif trial.returns is not None and not same_json(returned, wanted := trial.returns(before)):
        sentence = (
            f"Because {call} returned despite {text}, it must return {wanted!r}. However it returned {returned!r}."
        )
        yield Violation(HONEST_ERRORS, call, sentence, as_json(returned), (as_json(wanted),))


def _lost_legacy_file() -> Case:
    """The pages of a legacy file that an old writer has not synced are lost, and later reads still show them (P10)."""
    late = {"a": entry("late", 5), "c": entry("c")}

    def play(stage: Stage) -> None:
        trial = Trial("", LEGACY_AB, steps.migrate())
        kernel, actor, _ = trial.set(stage)
        at = next(index for index, (name, _) in enumerate(trial.calls()) if name == "fsync")
        writer = stage.kernel()
        write_file(writer, f"{stage.path}.4711.tmp", as_legacy(late))
        stage.arm()
        stage.promise(_anything_of({"a": A, "b": B}, late))
        writer.rename(f"{stage.path}.4711.tmp", stage.path)
        kernel.fail_in(at, Fault(EIO, sync="lost"))
        assert attempt(actor, trial.step)[0] is not None
        kernel.mend()
        assert attempt(actor, trial.step)[0] is None
        shown = {key: Promise((value,), "migrate(), tried again, returned") for key, value in late.items()}
        stage.promise(Obligations(shown, because="migrate(), tried again, returned", layouts=(LIVE,)))

    return Case("faults", "migrate(), legacy: the pages of an unsynced legacy file are lost", play)


def _anything_of(*files: Mapping[str, Any]) -> Obligations:
    because = "an old writer has synced nothing"
    keys = {key: None for file in files for key in file}
    promises = {key: Promise((ABSENT, *(file[key] for file in files if key in file)), because) for key in keys}
    return Obligations(promises, because=because, errors=frozenset({"LegacyUnreadable"}))
