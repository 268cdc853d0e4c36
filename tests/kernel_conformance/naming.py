"""Which names there can be; links and removal."""

from errno import EEXIST, EISDIR, ENAMETOOLONG, ENOENT, ENOTDIR, EPERM

import pytest

from store.kernel import O_CREAT, O_RDONLY, O_WRONLY
from tests.kernel_conformance.place import Place, refused


def a_name_may_have_255_bytes_and_no_more(place: Place) -> None:
    place.write("n" * 255, b"1")
    assert place.names() == ["n" * 255]
    with refused(ENAMETOOLONG):
        place.kernel.open(place.path("n" * 256), O_WRONLY | O_CREAT)
    with refused(ENAMETOOLONG):
        place.kernel.open(place.path("n" * 256), O_RDONLY)
    with refused(ENAMETOOLONG):
        place.kernel.stat(place.path("n" * 256))
    with refused(ENAMETOOLONG):
        place.kernel.unlink(place.path("n" * 256))
    with refused(ENAMETOOLONG):
        place.mkdir("n" * 256)
    with refused(ENAMETOOLONG):
        place.rename("n" * 255, "n" * 256)


def the_limit_counts_bytes_not_characters(place: Place) -> None:
    place.write("é" * 127)
    with refused(ENAMETOOLONG):
        place.kernel.open(place.path("é" * 128), O_WRONLY | O_CREAT)
    assert place.names() == ["é" * 127]


def a_zero_byte_in_a_name_is_a_value_error(place: Place) -> None:
    with pytest.raises(ValueError, match="null"):
        place.kernel.open(place.path("a\0b"), O_WRONLY | O_CREAT)
    with pytest.raises(ValueError, match="null"):
        place.kernel.stat(place.path("a\0b"))


def names_are_bytes_that_need_not_be_text(place: Place) -> None:
    place.write("a\udcff", b"1")
    assert place.names() == ["a\udcff"]
    assert place.read("a\udcff") == b"1"


def a_lone_surrogate_that_stands_for_no_byte_is_a_value_error(place: Place) -> None:
    with pytest.raises(UnicodeEncodeError):
        place.kernel.open(place.path("a\ud800"), O_WRONLY | O_CREAT)


def names_differ_by_case(place: Place) -> None:
    place.write("a", b"1")
    place.write("A", b"2")
    assert place.names() == ["A", "a"]
    assert place.read("a") == b"1"


def a_link_is_one_more_name_for_the_same_file(place: Place) -> None:
    place.write("a", b"1")
    place.kernel.link(place.path("a"), place.path("b"))
    assert place.ino("a") == place.ino("b")
    assert place.kernel.stat(place.path("a")).nlink == 2
    place.write("b", b"2")
    assert place.read("a") == b"2"
    place.kernel.unlink(place.path("a"))
    assert place.read("b") == b"2"
    assert place.kernel.stat(place.path("b")).nlink == 1


def linking_never_replaces(place: Place) -> None:
    place.write("a", b"1")
    place.write("b", b"2")
    with refused(EEXIST):
        place.kernel.link(place.path("a"), place.path("b"))
    with refused(EEXIST):
        place.kernel.link(place.path("a"), place.path("a"))
    assert place.read("b") == b"2"


def what_cannot_be_linked_is_refused(place: Place) -> None:
    place.mkdir("directory")
    place.write("file")
    with refused(ENOENT):
        place.kernel.link(place.path("missing"), place.path("b"))
    with refused(EPERM):
        place.kernel.link(place.path("directory"), place.path("b"))
    with refused(ENOENT):
        place.kernel.link(place.path("file"), place.path("missing/b"))
    with refused(ENOTDIR):
        place.kernel.link(place.path("file"), place.path("file/b"))


def linking_a_symlink_links_the_symlink_itself(place: Place) -> None:
    place.write("file", b"1")
    place.symlink("file", place.path("link"))
    place.kernel.link(place.path("link"), place.path("second"))
    assert place.kernel.stat(place.path("second")).kind == "symlink"
    assert place.kernel.stat(place.path("file")).nlink == 1


def links_reach_across_open_directories(place: Place) -> None:
    place.mkdir("one")
    place.mkdir("two")
    place.write("one/a", b"1")
    with place.folder("one") as one, place.folder("two") as two:
        place.kernel.link("a", "b", dir_fd=one, target_dir_fd=two)
    assert place.read("two/b") == b"1"


def unlinking_removes_one_name(place: Place) -> None:
    place.write("a", b"1")
    place.write("b", b"2")
    with place.folder() as folder:
        place.kernel.unlink("a", dir_fd=folder)
        assert place.kernel.listdir(folder) == ["b"]


def what_cannot_be_unlinked_is_refused(place: Place) -> None:
    place.mkdir("directory")
    place.write("file")
    with refused(ENOENT):
        place.kernel.unlink(place.path("missing"))
    with refused(EISDIR):
        place.kernel.unlink(place.path("directory"))
    with refused(ENOTDIR):
        place.kernel.unlink(place.path("file/a"))
    assert place.names() == ["directory", "file"]


def unlinking_a_symlink_keeps_its_target(place: Place) -> None:
    place.mkdir("directory")
    place.symlink("directory", place.path("link"))
    place.kernel.unlink(place.path("link"))
    assert place.names() == ["directory"]
