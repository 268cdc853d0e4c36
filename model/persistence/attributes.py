"""Which modes and times a power cut may leave (P11): any value that they had since that file's last fsync."""

from collections.abc import Sequence

from model.persistence.frames import Frame
from model.persistence.history import History
from model.persistence.profiles import Profile
from model.simulation.disk import ABSENT, Alternative, Component, Value, Variable, VariableKind
from model.simulation.effects import Rename, SetMode, SetName, Sync


def crash_attributes(
    history: History, profile: Profile, frames: Sequence[Frame], moments: Sequence[int], lifted: Sequence[int]
) -> list[Component]:
    """The mode and the times of every file that had more than one since it was last synced.

    A component with a single alternative is decided.
    """
    found: list[Component] = []
    for kind, changes_by_ino in (("mode", _modes(history)), ("times", _times(history))):
        for ino, changes in changes_by_ino.items():
            variable = Variable(_kind(kind), ino)
            alternatives: dict[Value, int] = {}
            for value, mask in _base_values(history, variable, lifted, (1 << len(frames)) - 1):
                for bit, frame in enumerate(frames):
                    low, high = _range(history, profile, ino, changes, frame, moments)
                    for version in range(low, high + 1):
                        new = changes[version - 1][1] if version else value
                        if mask >> bit & 1:
                            alternatives[new] = alternatives.get(new, 0) | 1 << bit
            found.append(Component((variable,), [Alternative((value,), mask) for value, mask in alternatives.items()]))
    return found


def _kind(kind: str) -> VariableKind:
    return "mode" if kind == "mode" else "times"


def _modes(history: History) -> dict[int, list[tuple[int, Value]]]:
    return {ino: [(effect, mode) for effect, mode in changes] for ino, changes in history.modes.items()}


def _times(history: History) -> dict[int, list[tuple[int, Value]]]:
    """(mtime, ctime) after each effect that sets one of them."""
    now: dict[int, tuple[int, int]] = {}
    found: dict[int, list[tuple[int, Value]]] = {}

    def set_times(index: int, ino: int, *, changed: bool) -> None:
        inode = history.inode(ino)
        tick = history.times[index]
        before = now.get(ino, (inode.mtime_ns, inode.ctime_ns))
        after = (tick if changed else before[0], tick)
        now[ino] = after
        if after != before:
            found.setdefault(ino, []).append((index, after))

    for index, effect in enumerate(history.effects):
        if isinstance(effect, Sync):
            continue
        if isinstance(effect, Rename):
            set_times(index, effect.directory, changed=True)
            set_times(index, effect.target_directory, changed=True)
            set_times(index, effect.ino, changed=False)
        elif isinstance(effect, SetName):
            set_times(index, effect.directory, changed=True)
            if effect.ino != ABSENT:
                set_times(index, effect.ino, changed=False)
        else:
            set_times(index, effect.ino, changed=not isinstance(effect, SetMode))
    return found


def _base_values(
    history: History, variable: Variable, lifted: Sequence[int], everything: int
) -> list[tuple[Value, int]]:
    for part in history.base.open_parts.get(variable.ino, ()):
        if part.variable.kind == variable.kind:
            return [
                (values[part.position], sum(lift for base, lift in enumerate(lifted) if mask >> base & 1))
                for values, mask in history.base.components[part.component].alternatives
            ]
    inode = history.inode(variable.ino)
    return [(inode.mode if variable.kind == "mode" else (inode.mtime_ns, inode.ctime_ns), everything)]


def _range(
    history: History,
    profile: Profile,
    ino: int,
    changes: Sequence[tuple[int, Value]],
    frame: Frame,
    moments: Sequence[int],
) -> tuple[int, int]:
    if profile.contents == "program":
        count = sum(1 for effect, _ in changes if effect < frame.effects)
        return count, count
    end = moments[frame.moment]
    durable = max((sync for sync, synced in history.syncs if synced == ino and sync < end), default=-1)
    return sum(1 for effect, _ in changes if effect < durable), sum(1 for effect, _ in changes if effect < end)
