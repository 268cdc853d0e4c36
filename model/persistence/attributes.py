"""Which modes and times a power cut may leave (P11): any value that they had since that file's last fsync."""

from collections.abc import Sequence

from model.persistence.frames import Frame
from model.persistence.history import History
from model.persistence.profiles import Profile
from model.simulation.disk import ABSENT, Alternative, Component, Value, Variable, VariableKind
from model.simulation.effects import Rename, SetMode, SetName, Sync


def crash_attributes(
    history: History,
    profile: Profile,
    frames: Sequence[Frame],
    moments: Sequence[int],
    lifted: Sequence[int],
    *,
    with_times: bool,
) -> list[Component]:
    """The mode and, `with_times`, the times of every file that had more than one since it was last synced.

    A component with a single alternative is decided.
    """
    found: list[Component] = []
    changed: list[tuple[VariableKind, dict[int, list[tuple[int, Value]]]]] = [("mode", _modes(history))]
    if with_times:
        changed.append(("times", _times(history)))
    for kind, changes_by_ino in changed:
        for ino, changes in changes_by_ino.items():
            variable = Variable(kind, ino)
            masks = _version_masks(history, profile, ino, changes, frames, moments)
            alternatives: dict[Value, int] = {}
            for value, base in _base_values(history, variable, lifted, (1 << len(frames)) - 1):
                for version, possible in enumerate(masks):
                    if mask := possible & base:
                        new = changes[version - 1][1] if version else value
                        alternatives[new] = alternatives.get(new, 0) | mask
            found.append(Component((variable,), [Alternative((value,), mask) for value, mask in alternatives.items()]))
    return found


def _version_masks(
    history: History,
    profile: Profile,
    ino: int,
    changes: Sequence[tuple[int, Value]],
    frames: Sequence[Frame],
    moments: Sequence[int],
) -> list[int]:
    """In which frames each version is possible (version 0 is what the disk held)."""
    masks = [0] * (len(changes) + 1)
    by_moment = [_range(history, ino, changes, end) for end in moments]
    for bit, frame in enumerate(frames):
        if profile.contents in ("program", "synced"):
            low = high = sum(1 for effect, _ in changes if effect < frame.effects)
        else:
            low, high = by_moment[frame.moment]
        for version in range(low, high + 1):
            masks[version] |= 1 << bit
    return masks


def _range(history: History, ino: int, changes: Sequence[tuple[int, Value]], end: int) -> tuple[int, int]:
    durable = max((sync for sync, synced in history.syncs if synced == ino and sync < end), default=-1)
    return sum(1 for effect, _ in changes if effect < durable), sum(1 for effect, _ in changes if effect < end)


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
