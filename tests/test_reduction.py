"""The normal form of undecided disks: what it makes one, what it drops, and what it must keep apart."""

from collections.abc import Sequence

from model.explore.reduction import Reduced, reduce_disk
from model.simulation.disk import Alternative, Component, Disk, Inode, Value, Variable

FOLDER = 2
SLOT = Variable("name", FOLDER, "x")


def disk(components: Sequence[Component], frames: int, files: Sequence[int] = (3, 4)) -> Disk:
    inodes = {1: Inode("directory", 0o755, entries={"srv": FOLDER}), FOLDER: Inode("directory", 0o755)}
    inodes.update({ino: Inode("file", 0o600, content=b"same") for ino in files})
    return Disk(inodes, tuple(components), frames, next_ino=10)


def slot(*alternatives: tuple[int, int]) -> Component:
    return Component((SLOT,), [Alternative((ino,), frames) for ino, frames in alternatives])


def content(ino: int, *alternatives: tuple[bytes, int]) -> Component:
    return Component((Variable("content", ino),), [Alternative((value,), frames) for value, frames in alternatives])


def possible(reduced: Reduced, variable: Variable) -> set[Value]:
    return {
        alternative.values[component.variables.index(variable)]
        for component in reduced.disk.components
        if variable in component.variables
        for alternative in component.alternatives
    }


def test_frames_that_allow_the_same_are_one() -> None:
    reduced = reduce_disk(disk([slot((0, 0b11), (3, 0b11))], 2), [0, 0])
    assert reduced.classes == [0b11]


def test_a_frame_that_allows_less_under_the_same_obligations_is_dropped() -> None:
    reduced = reduce_disk(disk([slot((0, 0b11), (3, 0b10))], 2), [0, 0])
    assert reduced.classes == [0b10]
    assert possible(reduced, SLOT) == {0, 3}


def test_a_frame_that_allows_less_under_other_obligations_stays() -> None:
    reduced = reduce_disk(disk([slot((0, 0b11), (3, 0b10))], 2), [0, 1])
    assert reduced.classes == [0b01, 0b10]
    assert reduced.labels == [0, 1]


def test_masks_count_the_new_frames_whatever_their_order() -> None:
    reduced = reduce_disk(disk([slot((3, 0b10), (0, 0b01))], 2), [0, 1])
    (component,) = reduced.disk.components
    assert {alternative.values[0]: alternative.frames for alternative in component.alternatives} == {3: 0b10, 0: 0b01}


def test_what_can_only_be_one_thing_is_no_longer_open() -> None:
    reduced = reduce_disk(disk([slot((3, 0b1))], 1), [0])
    assert reduced.disk.components == ()
    assert reduced.disk.inodes[FOLDER].entries == {"x": 3}


def test_what_no_name_leads_to_is_dropped() -> None:
    reduced = reduce_disk(disk([content(3, (b"a", 1), (b"b", 1))], 1), [0])
    assert reduced.disk.components == ()
    assert 3 not in reduced.disk.inodes


def test_two_files_that_could_only_be_in_one_place_and_hold_the_same_are_one() -> None:
    reduced = reduce_disk(disk([slot((3, 1), (4, 1))], 1), [0])
    assert reduced.disk.inodes[FOLDER].entries == {"x": 3}


def test_two_such_files_that_hold_different_bytes_are_one_file_of_either_content() -> None:
    components = [slot((3, 1), (4, 1)), content(3, (b"a", 1), (b"b", 1)), content(4, (b"b", 1), (b"c", 1))]
    reduced = reduce_disk(disk(components, 1), [0])
    assert reduced.disk.inodes[FOLDER].entries == {"x": 3}
    assert possible(reduced, Variable("content", 3)) == {b"a", b"b", b"c"}


def test_two_files_that_can_be_there_at_once_stay_two() -> None:
    other = Variable("name", FOLDER, "y")
    both = Component((SLOT, other), [Alternative((3, 4), 1), Alternative((4, 3), 1), Alternative((0, 0), 1)])
    components = [both, content(3, (b"a", 1), (b"b", 1)), content(4, (b"a", 1), (b"b", 1))]
    assert {3, 4} <= set(reduce_disk(disk(components, 1), [0]).disk.inodes)


def test_files_beside_different_other_names_stay_two_if_their_bytes_differ() -> None:
    other = Variable("name", FOLDER, "y")
    pair = Component((SLOT, other), [Alternative((3, 5), 1), Alternative((4, 0), 1)])
    components = [pair, content(3, (b"a", 1), (b"b", 1)), content(4, (b"c", 1), (b"d", 1))]
    assert {3, 4} <= set(reduce_disk(disk(components, 1, files=(3, 4, 5)), [0]).disk.inodes)


def test_disks_that_number_their_inodes_otherwise_are_the_same_disk() -> None:
    one = reduce_disk(disk([slot((0, 1), (3, 1))], 1), [0])
    other = reduce_disk(disk([slot((0, 1), (7, 1))], 1, files=(7,)), [0])
    assert one.key == other.key


def test_disks_that_differ_in_an_open_file_are_two() -> None:
    one = reduce_disk(disk([slot((0, 1), (3, 1)), content(3, (b"a", 1), (b"b", 1))], 1), [0])
    other = reduce_disk(disk([slot((0, 1), (3, 1)), content(3, (b"a", 1), (b"c", 1))], 1), [0])
    assert one.key != other.key
