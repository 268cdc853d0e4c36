"""What stat tells, and when it changes."""

from collections.abc import Callable
from errno import ENOENT, ENOTDIR

from store.kernel import O_CREAT, O_WRONLY
from tests.kernel_conformance.place import Place, refused


def _changes(place: Place, look: Callable[[], int], act: Callable[[], object]) -> bool:
    """Whether acting moves what is looked at, once the clock has ticked on."""
    before = look()
    for _ in range(place.patience):
        act()
        if look() != before:
            return True
    return False


def every_kind_is_told_apart(place: Place) -> None:
    place.write("file")
    place.mkdir("directory")
    place.symlink("file", place.path("link"))
    place.symlink("missing", place.path("dangling"))
    kinds = {name: place.kernel.stat(place.path(name)).kind for name in place.names()}
    assert kinds == {"file": "file", "directory": "directory", "link": "symlink", "dangling": "symlink"}


def a_missing_name_has_no_status(place: Place) -> None:
    place.write("file")
    with refused(ENOENT):
        place.kernel.stat(place.path("missing"))
    with refused(ENOTDIR):
        place.kernel.stat(place.path("file/a"))
    with place.folder() as folder, refused(ENOENT):
        place.kernel.stat("missing", dir_fd=folder)


def the_name_and_the_open_file_tell_the_same(place: Place) -> None:
    place.write("a", b"123")
    with place.opened("a") as fd, place.folder() as folder:
        for status in (place.kernel.stat("a", dir_fd=folder), place.kernel.stat(place.path("a"))):
            opened = place.kernel.fstat(fd)
            assert (status.dev, status.ino, status.size) == (opened.dev, opened.ino, opened.size)
            assert (status.mode, status.uid, status.nlink) == (opened.mode, opened.uid, opened.nlink)
            assert (status.mtime_ns, status.ctime_ns) == (opened.mtime_ns, opened.ctime_ns)


def a_new_file_belongs_to_its_maker(place: Place) -> None:
    place.write("a", b"123")
    status = place.kernel.stat(place.path("a"))
    assert status.uid == place.kernel.geteuid()
    assert (status.size, status.nlink) == (3, 1)


def files_that_live_at_once_have_different_numbers(place: Place) -> None:
    place.write("a")
    place.write("b")
    place.mkdir("c")
    assert len({place.ino("a"), place.ino("b"), place.ino("c")}) == 3
    assert len({place.kernel.stat(place.path(name)).dev for name in "abc"}) == 1


def a_status_is_as_of_its_call(place: Place) -> None:
    place.write("a", b"1")
    before = place.kernel.stat(place.path("a"))
    place.write("a", b"123")
    assert before.size == 1
    assert place.kernel.stat(place.path("a")).size == 3


def the_umask_takes_permissions_away(place: Place) -> None:
    place.set_umask(0o027)
    with place.opened("a", O_WRONLY | O_CREAT, 0o666) as fd:
        assert place.kernel.fstat(fd).mode == 0o640
    place.kernel.mkdir(place.path("d"), 0o777)
    assert place.kernel.stat(place.path("d")).mode == 0o750
    place.set_umask(0)
    with place.opened("b", O_WRONLY | O_CREAT, 0o666) as fd:
        assert place.kernel.fstat(fd).mode == 0o666


def an_existing_file_keeps_its_mode(place: Place) -> None:
    place.write("a")
    with place.opened("a", O_WRONLY | O_CREAT, 0o644):
        pass
    assert place.kernel.stat(place.path("a")).mode == 0o600


def fchmod_sets_exactly_what_it_is_given(place: Place) -> None:
    place.set_umask(0o077)
    place.write("a")
    place.mkdir("d")
    with place.opened("a") as fd:
        place.kernel.fchmod(fd, 0o644)
        assert place.kernel.fstat(fd).mode == 0o644
    with place.folder("d") as fd:
        place.kernel.fchmod(fd, 0o755)
    assert place.kernel.stat(place.path("d")).mode == 0o755
    assert place.kernel.stat(place.path("d")).kind == "directory"


def a_write_moves_the_times_of_its_file_alone(place: Place) -> None:
    place.write("a", b"1")
    folder = place.kernel.stat(place.root).mtime_ns
    assert _changes(place, lambda: place.kernel.stat(place.path("a")).mtime_ns, lambda: place.write("a", b"2"))
    assert _changes(place, lambda: place.kernel.stat(place.path("a")).ctime_ns, lambda: place.write("a", b"2"))
    assert place.kernel.stat(place.root).mtime_ns == folder


def looking_moves_no_time(place: Place) -> None:
    place.write("a", b"1")
    before = place.kernel.stat(place.path("a"))
    folder = place.kernel.stat(place.root)
    place.read("a")
    place.names()
    after = place.kernel.stat(place.path("a"))
    assert (before.mtime_ns, before.ctime_ns) == (after.mtime_ns, after.ctime_ns)
    assert place.kernel.stat(place.root).mtime_ns == folder.mtime_ns


def every_change_of_a_name_moves_the_time_of_its_directory(place: Place) -> None:
    def folder_time() -> int:
        return place.kernel.stat(place.root).mtime_ns

    def create_and_unlink() -> None:
        place.write("a")
        place.kernel.unlink(place.path("a"))

    def make_and_remove() -> None:
        place.mkdir("d")
        place.kernel.rmdir(place.path("d"))

    def rename_and_back() -> None:
        place.rename("x", "y")
        place.rename("y", "x")

    def link_and_unlink() -> None:
        place.kernel.link(place.path("x"), place.path("y"))
        place.kernel.unlink(place.path("y"))

    place.write("x")
    for act in (create_and_unlink, make_and_remove, rename_and_back, link_and_unlink):
        assert _changes(place, folder_time, act)


def a_rename_moves_the_change_time_and_keeps_the_content_time(place: Place) -> None:
    def rename_and_back() -> None:
        place.rename("a", "b")
        place.rename("b", "a")

    place.write("a", b"1")
    content_time = place.kernel.stat(place.path("a")).mtime_ns
    assert _changes(place, lambda: place.kernel.stat(place.path("a")).ctime_ns, rename_and_back)
    assert place.kernel.stat(place.path("a")).mtime_ns == content_time


def fchmod_moves_the_change_time_and_keeps_the_content_time(place: Place) -> None:
    place.write("a", b"1")
    content_time = place.kernel.stat(place.path("a")).mtime_ns
    with place.opened("a") as fd:
        assert _changes(place, lambda: place.kernel.fstat(fd).ctime_ns, lambda: place.kernel.fchmod(fd, 0o640))
    assert place.kernel.stat(place.path("a")).mtime_ns == content_time


def a_file_is_never_newer_than_the_wall_clock(place: Place) -> None:
    place.write("a", b"1")
    assert place.kernel.stat(place.path("a")).mtime_ns <= place.kernel.realtime_ns()
