"""The rename matrix."""

from errno import EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY

from tests.kernel_conformance.place import Place, refused


def a_file_moves_to_a_free_name(place: Place) -> None:
    place.write("a", b"1")
    before = place.ino("a")
    place.rename("a", "b")
    assert place.names() == ["b"]
    assert place.ino("b") == before
    assert place.read("b") == b"1"


def a_file_replaces_a_file(place: Place) -> None:
    place.write("a", b"1")
    place.write("b", b"2")
    before = place.ino("a")
    place.rename("a", "b")
    assert place.names() == ["b"]
    assert place.ino("b") == before
    assert place.read("b") == b"1"


def a_directory_moves_with_what_is_in_it(place: Place) -> None:
    place.mkdir("a")
    place.write("a/x", b"1")
    place.rename("a", "b")
    assert place.names() == ["b"]
    assert place.read("b/x") == b"1"


def a_directory_replaces_an_empty_directory(place: Place) -> None:
    place.mkdir("a")
    place.write("a/x")
    place.mkdir("b")
    place.rename("a", "b")
    assert place.names() == ["b"]
    assert place.names("b") == ["x"]


def a_directory_never_replaces_one_that_is_not_empty(place: Place) -> None:
    place.mkdir("a")
    place.mkdir("b")
    place.write("b/x")
    with refused(ENOTEMPTY):
        place.rename("a", "b")
    assert place.names() == ["a", "b"]


def a_file_never_replaces_a_directory(place: Place) -> None:
    place.write("a")
    place.mkdir("b")
    with refused(EISDIR):
        place.rename("a", "b")


def a_directory_never_replaces_a_file(place: Place) -> None:
    place.mkdir("a")
    place.write("b")
    with refused(ENOTDIR):
        place.rename("a", "b")


def a_directory_never_moves_into_itself(place: Place) -> None:
    place.mkdir("a")
    place.mkdir("a/inner")
    with refused(EINVAL):
        place.rename("a", "a/b")
    with refused(EINVAL):
        place.rename("a", "a/inner/b")
    assert place.names("a") == ["inner"]


def a_directory_never_replaces_the_one_that_it_is_in(place: Place) -> None:
    place.mkdir("a")
    place.mkdir("a/inner")
    with refused(ENOTEMPTY):
        place.rename("a/inner", "a")


def renaming_to_the_same_name_changes_nothing(place: Place) -> None:
    place.write("a", b"1")
    place.mkdir("d")
    place.rename("a", "a")
    place.rename("d", "d")
    assert place.names() == ["a", "d"]


def renaming_between_two_names_of_one_file_changes_nothing(place: Place) -> None:
    place.write("a", b"1")
    place.kernel.link(place.path("a"), place.path("b"))
    place.rename("a", "b")
    assert place.names() == ["a", "b"]
    assert place.kernel.stat(place.path("a")).nlink == 2


def what_is_missing_cannot_be_moved(place: Place) -> None:
    place.write("a")
    with refused(ENOENT):
        place.rename("missing", "b")
    with refused(ENOENT):
        place.rename("missing", "a")
    with refused(ENOENT):
        place.rename("a", "missing/b")
    with refused(ENOTDIR):
        place.rename("a", "a/b")
    assert place.names() == ["a"]


def symlinks_are_moved_and_replaced_themselves(place: Place) -> None:
    place.write("file", b"1")
    place.write("a", b"2")
    place.symlink("file", place.path("link"))
    place.rename("link", "moved")
    assert place.kernel.stat(place.path("moved")).kind == "symlink"
    place.rename("a", "moved")
    assert place.read("moved") == b"2"
    assert place.read("file") == b"1"


def a_directory_never_replaces_a_symlink(place: Place) -> None:
    place.mkdir("a")
    place.mkdir("target")
    place.symlink("target", place.path("link"))
    with refused(ENOTDIR):
        place.rename("a", "link")


def names_move_between_open_directories(place: Place) -> None:
    place.mkdir("one")
    place.mkdir("two")
    place.write("one/a", b"1")
    place.write("two/b", b"2")
    with place.folder("one") as one, place.folder("two") as two:
        place.kernel.rename("a", "b", dir_fd=one, target_dir_fd=two)
    assert place.names("one") == []
    assert place.read("two/b") == b"1"


def each_end_may_be_an_absolute_path(place: Place) -> None:
    place.mkdir("one")
    place.write("one/a", b"1")
    with place.folder("one") as one:
        place.kernel.rename("a", place.path("b"), dir_fd=one)
        assert place.names("one") == []
        place.kernel.rename(place.path("b"), "c", target_dir_fd=one)
    assert place.names("one") == ["c"]


def a_replaced_file_keeps_its_other_names(place: Place) -> None:
    place.write("a", b"1")
    place.write("b", b"2")
    place.kernel.link(place.path("b"), place.path("c"))
    place.rename("a", "b")
    assert place.read("c") == b"2"
    assert place.kernel.stat(place.path("c")).nlink == 1
