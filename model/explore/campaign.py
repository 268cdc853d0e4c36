"""One case under one profile, from playing it to its result."""

import time
from collections.abc import Hashable, Iterable

from model.explore.counterexample import counterexample
from model.explore.crashes import Explorer, Found, OutOfBudget
from model.explore.result import CaseResult, Counterexample
from model.explore.stage import Case, Stage
from model.explore.thinning import thin
from model.explore.workload import MakeStage, Workload, killed_plays, play_through
from model.obligations import Obligations
from model.persistence.crash import CrashDisk
from model.persistence.profiles import Profile
from model.target import Target


def run_case(
    target: Target,
    case: Case,
    profile: Profile,
    *,
    nested: int | None = None,
    budget_s: float | None = None,
    kills: bool = True,
    seed: int = 0,
    make_stage: MakeStage = Stage,
) -> CaseResult:
    """Cut the power at every crash point of a case, recover every crash state, judge.

    Args:
        target: What is checked.
        case: What is played.
        profile: What may persist.
        nested: How many cuts inside recoveries may follow one another; None for any number.
        budget_s: Seconds after which the verdict is unknown.
        kills: Also kill at every call and go on with the case's `then`.
        seed: Draws the crash states of a case that has too many.
        make_stage: Where each play takes place; a stage may wrap the kernels of its processes.
    """
    began = time.monotonic()
    explorer = Explorer(
        target,
        "/srv/sessions.json",
        profile,
        nested=nested if case.samples is None else 0,
        deadline_s=None if budget_s is None else began + budget_s,
        sampled=None if case.samples is None else seed,
        samples=case.samples or 0,
    )
    run = _Run(explorer, case, profile, seed)
    found: list[Counterexample] = []
    verdict = "ok"
    played: list[str] = []
    try:
        run.explore(workloads(case, make_stage, kills=kills, played=played))
    except Found as violation:
        verdict = "counterexample"
        found = [
            counterexample(
                run.case,
                profile.name,
                run.workload,
                run.crash,
                violation,
                target,
                make_stage,
                explorer.obligations,
            )
        ]
    except OutOfBudget:
        verdict = "unknown"
    return CaseResult(
        operation=case.operation,
        case=case.name,
        profile=profile.name,
        crash_points=run.crash_points,
        raw_states=run.raw_states,
        recoveries=explorer.recoveries,
        nested_recoveries=explorer.nested_recoveries,
        states=explorer.states,
        nested_states=explorer.nested_states,
        bounded=explorer.bounded or case.samples is not None,
        verdict=verdict,  # type: ignore[arg-type]
        counterexamples=tuple(found),
        sometimes=dict(explorer.marks),
        seconds=time.monotonic() - began,
        shares=_shares(case, explorer, run, seed),
        plays=len(played),
    )


def _shares(case: Case, explorer: Explorer, run: "_Run", seed: int) -> tuple[str, ...]:
    """What was sampled, and how much of it."""
    if case.samples is not None:
        points = f"{run.moments} of {run.crash_points} crash points"
        return (f"{explorer.states} of {_about(run.raw_states)} crash states drawn at {points}, seed {seed}",)
    if explorer.bounded:
        return ("files of many unsynced units: all old, all new, prefixes, and a fixed sample of mixtures",)
    return ()


def _about(number: int) -> str:
    """A number that may have thousands of digits."""
    return f"{number:,}" if number < 1_000_000 else f"about 10^{(number.bit_length() - 1) * 30_103 // 100_000}"


def workloads(
    case: Case, make_stage: MakeStage = Stage, *, kills: bool = True, played: list[str] | None = None
) -> Iterable[tuple[Case, Workload]]:
    """All that is played of a case, each with the variant that it comes from: itself, its kills, its variants.

    Variants that do the same to the disk, and promise the same, come once; all that were played are named in `played`.
    """
    names = [] if played is None else played
    names.append(case.name)
    whole = play_through(case, make_stage)
    yield case, whole
    if kills and case.then is not None:
        for killed in killed_plays(case, make_stage):
            names.append(f"{case.name}, killed")
            yield case, killed
    explored = {identity_of(whole)}
    for variant in case.variants() if case.variants is not None else ():
        names.append(variant.name)
        workload = play_through(variant, make_stage)
        if (identity := identity_of(workload)) not in explored:
            explored.add(identity)
            yield variant, workload


def identity_of(workload: Workload) -> Hashable:
    """What tells a workload from others that begin on the same disk."""
    held = tuple(each.identity for each in workload.obligations)
    return (tuple(workload.stage.machine.effects), tuple(workload.moments), held)


class _Run:
    """The workloads of a case, one after another on the same graph of disks."""

    def __init__(self, explorer: Explorer, case: Case, profile: Profile, seed: int) -> None:
        self.explorer = explorer
        self.case = case
        self.profile = profile
        self.seed = seed
        self.crash_points = 0
        self.moments = 0
        self.raw_states = 0
        self.workload: Workload
        self.crash: CrashDisk

    def explore(self, workloads: Iterable[tuple[Case, Workload]]) -> None:
        for self.case, self.workload in workloads:
            if self.case.samples is not None:
                self.workload = thin(self.workload, self.seed)
            self.crash = self.workload.crash(self.profile)
            self.crash_points += self.workload.crash_points
            self.moments += len(set(self.workload.moments))
            self.raw_states += self.workload.raw_states(self.crash)
            held: list[list[Obligations]] = [[self.workload.obligations[frame.moment]] for frame in self.crash.frames]
            self.explorer.start(self.crash.disk, held)
