"""What open does with each flag."""

from errno import EBADF, EEXIST, EISDIR, ELOOP, ENOENT, ENOTDIR

from store.kernel import (
    O_APPEND,
    O_CLOEXEC,
    O_CREAT,
    O_DIRECTORY,
    O_EXCL,
    O_NOFOLLOW,
    O_NONBLOCK,
    O_RDONLY,
    O_RDWR,
    O_TRUNC,
    O_WRONLY,
)
from tests.kernel_conformance.place import Place, refused


def a_missing_file_is_only_opened_by_creating_it(place: Place) -> None:
    with refused(ENOENT):
        place.kernel.open(place.path("a"), O_WRONLY)
    place.write("a", b"1")
    assert place.names() == ["a"]


def creating_keeps_a_file_that_is_there(place: Place) -> None:
    place.write("a", b"old")
    with place.opened("a", O_RDWR | O_CREAT) as fd:
        assert place.kernel.read(fd, 10) == b"old"


def exclusive_creation_refuses_any_taken_name(place: Place) -> None:
    place.write("file")
    place.mkdir("directory")
    place.symlink("missing", place.path("dangling"))
    for name in ("file", "directory", "dangling"):
        with refused(EEXIST):
            place.kernel.open(place.path(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
    assert place.names() == ["dangling", "directory", "file"]


def exclusive_creation_takes_a_free_name(place: Place) -> None:
    with place.opened("a", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC) as fd:
        assert place.kernel.write(fd, b"1") == 1
    assert place.read("a") == b"1"


def nofollow_refuses_a_symlink_in_the_last_component(place: Place) -> None:
    place.write("file", b"1")
    place.symlink("file", place.path("link"))
    with refused(ELOOP):
        place.kernel.open(place.path("link"), O_RDONLY | O_NOFOLLOW)
    with refused(ELOOP):
        place.kernel.open(place.path("link"), O_WRONLY | O_CREAT | O_NOFOLLOW)
    with refused(ELOOP):
        place.kernel.open(place.path("link"), O_WRONLY | O_TRUNC | O_NOFOLLOW)
    assert place.read("file") == b"1"


def nofollow_still_follows_symlinks_on_the_way(place: Place) -> None:
    place.mkdir("directory")
    place.write("directory/a", b"1")
    place.symlink("directory", place.path("link"))
    with place.opened("link/a", O_RDONLY | O_NOFOLLOW) as fd:
        assert place.kernel.read(fd, 10) == b"1"


def a_symlink_to_a_directory_is_no_directory_under_nofollow(place: Place) -> None:
    place.mkdir("directory")
    place.symlink("directory", place.path("link"))
    with refused(ENOTDIR):
        place.kernel.open(place.path("link"), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    with place.opened("link", O_RDONLY | O_DIRECTORY):
        pass


def symlinks_are_followed_by_default(place: Place) -> None:
    place.write("file", b"1")
    place.symlink("file", place.path("relative"))
    place.symlink(place.path("file"), place.path("absolute"))
    assert place.read("relative") == b"1"
    assert place.read("absolute") == b"1"


def creating_through_a_dangling_symlink_creates_its_target(place: Place) -> None:
    place.symlink("target", place.path("link"))
    with refused(ENOENT):
        place.kernel.open(place.path("link"), O_RDONLY)
    place.write("link", b"1")
    assert place.read("target") == b"1"


def symlinks_that_lead_round_in_a_circle_are_refused(place: Place) -> None:
    place.symlink("b", place.path("a"))
    place.symlink("a", place.path("b"))
    with refused(ELOOP):
        place.kernel.open(place.path("a"), O_RDONLY)
    with refused(ELOOP):
        place.kernel.stat(place.path("a/x"))


def directory_refuses_what_is_none(place: Place) -> None:
    place.write("file")
    with refused(ENOTDIR):
        place.kernel.open(place.path("file"), O_RDONLY | O_DIRECTORY)
    with refused(ENOTDIR):
        place.kernel.open(place.path("file"), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    with refused(ENOENT):
        place.kernel.open(place.path("missing"), O_RDONLY | O_DIRECTORY)


def a_directory_is_opened_for_reading_only(place: Place) -> None:
    place.mkdir("directory")
    with refused(EISDIR):
        place.kernel.open(place.path("directory"), O_WRONLY)
    with refused(EISDIR):
        place.kernel.open(place.path("directory"), O_RDWR)
    with refused(EISDIR):
        place.kernel.open(place.path("directory"), O_WRONLY | O_CREAT)
    with place.opened("directory"):
        pass


def truncating_empties_the_file_for_everyone(place: Place) -> None:
    place.write("a", b"12345")
    with place.opened("a") as reader, place.opened("a", O_WRONLY | O_TRUNC):
        assert place.kernel.read(reader, 10) == b""
        assert place.kernel.fstat(reader).size == 0


def appending_writes_at_the_end_whoever_moved_it(place: Place) -> None:
    place.write("a", b"12")
    with place.opened("a", O_WRONLY | O_APPEND) as appending, place.opened("a", O_WRONLY | O_APPEND) as other:
        place.kernel.write(other, b"34")
        place.kernel.write(appending, b"56")
        place.kernel.write(other, b"78")
    assert place.read("a") == b"12345678"


def nonblock_changes_nothing_for_files(place: Place) -> None:
    place.write("a", b"1")
    with place.opened("a", O_RDONLY | O_NONBLOCK | O_NOFOLLOW) as fd:
        assert place.kernel.read(fd, 10) == b"1"


def a_missing_folder_on_the_way_is_enoent_and_a_file_enotdir(place: Place) -> None:
    place.write("file")
    with refused(ENOENT):
        place.kernel.open(place.path("missing/a"), O_WRONLY | O_CREAT)
    with refused(ENOTDIR):
        place.kernel.open(place.path("file/a"), O_WRONLY | O_CREAT)
    with refused(ENOTDIR):
        place.kernel.open(place.path("file/a"), O_RDONLY)


def the_empty_path_is_missing(place: Place) -> None:
    with place.folder() as folder, refused(ENOENT):
        place.kernel.open("", O_RDONLY, dir_fd=folder)


def names_are_relative_to_the_given_directory(place: Place) -> None:
    place.mkdir("directory")
    with place.folder("directory") as folder:
        fd = place.kernel.open("a", O_WRONLY | O_CREAT | O_EXCL, dir_fd=folder)
        place.kernel.write(fd, b"1")
        place.kernel.close(fd)
    assert place.read("directory/a") == b"1"


def an_absolute_path_ignores_the_given_directory(place: Place) -> None:
    place.mkdir("directory")
    place.write("a", b"1")
    with place.folder("directory") as folder:
        place.kernel.close(place.kernel.open(place.path("a"), O_RDONLY, dir_fd=folder))


def an_open_directory_follows_its_directory_through_a_rename(place: Place) -> None:
    place.mkdir("directory")
    with place.folder("directory") as folder:
        place.rename("directory", "moved")
        place.mkdir("directory")
        place.kernel.close(place.kernel.open("a", O_WRONLY | O_CREAT, dir_fd=folder))
    assert place.names("moved") == ["a"]
    assert place.names("directory") == []


def the_given_directory_must_be_an_open_directory(place: Place) -> None:
    place.write("file")
    with place.opened("file") as fd, refused(ENOTDIR):
        place.kernel.open("a", O_RDONLY, dir_fd=fd)
    with place.folder() as folder:
        pass
    with refused(EBADF):
        place.kernel.open("file", O_RDONLY, dir_fd=folder)


def dot_and_dot_dot_lead_where_they_should(place: Place) -> None:
    place.mkdir("directory")
    with place.folder("directory/.") as folder:
        assert place.kernel.fstat(folder).ino == place.ino("directory")
    with place.folder("directory/..") as folder:
        assert place.kernel.fstat(folder).ino == place.ino("")
