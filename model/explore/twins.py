"""Files that could only be in the same place, and hold the same: one of them is enough.

Each recovery that is cut before it synced leaves one more candidate for the same temporary name.  Which of them it is
cannot be seen if their bytes may be the same in the same frames, and no two are ever there at once.
"""

from collections.abc import Hashable, Mapping, Sequence

from model.simulation.disk import Alternative, Component, Inode, Value


def without_twins(inodes: Mapping[int, Inode], components: Sequence[Component], reached: set[int]) -> list[Component]:
    """Components in which of every set of twins only the first is left (with its content).

    Args:
        inodes: All inodes, with what is decided about names.
        components: What is open.
        reached: The inodes that names may lead to; no other directory counts.
    """
    homes = _homes(inodes, components, reached)
    contents = {
        component.variables[0].ino: component for component in components if component.variables[0].kind == "content"
    }
    moved = {component.variables[0].ino for component in components if component.variables[0].kind == "mode"}
    replaced: dict[int, int] = {}
    first: dict[Hashable, list[int]] = {}
    for ino, home in homes.items():
        inode = inodes[ino]
        if home is None or inode.kind != "file" or ino in moved:
            continue
        content = _content_identity(inode, contents.get(ino))
        twins = first.setdefault((home, inode.mode, inode.uid, content), [])
        if any(_together(components[home], ino, other) for other in twins):
            continue
        if twins:
            replaced[ino] = twins[0]
        twins.append(ino)
    if not replaced:
        return list(components)
    return [
        _renamed(component, replaced) if component.variables[0].kind == "name" else component
        for component in components
        if component.variables[0].kind != "content" or component.variables[0].ino not in replaced
    ]


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


def _content_identity(inode: Inode, component: Component | None) -> Hashable:
    if component is None:
        return inode.content
    identity = component.identity()
    return tuple(component.alternatives) if identity is None else identity


def _together(component: Component, one: int, other: int) -> bool:
    """Whether both can be there at once, or one of them under two names."""
    return any(
        (one in values and other in values) or values.count(one) > 1 or values.count(other) > 1
        for values, _ in component.alternatives
    )


def _renamed(component: Component, replaced: Mapping[int, int]) -> Component:
    merged: dict[tuple[Value, ...], int] = {}
    for values, frames in component.alternatives:
        new = tuple([replaced.get(value, value) if isinstance(value, int) else value for value in values])
        merged[new] = merged.get(new, 0) | frames
    return Component(component.variables, [Alternative(values, frames) for values, frames in merged.items()])
