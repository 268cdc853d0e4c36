"""Making, removing and listing directories."""

from errno import EBUSY, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY

from store.kernel import O_CREAT, O_WRONLY
from tests.kernel_conformance.place import Place, refused


def a_directory_is_made_empty(place: Place) -> None:
    place.mkdir("a")
    assert place.names() == ["a"]
    assert place.names("a") == []
    assert place.kernel.stat(place.path("a")).kind == "directory"


def a_directory_is_made_in_an_open_one(place: Place) -> None:
    with place.folder() as folder:
        place.kernel.mkdir("a", 0o700, dir_fd=folder)
    assert place.names() == ["a"]


def a_taken_name_makes_no_directory(place: Place) -> None:
    place.mkdir("directory")
    place.write("file")
    place.symlink("missing", place.path("dangling"))
    for name in ("directory", "file", "dangling"):
        with refused(EEXIST):
            place.mkdir(name)


def a_directory_needs_a_parent(place: Place) -> None:
    place.write("file")
    with refused(ENOENT):
        place.mkdir("missing/a")
    with refused(ENOTDIR):
        place.mkdir("file/a")


def only_an_empty_directory_is_removed(place: Place) -> None:
    place.mkdir("a")
    place.write("a/x")
    with refused(ENOTEMPTY):
        place.kernel.rmdir(place.path("a"))
    place.kernel.unlink(place.path("a/x"))
    with place.folder() as folder:
        place.kernel.rmdir("a", dir_fd=folder)
    assert place.names() == []


def what_is_no_directory_is_not_removed_as_one(place: Place) -> None:
    place.write("file")
    place.mkdir("directory")
    place.symlink("directory", place.path("link"))
    with refused(ENOENT):
        place.kernel.rmdir(place.path("missing"))
    with refused(ENOTDIR):
        place.kernel.rmdir(place.path("file"))
    with refused(ENOTDIR):
        place.kernel.rmdir(place.path("link"))
    with refused(ENOTDIR):
        place.kernel.rmdir(place.path("file/a"))
    assert place.names() == ["directory", "file", "link"]


def dot_names_are_neither_made_nor_moved_nor_removed(place: Place) -> None:
    place.mkdir("a")
    place.write("file")
    for dot, removal in ((".", EINVAL), ("..", ENOTEMPTY)):
        with refused(EEXIST):
            place.mkdir(f"a/{dot}")
        with refused(removal):
            place.kernel.rmdir(place.path(f"a/{dot}"))
        with refused(EISDIR):
            place.kernel.unlink(place.path(f"a/{dot}"))
        with refused(EBUSY):
            place.rename(f"a/{dot}", "b")
        with refused(EBUSY):
            place.rename("a", f"a/{dot}")
        with refused(EEXIST):
            place.kernel.link(place.path("file"), place.path(f"a/{dot}"))
    assert place.names() == ["a", "file"]


def nothing_is_made_in_a_removed_directory(place: Place) -> None:
    place.mkdir("a")
    place.write("file")
    with place.folder("a") as folder:
        place.kernel.rmdir(place.path("a"))
        with refused(ENOENT):
            place.kernel.open("x", O_WRONLY | O_CREAT, dir_fd=folder)
        with refused(ENOENT):
            place.kernel.mkdir("x", dir_fd=folder)
        with refused(ENOENT):
            place.kernel.stat("x", dir_fd=folder)
        with refused(ENOENT):
            place.kernel.rename(place.path("file"), "x", target_dir_fd=folder)
        with refused(ENOENT):
            place.kernel.link(place.path("file"), "x", target_dir_fd=folder)
        assert place.kernel.listdir(folder) == []
        assert place.kernel.fstat(folder).kind == "directory"
        place.kernel.fsync(folder)


def nothing_is_made_in_a_directory_that_was_replaced(place: Place) -> None:
    place.mkdir("a")
    place.mkdir("b")
    with place.folder("b") as folder:
        place.rename("a", "b")
        with refused(ENOENT):
            place.kernel.open("x", O_WRONLY | O_CREAT, dir_fd=folder)
    assert place.names("b") == []


def a_listing_names_everything_but_dots(place: Place) -> None:
    place.mkdir("directory")
    place.write("file")
    place.write(".hidden")
    place.symlink("missing", place.path("link"))
    assert place.names() == [".hidden", "directory", "file", "link"]


def a_listing_is_as_of_its_call(place: Place) -> None:
    with place.folder() as folder:
        assert place.kernel.listdir(folder) == []
        place.write("a")
        assert place.kernel.listdir(folder) == ["a"]
        assert place.kernel.listdir(folder) == ["a"]


def a_file_has_no_listing(place: Place) -> None:
    place.write("a")
    with place.opened("a") as fd, refused(ENOTDIR):
        place.kernel.listdir(fd)


def a_large_directory_is_listed_whole(place: Place) -> None:
    names = [f"name-{number:04}" for number in range(1000)]
    for name in names:
        place.write(name)
    assert place.names() == names
