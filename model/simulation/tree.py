"""A machine's files as text, without looking at what is open."""

from collections.abc import Iterator, Mapping
from typing import Any

from model.simulation.disk import ROOT, Disk, Variable, open_names
from model.simulation.machine import Machine
from model.simulation.node import Node

PREVIEW_BYTES = 48


def tree(machine: Machine, folder: str = "/srv") -> tuple[str, ...]:
    """One line a name below a folder: path, size, the first bytes; what is open is marked as such."""
    return tuple(_lines(machine, machine.node(ROOT), "", folder))


def _lines(machine: Machine, directory: Node, path: str, folder: str) -> Iterator[str]:
    for name in sorted(directory.entries):
        ino = directory.entries[name]
        here = f"{path}/{name}"
        if not (here.startswith(folder) or folder.startswith(here)):
            continue
        if ino < 0:
            yield f"{here}  (undecided)"
            continue
        node = machine.node(ino)
        if node.kind == "directory":
            yield f"{here}/"
            yield from _lines(machine, node, here, folder)
        elif node.open_content is not None:
            yield f"{here}  (content undecided)"
        else:
            yield f"{here}  {describe_bytes(node.content)}"


def describe_bytes(content: bytes) -> str:
    """Size and beginning of a file."""
    if not content:
        return "empty"
    if not content.strip(b"\0"):
        return f"{len(content)} bytes, all NUL"
    preview = content[:PREVIEW_BYTES].decode("utf-8", "replace").replace("\0", "\u2400").replace("\n", " ")
    more = " ..." if len(content) > PREVIEW_BYTES else ""
    return f"{len(content)} bytes: {preview}{more}"


def paths(disk: Disk) -> dict[int, str]:
    """A path for every inode of a disk, one of those that it may have."""
    found = {ROOT: ""}
    ahead = [ROOT]
    children: dict[int, list[tuple[str, int]]] = {}
    for ino, inode in disk.inodes.items():
        children.setdefault(ino, []).extend(sorted(inode.entries.items()))
    for directory, name, child in open_names(disk):
        children.setdefault(directory, []).append((name, child))
    while ahead:
        directory = ahead.pop()
        for name, child in children.get(directory, ()):
            if child not in found:
                found[child] = f"{found[directory]}/{name}"
                ahead.append(child)
    return found


def describe_question(question: Variable, names: Mapping[int, str]) -> str:
    """What a choice was about."""
    if question.kind == "event":
        return question.name
    where = names.get(question.ino, f"inode {question.ino}")
    if question.kind == "name":
        return f"name {where}/{question.name}"
    return f"{question.kind} of {where}"


def describe_answer(question: Variable, answer: Any, names: Mapping[int, str]) -> str:
    """What was seen."""
    if question.kind == "name":
        if not answer:
            return "absent"
        if answer is True:
            return "there"
        return f"there, the file of {names.get(answer, answer)}" if isinstance(answer, int) else f"there, a {answer}"
    if isinstance(answer, bytes):
        return describe_bytes(answer)
    return f"{answer} bytes" if question.kind == "content" else str(answer)
