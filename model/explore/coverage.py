"""Coverage of persistence: which calls were really lost, torn or overtaken, and noticed by a recovery or a reader.

A green verdict over crash states in which nothing that mattered was lost would be worth nothing.  For every call whose
loss a profile allows, this tells whether some judged crash state was without it and whoever ran on that state looked
at the place where it was missing.  What nobody looked at (a temporary that is swept unread) cannot matter to them.
"""

from collections.abc import Callable, Iterator, Mapping

from model.explore.campaign import workloads
from model.explore.discovery import boots
from model.explore.exercised import CallCoverage, Coverage
from model.explore.fates import Fates, Seen
from model.explore.stage import Case
from model.explore.workload import Workload
from model.persistence.profiles import Profile
from model.scenario.places import Places
from model.simulation.disk import ABSENT, Inode
from model.simulation.effects import Effect, Rename, SetName, Sync, Truncate, Write
from model.target import Target

PATH = "/srv/sessions.json"


def cover(target: Target, case: Case, profile: Profile, *, check_time: Callable[[], None] = lambda: None) -> Coverage:
    """Let recovery and a reader run on every crash state of a case, its kills and variants: what do they notice?

    Cuts inside recovery are left out: their losses are those of recovery's own calls, which are cases of their own.
    """
    coverage = Coverage()
    narrowed = [_cover(coverage, target, workload, profile, check_time) for _, workload in workloads(case)]
    coverage.narrowed = int(any(narrowed))
    return coverage


def _cover(
    coverage: Coverage, target: Target, workload: Workload, profile: Profile, check_time: Callable[[], None]
) -> bool:
    """Take in one workload; whether what may be left of it was too much to take in all."""
    crash = workload.crash(profile)
    fates = Fates(workload, crash)
    seen = Seen()
    for look in (target.examine, target.peek):
        if look is None:
            continue
        for boot in boots(crash.disk):
            look(boot.machine.start().kernel, PATH)
            seen.update(fates.seen_by(boot.machine.world))
            coverage.runs += 1
            check_time()
    labels = dict(_labels(workload, target.role))
    _count(coverage, labels, fates.possible, seen)
    return fates.is_narrowed


def _count(coverage: Coverage, labels: Mapping[int, str], possible: Seen, seen: Seen) -> None:
    overtaking = {later for later, _ in possible.overtaken}
    overtook = {later for later, _ in seen.overtaken}
    for effect in sorted(possible.lost | possible.torn | overtaking):
        call = coverage.calls.setdefault(labels[effect], CallCoverage())
        call.losable += effect in possible.lost
        call.lost += effect in seen.lost
        call.tearable += effect in possible.torn
        call.torn += effect in seen.torn
        call.overtaking += effect in overtaking
        call.overtook += effect in overtook
    coverage.pairs.update({(labels[later], labels[earlier]) for later, earlier in seen.overtaken})
    coverage.allowed.update({(labels[later], labels[earlier]) for later, earlier in possible.overtaken})


def _labels(workload: Workload, role: Callable[[str], str]) -> Iterator[tuple[int, str]]:
    """What each effect was, in words that do not depend on the case."""
    machine = workload.stage.machine
    places = Places.of(machine.disk)
    for number, effect in enumerate(machine.effects):
        yield number, _label(effect, places, role, machine.created)
        places.follow([effect])


def _label(effect: Effect, places: Places, role: Callable[[str], str], created: Mapping[int, Inode]) -> str:
    if isinstance(effect, Rename):
        source = role(f"{places.path(effect.directory)}/{effect.name}")
        return f"rename {source} to {role(f'{places.path(effect.target_directory)}/{effect.target_name}')}"
    if isinstance(effect, SetName):
        path = role(f"{places.path(effect.directory)}/{effect.name}")
        if effect.ino == ABSENT:
            return f"remove {path}"
        if effect.ino not in created or places.knows(effect.ino):
            return f"link {path}"
        return f"{'create' if created[effect.ino].kind == 'file' else 'mkdir'} {path}"
    path = role(places.path(effect.ino))
    if isinstance(effect, Write):
        return f"write {path}"
    if isinstance(effect, Truncate):
        return f"truncate {path}"
    return f"sync {path}" if isinstance(effect, Sync) else f"mode of {path}"
