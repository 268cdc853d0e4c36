"""Images of disks in memory: holes stay holes, and a copy is the same whatever was there before."""

import os
from pathlib import Path

import pytest

from model.live.image import copy_image, punch_zeros

SIZE_BYTES = 1 << 20


def image(path: Path, pieces: dict[int, bytes]) -> Path:
    with path.open("wb") as file:
        file.truncate(SIZE_BYTES)
        for offset, content in pieces.items():
            file.seek(offset)
            file.write(content)
    return path


def room_bytes(path: Path) -> int:
    return path.stat().st_blocks * 512


@pytest.mark.parametrize(
    "before",
    [None, {}, {0: b"x" * SIZE_BYTES}, {8192: b"x" * 4096, SIZE_BYTES - 4096: b"x" * 4096}],
    ids=["nothing", "a hole", "bytes everywhere", "bytes elsewhere"],
)
def test_a_copy_is_the_same_whatever_was_there_before(tmp_path: Path, before: dict[int, bytes] | None) -> None:
    source = image(tmp_path / "source", {4096: b"a" * 5000, 500_000: b"b"})
    target = tmp_path / "target"
    if before is not None:
        image(target, before)
    copy_image(str(source), str(target))
    assert target.read_bytes() == source.read_bytes()
    assert room_bytes(target) <= room_bytes(source)


def test_a_copy_has_the_size_of_its_source(tmp_path: Path) -> None:
    source = image(tmp_path / "source", {0: b"a"})
    target = tmp_path / "target"
    target.write_bytes(b"x" * (SIZE_BYTES + 4096))
    copy_image(str(source), str(target))
    assert target.read_bytes() == source.read_bytes()


def test_zeros_give_their_room_back_and_still_read_as_zeros(tmp_path: Path) -> None:
    path = image(tmp_path / "image", {0: bytes(SIZE_BYTES), 300_000: b"kept"})
    content = path.read_bytes()
    assert room_bytes(path) >= SIZE_BYTES
    punch_zeros(str(path))
    assert path.read_bytes() == content
    assert room_bytes(path) <= 1 << 16
    assert os.path.getsize(path) == SIZE_BYTES
