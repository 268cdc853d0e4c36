"""The simulated machine beyond what a conformance suite can ask of a real one: kills, clocks, tokens, listings."""

import errno
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from model.simulation import Killed, Machine, Variable, read_file, write_file
from model.simulation.effects import Write
from store.kernel import O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY, Kernel


def folder(kernel: Kernel) -> int:
    return kernel.open("/srv", O_RDONLY | O_DIRECTORY)


def test_a_killed_process_raises_at_every_later_call_whatever_its_handlers_do() -> None:
    machine = Machine()
    process = machine.start()
    fd = process.kernel.open("/srv/f", O_WRONLY | O_CREAT)
    process.kill()
    calls: list[Callable[[], object]] = [
        lambda: process.kernel.write(fd, b"x"),
        lambda: process.kernel.close(fd),
        process.kernel.getpid,
    ]
    for call in calls:
        with pytest.raises(Killed):
            call()
    assert read_file(machine.start().kernel, "/srv/f") == b""


def test_a_kill_frees_locks_and_keeps_the_page_cache() -> None:
    machine = Machine()
    first, second = machine.start(), machine.start()
    write_file(first.kernel, "/srv/lock", b"")
    held = first.kernel.open("/srv/lock", O_RDWR)
    wanted = second.kernel.open("/srv/lock", O_RDWR)
    first.kernel.lock(held, 0, 1, "exclusive", 0)
    with pytest.raises(TimeoutError):
        second.kernel.lock(wanted, 0, 1, "exclusive", second.kernel.monotonic_ns())
    write_file(first.kernel, "/srv/f", b"kept")
    first.kill()
    second.kernel.lock(wanted, 0, 1, "exclusive", second.kernel.monotonic_ns())
    assert read_file(second.kernel, "/srv/f") == b"kept"


def test_the_machine_kills_whoever_makes_the_call_that_was_named() -> None:
    machine = Machine()
    kernel = machine.start().kernel
    machine.kill_at_call = machine.calls + 1
    fd = kernel.open("/srv/f", O_WRONLY | O_CREAT)
    with pytest.raises(Killed):
        kernel.write(fd, b"never")
    assert not any(isinstance(effect, Write) for effect in machine.effects)


def test_a_kill_inside_a_write_leaves_whole_units_of_it() -> None:
    machine = Machine()
    kernel = machine.start().kernel
    fd = kernel.open("/srv/f", O_WRONLY | O_CREAT)
    kernel.write(fd, b"a" * 100)
    machine.kill_at_call = machine.calls
    machine.kill_units = 2
    with pytest.raises(Killed):
        kernel.write(fd, b"b" * 2000)
    assert read_file(machine.start().kernel, "/srv/f") == b"a" * 100 + b"b" * 924


def test_a_process_can_be_made_to_write_short() -> None:
    process = Machine().start()
    process.write_limit_bytes = 3
    fd = process.kernel.open("/srv/f", O_WRONLY | O_CREAT)
    assert process.kernel.write(fd, b"abcdef") == 3
    assert process.kernel.write(fd, b"def") == 3


def test_times_have_the_grain_of_a_tick_and_follow_the_wall_clock() -> None:
    machine = Machine()
    kernel = machine.start().kernel
    write_file(kernel, "/srv/f", b"1")
    before = kernel.stat("/srv/f").mtime_ns
    write_file(kernel, "/srv/f", b"2")
    assert kernel.stat("/srv/f").mtime_ns == before
    machine.step_clock(-3_600_000_000_000)
    write_file(kernel, "/srv/f", b"3")
    assert kernel.stat("/srv/f").mtime_ns < before
    assert before % 4_000_000 == 0


def test_every_boot_draws_the_same_tokens_at_the_same_time() -> None:
    machine = Machine()
    boots = [Machine(machine.disk, boot=number).start().kernel for number in (1, 2)]
    assert boots[0].random_bytes(8) == boots[1].random_bytes(8)
    assert boots[0].realtime_ns() == boots[1].realtime_ns()


def test_processes_of_one_boot_draw_different_tokens_unless_told_to_repeat() -> None:
    machine = Machine()
    assert machine.start().kernel.random_bytes(8) != machine.start().kernel.random_bytes(8)
    repeating = Machine(tokens_repeat=True)
    assert repeating.start().kernel.random_bytes(8) == repeating.start().kernel.random_bytes(8)


def test_a_lock_that_never_comes_times_out_at_its_deadline_on_the_simulated_clock() -> None:
    machine = Machine()
    first, second = machine.start().kernel, machine.start().kernel
    write_file(first, "/srv/lock", b"")
    first.lock(first.open("/srv/lock", O_RDWR), 5, 1, "shared", 0)
    deadline = second.monotonic_ns() + 10_000_000_000
    with pytest.raises(TimeoutError) as caught:
        second.lock(second.open("/srv/lock", O_RDWR), 5, 1, "exclusive", deadline)
    assert caught.value.errno == errno.ETIMEDOUT
    assert second.monotonic_ns() >= deadline


@pytest.mark.parametrize(("answer", "listed"), [(0, ["a", "b"]), (1, ["b"]), (2, ["a", "a", "b"])])
def test_a_listing_may_miss_or_repeat_a_name_that_is_replaced_meanwhile(answer: int, listed: list[str]) -> None:
    asked: list[Variable] = []

    def choose(count: int, question: Variable, _options: Sequence[Any], /) -> int:
        asked.append(question)
        return answer if count == 3 else 0

    machine = Machine(choose=choose)
    reader, writer = machine.start().kernel, machine.start().kernel
    for name in ("a", "b"):
        write_file(writer, f"/srv/{name}", b"old")
    write_file(writer, "/tmp/new", b"new")
    machine.during_listing = lambda: writer.rename("/tmp/new", "/srv/a")
    assert sorted(reader.listdir(folder(reader))) == listed
    assert [question.name for question in asked] == ["listed a"]


def test_the_tracer_sees_every_call_of_every_process() -> None:
    machine = Machine()
    seen: list[tuple[int, str]] = []
    machine.tracer = lambda process, call, arguments: seen.append((process.pid, call))
    first, second = machine.start(), machine.start()
    first.kernel.close(first.kernel.open("/srv", O_RDONLY))
    second.kernel.stat("/srv")
    assert seen == [(first.pid, "open"), (first.pid, "close"), (second.pid, "stat")]


def test_settling_makes_everything_durable_and_keeps_descriptors() -> None:
    machine = Machine()
    kernel = machine.start().kernel
    fd = kernel.open("/srv/f", O_WRONLY | O_CREAT | O_EXCL)
    kernel.write(fd, b"x")
    machine.settle()
    assert machine.effects == []
    kernel.write(fd, b"y")
    assert [type(effect).__name__ for effect in machine.effects] == ["Write"]
    assert read_file(Machine(machine.disk, boot=1).start().kernel, "/srv/f") == b"x"
