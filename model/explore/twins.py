"""Files that could only be in the same places: one of them is enough.

Each recovery that is cut before it synced leaves one more candidate for the same temporary name.  No two of them are
ever there at once, so that a single file whose bytes may be those of either shows the same, as long as it does so in
the same frames beside the same other names.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from model.simulation.disk import Alternative, Component, Inode, Value, Variable

Pattern = tuple[Value | None, ...]
Key = TypeVar("Key")


class _Candidate(NamedTuple):
    """A file that only one component's names may hold, one of them at a time.

    `places` are the alternatives in which it is there, with None in its place, and in which frames; `contents` what it
    may hold in these.
    """

    ino: int
    places: Mapping[Pattern, int]
    frames: int
    contents: Mapping[bytes, int]


def without_twins(
    inodes: Mapping[int, Inode], components: Sequence[Component], reached: set[int]
) -> list[Component] | None:
    """The components with twins made one file, or None if there are none.

    Args:
        inodes: All inodes, with what is decided about names.
        components: What is open.
        reached: The inodes that names may lead to; no other directory counts.
    """
    homes = _homes(inodes, components, reached)
    by_variable = {component.variables[0]: component for component in components}
    replaced: dict[int, int] = {}
    contents: dict[int, Mapping[bytes, int]] = {}
    for index, component in enumerate(components):
        files = [
            ino
            for ino, home in homes.items()
            if home == index and inodes[ino].kind == "file" and Variable("mode", ino) not in by_variable
        ]
        if len(files) > 1:
            candidates = [_candidate(component, ino, inodes[ino], by_variable) for ino in files]
            _merge([each for each in candidates if each is not None], inodes, replaced, contents)
    if not replaced:
        return None
    found = [
        _renamed(component, replaced) if component.variables[0].kind == "name" else component
        for component in components
        if component.variables[0].kind != "content"
        or (component.variables[0].ino not in replaced and component.variables[0].ino not in contents)
    ]
    found.extend(
        Component((Variable("content", ino),), [Alternative((value,), frames) for value, frames in held.items()])
        for ino, held in contents.items()
    )
    return found


def _homes(inodes: Mapping[int, Inode], components: Sequence[Component], reached: set[int]) -> dict[int, int | None]:
    """For each inode that an open name may hold: the only component that holds it, None if it has other names."""
    homes: dict[int, int | None] = {}
    for index, component in enumerate(components):
        if component.variables[0].kind != "name":
            continue
        for values, _ in component.alternatives:
            for value in values:
                if isinstance(value, int) and value:
                    homes[value] = index if homes.get(value, index) == index else None
    if homes:
        opened = {(variable.ino, variable.name) for component in components for variable in component.variables}
        for ino in reached:
            for name, child in inodes[ino].entries.items():
                if child in homes and (ino, name) not in opened:
                    homes[child] = None
    return homes


def _candidate(
    component: Component, ino: int, inode: Inode, by_variable: Mapping[Variable, Component]
) -> _Candidate | None:
    places: dict[Pattern, int] = {}
    frames = 0
    for values, mask in component.alternatives:
        count = values.count(ino)
        if count > 1:
            return None
        if count:
            places[tuple([None if value == ino else value for value in values])] = mask
            frames |= mask
    content = by_variable.get(Variable("content", ino))
    if content is None:
        return _Candidate(ino, places, frames, {inode.content: frames})
    contents: dict[bytes, int] = {}
    for (value,), mask in content.alternatives:
        assert isinstance(value, bytes)
        if mask & frames:
            contents[value] = mask & frames
    return _Candidate(ino, places, frames, contents)


def _merge(
    candidates: Sequence[_Candidate],
    inodes: Mapping[int, Inode],
    replaced: dict[int, int],
    contents: dict[int, Mapping[bytes, int]],
) -> None:
    kept: list[_Candidate] = []
    for candidate in candidates:
        for index, other in enumerate(kept):
            if _are_twins(candidate, other) and _look_alike(inodes[candidate.ino], inodes[other.ino]):
                both = _either(other.contents, candidate.contents)
                kept[index] = _Candidate(
                    other.ino, _either(other.places, candidate.places), other.frames | candidate.frames, both
                )
                replaced[candidate.ino] = other.ino
                contents[other.ino] = both
                break
        else:
            kept.append(candidate)


def _look_alike(one: Inode, other: Inode) -> bool:
    return one.mode == other.mode and one.uid == other.uid


def _are_twins(one: _Candidate, other: _Candidate) -> bool:
    """Whether one file that may hold what either may hold would show the same; neither may stand beside the other."""
    if any(one.ino in place for place in other.places) or any(other.ino in place for place in one.places):
        return False
    shared = one.frames & other.frames
    return _agree(one.places, other.places, shared) or _agree(one.contents, other.contents, shared)


def _agree(one: Mapping[Key, int], other: Mapping[Key, int], frames: int) -> bool:
    if not frames:
        return True
    return all((one.get(key, 0) ^ other.get(key, 0)) & frames == 0 for key in {**one, **other})


def _either(one: Mapping[Key, int], other: Mapping[Key, int]) -> dict[Key, int]:
    found = dict(one)
    for key, frames in other.items():
        found[key] = found.get(key, 0) | frames
    return found


def _renamed(component: Component, replaced: Mapping[int, int]) -> Component:
    merged: dict[tuple[Value, ...], int] = {}
    for values, frames in component.alternatives:
        new = tuple([replaced.get(value, value) if isinstance(value, int) else value for value in values])
        merged[new] = merged.get(new, 0) | frames
    return Component(component.variables, [Alternative(values, frames) for values, frames in merged.items()])
