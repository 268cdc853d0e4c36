"""A run is not made again where the disk answers as before, and made again where it does not."""

from model.explore.memory import Memory, Run
from model.observation import Observation
from model.simulation import Machine, read_file, write_file
from model.simulation.disk import Disk
from model.simulation.reads import Recorder
from store.kernel import O_DIRECTORY, O_RDONLY, Kernel


def disk(**files: bytes) -> Disk:
    machine = Machine()
    kernel = machine.start().kernel
    for name, content in files.items():
        write_file(kernel, f"/srv/{name}", content)
    machine.settle()
    return machine.disk


def look(kernel: Kernel) -> Observation:
    """A program that reads `a`, and lists the folder only if `a` says so."""
    content = read_file(kernel, "/srv/a")
    if content == b"list":
        return Observation({"names": kernel.listdir(kernel.open("/srv", O_RDONLY | O_DIRECTORY))})
    if content == b"write":
        write_file(kernel, "/srv/made", b"!")
    return Observation({"a": None if content is None else content.decode()})


def run(memory: Memory, where: Disk) -> tuple[Observation, bool]:
    """What the program sees on a disk, and whether it had to be run."""
    machine = Machine(where, boot=1)
    known = memory.recall(machine)
    if known is not None:
        return known.observation, False
    recorder = machine.recorder = Recorder(machine.next_ino)
    observation = look(machine.start().kernel)
    made = Run(observation, machine.effects, machine.times, machine.created, recorder.met, where.next_ino)
    memory.remember(recorder, made)
    return observation, True


def test_the_same_disk_is_run_once() -> None:
    memory = Memory()
    assert run(memory, disk(a=b"x")) == (Observation({"a": "x"}), True)
    assert run(memory, disk(a=b"x")) == (Observation({"a": "x"}), False)


def test_a_disk_that_differs_only_in_what_nobody_looks_at_is_not_run_again() -> None:
    memory = Memory()
    run(memory, disk(a=b"x"))
    assert run(memory, disk(a=b"x", b=b"y")) == (Observation({"a": "x"}), False)


def test_inodes_numbered_otherwise_are_no_other_answer() -> None:
    memory = Memory()
    run(memory, disk(a=b"x"))
    assert run(memory, disk(b=b"y", a=b"x")) == (Observation({"a": "x"}), False)


def test_another_content_is_another_run() -> None:
    memory = Memory()
    run(memory, disk(a=b"x"))
    assert run(memory, disk(a=b"z")) == (Observation({"a": "z"}), True)
    assert run(memory, disk()) == (Observation({"a": None}), True)


def test_a_listing_is_another_answer_as_soon_as_a_name_differs() -> None:
    memory = Memory()
    assert run(memory, disk(a=b"list")) == (Observation({"names": ["a"]}), True)
    assert run(memory, disk(a=b"list", b=b"y")) == (Observation({"names": ["a", "b"]}), True)
    assert run(memory, disk(a=b"list", b=b"z")) == (Observation({"names": ["a", "b"]}), False)


def test_what_a_remembered_run_did_is_told_in_the_inodes_of_the_new_disk() -> None:
    memory = Memory()
    run(memory, disk(a=b"write"))
    other = disk(b=b"1", c=b"2", a=b"write")
    known = memory.recall(Machine(other, boot=1))
    assert known is not None
    machine = Machine(other, boot=1)
    look(machine.start().kernel)
    assert list(known.effects) == machine.effects
    assert known.created == machine.created


def names_it_by_number(kernel: Kernel) -> str:
    """A program that compares inode numbers, and then makes a name of one."""
    status, folder = kernel.stat("/srv/a"), kernel.stat("/srv")
    assert status.ino != folder.ino
    return f"{status.ino + (1 << 32):016x}" if status.size else "empty"


def named(memory: Memory, where: Disk) -> tuple[str, bool]:
    machine = Machine(where, boot=1)
    known = memory.recall(machine)
    if known is not None:
        return str(known.observation.entries["name"]), False
    recorder = machine.recorder = Recorder(machine.next_ino)
    name = names_it_by_number(machine.start().kernel)
    run = Run(Observation({"name": name}), (), (), {}, recorder.met, where.next_ino)
    memory.remember(recorder, run)
    return name, True


def test_a_name_made_of_an_inode_number_is_made_again_where_the_number_is_another() -> None:
    memory = Memory()
    first, _ = named(memory, disk(a=b"x"))
    assert named(memory, disk(a=b"x")) == (first, False)
    other, is_run = named(memory, disk(b=b"y", a=b"x"))
    assert is_run
    assert other != first


def test_inode_numbers_that_are_only_compared_are_no_answer() -> None:
    memory = Memory()
    assert named(memory, disk(a=b"")) == ("empty", True)
    assert named(memory, disk(b=b"y", a=b"")) == ("empty", False)
