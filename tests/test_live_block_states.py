"""Which disks a log of block writes can be cut to, counted by hand."""

from collections.abc import Sequence

from model.live.block_log import Entry, Flush, Mark, Write, encoded, read_log
from model.live.block_states import BlockState, Device, block_states

F: Entry = Flush()


def w(number: int, blocks: int = 1) -> Write:
    """A write of its own bytes to a place of its own."""
    return Write(number << 20, bytes([number]) * 4096 * blocks)


def states(log: Sequence[Entry], *, start: int = 0, device: Device = "honest") -> list[BlockState]:
    return list(block_states(log, start=start, seed=0, device=device))


def kept(log: Sequence[Entry], durable: int) -> list[tuple[int, ...]]:
    """Which writes are there besides those that are durable, by number."""
    found = [state.kept for state in states(log) if state.durable == durable]
    return [tuple(write.offset >> 20 for write in each) for each in found]


def test_before_a_flush_any_part_of_the_writes_may_be_there() -> None:
    log: list[Entry] = [w(1), w(2), w(3), F]
    assert sorted(kept(log, 0)) == [(), (1,), (1, 2), (1, 2, 3), (1, 3), (2,), (2, 3), (3,)]


def test_what_was_flushed_is_there() -> None:
    log: list[Entry] = [w(1), F, w(2)]
    assert kept(log, 2) == [(), (2,)]
    assert kept(log, 0) == [(), (1,)]


def test_a_cut_comes_between_two_flushes_and_not_before_the_newest_write_that_it_leaves() -> None:
    log: list[Entry] = [w(1), w(2), F, Mark("x"), w(3), F]
    moments = {state.kept: (state.first, state.last) for state in states(log) if state.durable == 3}
    assert moments == {(): (3, 5), (w(3),): (5, 5)}
    assert {(state.first, state.last) for state in states(log) if state.durable == 0 and state.kept == (w(2),)} == {
        (2, 2)
    }


def test_cuts_begin_where_they_are_told_to() -> None:
    log: list[Entry] = [w(1), F, w(2), Mark("start"), w(3), F]
    assert {state.durable for state in states(log, start=4)} == {2, 6}
    assert min(state.first for state in states(log, start=4)) == 4


def test_a_long_write_is_torn_at_whole_blocks() -> None:
    log: list[Entry] = [w(1, blocks=3)]
    sizes = sorted((write.offset - (1 << 20), len(write.content)) for state in states(log) for write in state.kept)
    assert sizes == [(0, 4096), (0, 12_288), (4096, 8192), (8192, 4096)]


def test_a_write_that_crosses_a_block_is_torn_where_it_crosses() -> None:
    log: list[Entry] = [Write(2048, b"a" * 4096)]
    assert sorted((write.offset, len(write.content)) for state in states(log) for write in state.kept) == [
        (2048, 2048),
        (2048, 4096),
        (4096, 2048),
    ]


def test_of_many_writes_the_prefixes_and_all_that_miss_one_are_taken() -> None:
    log: list[Entry] = [w(number) for number in range(1, 9)]
    found = set(kept(log, 0))
    assert {tuple(range(1, last + 1)) for last in range(9)} <= found
    assert {tuple(each for each in range(1, 9) if each != missing) for missing in range(1, 8)} <= found


def test_an_unreliable_device_loses_what_was_flushed_since_the_start_and_nothing_older() -> None:
    log: list[Entry] = [w(1), F, Mark("start"), w(2), F, w(3), F]
    assert {state.durable for state in states(log, start=3, device="unreliable")} == {3}
    lost = [state for state in states(log, start=3, device="unreliable") if state.kept == (w(3),)]
    assert [(state.first, state.last) for state in lost] == [(6, 7)]


def test_a_device_that_is_never_asked_keeps_only_what_was_settled() -> None:
    log: list[Entry] = [w(1), Mark("start"), w(2), w(3)]
    assert {state.durable for state in states(log, start=2, device="never asked")} == {2}
    assert {state.durable for state in states(log, start=2)} == {0}


def test_a_log_is_read_as_it_was_written(tmp_path: object) -> None:
    log: tuple[Entry, ...] = (w(1), Mark("0 1"), F, Write(512, b"\0" * 1024))
    path = f"{tmp_path}/log"
    with open(path, "wb") as file:
        file.writelines(map(encoded, log))
    assert read_log(path) == log
