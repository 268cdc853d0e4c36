"""Reading, writing, positions, and what descriptors may be used for."""

from errno import EBADF, EISDIR

from store.kernel import O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY
from tests.kernel_conformance.place import Place, refused


def reading_goes_on_where_it_stopped(place: Place) -> None:
    place.write("a", b"12345")
    with place.opened("a") as fd:
        assert place.kernel.read(fd, 2) == b"12"
        assert place.kernel.read(fd, 2) == b"34"
        assert place.kernel.read(fd, 2) == b"5"
        assert place.kernel.read(fd, 2) == b""


def reading_nothing_moves_nothing(place: Place) -> None:
    place.write("a", b"12")
    with place.opened("a") as fd:
        assert place.kernel.read(fd, 0) == b""
        assert place.kernel.read(fd, 9) == b"12"


def writing_goes_on_where_it_stopped(place: Place) -> None:
    with place.opened("a", O_WRONLY | O_CREAT) as fd:
        assert place.kernel.write(fd, b"12") == 2
        assert place.kernel.write(fd, b"345") == 3
        assert place.kernel.write(fd, b"") == 0
    assert place.read("a") == b"12345"


def reading_and_writing_share_a_position(place: Place) -> None:
    place.write("a", b"12345")
    with place.opened("a", O_RDWR) as fd:
        assert place.kernel.read(fd, 2) == b"12"
        place.kernel.write(fd, b"ab")
        assert place.kernel.read(fd, 9) == b"5"
    assert place.read("a") == b"12ab5"


def every_opening_has_its_own_position(place: Place) -> None:
    place.write("a", b"12345")
    with place.opened("a") as one, place.opened("a") as other:
        assert place.kernel.read(one, 3) == b"123"
        assert place.kernel.read(other, 3) == b"123"


def overwriting_keeps_what_lies_behind(place: Place) -> None:
    place.write("a", b"12345")
    place.write("a", b"ab")
    assert place.read("a") == b"ab345"


def what_is_written_is_seen_at_once(place: Place) -> None:
    with place.opened("a", O_WRONLY | O_CREAT) as writer, place.opened("a") as reader:
        place.kernel.write(writer, b"12")
        assert place.kernel.read(reader, 9) == b"12"
        assert place.kernel.fstat(reader).size == 2


def a_hole_reads_as_zeros(place: Place) -> None:
    with place.opened("a", O_WRONLY | O_CREAT) as writer:
        place.kernel.write(writer, b"1234")
        with place.opened("a", O_WRONLY | O_TRUNC):
            pass
        place.kernel.write(writer, b"5")
    assert place.read("a") == b"\0\0\0\x005"


def contents_of_many_units_come_back_whole(place: Place) -> None:
    data = bytes(range(256)) * 20 + b"tail"
    place.write("a", data)
    assert place.read("a") == data
    assert place.kernel.stat(place.path("a")).size == len(data)


def a_read_only_descriptor_does_not_write(place: Place) -> None:
    place.write("a", b"1")
    with place.opened("a", O_RDONLY) as fd, refused(EBADF):
        place.kernel.write(fd, b"2")


def a_write_only_descriptor_does_not_read(place: Place) -> None:
    with place.opened("a", O_WRONLY | O_CREAT) as fd, refused(EBADF):
        place.kernel.read(fd, 1)


def a_directory_has_no_content(place: Place) -> None:
    with place.folder() as folder:
        with refused(EISDIR):
            place.kernel.read(folder, 10)
        with refused(EBADF):
            place.kernel.write(folder, b"1")


def syncing_files_and_directories_succeeds(place: Place) -> None:
    place.write("a", b"1")
    with place.opened("a", O_WRONLY) as fd:
        place.kernel.write(fd, b"2")
        place.kernel.fsync(fd)
        place.kernel.fsync(fd)
    with place.opened("a", O_RDONLY) as fd:
        place.kernel.fsync(fd)
    with place.folder() as folder:
        place.kernel.fsync(folder)
    assert place.read("a") == b"2"


def a_closed_descriptor_is_refused_by_every_call(place: Place) -> None:
    place.write("a", b"1")
    with place.opened("a", O_RDWR) as fd:
        pass
    calls = (
        lambda: place.kernel.read(fd, 1),
        lambda: place.kernel.write(fd, b"1"),
        lambda: place.kernel.fsync(fd),
        lambda: place.kernel.fstat(fd),
        lambda: place.kernel.fchmod(fd, 0o600),
        lambda: place.kernel.listdir(fd),
        lambda: place.kernel.lock(fd, 0, 1, "shared", 0),
        lambda: place.kernel.close(fd),
        lambda: place.kernel.stat("a", dir_fd=fd),
        lambda: place.kernel.unlink("a", dir_fd=fd),
        lambda: place.kernel.mkdir("b", dir_fd=fd),
        lambda: place.kernel.rmdir("b", dir_fd=fd),
        lambda: place.kernel.rename("a", "b", dir_fd=fd, target_dir_fd=fd),
        lambda: place.kernel.link("a", "b", dir_fd=fd, target_dir_fd=fd),
    )
    for call in calls:
        with refused(EBADF):
            call()


def an_unlinked_file_lives_on_while_it_is_open(place: Place) -> None:
    place.write("a", b"12")
    with place.opened("a", O_RDWR) as fd:
        place.kernel.unlink(place.path("a"))
        assert place.names() == []
        assert place.kernel.fstat(fd).nlink == 0
        assert place.kernel.fstat(fd).size == 2
        assert place.kernel.read(fd, 9) == b"12"
        assert place.kernel.write(fd, b"3") == 1
        place.kernel.fsync(fd)


def a_replaced_file_lives_on_while_it_is_open(place: Place) -> None:
    place.write("a", b"old")
    place.write("b", b"new")
    with place.opened("a") as fd:
        place.rename("b", "a")
        assert place.kernel.read(fd, 9) == b"old"
        assert place.kernel.fstat(fd).nlink == 0
    assert place.read("a") == b"new"


def clocks_and_randomness_answer(place: Place) -> None:
    first, second = place.kernel.monotonic_ns(), place.kernel.monotonic_ns()
    assert first <= second
    assert place.kernel.realtime_ns() > 1_600_000_000 * 10**9
    assert len(place.kernel.random_bytes(8)) == 8
    assert place.kernel.random_bytes(8) != place.kernel.random_bytes(8)
    assert place.kernel.getpid() > 0
