"""The litmus table as PERSISTENCE.md has it; `python -m model.litmus.told` writes it there."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from model.litmus.mounts import BTRFS, EVERY, NO_AUTO_ALLOCATION, XFS
from model.litmus.row import AT_ONCE, Row
from model.litmus.table import ROWS

BEGIN, END = "<!-- litmus table: begin -->", "<!-- litmus table: end -->"
DOCUMENT: Final = Path(__file__).parent.parent / "PERSISTENCE.md"

MOUNT: Final = "ext4"
OPTIONS: Final = {
    "noauto_da_alloc": NO_AUTO_ALLOCATION,
    **{mount.removeprefix("ext4 "): (mount,) for mount in EVERY if " " in mount and mount not in NO_AUTO_ALLOCATION},
}
"""Options of ext4, and the mounts that stand for one: `data=writeback` has shown nothing of its own."""


def table() -> list[str]:
    """The lines of the table."""
    head = ["", "calls", MOUNT, "ext4 with options, where it differs", "xfs", "btrfs"]
    return [_line(head), _line(["---:", *["---"] * 5]), *(_line(_cells(number, row)) for number, row in numbered())]


def numbered() -> Sequence[tuple[int, Row]]:
    """The rows with their numbers, which the document cites: a new row goes to the end."""
    return tuple(enumerate(ROWS, 1))


def told_on(row: Row, mount: str) -> str:
    """What was seen on a mount, in words."""
    sights = sorted(row.sights_on(mount), key=lambda sight: sight.when != AT_ONCE)
    return " / ".join(f"{sight.when}: {sight.says}" if sight.when else sight.says for sight in sights)


def with_table(document: str) -> str:
    """A document with the table between its marks."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([f"{before}{BEGIN}", *table(), f"{END}{after}"])


def _cells(number: int, row: Row) -> list[str]:
    default = told_on(row, MOUNT)
    by_words: dict[str, list[str]] = {}
    for option, mounts in OPTIONS.items():
        (words,) = {told_on(row, mount) for mount in mounts}
        if words != default:
            by_words.setdefault(words, []).append(option)
    options = "; ".join(_of_options(words, names) for words, names in by_words.items())
    return [str(number), row.name, default, options, *(told_on(row, mount) for mount in (*XFS, *BTRFS))]


def _of_options(words: str, options: Sequence[str]) -> str:
    return f"{', '.join(options)}: {words}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the table into the document.

    Raises:
        ValueError: The document has no place for it.
    """
    document = DOCUMENT.read_text("utf-8")
    if BEGIN not in document or END not in document:
        raise ValueError(f"{DOCUMENT}: there is no {BEGIN} with an {END} behind it")
    DOCUMENT.write_text(with_table(document), "utf-8")


if __name__ == "__main__":
    main()
